"""What intake alone is told from outside."""

from datetime import timedelta
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from services.intake.files.limits import Limits
from shared.access import ROLES
from shared.media.kinds import MEGABYTE, FileLimits
from shared.settings import RealKey, ServiceSettings


class FileSettings(ServiceSettings):
    """Frozen; read once, in app.py: what those are told who check files. Sizes in megabytes.

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


class Settings(FileSettings):
    """Frozen; read once, in app.py: the whole service, which has the front door.

    `account_key` seals second factors (hex of `openssl rand -hex 32`); `second_factor` are the roles, with commas, that
    must have one; the `oidc_…` name an OpenID provider, where `oidc_claim` is what names the account there and
    `oidc_second_factor` says whose matter a second factor is for those who come from it. Without `smtp_host` no e-mail
    is sent, without `telegram_token` no Telegram; `mail_titles` is whether an item's title may leave the house so.
    """

    account_key: RealKey
    smtp_host: str = Field(default="", pattern=r"^[A-Za-z0-9.:_-]*$")
    smtp_port: int = Field(default=587, ge=1, le=65_535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_from: str = Field(default="", pattern=r"^([!-?A-~]+@[A-Za-z0-9.-]+)?$")
    mail_titles: bool = True
    telegram_token: SecretStr = SecretStr("")
    telegram_api: str = Field(default="https://api.telegram.org", pattern=r"^https?://[^/]+$")
    second_factor: str = "admin,pimpinan,operator"
    session_hours: int = Field(default=12, ge=1, le=24)
    session_idle_minutes: int = Field(default=480, ge=5, le=1_440)
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_label: str = "SSO"
    oidc_claim: str = "preferred_username"
    oidc_second_factor: Literal["provider", "ours"] = "provider"

    @field_validator("second_factor")
    @classmethod
    def _known_roles(cls, value: str) -> str:
        if unknown := {*filter(None, value.split(","))} - {*ROLES}:
            raise ValueError(f"{', '.join(sorted(unknown))}: not among {', '.join(ROLES)}")
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _safe_issuer(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            raise ValueError("is to be an https:// address")
        return value

    @property
    def must_have_second_factor(self) -> frozenset[str]:
        return frozenset(filter(None, self.second_factor.split(",")))

    @model_validator(mode="after")
    def _mail_is_whole(self) -> Self:
        if self.smtp_host and not self.smtp_from:
            raise ValueError("smtp_from: set ALURWARTA_SMTP_FROM to the address from which e-mail is sent")
        if self.smtp_user and self.smtp_security == "none":
            raise ValueError("smtp_security: no password is sent without TLS; choose starttls or tls")
        return self
