"""What the desk shows: Reports waiting, Stories at work, one of each with all that belongs to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from services.editing.manuscript import findings
from services.editing.reports import Report
from services.editing.store import find_reports, report_of, stories_of
from services.editing.store_stories import find_story, find_version, history, stories_in
from services.editing.stories import Saved, Story
from shared import ledger
from shared.desk import Desk
from shared.refusal import NotFound, Refused
from shared.sla import Clock

if TYPE_CHECKING:
    import asyncpg

MOST = 200


@dataclass(frozen=True, slots=True)
class Timed:
    """The open clock of an item that ends first."""

    clock: Clock | None = None
    overdue: bool = False
    due_soon: bool = False


@dataclass(frozen=True, slots=True)
class OnDesk:
    report: Report
    timed: Timed


@dataclass(frozen=True, slots=True)
class AtWork:
    story: Story
    timed: Timed


@dataclass(frozen=True, slots=True)
class ReportFile:
    """One Report and the Stories that hold it (id, title, state)."""

    report: Report
    timed: Timed
    stories: "list[asyncpg.Record]"


@dataclass(frozen=True, slots=True)
class StoryFile:
    """One Story with its newest Version, its Reports, all Versions without content, and what to know of it."""

    story: Story
    timed: Timed
    newest: Saved | None
    reports: list[Report]
    history: "list[asyncpg.Record]"
    findings: tuple[Refused, ...]


async def inbox(desk: Desk) -> list[OnDesk]:
    """What waits on the desk: immediate first, then by the time left; what was sent back last."""
    async with desk.db.connection() as conn:
        rows = await conn.fetch(_INBOX, MOST)
        found = [report_of(row) for row in rows]
        clocks = await ledger.load(conn, reports=[r.id for r in found])
    first = {c.report: c for c in _soonest_last(clocks)}
    return [OnDesk(r, _timed(desk, first.get(r.id))) for r in found]


async def compiled(desk: Desk) -> list[Report]:
    """The Reports that Stories hold, newest first: another Story may be made of them."""
    async with desk.db.connection() as conn:
        return [report_of(row) for row in await conn.fetch(_COMPILED, 50)]


async def stories(desk: Desk, *, at_work: bool) -> list[AtWork]:
    """Stories at work by the time left, or those that are done with, newest first."""
    async with desk.db.connection() as conn:
        found = await stories_in(conn, _AT_WORK if at_work else _DONE, MOST if at_work else 50)
        clocks = await ledger.load(conn, stories=[s.id for s in found])
    first = {c.story: c for c in _soonest_last(clocks)}
    return [AtWork(s, _timed(desk, first.get(s.id))) for s in found]


async def report_file(desk: Desk, report_id: UUID) -> ReportFile:
    async with desk.db.connection() as conn:
        found = await find_reports(conn, [report_id])
        if not found:
            raise NotFound("Bahan")
        clocks = await ledger.load(conn, reports=[report_id])
        return ReportFile(found[0], _timed(desk, _soonest(clocks)), await stories_of(conn, report_id))


async def story_file(desk: Desk, story_id: UUID) -> StoryFile:
    async with desk.db.connection() as conn:
        story = await find_story(conn, story_id)
        if story is None:
            raise NotFound("Berita")
        newest = await find_version(conn, story_id, story.version)
        reports = await find_reports(conn, story.reports)
        clocks = await ledger.load(conn, stories=[story_id])
        versions = await history(conn, story_id)
    known = findings(newest.content if newest else None, reports)
    return StoryFile(story, _timed(desk, _soonest(clocks)), newest, reports, versions, known)


async def version(desk: Desk, story_id: UUID, number: int) -> Saved:
    async with desk.db.connection() as conn:
        found = await find_version(conn, story_id, number)
    if found is None:
        raise NotFound("Versi")
    return found


def _soonest_last(clocks: Iterable[Clock]) -> list[Clock]:
    return sorted(clocks, key=lambda c: c.due_at, reverse=True)


def _soonest(clocks: Sequence[Clock]) -> Clock | None:
    return min(clocks, key=lambda c: c.due_at, default=None)


def _timed(desk: Desk, clock: Clock | None) -> Timed:
    if clock is None:
        return Timed()
    now = desk.now()
    return Timed(clock, desk.clock.overdue(clock, now), desk.clock.due_soon(clock, now))


_INBOX = """
    SELECT r.* FROM reports r
    LEFT JOIN LATERAL (SELECT min(due_at) AS due_at FROM clocks
                       WHERE report = r.id AND closed_at IS NULL) c ON true
    WHERE r.state IN ('waiting', 'claimed', 'sent-back')
    ORDER BY r.state = 'sent-back', r.urgency <> 'immediate', c.due_at NULLS LAST, r.id
    LIMIT $1"""
_COMPILED = "SELECT * FROM reports WHERE state = 'compiled' ORDER BY opened_at DESC LIMIT $1"
_AT_WORK = """
    SELECT s.* FROM stories s
    LEFT JOIN LATERAL (SELECT min(due_at) AS due_at FROM clocks
                       WHERE story = s.id AND closed_at IS NULL) c ON true
    WHERE s.state IN ('draft', 'submitted', 'approved', 'returned')
    ORDER BY s.urgency <> 'immediate', c.due_at NULLS LAST, s.id
    LIMIT $1"""
_DONE = """
    SELECT * FROM stories WHERE state NOT IN ('draft', 'submitted', 'approved', 'returned')
    ORDER BY created_at DESC LIMIT $1"""
