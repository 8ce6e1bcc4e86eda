"""Which steps wait on somebody, by what is known of an item: stage, cycle, since when, until when. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.intake.notices.facts import Facts, ItemKind, ReportFacts, Ruling, StoryFacts, Submission
from shared.calendar import OutsideCalendar
from shared.content import Urgency
from shared.sla import LATER_REVIEW, Clock, Kind, Stage, Timekeeper
from shared.sop import unit_of

Key = tuple[str, str, int]


class Ask(NamedTuple):
    """A step that somebody is to take, by the event that asked for it; `authors` may not judge their own Version."""

    stage: Stage
    cycle: int
    at: datetime
    lane: Urgency
    unit: str | None
    title: str
    practice: bool
    kind: Kind = "regular"
    authors: tuple[str, ...] = ()
    behind: str = ""


class Waiting(NamedTuple):
    """One step that waits; its clock tells until when, `soon_at` when the SOP's share of its target is used."""

    clock: Clock
    owner: UUID
    about: ItemKind
    title: str
    practice: bool
    authors: tuple[str, ...]
    soon_at: datetime

    @property
    def key(self) -> Key:
        return self.clock.stage, self.clock.item, self.clock.cycle


def rows(item: UUID, facts: Facts, keeper: Timekeeper, known: Mapping[Key, Waiting]) -> dict[Key, Waiting]:
    """Give all that waits of one item; a clock that is known to run stays on its SOP and calendar."""
    about: ItemKind = "report" if isinstance(facts, ReportFacts) else "story"
    found: dict[Key, Waiting] = {}
    for ask in asks(facts):
        key: Key = (ask.stage, f"{item}{ask.behind}", ask.cycle)
        row = _row(item, about, ask, keeper, known.get(key))
        if row is not None:
            found[key] = row
    return found


def asks(facts: Facts) -> Iterator[Ask]:
    """Give what was asked and not seen to end; a clock that is told as closed wins over all else."""
    found = _of_report(facts) if isinstance(facts, ReportFacts) else _of_story(facts)
    return (ask for ask in found if f"{ask.stage}/{ask.cycle}{ask.behind}" not in facts.closed)


def soon(keeper: Timekeeper, clock: Clock) -> datetime:
    """Give the moment at which an open clock has used the SOP's share of its target."""
    share = -(-clock.target_seconds * keeper.sop.due_soon_percent // 100)
    return keeper.calendar_of(clock.lane).due(clock.opened_at, share)


def _of_report(facts: ReportFacts) -> Iterator[Ask]:
    told = facts.told
    if told is None or facts.gone:
        return
    about = (told.urgency, told.unit, told.title, told.practice)
    latest = max((*facts.asked, *facts.answered), default=1)
    for cycle, at in facts.asked.items():
        if cycle == latest and cycle not in facts.answered:
            yield Ask("intake", cycle, at, *about)
    # Practice has no clocks whose end would be told: there a Story that was submitted of it is the end.
    if told.practice and facts.compiled:
        return
    for cycle, at in {1: told.received_at, **facts.answered}.items():
        if cycle >= latest:
            yield Ask("editing", cycle, at, *about)


def _of_story(facts: StoryFacts) -> Iterator[Ask]:
    newest = max(facts.submitted, default=0)
    for cycle, submission in facts.submitted.items():
        if cycle < newest or any(number > submission.sequence for number in facts.abandoned):
            continue
        ruling = facts.ruled.get(cycle)
        if ruling is None and submission.version not in facts.revoked:
            yield _of_submission("review", cycle, submission.at, submission)
        elif ruling is not None and ruling.returned:
            yield _of_submission("editing", cycle + 1, ruling.at, submission)
    for cycle, ruling in facts.ruled.items():
        if ruling.opens_at is not None and not _publishing_ended(facts, ruling):
            about = (ruling.urgency, unit_of(ruling.units), ruling.title, ruling.practice)
            yield Ask("publisher", cycle, ruling.opens_at, *about, _kind(correction=ruling.correction))
        ended = facts.revoked.get(ruling.version, frozenset()) - {"superseded"}
        if ruling.emergency_by and not ended and ruling.version not in facts.confirmed:
            yield _later_review(cycle, ruling, facts.submitted.get(cycle))


def _later_review(cycle: int, ruling: Ruling, told: Submission | None) -> Ask:
    """An emergency approval that another leader has to look at; of practice as well, to be learnt."""
    about = ("regular", unit_of(ruling.units), ruling.title, ruling.practice)
    not_theirs = (ruling.emergency_by or "", *(told.authors if told else ()))
    return Ask("review", cycle, ruling.at, *about, _kind(correction=ruling.correction), not_theirs, LATER_REVIEW)


def _of_submission(stage: Stage, cycle: int, at: datetime, told: Submission) -> Ask:
    about = (told.urgency, unit_of(told.units), told.title, told.practice)
    return Ask(stage, cycle, at, *about, _kind(correction=told.correction), told.authors if stage == "review" else ())


def _publishing_ended(facts: StoryFacts, ruling: Ruling) -> bool:
    """Public, taken down, revoked, or overtaken before anything of it was out."""
    version = ruling.version
    why = facts.revoked.get(version, frozenset[str]())
    if any(v >= version for v in facts.ended) or why & {"official", "abandoned"}:
        return True
    newer = any(r.opens_at is not None and r.version > version for r in facts.ruled.values())
    return (newer or "superseded" in why) and version not in facts.live


def _row(item: UUID, kind: ItemKind, ask: Ask, keeper: Timekeeper, known: Waiting | None) -> Waiting | None:
    about = (item, kind, ask.title, ask.practice, ask.authors)
    if known is not None and (known.clock.opened_at, known.clock.lane, known.clock.kind) == (
        ask.at,
        ask.lane,
        ask.kind,
    ):
        return Waiting(replace(known.clock, unit=ask.unit), *about, known.soon_at)
    try:
        clock = keeper.open(
            ask.stage,
            item=f"{item}{ask.behind}",
            cycle=ask.cycle,
            at=ask.at,
            lane=ask.lane,
            unit=ask.unit,
            kind=ask.kind,
        )
        return Waiting(clock, *about, soon(keeper, clock))
    except OutsideCalendar:
        return None  # the step itself could not be taken in without the calendar either


def _kind(*, correction: bool) -> Kind:
    return "correction" if correction else "regular"
