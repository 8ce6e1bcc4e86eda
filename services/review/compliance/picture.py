"""All that the page, the report and the terminal show of one scope. Pure."""

from dataclasses import dataclass
from datetime import datetime

from services.review.compliance.figures import Compliance
from services.review.compliance.keterangan import Closed
from shared.sla import Clock


@dataclass(frozen=True, slots=True)
class Running:
    """A clock that is late already, or will be soon."""

    clock: Clock
    title: str
    used_seconds: int


@dataclass(frozen=True, slots=True)
class Explained:
    """A late clock with what was counted of it, in words; none where its calendar is not known any more."""

    clock: Closed
    words: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Picture:
    """All that the page and the report show of one scope, as it stood `at`."""

    at: datetime
    found: Compliance
    late: tuple[Explained, ...]
    overdue: tuple[Running, ...]
    due_soon: tuple[Running, ...]
    warnings: tuple[str, ...]
