"""What the desk shows of one Report or one Story, with all that belongs to it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from services.editing.lists import Timed, soonest, timed
from services.editing.manuscript import Cuts, findings
from services.editing.reports import Report
from services.editing.store import find_reports, stories_of
from services.editing.store_cuts import find_cuts
from services.editing.store_stories import find_story, find_version, history
from services.editing.stories import Saved, Story
from shared import ledger
from shared.desk import Desk
from shared.refusal import NotFound, Refused

if TYPE_CHECKING:
    import asyncpg


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
    cuts: Cuts


async def report_file(desk: Desk, report_id: UUID) -> ReportFile:
    async with desk.db.connection() as conn:
        found = await find_reports(conn, [report_id])
        if not found:
            raise NotFound("Bahan")
        clocks = await ledger.load(conn, reports=[report_id])
        return ReportFile(found[0], timed(desk, soonest(clocks)), await stories_of(conn, report_id))


async def story_file(desk: Desk, story_id: UUID) -> StoryFile:
    async with desk.db.connection() as conn:
        story = await find_story(conn, story_id)
        if story is None:
            raise NotFound("Berita")
        newest = await find_version(conn, story_id, story.version)
        reports = await find_reports(conn, story.reports)
        clocks = await ledger.load(conn, stories=[story_id])
        versions = await history(conn, story_id)
        cuts = await find_cuts(conn, [m.id for m in newest.content.media] if newest else [])
    known = findings(newest.content if newest else None, reports, cuts)
    return StoryFile(story, timed(desk, soonest(clocks)), newest, reports, versions, known, cuts)


async def version(desk: Desk, story_id: UUID, number: int) -> Saved:
    async with desk.db.connection() as conn:
        found = await find_version(conn, story_id, number)
    if found is None:
        raise NotFound("Versi")
    return found


async def expect_media(desk: Desk, story_id: UUID, media: UUID) -> None:
    """Raises NotFound where no Report of the Story has this file."""
    async with desk.db.connection() as conn:
        story = await find_story(conn, story_id)
        reports = await find_reports(conn, story.reports) if story else []
    if not any(m.id == media for r in reports if not r.left for m in r.media):
        raise NotFound("Berkas")
