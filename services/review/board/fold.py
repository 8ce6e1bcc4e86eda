"""The board: what each event tells of a Report or a Story, folded so that any order of the topics gives the same. Pure.

Closed clocks are the stages' own word, from the `clocks` that their events carry; all else here only tells which
clocks must be running (services/review/board/openings.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from uuid import UUID

from services.review.board.facts import (
    FACTS,
    Asked,
    Facts,
    ItemKind,
    ReportFacts,
    Ruled,
    Ruling,
    StoryFacts,
    Submission,
    Told,
    Whole,
    earliest,
)
from shared.content import ClockRecord, Origin
from shared.events import (
    ApprovalConfirmed,
    ApprovalRevoked,
    Decision,
    DeliveryLive,
    Event,
    OnPublications,
    OnReports,
    OnStories,
    ReportReceived,
    ReportRefused,
    ReportSentBack,
    ReportSupplemented,
    ReportWithdrawn,
    StoryAbandoned,
    StoryApproved,
    StoryCorrected,
    StoryDeclined,
    StoryPublished,
    StoryReturned,
    StorySubmitted,
    StoryTakenDown,
    StoryWithheld,
)
from shared.sla import Clock

Key = tuple[str, str, int]
TOLD = (
    ReportReceived, ReportSupplemented, ReportRefused, ReportWithdrawn, ReportSentBack, StorySubmitted, StoryAbandoned,
    Decision, ApprovalConfirmed, ApprovalRevoked, DeliveryLive, StoryPublished, StoryCorrected, StoryTakenDown,
)  # fmt: skip
RULED: dict[type[Event], Ruled] = {
    StoryApproved: "approved", StoryReturned: "returned", StoryDeclined: "declined", StoryWithheld: "withheld",
}  # fmt: skip


class Holder(NamedTuple):
    """Who ended a clock: a person in a capacity, or another system, which has none."""

    held_by: str | None = None
    capacity: str | None = None


class Row(NamedTuple):
    """One clock of the board."""

    clock: Clock
    holder: Holder = Holder()

    @property
    def key(self) -> Key:
        return key_of(self.clock)


@dataclass(frozen=True, slots=True)
class Item:
    """A Report or a Story: what was told of it, and its closed clocks."""

    id: UUID
    kind: ItemKind
    facts: Facts
    closed: dict[Key, Row] = field(default_factory=dict[Key, Row])


def empty(item: UUID, kind: ItemKind) -> Item:
    """Give an item of which nothing is known yet."""
    return Item(item, kind, FACTS[kind]())


def key_of(clock: Clock | ClockRecord) -> Key:
    return clock.stage, clock.item, clock.cycle


def owner(clock: Clock | ClockRecord) -> tuple[UUID, ItemKind] | None:
    """Give the item among whose rows a clock is kept: its Report, or a Story's own; None where it names neither."""
    if clock.report is not None:
        return clock.report, "report"
    return (clock.story, "story") if clock.story is not None else None


def touched(event: Event) -> dict[UUID, ItemKind]:
    """Give all items of which an event tells something."""
    found: dict[UUID, ItemKind] = dict(filter(None, map(owner, clocks_of(event))))
    if isinstance(event, OnReports | ReportSentBack):
        found[event.report] = "report"
    elif isinstance(event, TOLD):
        found[UUID(event.key)] = "story"
    if isinstance(event, StorySubmitted):
        found |= dict.fromkeys((o.report for o in event.origins), "report")
    return found


def links(event: Event) -> set[tuple[UUID, UUID]]:
    """Give each Report of which an event says that a Story was compiled from it, with that Story."""
    if not isinstance(event, OnStories | Decision | OnPublications):
        return set()
    origins: tuple[Origin, ...] = getattr(event, "origins", ())
    return {(o.report, event.story) for o in origins}


def clocks_of(event: Event) -> tuple[ClockRecord, ...]:
    found: tuple[ClockRecord, ...] = getattr(event, "clocks", ())
    return found


def fold(item: Item, event: Event, sequence: int) -> Item:
    """Take in what one event tells of one item; the same event again changes nothing."""
    facts = item.facts
    if isinstance(facts, ReportFacts):
        facts = _report(item.id, facts, event)
    elif event.key == str(item.id):
        facts = _story(facts, event, sequence)
    mine = {key_of(c): row for c, row in _rows(event) if owner(c) == (item.id, item.kind)}
    return replace(item, facts=facts, closed=mine | item.closed)


