"""What the Admin does, each in one transaction: lock, decide, save, append. The API and the pages share them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from services.editing import offers, redactions, reports, stories
from services.editing.checks.facts import Facts
from services.editing.checks.links import links_of
from services.editing.checks.ready import NotReady, expect_ready
from services.editing.checks.twins import likeness
from services.editing.clocks import Book
from services.editing.domain import NothingSaved, StaleVersion
from services.editing.manuscript import Manuscript, compose
from services.editing.redactions import Ending, Order
from services.editing.reports import Report
from services.editing.store import in_living_story, lock_reports, save_reports, stories_of
from services.editing.store_checks import ask_links, find_readings, note_submission
from services.editing.store_cuts import find_cuts
from services.editing.store_offers import find_offer
from services.editing.store_redactions import finish, regions_of, waits
from services.editing.store_stories import (
    add_reports,
    add_version,
    authors,
    find_version,
    lock_stories,
    save_stories,
)
from services.editing.store_typing import forget_typed
from services.editing.stories import Saved, Story
from shared import audit, ledger
from shared.audit import SYSTEM, Entry
from shared.content import Content, Note, Official, Reason, RequestRef
from shared.content_hash import content_sha256
from shared.desk import Desk
from shared.envelope import Envelope
from shared.events import ReportSentBack, StoryAbandoned
from shared.outbox import LIMIT, Draft, TooLarge
from shared.refusal import NotFound

if TYPE_CHECKING:
    from shared.db import Connection

WORDS_TAKEN = "Menerima perbaikan pimpinan tanpa mengubahnya"
ROOM_FOR_THE_REST = 50_000  # what a submission carries beside the content: origins, authors, clocks


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of one desk; a claim lasts `claim_for`."""

    desk: Desk
    claim_for: timedelta

    async def claim(self, report_id: UUID, *, by: Official) -> Report:
        async with self.desk.transaction() as conn:
            at = self.desk.now()
            report = (await _reports(conn, [report_id]))[0]
            report = reports.claim(report, by=by, at=at, until=at + self.claim_for)
            await self._keep(conn, report, Entry("report.claimed", str(report_id), by))
        return report

    async def release(self, report_id: UUID, *, by: Official) -> Report:
        async with self.desk.transaction() as conn:
            report = (await _reports(conn, [report_id]))[0]
            report = reports.release(report, by=by, at=self.desk.now())
            await self._keep(conn, report, Entry("report.released", str(report_id), by))
        return report

    async def send_back(self, report_id: UUID, *, reasons: Sequence[Reason], question: Note, by: Official) -> Report:
        """Ask the Unit, with typed reasons; its answer opens the Report's next editing clock."""
        async with self.desk.transaction() as conn:
            at = self.desk.now()
            report = (await _reports(conn, [report_id]))[0]
            living = await in_living_story(conn, report_id)
            report = reports.send_back(report, by=by, at=at, in_living_story=living)
            book = Book(self.desk.clock, await ledger.load(conn, reports=[report_id]))
            closed = book.close_report(report_id, at=at, outcome="sent-back")
            event = ReportSentBack(
                report=report_id,
                cycle=report.cycle,
                reasons=tuple(reasons),
                question=question,
                request=report.facts.request,
                by=by,
                at=at,
                clocks=ledger.records(closed),
            )
            await ledger.save(conn, list(book.changed.values()))
            await self._keep(conn, report, Entry("report.sent-back", str(report_id), by))
            await self.desk.outbox.append(conn, [Draft(event, request=report.facts.request)])
        return report

    async def compile(self, report_ids: Sequence[UUID], *, by: Official, split: bool = True) -> Story:
        """Begin a Story from these Reports; with `split` also from one that another Story holds."""
        async with self.desk.transaction() as conn:
            found = await _reports(conn, list(dict.fromkeys(report_ids)))
            return await self._compile(conn, found, by=by, split=split)

    async def compile_next(self, report_id: UUID, *, by: Official, known: int | None) -> UUID:
        """Begin one more Story from a Report whose page told of `known`; the one that has come since, where one has.

        Without `known` it is the first, or the newest where the Report is in one already. Returns the Story's id.
        """
        async with self.desk.transaction() as conn:
            found = await _reports(conn, [report_id])
            there = await stories_of(conn, report_id)
            if there and (len(there) > known if known is not None else found[0].state == "compiled"):
                return there[-1]["id"]
            return (await self._compile(conn, found, by=by, split=known is not None)).id

    async def add_report(self, story_id: UUID, report_id: UUID, *, by: Official) -> Story:
        """Take one more Report into a Story; it brings its own clock."""
        async with self.desk.transaction() as conn:
            at = self.desk.now()
            story = await _story(conn, story_id)
            report = (await _reports(conn, [report_id]))[0]
            story = stories.add_report(story, report)
            await save_stories(conn, [story])
            await self._enter(conn, story, [reports.compile_into(report, by=by, at=at, split=True)], by)
            await audit.append(conn, [Entry("story.report-added", str(story_id), by)], at=at)
        return story

    async def save(
        self,
        story_id: UUID,
        manuscript: Manuscript,
        *,
        expected_version: int,
        reason: Note,
        by: Official,
        typed: bool = False,
    ) -> Saved:
        """Save a Version on top of the one that its author had before them; `typed` ends what was kept for them."""
        async with self.desk.transaction() as conn:
            story = await _story(conn, story_id)
            story = stories.save(story, expected_version=expected_version, title=manuscript.title)
            cuts = await find_cuts(conn, [m.id for m in manuscript.media])
            redacted = await regions_of(conn, story_id)
            content = compose(manuscript, await _reports(conn, story.reports), cuts, redacted)
            saved = await self._add_version(conn, story, content, reason=reason, by=by)
            if typed:
                await forget_typed(conn, story_id, by.account)
        return saved

    async def accept(self, story_id: UUID, *, version: int, by: Official) -> Story:
        """Take the leader's words exactly: saved as the next Version and submitted, for which they are approved."""
        async with self.desk.transaction() as conn:
            story = await _story(conn, story_id)
            newest, offer = await find_version(conn, story_id, story.version), await find_offer(conn, story_id, version)
            if newest is None:
                raise StaleVersion(story.version)
            if offers.taken(story, newest, offer):
                return story  # a second click
            content = offers.accept(story, newest, offer, version=version, by=by)
            story = stories.save(story, expected_version=version, title=content.title)
            await self._add_version(conn, story, content, reason=WORDS_TAKEN, by=by)
            return await self._submit(conn, story, version=story.version, by=by)

    async def derive(self, order: Order) -> None:
        """Take out what the leader wants, as the next Version, and submit it; unless another was saved meanwhile.

        The copies of its pictures are there already. Raises Refused for what cannot be taken out.
        """
        async with self.desk.transaction() as conn:
            story = await _story(conn, order.story)
            if await waits(conn, order):  # else another process was first
                fits = redactions.fits(story, order)
                outcome, note = await self._derive(conn, story, order) if fits else ("overtaken", "")
                await finish(conn, order, outcome, note, at=self.desk.now())

    async def _derive(self, conn: "Connection", story: Story, order: Order) -> tuple[Ending, str]:
        saved, found = await find_version(conn, story.id, order.version), await _reports(conn, story.reports)
        assert saved is not None  # the Story counts what it has
        cuts = await find_cuts(conn, [m.id for m in saved.content.media])
        content = redactions.derived(saved.content, order, found, cuts)
        story = stories.save(story, expected_version=order.version, title=content.title)
        reason = redactions.reason(order, self.desk.clock.calendar.zone)
        await self._add_version(conn, story, content, reason=reason, by=order.by, derived=True)
        try:
            await self._submit(conn, story, version=story.version, by=SYSTEM, because=order.because)
        except NotReady as no:
            return "held", no.sentence
        return "derived", ""

    async def _add_version(
        self, conn: "Connection", story: Story, content: Content, *, reason: Note, by: Official, derived: bool = False
    ) -> Saved:
        """Write down the Version that the Story counts already."""
        size = len(content.model_dump_json().encode())
        if size > LIMIT - ROOM_FOR_THE_REST:
            raise TooLarge(size)
        saved = Saved(story.id, story.version, content, content_sha256(content), by, reason, self.desk.now(), derived)
        await save_stories(conn, [story])
        await add_version(conn, saved)
        await ask_links(conn, links_of(content), at=saved.saved_at)
        entry = Entry("story.saved", str(story.id), by, saved.version, after_hash=saved.content_sha256)
        await audit.append(conn, [entry], at=saved.saved_at)
        return saved

    async def submit(self, story_id: UUID, *, version: int, by: Official) -> Story:
        """Give the newest Version to the leader: stage 2 ends, and its clocks close."""
        async with self.desk.transaction() as conn:
            return await self._submit(conn, await _story(conn, story_id), version=version, by=by)

    async def _submit(
        self, conn: "Connection", story: Story, *, version: int, by: Official, because: Envelope | None = None
    ) -> Story:
        at = self.desk.now()
        story = stories.submit(story, version=version)
        found = await _reports(conn, story.reports)
        saved = await find_version(conn, story.id, version)
        assert saved is not None  # the Story counts what it has
        shown = [m.id for m in saved.content.media]
        cuts, readings = await find_cuts(conn, shown), await find_readings(conn, shown)
        expect_ready(Facts(saved.content, found, cuts, readings))
        wrote = await authors(conn, story.id, version)
        book = Book(self.desk.clock, await ledger.load(conn, stories=[story.id]))
        clocks = ledger.records(book.close_story(story.id, at=at, outcome="completed"))
        event = stories.submitted(story, saved, found, authors=wrote, by=by, at=at, clocks=clocks)
        await save_stories(conn, [story])
        await note_submission(conn, story.id, likeness(saved.content, found), at=at)
        await ledger.save(conn, list(book.changed.values()))
        await self.desk.outbox.append(conn, [Draft(event, because=because, request=_request(found))])
        entry = Entry("story.submitted", str(story.id), by, version, after_hash=saved.content_sha256)
        await audit.append(conn, [entry], at=at)
        return story

    async def look_again(self, story_id: UUID) -> None:
        """Have all links of the newest Version looked up once more."""
        async with self.desk.transaction() as conn:
            story = await _story(conn, story_id)
            saved = await find_version(conn, story_id, story.version)
            if saved is None:
                raise NothingSaved
            await ask_links(conn, links_of(saved.content), at=self.desk.now(), again=True)

    async def abandon(self, story_id: UUID, *, reason: Note, by: Official) -> Story:
        async with self.desk.transaction() as conn:
            at = self.desk.now()
            story = stories.abandon(await _story(conn, story_id))
            found = await _reports(conn, story.reports)
            book = Book(self.desk.clock, await ledger.load(conn, stories=[story_id]))
            clocks = ledger.records(book.close_story(story_id, at=at, outcome="abandoned"))
            come_from = tuple(r.origin for r in found)
            event = StoryAbandoned(story=story_id, reason=reason, origins=come_from, by=by, at=at, clocks=clocks)
            await save_stories(conn, [story])
            await ledger.save(conn, list(book.changed.values()))
            await self.desk.outbox.append(conn, [Draft(event, request=_request(found))])
            await audit.append(conn, [Entry("story.abandoned", str(story_id), by, story.version)], at=at)
        return story

    async def _compile(self, conn: "Connection", found: Sequence[Report], *, by: Official, split: bool) -> Story:
        at = self.desk.now()
        taken = [reports.compile_into(r, by=by, at=at, split=split) for r in found]
        story = stories.compile_story(self.desk.new_id(), taken, by=by, at=at)
        await save_stories(conn, [story])
        await self._enter(conn, story, taken, by)
        await audit.append(conn, [Entry("story.compiled", str(story.id), by)], at=at)
        return story

    async def _enter(self, conn: "Connection", story: Story, taken: Sequence[Report], by: Official) -> None:
        """Put Reports into a Story, each with its clock."""
        book = Book(self.desk.clock, await ledger.load(conn, reports=[r.id for r in taken]))
        for report in taken:
            book.enter_story(report, story)
        await save_reports(conn, taken)
        await add_reports(conn, story, [r.id for r in taken], by=by, at=self.desk.now())
        await ledger.save(conn, list(book.changed.values()))

    async def _keep(self, conn: "Connection", report: Report, entry: Entry) -> None:
        await save_reports(conn, [report])
        await audit.append(conn, [entry], at=self.desk.now())


async def _reports(conn: "Connection", ids: Collection[UUID]) -> list[Report]:
    """Lock Reports, all of which must be there; in the order asked for."""
    found = await lock_reports(conn, ids)
    if not ids or len(found) != len(set(ids)):
        raise NotFound("Bahan")
    return [found[i] for i in ids]


async def _story(conn: "Connection", story: UUID) -> Story:
    found = (await lock_stories(conn, [story])).get(story)
    if found is None:
        raise NotFound("Berita")
    return found


def _request(found: Sequence[Report]) -> RequestRef | None:
    """The request that a Story answers, where all of it came by one."""
    requests = [r.facts.request for r in found]
    return requests[0] if all(r == requests[0] for r in requests) else None
