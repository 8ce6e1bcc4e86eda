"""What the desk shows of one Report or one Story, with all that belongs to it."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from uuid import UUID

from services.editing.checks.facts import Facts
from services.editing.checks.files import left
from services.editing.checks.findings import Finding
from services.editing.checks.links import links_of
from services.editing.checks.ready import findings
from services.editing.checks.twins import likeness
from services.editing.lists import Timed, soonest, timed
from services.editing.manuscript import NO_REGIONS, Cuts, Regions
from services.editing.offers import Offer, waiting
from services.editing.redactions import Told, told_of
from services.editing.reports import Report
from services.editing.store import find_reports, stories_of
from services.editing.store_checks import find_looks, find_readings, find_twins
from services.editing.store_cuts import find_cuts
from services.editing.store_offers import find_offer
from services.editing.store_redactions import newest_order, regions_of
from services.editing.store_stories import find_story, find_version, history
from services.editing.stories import Saved, Story
from shared import ledger
from shared.content_difference import Difference, difference
from shared.desk import Desk
from shared.refusal import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    import asyncpg

    from shared.db import Connection


@dataclass(frozen=True, slots=True)
class ReportFile:
    """One Report and the Stories that hold it (id, title, state)."""

    report: Report
    timed: Timed
    stories: "list[asyncpg.Record]"


@dataclass(frozen=True, slots=True)
class StoryFile:
    """One Story with its newest Version, its Reports, all Versions without content, and what to know of it.

    `links` are those of the newest Version, with when they were looked up last; `offered` is what the leader's own
    words, which can be taken exactly, change in it. `redacted` is what a leader had blacked out of its pictures, and
    `order` the last that a leader wants taken out, while it concerns the Admin.
    """

    story: Story
    timed: Timed
    newest: Saved | None
    reports: list[Report]
    history: "list[asyncpg.Record]"
    findings: list[Finding]
    cuts: Cuts
    links: "dict[str, datetime | None]"
    offer: Offer | None = None
    offered: Difference | None = None
    redacted: Regions = field(default_factory=lambda: NO_REGIONS)
    order: Told | None = None

    def lists(self, refusal: str | None) -> bool:
        """Whether a refusal stands among the findings, so that it need not be said twice."""
        return any(f.blocking and f.sentence == refusal for f in self.findings)

    @property
    def places(self) -> set[str]:
        """The fields that some finding points to."""
        return {f.place for f in self.findings}


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
        facts = await _facts(conn, story, newest, reports, cuts, at=desk.now()) if newest else None
        offer = await find_offer(conn, story_id, story.version)
        redacted, order = await regions_of(conn, story_id), await newest_order(conn, story_id)
    known = await asyncio.to_thread(findings, facts) if facts else left(reports)
    links = {a: facts.looks[a].at if a in facts.looks else None for a in links_of(facts.content)} if facts else {}
    told = StoryFile(story, timed(desk, soonest(clocks)), newest, reports, versions, known, cuts, links)
    told = replace(told, redacted=redacted, order=told_of(story, order))
    if offer is None or newest is None or not waiting(story, offer):
        return told
    if offer.withdrawn:
        return replace(told, offer=offer)
    changed = await asyncio.to_thread(difference, newest.content, offer.words.laid_over(newest.content))
    return replace(told, offer=offer, offered=changed)


async def _facts(
    conn: "Connection", story: Story, newest: Saved, reports: list[Report], cuts: Cuts, *, at: "datetime"
) -> Facts:
    """All that the checks look at."""
    content = newest.content
    like = likeness(content, reports)
    return Facts(
        content,
        reports,
        cuts,
        await find_readings(conn, [m.id for m in content.media]),
        await find_looks(conn, links_of(content)),
        await find_twins(conn, story.id, like, practice=story.practice, at=at),
    )


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
