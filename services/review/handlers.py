"""Kafka in: submitted and abandoned Stories, what became of Reports and files, what became of Publications."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.review import domain, rulings, store, store_erased
from services.review.board.handlers import and_the_board
from services.review.domain import Case, Ended, Offer, Review
from services.review.register import store as register
from services.review.register.rules import Exempt
from services.review.rulings import Verdict
from services.review.store import Fate, Notice, Submitted
from shared import audit, ledger
from shared.audit import Entry
from shared.consume import React
from shared.content import EXEMPT, ClockRecord, Official
from shared.envelope import Received
from shared.events import (
    MediaErased,
    OnStories,
    ReportRefused,
    ReportWithdrawn,
    StoryAbandoned,
    StoryCorrected,
    StoryPublished,
    StorySubmitted,
    StoryTakenDown,
)
from shared.outbox import Draft
from shared.sla import LATER_REVIEW, Clock, Outcome, Timekeeper
from shared.sop import unit_of

if TYPE_CHECKING:
    from shared.db import Connection
    from shared.desk import Desk
    from shared.inbox import Batch

ClockKey = tuple[str, int]


@dataclass(slots=True)
class Filing:
    """A batch being decided: the locked Stories and their clocks, and all that is to be written of them."""

    keeper: Timekeeper
    cases: dict[UUID, Case]
    clocks: dict[ClockKey, Clock]
    submitted: list[Submitted] = field(default_factory=list[Submitted])
    ended: list[Ended] = field(default_factory=list[Ended])
    verdicts: list[Verdict] = field(default_factory=list[Verdict])
    drafts: list[Draft] = field(default_factory=list[Draft])
    entries: list[Entry] = field(default_factory=list[Entry])
    exempt: list[Exempt] = field(default_factory=list[Exempt])

    def decide(self, received: Received) -> None:
        """Apply one event; a refusal leaves everything as it was."""
        match received.event:
            case StorySubmitted() as event:
                self._submit(received, event)
            case StoryAbandoned() as event:
                case, ended = domain.abandon(self.cases[event.story], by=event.by, at=event.at, note=event.reason)
                self.cases[event.story] = case
                self._end(received, ended)
                self._note(received, "review.story-abandoned", event.story, event.by)
            case _:
                pass

    def _submit(self, received: Received, event: StorySubmitted) -> None:
        new = review_of(event)
        offer = domain.accepted(self.cases[event.story], new)
        case, ended = domain.submit(self.cases[event.story], new)
        clock = open_clock(self.keeper, new)
        self.cases[event.story] = case
        self._end(received, ended)
        self.submitted.append(Submitted(new, event.content, received.envelope))
        if clock is not None:
            self.clocks[clock.item, clock.cycle] = clock
        self._note(received, "review.opened", event.story, event.submitted_by, new)
        if offer is not None and not self._is_exempt(event):  # else it is read as any other
            self._accept(received, event, new, offer)

    def _is_exempt(self, event: StorySubmitted) -> bool:
        content = event.content
        ppid = any(one.story == event.story and one.is_in(content) for one in self.exempt)
        return ppid or content.information_class == EXEMPT

    def _accept(self, received: Received, event: StorySubmitted, new: Review, offer: Offer) -> None:
        """The leader's own words came back exactly: what was approved with them counts from here."""
        verdict = rulings.accept(new, offer)
        self.cases[event.story] = self.cases[event.story].having([verdict.review])
        clocks = self._close(new, at=verdict.at, outcome="completed")
        approved = rulings.decision_event(verdict, event.content, clocks=clocks)
        self.verdicts.append(verdict)
        self.drafts.append(Draft(approved, because=received.envelope))
        self._note(received, approved.name, event.story, offer.by, verdict.review)

    def _end(self, received: Received, ended: Iterable[Ended]) -> None:
        for end in ended:
            review = end.review
            clocks = self._close(review, at=end.at, outcome=end.outcome)
            if end.why != "superseded":  # an emergency approval is looked at later, whatever follows it
                clocks += self._close(review, at=end.at, outcome=end.outcome, behind=LATER_REVIEW)
            event = rulings.revocation_event(end, clocks)
            self.ended.append(end)
            self.drafts.append(Draft(event, because=received.envelope))
            self._note(received, f"review.{review.state}", review.story, end.by, review)

    def _close(self, review: Review, *, at: datetime, outcome: Outcome, behind: str = "") -> tuple[ClockRecord, ...]:
        key = f"{review.story}{behind}", review.cycle
        clock = self.clocks.get(key)
        if clock is None or not clock.is_open:
            return ()
        self.clocks[key] = closed = self.keeper.close(clock, at=at, outcome=outcome)
        return ledger.records([closed])

    def _note(self, received: Received, action: str, story: UUID, by: Official, review: Review | None = None) -> None:
        version, content = (review.version, review.content_sha256) if review else (None, None)
        self.entries.append(Entry(action, str(story), by, version, after_hash=content, event_id=received.envelope.id))


