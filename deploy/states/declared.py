"""The transitions as the services themselves hold them: the code moves by these tables and by nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.editing import domain as editing
from services.intake import domain as intake
from services.publisher import transitions as publisher
from services.publisher.domain import NO_SCHEDULE
from services.review import domain as review
from shared.topics import SERVICES


@dataclass(frozen=True, slots=True)
class Declared:
    """One arrow. `before` is None where the item begins; `roles` is empty where an event or the system does it."""

    service: str
    item: str
    before: str | None
    action: str
    after: str
    roles: tuple[str, ...]

    def row(self) -> dict[str, object]:
        """As it is printed."""
        return {
            "item": self.item, "from": self.before, "action": self.action, "to": self.after, "roles": list(self.roles),
        }  # fmt: skip


def declared() -> list[Declared]:
    """All of them, by service in the SOP's order, and within it as they are declared."""
    return sorted(_all(), key=lambda d: SERVICES.index(d.service))


def _all() -> Iterator[Declared]:
    for t in intake.TRANSITIONS:
        yield Declared("intake", "report", t.from_state, t.action, t.to_state, t.roles)
    for t in editing.TRANSITIONS:
        yield Declared("editing", t.item, t.from_state, t.action, t.to_state, t.roles)
    for before, action, after, roles in review.TRANSITIONS:
        yield Declared("review", "version", before, action, after, roles)
    for t in publisher.TRANSITIONS:
        before = None if t.before == NO_SCHEDULE else t.before
        yield Declared("publisher", t.item, before, t.action, t.after, t.roles)
