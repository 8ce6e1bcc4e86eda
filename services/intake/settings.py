"""What intake alone is told from outside."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field

from services.intake.files.limits import Limits
from shared.media.kinds import MEGABYTE, FileLimits
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Frozen; read once, in app.py. Sizes in megabytes.

    `clamd` is tcp://host:port or unix:/path, empty without a malware scanner; `media_checks` is `apart` where processes
    of their own (`alurwarta serve intake-checks`) check the files; `work_folder` is where these lie meanwhile;
    `fetch_hosts` (with commas) are those from which files named by their https address are fetched.
    """

    image_limit_mb: int = Field(default=50, ge=1, le=500)
    video_limit_mb: int = Field(default=2_000, ge=1, le=5_000)
    audio_limit_mb: int = Field(default=500, ge=1, le=5_000)
    document_limit_mb: int = Field(default=100, ge=1, le=500)
    report_limit_mb: int = Field(default=5_000, ge=1)
    unit_day_limit_mb: int = Field(default=20_000, ge=1)
    part_size_mb: int = Field(default=8, ge=6, le=500)
    upload_minutes: int = Field(default=60, ge=1, le=1_440)
    media_checks: Literal["here", "apart"] = "here"
    clamd: str = Field(default="", pattern=r"^((tcp://[^/]+:\d+)|(unix:/.+))?$")
    clamd_window_mb: int = Field(default=24, ge=2)
    work_folder: Path | None = None
    fetch_hosts: str = Field(default="", pattern=r"^([a-z0-9.-]+(:\d+)?(,|$))*$")

    @property
    def limits(self) -> Limits:
        return Limits(
            FileLimits(
                image=self.image_limit_mb * MEGABYTE,
                video=self.video_limit_mb * MEGABYTE,
                audio=self.audio_limit_mb * MEGABYTE,
                document=self.document_limit_mb * MEGABYTE,
            ),
            report=self.report_limit_mb * MEGABYTE,
            unit_day=self.unit_day_limit_mb * MEGABYTE,
            part=self.part_size_mb * MEGABYTE,
        )

    @property
    def form_lifetime(self) -> timedelta:
        return timedelta(minutes=self.upload_minutes)
