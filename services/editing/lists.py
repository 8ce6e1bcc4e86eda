"""The lists of the desk: what waits, what is at work, what is done with; each by an index, and narrowed by a search."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.editing.reports import Report
from services.editing.store import report_of
from services.editing.store_stories import stories_in
from services.editing.stories import Story
from shared import ledger
from shared.desk import Desk
from shared.remaining import Remaining, remaining_of
from shared.sla import Clock

if TYPE_CHECKING:
    from shared.db import Connection

MOST, RECENT = 200, 50
MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Search:
    """Words of the title (each by how it begins), one Bidang, and one person's own claims; empty finds all."""

    words: str = ""
    unit: str = ""
    claimed_by: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.words.strip() or self.unit or self.claimed_by)

    @property
    def terms(self) -> str:
        """For `to_tsquery`: letters and digits alone, so that nothing typed is an operator."""
        return " & ".join(f"{word}:*" for word in re.findall(r"\w+", self.words)[:MOST_WORDS])


@dataclass(frozen=True, slots=True)
class Timed:
    """The open clock of an item that ends first."""

    clock: Clock | None = None
    overdue: bool = False
    due_soon: bool = False
    left: Remaining | None = None


@dataclass(frozen=True, slots=True)
class OnDesk:
    report: Report
    timed: Timed


@dataclass(frozen=True, slots=True)
class AtWork:
    story: Story
    timed: Timed


ALL = Search()


async def inbox(desk: Desk, search: Search = ALL) -> list[OnDesk]:
    """What waits on the desk: immediate first, then by the time left (overdue first); what was sent back last."""
    async with desk.db.connection() as conn:
        found = await waiting(conn, search)
        clocks = await ledger.load(conn, reports=[r.id for r in found])
    first = {c.report: c for c in _soonest_last(clocks)}
    return [OnDesk(r, timed(desk, first.get(r.id))) for r in found]


async def compiled(desk: Desk, search: Search = ALL) -> list[Report]:
    """The Reports that Stories hold, newest first: another Story may be made of them."""
    async with desk.db.connection() as conn:
        return await held(conn, search)


async def stories(desk: Desk, *, at_work: bool, search: Search = ALL) -> list[AtWork]:
    """Stories at work by the time left, or those that are done with, newest first."""
    async with desk.db.connection() as conn:
        found = await (running(conn, search) if at_work else done(conn, search))
        clocks = await ledger.load(conn, stories=[s.id for s in found])
    first = {c.story: c for c in _soonest_last(clocks)}
    return [AtWork(s, timed(desk, first.get(s.id))) for s in found]


async def waiting(conn: "Connection", search: Search = ALL) -> list[Report]:
    where, given = _reports_where(search)
    return [report_of(row) for row in await conn.fetch(_INBOX.format(where=where), MOST, *given)]


async def held(conn: "Connection", search: Search = ALL) -> list[Report]:
    where, given = _reports_where(search)
    return [report_of(row) for row in await conn.fetch(_COMPILED.format(where=where), RECENT, *given)]


async def running(conn: "Connection", search: Search = ALL) -> list[Story]:
    where, given = _stories_where(search)
    return await stories_in(conn, _AT_WORK.format(where=where), MOST, *given)


async def done(conn: "Connection", search: Search = ALL) -> list[Story]:
    where, given = _stories_where(search)
    return await stories_in(conn, _DONE.format(where=where), RECENT, *given)


def timed(desk: Desk, clock: Clock | None) -> Timed:
    if clock is None:
        return Timed()
    now = desk.now()
    left = remaining_of(clock, now=now, keeper=desk.clock)
    return Timed(clock, desk.clock.overdue(clock, now), desk.clock.due_soon(clock, now), left)


def soonest(clocks: "Sequence[Clock]") -> Clock | None:
    return min(clocks, key=lambda c: c.due_at, default=None)


def _soonest_last(clocks: Iterable[Clock]) -> list[Clock]:
    return sorted(clocks, key=lambda c: c.due_at, reverse=True)


def _reports_where(search: Search) -> tuple[str, list[object]]:
    return _where(
        search,
        words="to_tsvector('simple', r.facts ->> 'title') @@ to_tsquery('simple', {})",
        unit="r.unit = {}",
        claimed_by="r.claimed_by = {}",
    )


def _stories_where(search: Search) -> tuple[str, list[object]]:
    """A Story is of the Bidang of any of its Reports, and whoever wrote in it works on it."""
    return _where(
        search,
        words="to_tsvector('simple', s.title) @@ to_tsquery('simple', {})",
        unit="EXISTS (SELECT FROM story_reports sr JOIN reports r ON r.id = sr.report"
        " WHERE sr.story = s.id AND r.unit = {})",
        claimed_by="(s.created_by = {0} OR EXISTS (SELECT FROM versions v WHERE v.story = s.id AND v.author = {0}))",
    )


def _where(search: Search, *, words: str, unit: str, claimed_by: str) -> tuple[str, list[object]]:
    """The conditions that were asked for and no other, so that each search has a plan of its own."""
    asked: list[tuple[str, object]] = []
    if search.words.strip():
        asked.append((words, search.terms))
    if search.unit:
        asked.append((unit, search.unit))
    if search.claimed_by:
        asked.append((claimed_by, search.claimed_by))
    conditions = [f"AND {condition.format(f'${n}')}" for n, (condition, _) in enumerate(asked, 2)]
    return " ".join(conditions), [value for _, value in asked]


_INBOX = """
    SELECT r.* FROM reports r
    LEFT JOIN LATERAL (SELECT min(due_at) AS due_at FROM clocks
                       WHERE report = r.id AND closed_at IS NULL) c ON true
    WHERE r.state IN ('waiting', 'claimed', 'sent-back') {where}
    ORDER BY r.state = 'sent-back', r.urgency <> 'immediate', c.due_at NULLS LAST, r.id
    LIMIT $1"""
_COMPILED = "SELECT r.* FROM reports r WHERE r.state = 'compiled' {where} ORDER BY r.opened_at DESC LIMIT $1"
_AT_WORK = """
    SELECT s.* FROM stories s
    LEFT JOIN LATERAL (SELECT min(due_at) AS due_at FROM clocks
                       WHERE story = s.id AND closed_at IS NULL) c ON true
    WHERE s.state IN ('draft', 'submitted', 'approved', 'returned') {where}
    ORDER BY s.urgency <> 'immediate', c.due_at NULLS LAST, s.id
    LIMIT $1"""
_DONE = """
    SELECT s.* FROM stories s WHERE s.state NOT IN ('draft', 'submitted', 'approved', 'returned') {where}
    ORDER BY s.created_at DESC LIMIT $1"""