def review_of(event: StorySubmitted) -> Review:
    return Review(
        story=event.story,
        version=event.version,
        cycle=event.cycle,
        content_sha256=event.content_sha256,
        authors=event.authors,
        origins=event.origins,
        submitted_by=event.submitted_by,
        submitted_at=event.submitted_at,
        urgency=event.urgency,
        practice=event.practice,
        correction=event.correction,
    )


def open_clock(keeper: Timekeeper, review: Review) -> Clock | None:
    """The clock of this submission; practice is never counted, so it has none."""
    if review.practice:
        return None
    return keeper.open(
        "review",
        item=str(review.story),
        cycle=review.cycle,
        at=review.submitted_at,
        lane=review.urgency,
        story=review.story,
        unit=unit_of(o.unit for o in review.origins),
        kind=review.kind,
    )


def on_stories(desk: "Desk") -> React:
    """A submitted Version lies before the leader; a newer one, or giving the Story up, ends the older."""

    async def react(conn: "Connection", batch: "Batch") -> None:
        events = batch.of(StorySubmitted, StoryAbandoned)
        stories = {e.event.story for e in events if isinstance(e.event, OnStories)}
        if not stories:
            return
        cases = await store.lock(conn, stories)
        clocks = {(c.item, c.cycle): c for c in await ledger.load(conn, stories=sorted(stories))}
        offered = [story for story, case in cases.items() if case.newest and case.newest.offer]
        exempt = await register.exempt(conn, offered, today=desk.today()) if offered else []
        filing = Filing(desk.clock, cases, clocks, exempt=exempt)
        batch.fold(filing.decide, events)
        await store.add(conn, await store_erased.without_erased(conn, filing.submitted))
        await store.save_cases(conn, list(filing.cases.values()))
        await store.add_decisions(conn, filing.verdicts)
        await store.add_ended(conn, filing.ended)
        await desk.outbox.append(conn, filing.drafts)
        await ledger.save(conn, list(filing.clocks.values()))
        await audit.append(conn, filing.entries, at=desk.now())

    return and_the_board(desk, react)


def on_reports(desk: "Desk") -> React:
    """A Report that left, or an erased file, becomes a finding on every Version with it, whichever is known first."""

    async def react(conn: "Connection", batch: "Batch") -> None:
        events = batch.of(ReportWithdrawn, ReportRefused, MediaErased)
        notices = {e.envelope.id: notice for e in events if (notice := notice_of(e)) is not None}
        # Their lock is had before anything is written down: a submission that crosses sees all of it, or waits.
        await store_erased.empty(conn, {n.subject for n in notices.values() if n.kind == "media-erased"})
        await store.add_notices(conn, list(notices.values()))
        entries = [Entry(f"review.{n.kind}", str(n.subject), event_id=caused) for caused, n in notices.items()]
        await audit.append(conn, entries, at=desk.now())

    return and_the_board(desk, react)


def notice_of(received: Received) -> Notice | None:
    match received.event:
        case ReportWithdrawn() as event:
            return Notice("report-withdrawn", event.report, event.reason, event.at)
        case ReportRefused() as event:
            why = "; ".join(p.message for p in event.problems)
            return Notice("report-refused", event.report, why, event.at)
        case MediaErased() as event:
            return Notice("media-erased", event.media, event.reason, event.at, (event.sha256, *event.renditions))
        case _:
            return None


def on_publications(desk: "Desk") -> React:
    """What publisher told last: public at which addresses since when, or taken down."""

    async def react(conn: "Connection", batch: "Batch") -> None:
        events = batch.of(StoryPublished, StoryCorrected, StoryTakenDown)
        fates: dict[UUID, Fate] = {}
        entries: list[Entry] = []
        for received in events:
            told = fate_after(fates, received)
            fates[told.story] = told
            action = received.event.name.replace("story.", "review.story-")
            entries.append(Entry(action, str(told.story), event_id=received.envelope.id))
        await store.save_fates(conn, list(fates.values()))
        await audit.append(conn, entries, at=desk.now())

    return and_the_board(desk, react)


def fate_after(fates: dict[UUID, Fate], received: Received) -> Fate:
    """Fold one Publication event onto what is known of its Story."""
    event = received.event
    assert isinstance(event, (StoryPublished, StoryCorrected, StoryTakenDown))
    known = fates.get(event.story, Fate(event.story))
    if isinstance(event, StoryTakenDown):
        return replace(known, taken_down_version=event.version, taken_down_at=event.at)
    return replace(known, published_version=event.version, published_at=event.at, urls=event.urls)
