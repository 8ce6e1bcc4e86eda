"""What intake alone is told from outside."""

from pydantic import Field

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Frozen; read once, in app.py. Sizes in megabytes."""

    image_limit_mb: int = Field(default=50, ge=1, le=95)
    file_limit_mb: int = Field(default=2_000, ge=1, le=10_000)
    upload_minutes: int = Field(default=60, ge=1, le=1_440)
