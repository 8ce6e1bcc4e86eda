"""What the publisher is told from outside, beyond what every service is told."""

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from services.publisher.scheduling import Missed
from shared.media.store import Buckets
from shared.settings import RealKey, ServiceSettings


class Settings(ServiceSettings):
    """Frozen; read once, in app.py. Addresses are without a slash at the end.

    `channel_key` seals what opens the office's accounts at other channels (hex of `openssl rand -hex 32`).
    """

    channel_key: RealKey
    public_probe_url: str = ""
    public_media_url: str = ""
    delivery_lease_seconds: int = 60
    deliveries_at_once: int = 8
    sweep_seconds: int = 600
    # Where the office's main site is another: `noindex` sends search engines there, `off` everybody.
    site_index: Literal["canonical", "noindex", "off"] = "canonical"
    main_site_url: str = ""
    security_contact: str = ""
    information_place: str = "Kota Bekasi"
    information_retention: str = "sesuai jadwal retensi arsip"
    pages_memory_mb: Annotated[int, Field(ge=0)] = 32
    missed_schedule: Missed = "ask"
    missed_schedule_after_minutes: Annotated[int, Field(ge=0)] = 60

    @field_validator("security_contact")
    @classmethod
    def _is_a_way(cls, value: str) -> str:
        if value and not re.fullmatch(r"(mailto:|https://|tel:)\S+", value):
            raise ValueError("RFC 9116: write a mailto:, https:// or tel: address")
        return value

    @model_validator(mode="after")
    def _leads_somewhere(self) -> "Settings":
        if self.site_index == "off" and not re.fullmatch(r"https?://[^/\s]+(/\S*)?", self.main_site_url):
            raise ValueError(
                "main_site_url: where the site is off, write the https:// address of the office's main site"
            )
        return self

    @property
    def buckets(self) -> Buckets:
        return Buckets(self.bucket_prefix)

    @property
    def probe_url(self) -> str:
        """Where the public site is looked at as a stranger would."""
        return (self.public_probe_url or self.public_url).rstrip("/")

    @property
    def media_url(self) -> str:
        """Where strangers find the objects of the public bucket."""
        endpoint = (self.s3_public_endpoint or self.s3_endpoint).rstrip("/")
        return (self.public_media_url or f"{endpoint}/{self.buckets.public}").rstrip("/")

    @property
    def media_origin(self) -> str:
        """Scheme and host of `media_url`: a Content-Security-Policy that named its path would match nothing below."""
        parts = urlsplit(self.media_url)
        return f"{parts.scheme}://{parts.netloc}"
