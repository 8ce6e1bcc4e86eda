"""The leader's steps, and what their screens show: the same for the JSON API and the pages."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from services.review import amending, rulings, store, store_read
from services.review.domain import (
    ACTION_OF,
    OUTCOME_OF,
    DecidedAlready,
    EmergencyIsOff,
    NoSuchReview,
    NotOpen,
    Review,
    may,
)
from services.review.register import rules as register
from services.review.register import store as register_store
from services.review.rulings import Ruling, Verdict
from services.review.store_read import Dossier, Line
from shared import audit, ledger
from shared.audit import Entry
from shared.content import Official
from shared.media.store import Buckets, Store
from shared.outbox import Draft
from shared.refusal import NotFound
from shared.remaining import Remaining, remaining_of
from shared.sla import Clock
from shared.words import moment

if TYPE_CHECKING:
    from shared.accounts import Person
    from shared.db import Connection
    from shared.desk import Desk

Pace = Literal["in-time", "due-soon", "overdue"]


@dataclass(frozen=True, slots=True)
class Due:
    """An open clock as people see it."""

    due_at: datetime
    pace: Pace
    left: Remaining


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the queue; practice has no clock."""

    line: Line
    due: Due | None


@dataclass(frozen=True, slots=True)
class Files:
    """The publishable copies, to be looked at by staff for a while."""

    store: Store
    buckets: Buckets
    lifetime: timedelta


async def decide(
    desk: "Desk", story: UUID, ruling: Ruling, *, person: "Person", capacity: str = "", emergency: bool = False
) -> Review:
    """Answer one exact Version; the Decision, its clock, its event and its audit row are one transaction.

    `capacity` is one of those in which the person may decide; `emergency` says whether the office knows that way. The
    same answer of the same person once more changes nothing and is no error: it was sent twice.
    """
    by, mandate = person.acting_with("review.decide", capacity)
    if ruling.basis == "emergency" and not emergency:
        raise EmergencyIsOff
    try:
        return await _decide(desk, story, ruling, by, mandate)
    except NotOpen:
        return await _decided_before(desk, story, ruling, person)


async def _decide(desk: "Desk", story: UUID, ruling: Ruling, by: Official, mandate: str) -> Review:
    async with desk.transaction() as conn:
        case, at = await store.lock_reviewed(conn, story), desk.now()
        review = rulings.decide(case, ruling, by=by)
        rulings.expect_embargo_in_calendar(ruling, review, clock=desk.clock)
        content, because = await store.content_of(conn, story, review.version)
        rulings.expect_not_exempt(ruling, content)
        rulings.expect_term_ahead(ruling, today=desk.today())
        if ruling.choice == "approved" or ruling.proposal:
            offered_words = ruling.proposal.laid_over(content) if ruling.proposal else content
            register.expect_not_exempt(offered_words, await register_store.exempt(conn, [story], today=desk.today()))
        rulings.expect_redactable(ruling, content)
        offered = amending.offered(ruling, content)
        clocks = await _closed(conn, desk, review, at)
        later = rulings.later_review(review, ruling, at=at, clock=desk.clock)
        verdict = Verdict(review, ruling, by, at, mandate, offered)
        event = rulings.decision_event(verdict, content, clocks=ledger.records(clocks))
        await store.add_decisions(conn, [verdict])
        await store.save_cases(conn, [case.having([review])])
        await desk.outbox.append(conn, [Draft(event, because=because)])
        await ledger.save(conn, [*clocks, *later])
        await audit.append(conn, [entry(event.name, review, by)], at=at)
    return review


async def _decided_before(desk: "Desk", story: UUID, ruling: Ruling, person: "Person") -> Review:
    async with desk.db.connection() as conn:
        found = await store_read.dossier(conn, story, ruling.version)
    assert found is not None
    if found.decided is None or found.review.state != found.decided.decision:
        raise NotOpen(found.review.state)
    decided, by = found.decided, found.decided.decided_by
    if by.account == person.account and decided.grounds == ruling.grounds:
        return found.review
    zone = str(desk.clock.calendar.zone)
    raise DecidedAlready(
        ruling.version, decided.decision, f"{by.name} ({by.capacity})", moment(decided.decided_at, zone)
    )


async def queue(desk: "Desk", *, limit: int) -> list[Waiting]:
    """What waits for the leader, the one due first at the top."""
    async with desk.db.connection() as conn:
        lines = await store_read.waiting(conn, limit=limit)
        clocks = await ledger.load(conn, stories=[line.story for line in lines])
    running = {(c.item, c.cycle): _due(desk, c) for c in clocks}
    return [Waiting(line, running.get((str(line.story), line.cycle))) for line in lines]


async def lately(desk: "Desk", *, limit: int) -> list[Line]:
    async with desk.db.connection() as conn:
        return await store_read.lately(conn, limit=limit)


async def unconfirmed(desk: "Desk", *, limit: int) -> list[Line]:
    async with desk.db.connection() as conn:
        return await store_read.unconfirmed(conn, limit=limit)


async def dossier(desk: "Desk", story: UUID, version: int | None = None) -> tuple[Dossier, Due | None]:
    """One Version whole, the newest unless another is named, and its clock while it runs."""
    async with desk.db.connection() as conn:
        found = await store_read.dossier(conn, story, version)
        if found is None:
            raise NoSuchReview
        clocks = await ledger.load(conn, stories=[story])
    running = [c for c in clocks if c.cycle == found.review.cycle and c.item == str(story)]
    return found, _due(desk, running[0]) if running else None


async def picture_link(desk: "Desk", files: Files, story: UUID, sha256: str, version: int | None) -> str:
    """A link for a while to one rendition of a submitted Version. Originals have no link here."""
    async with desk.db.connection() as conn:
        found = await store_read.dossier(conn, story, version)
    rendition = found.rendition(sha256) if found else None
    if rendition is None or rendition.bucket != files.buckets.renditions:
        raise NotFound("Gambar")
    return await files.store.download_url(rendition.bucket, rendition.key, lifetime=files.lifetime)


def may_decide(review: Review, person: "Person") -> bool:
    """Whether this person may answer this Version: a leader who did not write it, while it is open."""
    return may(review.state, ACTION_OF["approved"]) and person.may("review.decide") and not review.wrote(person.account)


def entry(action: str, review: Review, by: Official) -> Entry:
    """The audit row of a leader's step on one Version."""
    return Entry(action, str(review.story), by, review.version, after_hash=review.content_sha256)


async def _closed(conn: "Connection", desk: "Desk", review: Review, at: datetime) -> list[Clock]:
    assert review.decision is not None
    running = await ledger.load(conn, stories=[review.story])
    outcome = OUTCOME_OF[review.decision]
    mine = str(review.story), review.cycle
    return [desk.clock.close(c, at=at, outcome=outcome) for c in running if (c.item, c.cycle) == mine]


def _due(desk: "Desk", clock: Clock) -> Due:
    at = desk.now()
    left = remaining_of(clock, now=at, keeper=desk.clock)
    assert left is not None
    if desk.clock.overdue(clock, at):
        return Due(clock.due_at, "overdue", left)
    return Due(clock.due_at, "due-soon" if desk.clock.due_soon(clock, at) else "in-time", left)
