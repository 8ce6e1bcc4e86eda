"""Which clocks of an item must be running by what is known of it, and so all its rows on the board. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from services.review.board.facts import ReportFacts, Ruling, StoryFacts, Submission
from services.review.board.fold import Item, Key, Row
from shared.calendar import OutsideCalendar
from shared.sla import LATER_REVIEW, Clock, Kind, Lane, Stage, Timekeeper
from shared.sop import unit_of


class Opening(NamedTuple):
    """A clock that runs, by the event that opened it."""

    stage: Stage
    cycle: int
    at: datetime
    lane: Lane
    unit: str | None
    kind: Kind = "regular"
    behind: str = ""


def rows(item: Item, keeper: Timekeeper, running: Mapping[Key, Clock]) -> dict[Key, Row]:
    """Give the item's rows: the closed ones, and those that run; one known to run stays on its SOP and calendar."""
    found = {key: _with_unit(item, row) for key, row in item.closed.items()}
    for opening in openings(item):
        key: Key = (opening.stage, f"{item.id}{opening.behind}", opening.cycle)
        clock = None if key in found else _running(item, opening, keeper, running.get(key))
        if clock is not None:
            found[key] = Row(clock)
    return found


def openings(item: Item) -> Iterator[Opening]:
    """Give what opened and was not seen to end; a closed clock of the same key wins over it."""
    if isinstance(item.facts, ReportFacts):
        return _of_report(item.facts)
    return _of_story(item.facts)


def _of_report(facts: ReportFacts) -> Iterator[Opening]:
    told = facts.told
    if told is None or told.practice or facts.gone:
        return
    latest = max((*facts.asked, *facts.answered), default=1)
    for cycle, asked in facts.asked.items():
        if cycle == latest and cycle not in facts.answered:
            yield Opening("intake", cycle, asked.at, told.urgency, told.unit)
    for cycle, at in {1: told.received_at, **facts.answered}.items():
        if cycle >= latest:
            yield Opening("editing", cycle, at, told.urgency, told.unit)


def _of_story(facts: StoryFacts) -> Iterator[Opening]:
    if facts.practice:
        return
    newest = max(facts.submitted, default=0)
    for cycle, submission in facts.submitted.items():
        if cycle < newest or given_up(facts, submission):
            continue
        ruling, kind = facts.ruled.get(cycle), _kind(correction=submission.correction)
        if ruling is None and submission.version not in facts.revoked:
            yield Opening("review", cycle, submission.at, submission.urgency, unit_of(submission.units), kind)
        elif ruling is not None and ruling.ruled == "returned":
            yield Opening("editing", cycle + 1, ruling.at, submission.urgency, unit_of(ruling.units), kind)
    for cycle, ruling in facts.ruled.items():
        if ruling.opens_at is not None and not _publishing_ended(facts, ruling):
            kind = _kind(correction=ruling.correction)
            yield Opening("publisher", cycle, ruling.opens_at, ruling.urgency, unit_of(ruling.units), kind)
        if ruling.emergency and not facts.revoked.get(ruling.version, {}).keys() - {"superseded"}:
            kind = _kind(correction=ruling.correction)
            yield Opening("review", cycle, ruling.at, "regular", unit_of(ruling.units), kind, LATER_REVIEW)


def given_up(facts: StoryFacts, submission: Submission) -> bool:
    """Say whether editing gave the Story up after this submission."""
    return any(number > submission.sequence for number in facts.abandoned)


def _publishing_ended(facts: StoryFacts, ruling: Ruling) -> bool:
    """Public, taken down, revoked, or overtaken before anything of it was out: publisher keeps no clock of it."""
    version = ruling.version
    if any(v >= version for v in (*facts.published, *facts.taken_down)):
        return True
    why = facts.revoked.get(version, {})
    if "official" in why or "abandoned" in why:
        return True
    newer = any(r.ruled == "approved" and r.version > version for r in facts.ruled.values())
    return (newer or "superseded" in why) and version not in facts.live


def _running(item: Item, opening: Opening, keeper: Timekeeper, known: Clock | None) -> Clock | None:
    asked = (opening.at, opening.lane, opening.kind)
    if known is not None and (known.opened_at, known.lane, known.kind) == asked:
        return replace(known, unit=opening.unit)
    who = {item.kind: item.id}
    told = opening._asdict()
    named = f"{item.id}{told.pop('behind')}"
    try:
        return keeper.open(**told, item=named, report=who.get("report"), story=who.get("story"))
    except OutsideCalendar:
        return None  # no service could have opened it either


def _with_unit(item: Item, row: Row) -> Row:
    """A record of a service that did not tell the Unit yet gets it from what else is known."""
    if row.clock.unit is not None:
        return row
    return row._replace(clock=replace(row.clock, unit=_unit(item, row.clock)))


def _unit(item: Item, clock: Clock) -> str | None:
    facts = item.facts
    if isinstance(facts, ReportFacts):
        return facts.told.unit if facts.told else None
    if clock.stage == "review":
        told = facts.submitted.get(clock.cycle)
    else:
        told = facts.ruled.get(clock.cycle - 1 if clock.stage == "editing" else clock.cycle)
    return unit_of(told.units) if told else None


def _kind(*, correction: bool) -> Kind:
    return "correction" if correction else "regular"
