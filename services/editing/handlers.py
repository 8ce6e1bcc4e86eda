"""Kafka in: what comes onto the desk, what the leader answered, what the public reads."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.editing import reports, stories
from services.editing.clocks import Book
from services.editing.domain import StoryState
from services.editing.offers import Offer
from services.editing.redactions import order_of
from services.editing.reports import Report
from services.editing.store import lock_reports, save_reports
from services.editing.store_checks import forget_readings
from services.editing.store_cuts import forget_cuts
from services.editing.store_offers import add_offers, add_withdrawals
from services.editing.store_redactions import add_orders
from services.editing.store_stories import empty_versions, lock_stories, save_stories
from services.editing.store_typing import forget_files
from services.editing.stories import Story
from shared import audit, ledger
from shared.audit import SYSTEM, Entry
from shared.consume import React
from shared.content import Official
from shared.desk import Desk
from shared.envelope import Received
from shared.events import (
    ApprovalRevoked,
    Decision,
    Event,
    MediaErased,
    OfferWithdrawn,
    OnPublications,
    OnReports,
    ReportMediaChecked,
    ReportReceived,
    ReportRefused,
    ReportSupplemented,
    ReportWithdrawn,
    StoryDeclined,
    StoryPublished,
    StoryReturned,
    StoryTakenDown,
    StoryWithheld,
)
from shared.inbox import Batch
from shared.refusal import Refused
from shared.sop import unit_of

if TYPE_CHECKING:
    from shared.db import Connection

ENDING = (StoryDeclined, StoryWithheld, StoryTakenDown, ApprovalRevoked)  # after which a Story may be one of ENDED
ENDED: tuple[StoryState, ...] = ("declined", "withheld", "taken-down")
KNOWN_BEFORE = "Peristiwa ini tentang sesuatu yang belum pernah diterima meja penyuntingan."


def on_reports(desk: Desk) -> React:
    async def react(conn: "Connection", batch: Batch) -> None:
        events = batch.of(OnReports)
        ids = sorted({e.event.report for e in events if isinstance(e.event, OnReports)})
        found = await lock_reports(conn, ids)
        book = Book(desk.clock, await ledger.load(conn, reports=ids))
        changed: dict[UUID, Report] = {}
        erased: list[tuple[UUID, UUID]] = []
        cut: list[tuple[UUID, str]] = []
        entries: list[Entry] = []

        def decide(received: Received) -> None:
            event = received.event
            assert isinstance(event, OnReports)
            before = found.get(event.report)
            after = _on_report(before, event, book)
            found[event.report] = changed[event.report] = after
            if isinstance(event, MediaErased):
                erased.append((event.report, event.media))
                cut.extend((event.media, bucket) for bucket in _bucket_of(before, event.media))
            entries.append(_entry(received, event.report))

        batch.fold(decide, events)
        await save_reports(conn, changed.values())
        if erased:
            await empty_versions(conn, erased)
            await forget_files(conn, erased)
            await forget_cuts(conn, cut, at=desk.now())
            await forget_readings(conn, [media for _, media in erased])
        await ledger.save(conn, list(book.changed.values()))
        await audit.append(conn, entries, at=desk.now())

    return react


def on_decisions(desk: Desk) -> React:
    def apply(story: Story, event: Event, book: Book) -> Story:
        if isinstance(event, ApprovalRevoked):
            return stories.revoked(story, event)
        if isinstance(event, OfferWithdrawn):
            return story
        assert isinstance(event, Decision)
        after = stories.decided(story, event)
        if isinstance(event, StoryReturned) and after is not story:
            unit = unit_of(o.unit for o in event.origins)
            book.open_returned(after, cycle=event.cycle + 1, at=event.decided_at, unit=unit)
        return after

    told = _on_stories(desk, (Decision, ApprovalRevoked, OfferWithdrawn), apply)

    async def react(conn: "Connection", batch: Batch) -> None:
        await told(conn, batch)
        returned = batch.taken()
        await add_offers(conn, [o for e in returned if (o := _offer(e.event))])
        await add_withdrawals(conn, [e.event for e in returned if isinstance(e.event, OfferWithdrawn)])
        await add_orders(conn, [o for e in returned if (o := order_of(e))])

    return react


def _offer(event: Event) -> Offer | None:
    """The leader's own words that came with a return."""
    if not isinstance(event, StoryReturned) or event.proposal is None or event.proposal_sha256 is None:
        return None
    return Offer(event.story, event.version, event.proposal, event.proposal_sha256, event.decided_by, event.decided_at)


