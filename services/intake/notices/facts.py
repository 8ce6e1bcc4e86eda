"""What the events told of one item, as far as it decides what waits on whom; any order gives the same. Pure."""

from collections.abc import Iterable
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.content import ClockRecord, Origin, Urgency
from shared.events import (
    ApprovalConfirmed,
    ApprovalRevoked,
    Decision,
    DeliveryLive,
    Event,
    OnReports,
    ReportReceived,
    ReportRefused,
    ReportSentBack,
    ReportSupplemented,
    ReportWithdrawn,
    StoryAbandoned,
    StoryApproved,
    StoryCorrected,
    StoryPublished,
    StoryReturned,
    StorySubmitted,
    StoryTakenDown,
)
from shared.sla import LATER_REVIEW

ItemKind = Literal["report", "story"]
TOLD = (
    ReportReceived, ReportSupplemented, ReportRefused, ReportWithdrawn, ReportSentBack, StorySubmitted, StoryAbandoned,
    Decision, ApprovalConfirmed, ApprovalRevoked, DeliveryLive, StoryPublished, StoryCorrected, StoryTakenDown,
)  # fmt: skip


class Fact(BaseModel):
    """A frozen value that an older build reads from a newer one's row."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    def having(self, **changed: Any) -> Self:
        return self.model_copy(update=changed)


class Told(Fact):
    """What `report.received` says."""

    unit: str
    title: str
    practice: bool
    urgency: Urgency
    received_at: AwareDatetime


class ReportFacts(Fact):
    """`asked` and `answered` by intake cycle; `closed` the ended clocks as `<stage>/<cycle>`."""

    told: Told | None = None
    asked: dict[int, AwareDatetime] = {}
    answered: dict[int, AwareDatetime] = {}
    gone: bool = False
    compiled: bool = False
    closed: frozenset[str] = frozenset()


class Submission(Fact):
    """One pass before the leader. `sequence` tells what came before and after it on its own topic."""

    version: int
    at: AwareDatetime
    sequence: int
    title: str
    urgency: Urgency
    correction: bool
    practice: bool
    units: tuple[str, ...]
    authors: tuple[str, ...]


class Ruling(Fact):
    """The leader's Decision of one cycle; `opens_at` and what follows it are an approval's alone."""

    version: int
    returned: bool
    at: AwareDatetime
    units: tuple[str, ...]
    opens_at: AwareDatetime | None = None
    title: str = ""
    urgency: Urgency = "regular"
    correction: bool = False
    practice: bool = False
    emergency_by: str | None = None


class StoryFacts(Fact):
    """Submissions and Decisions by cycle; `abandoned` by number in its topic, all else by Version."""

    submitted: dict[int, Submission] = {}
    ruled: dict[int, Ruling] = {}
    abandoned: frozenset[int] = frozenset()
    revoked: dict[int, frozenset[str]] = {}
    live: frozenset[int] = frozenset()
    ended: frozenset[int] = frozenset()
    closed: frozenset[str] = frozenset()
    confirmed: frozenset[int] = frozenset()


Facts = ReportFacts | StoryFacts
FACTS: dict[ItemKind, type[ReportFacts] | type[StoryFacts]] = {"report": ReportFacts, "story": StoryFacts}


def touched(event: Event) -> dict[UUID, ItemKind]:
    """Give all items of which an event tells something."""
    if not isinstance(event, TOLD):
        return {}
    found = dict(filter(None, map(_owner, _clocks(event))))
    if isinstance(event, OnReports | ReportSentBack):
        found[event.report] = "report"
    else:
        found[UUID(event.key)] = "story"
    if isinstance(event, StorySubmitted):
        found |= dict.fromkeys((o.report for o in event.origins), "report")
    return found


def _owner(clock: ClockRecord) -> tuple[UUID, ItemKind] | None:
    if clock.item == str(clock.report):
        return UUID(clock.item), "report"
    own = clock.item in (str(clock.story), f"{clock.story}{LATER_REVIEW}")
    return (clock.story, "story") if own and clock.story else None


def fold(item: UUID, facts: Facts, event: Event, sequence: int) -> Facts:
    """Take in what one event tells of one item; the same event again changes nothing."""
    ended = {_ended(c, item) for c in _clocks(event) if c.item.partition(".")[0] == str(item)}
    if ended - facts.closed:
        facts = facts.having(closed=facts.closed | ended)
    if isinstance(facts, ReportFacts):
        return _report(item, facts, event)
    return _story(facts, event, sequence) if event.key == str(item) else facts


def _ended(clock: ClockRecord, item: UUID) -> str:
    return f"{clock.stage}/{clock.cycle}{clock.item.removeprefix(str(item))}"


def _clocks(event: Event) -> tuple[ClockRecord, ...]:
    found: tuple[ClockRecord, ...] = getattr(event, "clocks", ())
    return found


def _report(report: UUID, facts: ReportFacts, event: Event) -> ReportFacts:
    match event:
        case ReportReceived():
            return facts.having(told=Told(**{name: getattr(event, name) for name in Told.model_fields}))
        case ReportSentBack():
            return facts.having(asked=facts.asked | {event.cycle: event.at})
        case ReportSupplemented() if event.cycle is not None:
            return facts.having(answered=facts.answered | {event.cycle: event.received_at})
        case ReportWithdrawn() | ReportRefused():
            return facts.having(gone=True)
        case StorySubmitted() if any(o.report == report for o in event.origins):
            return facts.having(compiled=True)
        case _:
            return facts


def _story(facts: StoryFacts, event: Event, sequence: int) -> StoryFacts:
    match event:
        case StorySubmitted():
            return facts.having(submitted=facts.submitted | {event.cycle: _submission(event, sequence)})
        case StoryAbandoned():
            return facts.having(abandoned=facts.abandoned | {sequence})
        case Decision():
            return facts.having(ruled=facts.ruled | {event.cycle: _ruling(event)})
        case ApprovalConfirmed():
            return facts.having(confirmed=facts.confirmed | {event.version})
        case ApprovalRevoked():
            why = facts.revoked.get(event.version, frozenset()) | {event.reason}
            return facts.having(revoked=facts.revoked | {event.version: why})
        case DeliveryLive():
            return facts.having(live=facts.live | {event.version})
        case StoryPublished() | StoryTakenDown():
            return facts.having(ended=facts.ended | {event.version})
        case _:
            return facts


def _submission(event: StorySubmitted, sequence: int) -> Submission:
    return Submission(
        version=event.version, at=event.submitted_at, sequence=sequence, title=event.content.title,
        urgency=event.urgency, correction=event.correction, practice=event.practice, units=_units(event.origins),
        authors=tuple(sorted(event.authors)),
    )  # fmt: skip


def _ruling(event: Decision) -> Ruling:
    returned = isinstance(event, StoryReturned)
    made = Ruling(version=event.version, returned=returned, at=event.decided_at, units=_units(event.origins))
    if not isinstance(event, StoryApproved):
        return made
    return made.having(
        opens_at=max(event.decided_at, event.not_before or event.decided_at), title=event.content.title,
        urgency=event.urgency, correction=event.correction, practice=event.practice,
        emergency_by=event.decided_by.account if event.basis == "emergency" else None,
    )  # fmt: skip


def _units(origins: Iterable[Origin]) -> tuple[str, ...]:
    return tuple(sorted({o.unit for o in origins}))
