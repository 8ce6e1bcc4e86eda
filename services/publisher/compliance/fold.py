"""What the stages' events tell of the SOP's times: clocks that count, and items of practice, which do not. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from shared.content import ClockRecord
from shared.events import CATALOGUE, Event, type_name
from shared.sla import Clock

# Every type that ends work, of whatever topic.
TYPES = tuple(type_name(kind) for kind in CATALOGUE.values() if "clocks" in kind.model_fields)


@dataclass(frozen=True, slots=True)
class Told:
    """Closed clocks that count, one for each stage, item and cycle, in this order; and who is of practice."""

    clocks: tuple[ClockRecord, ...]
    practice: frozenset[UUID]


def told(events: Iterable[Event]) -> Told:
    """Gather from events in any order; a clock closes once, so that the first record of it is as good as any."""
    clocks: dict[tuple[str, str, int], ClockRecord] = {}
    practice: set[UUID] = set()
    for event in events:
        if getattr(event, "practice", False):
            practice.add(UUID(event.key))
        for record in _records(event):
            if _counts(record):
                clocks.setdefault((record.stage, record.item, record.cycle), record)
    return Told(tuple(clocks[key] for key in sorted(clocks)), frozenset(practice))


def _records(event: Event) -> tuple[ClockRecord, ...]:
    found: tuple[ClockRecord, ...] = getattr(event, "clocks", ())
    return found


def _counts(record: ClockRecord) -> bool:
    """The rule of every figure (ADR 0007); a clock of neither a Report nor a Story is nobody's."""
    return Clock(**record.model_dump()).counted and (record.report or record.story) is not None