def on_publications(desk: Desk) -> React:
    def apply(story: Story, event: Event, _: Book) -> Story:
        if isinstance(event, StoryPublished):
            return stories.published(story, event)
        assert isinstance(event, StoryTakenDown)
        return stories.taken_down(story, event)

    return _on_stories(desk, (StoryPublished, StoryTakenDown), apply)


def _on_stories(desk: Desk, kinds: tuple[type[Event], ...], apply: Callable[[Story, Event, Book], Story]) -> React:
    async def react(conn: "Connection", batch: Batch) -> None:
        events = batch.of(*kinds)
        found = await lock_stories(conn, sorted({UUID(e.event.key) for e in events}))
        may_end = sorted({UUID(e.event.key) for e in events if isinstance(e.event, ENDING)})
        book = Book(desk.clock, await ledger.load(conn, stories=may_end) if may_end else ())
        changed: dict[UUID, Story] = {}
        entries: list[Entry] = []

        def decide(received: Received) -> None:
            story = found.get(UUID(received.event.key))
            if story is None:
                raise Refused("unknown-story", KNOWN_BEFORE)
            after = apply(story, received.event, book)
            if after.state in ENDED:
                # A Report that was added after the submission comes to nothing here; its material can be compiled anew.
                book.close_story(story.id, at=_when(received.event), outcome="abandoned")
            found[story.id] = changed[story.id] = after
            entries.append(_entry(received, story.id))

        batch.fold(decide, events)
        await save_stories(conn, changed.values())
        await ledger.save(conn, list(book.changed.values()))
        await audit.append(conn, entries, at=desk.now())

    return react


def _when(event: Event) -> datetime:
    if isinstance(event, Decision):
        return event.decided_at
    assert isinstance(event, ApprovalRevoked | OfferWithdrawn | OnPublications)
    return event.at


def _on_report(report: Report | None, event: OnReports, book: Book) -> Report:
    """The Report after one event, with its clock."""
    if isinstance(event, ReportReceived):
        received = reports.receive(event)
        book.open_report(received)
        return received
    if report is None:
        raise Refused("unknown-report", KNOWN_BEFORE)
    match event:
        case ReportMediaChecked():
            return reports.media_checked(report, event.media)
        case ReportSupplemented():
            after = reports.supplement(report, event)
            if after.state != report.state:
                book.open_report(after)
            return after
        case ReportWithdrawn():
            book.close_report(report.id, at=event.at, outcome="withdrawn")
            return reports.leave(report, event)
        case ReportRefused():
            book.close_report(report.id, at=event.at, outcome="refused")
            return reports.leave(report, event)
        case MediaErased():
            return reports.erase_media(report, event)
        case _:
            return report


def _bucket_of(report: Report | None, media: UUID) -> list[str]:
    """Where the copies of a file lie, where it has some."""
    found = [m for m in report.media if m.id == media] if report else []
    return [r.bucket for m in found for r in m.renditions][:1]


def _who(event: Event) -> Official | None:
    match event:
        case ReportReceived():
            return event.recorded_by
        case ReportSupplemented() | ReportWithdrawn() | ApprovalRevoked() | OfferWithdrawn() | StoryTakenDown():
            return event.by
        case MediaErased():
            return event.erased_by
        case Decision():
            return event.decided_by
        case StoryPublished():
            return event.published_by
        case _:
            return None


def _entry(received: Received, item: UUID) -> Entry:
    event = received.event
    version: int | None = getattr(event, "version", None)
    return Entry(event.name, str(item), _who(event) or SYSTEM, version, event_id=received.envelope.id)
