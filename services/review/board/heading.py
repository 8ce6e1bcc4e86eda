"""An item at a glance, why it was sent back, and its whole way to the public, from what is known of it. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.review.board.facts import ReportFacts, Ruling, StoryFacts, Submission, earliest
from services.review.board.fold import Item
from services.review.board.openings import given_up
from shared.content import Reason
from shared.sla import Stage
from shared.sop import unit_of

WITHHELD = "dikecualikan"


@dataclass(frozen=True, slots=True, order=True)
class Return:
    """One reason for which work was sent back, declined or withheld; `cycle` is of the clock that this ended."""

    stage: Stage
    item: UUID
    cycle: int
    n: int
    outcome: str
    code: str
    note: str
    unit: str | None
    at: datetime


def returns(item: Item) -> list[Return]:
    """Give why work was sent back, in the order in which the reasons were given; practice counts for nothing."""
    facts = item.facts
    if isinstance(facts, ReportFacts):
        if facts.told and facts.told.practice:
            return []
        unit = facts.told.unit if facts.told else None
        return [
            Return("editing", item.id, cycle - 1, n, "sent-back", reason.code, reason.note, unit, asked.at)
            for cycle, asked in facts.asked.items()
            for n, reason in enumerate(asked.reasons, 1)
        ]
    if facts.practice:
        return []
    return [
        Return("review", item.id, cycle, n, r.ruled, code, note, unit_of(r.units), r.at)
        for cycle, r in facts.ruled.items()
        for n, (code, note) in enumerate(_reasons(r), 1)
    ]


def _reasons(ruling: Ruling) -> list[tuple[str, str]]:
    told = [(reason.code, _in_its_place(reason)) for reason in ruling.reasons]
    return told or ([(WITHHELD, "")] if ruling.ruled == "withheld" else [])


def _in_its_place(reason: Reason) -> str:
    """A comment on one paragraph or picture means little without it."""
    if not reason.anchor or not reason.note:
        return reason.note
    return f"{reason.anchor[:1].upper()}{reason.anchor[1:]}: {reason.note}"


@dataclass(frozen=True, slots=True, order=True)
class Total:
    """From the earliest activity to the public."""

    story: UUID
    unit: str | None
    opened_at: datetime
    closed_at: datetime
    working_seconds: int
    elapsed_seconds: int
    calendar_version: str


def total(item: Item) -> Total | None:
    """Give a published Story's whole way; None of all else."""
    whole = None if isinstance(item.facts, ReportFacts) else item.facts.whole
    if whole is None:
        return None
    span = (whole.opened_at, whole.closed_at, whole.working_seconds, whole.elapsed_seconds, whole.calendar_version)
    return Total(item.id, unit_of(whole.units), *span)


class Heading(NamedTuple):
    """An item at a glance. `ended_at` is when its own way ended: a Report's in a submitted Story, or without one."""

    title: str
    unit: str | None
    practice: bool
    state: str
    happened_at: datetime | None
    ended_at: datetime | None


def heading(item: Item) -> Heading:
    """Give what a list shows of an item."""
    facts = item.facts
    if isinstance(facts, ReportFacts):
        return _report_heading(facts)
    newest = facts.submitted.get(max(facts.submitted, default=0))
    state, ended_at = _story_state(facts)
    return Heading(
        newest.title if newest else "",
        unit_of(facts.units),
        facts.practice,
        state,
        earliest(*(s.happened_at for s in facts.submitted.values())),
        ended_at,
    )


def _report_heading(facts: ReportFacts) -> Heading:
    told, ended_at = facts.told, facts.compiled_at
    state = "compiled" if facts.compiled_at else "received"
    if max(facts.asked, default=0) > max(facts.answered, default=0):
        state, ended_at = "sent-back", None
    if facts.gone:
        state, ended_at = min(facts.gone, key=lambda how: facts.gone[how]), min(facts.gone.values())
    if told is None:
        return Heading("", None, False, state, None, ended_at)
    return Heading(told.title, told.unit, told.practice, state, told.happened_at, ended_at)


def _story_state(facts: StoryFacts) -> tuple[str, datetime | None]:
    """Where a Story stands and since when it is at rest: what its newest Version came to, or what is public still."""
    newest = facts.submitted.get(max(facts.submitted, default=0))
    version = newest.version if newest else 0
    public = max(facts.published, default=0)
    if public and any(v >= public for v in facts.taken_down):
        public = 0
    if public >= max(version, 1):
        return "published", facts.published[public]
    gone = [at for v, at in facts.taken_down.items() if v >= max(version, 1)]
    if gone:
        return "taken-down", max(gone)
    state, at = _newest_state(facts, newest)
    if at is not None and public:
        return "published", facts.published[public]
    return state, at


def _newest_state(facts: StoryFacts, newest: Submission | None) -> tuple[str, datetime | None]:
    if newest is None or given_up(facts, newest):
        at = max(facts.abandoned.values(), default=None)
        return ("abandoned" if at else "draft"), at
    ruling = facts.ruled.get(max(facts.submitted))
    if ruling is None:
        return "submitted", None
    if "official" in (why := facts.revoked.get(newest.version, {})):
        return "revoked", why["official"]
    return ruling.ruled, ruling.at if ruling.ruled in ("declined", "withheld") else None