def _rows(event: Event) -> Iterator[tuple[ClockRecord, Row]]:
    by = holder(event)
    for record in clocks_of(event):
        yield record, Row(Clock(**record.model_dump()), by)


def holder(event: Event) -> Holder:
    """Name who ended the clocks that an event carries."""
    match event:
        case ReportReceived():
            by, other = event.recorded_by, event.reporter or None
        case StorySubmitted():
            by, other = event.submitted_by, None
        case Decision():
            by, other = event.decided_by, None
        case StoryPublished():
            by, other = event.published_by, None
        case _:
            by, other = getattr(event, "by", None), None
    if by is not None:
        return Holder(by.name, by.capacity)
    request = getattr(event, "request", None)
    return Holder(other or (request.source if request else None))


def _report(report: UUID, facts: ReportFacts, event: Event) -> ReportFacts:
    match event:
        case ReportReceived():
            return facts.having(told=Told(**{name: getattr(event, name) for name in Told.model_fields}))
        case ReportSentBack():
            asked = Asked(at=event.at, reasons=event.reasons, question=event.question)
            return facts.having(asked=facts.asked | {event.cycle: asked})
        case ReportSupplemented() if event.cycle is not None:
            return facts.having(answered=facts.answered | {event.cycle: event.received_at})
        case ReportWithdrawn():
            return facts.having(gone=facts.gone | {"withdrawn": event.at})
        case ReportRefused():
            return facts.having(gone=facts.gone | {"refused": event.at})
        case StorySubmitted() if any(o.report == report for o in event.origins):
            return facts.having(compiled_at=earliest(facts.compiled_at, event.submitted_at))
        case _:
            return facts


def _story(facts: StoryFacts, event: Event, sequence: int) -> StoryFacts:
    match event:
        case StorySubmitted():
            return facts.having(submitted=facts.submitted | {event.cycle: _submission(event, sequence)})
        case StoryAbandoned():
            return facts.having(abandoned=facts.abandoned | {sequence: event.at})
        case Decision():
            return facts.having(ruled=facts.ruled | {event.cycle: _ruling(event)})
        case ApprovalRevoked():
            known = facts.revoked.get(event.version, {})
            return facts.having(revoked=facts.revoked | {event.version: known | {event.reason: event.at}})
        case DeliveryLive():
            return facts.having(live=facts.live | {event.version: event.at})
        case StoryPublished():
            whole = _whole(facts.whole, event)
            return facts.having(published=facts.published | {event.version: event.at}, whole=whole)
        case StoryTakenDown():
            return facts.having(taken_down=facts.taken_down | {event.version: event.at})
        case _:
            return facts


def _submission(event: StorySubmitted, sequence: int) -> Submission:
    return Submission(
        version=event.version,
        at=event.submitted_at,
        sequence=sequence,
        title=event.content.title,
        urgency=event.urgency,
        correction=event.correction,
        practice=event.practice,
        units=_units(event.origins),
        happened_at=min(o.happened_at for o in event.origins),
    )


def _ruling(event: Decision) -> Ruling:
    made = Ruling(version=event.version, ruled=RULED[type(event)], at=event.decided_at, units=_units(event.origins))
    if isinstance(event, StoryReturned | StoryDeclined | StoryWithheld):
        return made.having(reasons=event.reasons)
    assert isinstance(event, StoryApproved)
    return made.having(
        opens_at=max(event.decided_at, event.not_before or event.decided_at),
        urgency=event.urgency,
        correction=event.correction,
        practice=event.practice,
        emergency=event.basis == "emergency",
    )


def _whole(known: Whole | None, event: StoryPublished) -> Whole | None:
    """The way to the public is that of the first Version to have one told."""
    total = getattr(event, "total", None)
    if total is None or (known is not None and known.version <= event.version):
        return known
    measured = {name: getattr(total, name) for name in Whole.model_fields if name not in ("version", "units")}
    return Whole(version=event.version, units=_units(event.origins), **measured)


def _units(origins: tuple[Origin, ...]) -> tuple[str, ...]:
    return tuple(sorted({o.unit for o in origins}))
