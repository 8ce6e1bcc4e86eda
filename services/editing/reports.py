"""A Report on the Admin's desk: what came in, who works on it, and the rules of both. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime

from services.editing.domain import LEFT, ClaimedByOther, InLivingStory, NotNow, ReportState, allowed
from shared.content import Code, Line, Media, NotaDinas, Note, Official, Origin, RequestRef, Text, Urgency, Value
from shared.events import MediaErased, ReportReceived, ReportRefused, ReportSupplemented, ReportWithdrawn


class Supplement(Value):
    """What the Unit added later."""

    text: Text
    received_at: AwareDatetime
    by: Official | None = None


class Facts(Value):
    """What the Unit told."""

    title: Line
    text: Text
    happened_at: AwareDatetime
    received_at: AwareDatetime
    place: Note = ""
    people: Note = ""
    reporter: Note = ""
    recorded_by: Official | None = None
    urgency: Urgency = "regular"
    practice: bool = False
    received_via: Code | None = None
    assigned_at: AwareDatetime | None = None
    nota_dinas: NotaDinas | None = None
    archive_code: Line | None = None
    request: RequestRef | None = None
    supplements: tuple[Supplement, ...] = ()
    gone: Note = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """Whose work it is, and until when nobody else may take it."""

    account: str
    name: str
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """`cycle` counts its passes over the desk; `opened_at` is when the present one began."""

    id: UUID
    unit: str
    state: ReportState
    facts: Facts
    media: tuple[Media, ...]
    cycle: int
    opened_at: datetime
    claim: Claim | None = None

    @property
    def origin(self) -> Origin:
        facts = self.facts
        return Origin(
            report=self.id,
            unit=self.unit,
            happened_at=facts.happened_at,
            received_at=facts.received_at,
            request=facts.request,
        )

    @property
    def left(self) -> bool:
        """Withdrawn or refused: nothing of it may be used any more."""
        return self.state in LEFT


def receive(event: ReportReceived) -> Report:
    told = {name: getattr(event, name) for name in Facts.model_fields if name in ReportReceived.model_fields}
    return Report(event.report, event.unit, "waiting", Facts(**told), event.media, 1, event.received_at)


def media_checked(report: Report, media: Media) -> Report:
    """Take the result of a check; of a file that is no longer there (it was erased meanwhile) there is none."""
    return replace(report, media=tuple(media if m.id == media.id else m for m in report.media))


def supplement(report: Report, event: ReportSupplemented) -> Report:
    """Add what came; the answer to a Report sent back puts it before the Admin again."""
    added = Supplement(text=event.text, received_at=event.received_at, by=event.by)
    facts = report.facts.model_copy(update={"supplements": (*report.facts.supplements, added)})
    known = {m.id for m in event.media}
    media = (*(m for m in report.media if m.id not in known), *event.media)
    report = replace(report, facts=facts, media=media)
    if report.state == "sent-back" and event.cycle == report.cycle:
        return replace(report, state="waiting", opened_at=event.received_at)
    return report


def leave(report: Report, event: ReportWithdrawn | ReportRefused) -> Report:
    """Withdrawn by its Unit or refused by intake: it leaves the desk for good."""
    if report.left:
        return report
    withdrawn = isinstance(event, ReportWithdrawn)
    why = event.reason if withdrawn else "; ".join(p.message for p in event.problems)[:4_000]
    facts = report.facts.model_copy(update={"gone": why})
    return replace(report, state="withdrawn" if withdrawn else "refused", facts=facts, claim=None)


def erase_media(report: Report, event: MediaErased) -> Report:
    return replace(report, media=tuple(m for m in report.media if m.id != event.media))


def claim(report: Report, *, by: Official, at: datetime, until: datetime) -> Report:
    """Make it one person's work; claiming again prolongs, and a claim that has run out may be taken over."""
    allowed("report", report.state, "claim")
    _free_for(report, by, at)
    return replace(report, state="claimed", claim=Claim(by.account, by.name, at, until))


def release(report: Report, *, by: Official, at: datetime) -> Report:
    allowed("report", report.state, "release")
    _free_for(report, by, at)
    return replace(report, state="waiting", claim=None)


def send_back(report: Report, *, by: Official, at: datetime, in_living_story: bool) -> Report:
    """Ask the Unit; opens the next cycle, which its answer names."""
    allowed("report", report.state, "send-back")
    _free_for(report, by, at)
    if in_living_story:
        raise InLivingStory
    return replace(report, state="sent-back", cycle=report.cycle + 1, claim=None)


def compile_into(report: Report, *, by: Official, at: datetime, split: bool) -> Report:
    """Take it into a Story; into a further one only where a split is meant."""
    allowed("report", report.state, "compile")
    if report.state == "compiled" and not split:
        raise NotNow("report", report.state)
    _free_for(report, by, at)
    return replace(report, state="compiled", claim=None)


def origins(reports: Sequence[Report]) -> tuple[Origin, ...]:
    """Where a Story comes from: its Reports but for those that left."""
    return tuple(r.origin for r in reports if not r.left)


def _free_for(report: Report, by: Official, at: datetime) -> None:
    held = report.claim
    if held is not None and held.account != by.account and held.until > at:
        raise ClaimedByOther(held.name, held.until)
