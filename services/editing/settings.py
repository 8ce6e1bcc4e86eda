"""What editing is told beside what every service is told."""

from pydantic import Field

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """`claim_minutes`: how long a claimed Report stays one person's before others may take it."""

    claim_minutes: int = Field(default=120, ge=1, le=7 * 24 * 60)
