"""What every service is told from outside, by variables `ALURWARTA_*`. Each service's settings extend it."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.audit_anchors import Plan
from shared.branding import DEFAULT_COLOUR, Brand, read_logo, readable

PLACEHOLDERS = ("changeme", "change-me", "password", "secret", "example", "placeholder")


def real_key(value: SecretStr) -> SecretStr:
    """A key with enough chance in it, and no placeholder."""
    given = value.get_secret_value()
    if len(given) < 32 or len(set(given)) < 8 or any(word in given.lower() for word in PLACEHOLDERS):
        raise ValueError("is no real key: give 64 random hexadecimal digits (./setup makes them)")
    return value


RealKey = Annotated[SecretStr, AfterValidator(real_key)]


class ServiceSettings(BaseSettings):
    """Frozen; read once, in app.py. `gateway`: the hosts, addresses and networks whose word on callers is believed."""

    model_config = SettingsConfigDict(env_prefix="ALURWARTA_", frozen=True, extra="ignore")

    postgres_dsn: SecretStr
    kafka: str
    s3_endpoint: str
    s3_public_endpoint: str = ""
    s3_access_key: SecretStr
    s3_secret_key: SecretStr
    staff_url: str = "http://127.0.0.1:8080"
    public_url: str = "http://127.0.0.1:8081"
    gateway: str = "127.0.0.1,::1"
    sop_file: Path
    calendar_file: Path | None = None
    calendar: Literal["work", "wall"] = "work"
    namespace: str = "alurwarta"
    bucket_prefix: str = "alurwarta"
    pool_size: int = 10
    fetch_max_wait_ms: int = 500
    log_level: str = "INFO"
    # When the others are told the head of this service's audit chain: from this hour of the office's day, so often.
    audit_anchor_hour: Annotated[int, Field(ge=0, le=23)] = 1
    audit_anchor_seconds: Annotated[int, Field(ge=1, le=86_400)] = 86_400
    office: str = "Dinas Perumahan, Kawasan Permukiman dan Pertanahan Kota Bekasi"
    office_short: str = "Disperkimtan"
    brand_colour: str = DEFAULT_COLOUR
    logo_file: Path | None = None
    notice: str = ""

    @field_validator("brand_colour")
    @classmethod
    def _can_be_read(cls, value: str) -> str:
        return readable(value)

    @field_validator("logo_file")
    @classmethod
    def _is_a_logo(cls, value: Path | None) -> Path | None:
        if value is not None:
            read_logo(value)
        return value

    @property
    def brand(self) -> Brand:
        logo = read_logo(self.logo_file) if self.logo_file else None
        return Brand(self.office, self.office_short, self.notice, self.brand_colour, logo)

    @field_validator("s3_secret_key", "postgres_dsn")
    @classmethod
    def _no_placeholder(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value().lower() in PLACEHOLDERS:
            raise ValueError("is a placeholder: set a real secret (./setup makes them)")
        return value

    @property
    def anchors(self) -> Plan:
        return Plan(timedelta(seconds=self.audit_anchor_seconds), self.audit_anchor_hour)

    @property
    def secure_cookies(self) -> bool:
        """Whether the session is for HTTPS alone: over plain HTTP a browser would drop such a cookie."""
        return self.staff_url.startswith("https://")
