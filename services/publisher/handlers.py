"""Kafka in: Decisions make Versions ready or void, or bring them down; an erased file leaves every Version."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from services.publisher import changes, crossings, store, store_erased
from services.publisher.consequences import Change
from services.publisher.crossings import Erased
from services.publisher.domain import Story
from services.publisher.removing import Reach
from shared import audit
from shared.audit import SYSTEM, Entry
from shared.consume import React
from shared.envelope import Envelope, Received
from shared.events import ApprovalRevoked, MediaErased, StoryApproved
from shared.inbox import Batch

if TYPE_CHECKING:
    from shared.db import Connection
    from shared.desk import Desk


def on_decisions(desk: "Desk") -> React:
    """Approvals and revocations; the other Decisions are passed over."""

    async def react(conn: "Connection", batch: Batch) -> None:
        events = batch.of(StoryApproved, ApprovalRevoked)
        if not events:
            return
        # Before the Stories, as an erasure does it: two that cross wait for each other in one order.
        erased = await _erased(conn, events)
        stories = await store.lock_or_begin(conn, {_decision(e).story for e in events})
        found: list[Change] = []

        def decide(received: Received) -> None:
            event = _decision(received)
            change = _decided(stories[event.story], event, received.envelope, erased)
            stories[event.story] = change.after
            found.append(change)

        batch.fold(decide, events)
        await changes.commit(desk, conn, found)

    return react


async def _erased(conn: "Connection", events: Sequence[Received]) -> Erased:
    shown = [crossings.shown_in(e.event.content) for e in events if isinstance(e.event, StoryApproved)]
    media = frozenset[UUID]().union(*(s.media for s in shown))
    captions = frozenset[str]().union(*(s.captions for s in shown))
    return await store_erased.among(conn, Erased(media, captions))


def _decided(before: Story, event: StoryApproved | ApprovalRevoked, envelope: Envelope, erased: Erased) -> Change:
    if isinstance(event, StoryApproved):
        after = crossings.approve(before, event, event_id=envelope.id, traceparent=envelope.traceparent, erased=erased)
        return Change(before, after, event.decided_at, event.decided_by, envelope.id)
    return Change(before, crossings.revoke(before, event), event.at, event.by or SYSTEM, envelope.id)


def on_reports(desk: "Desk", reach: Reach) -> React:
    """A file that was erased; all else of this topic is passed over."""

    async def react(conn: "Connection", batch: Batch) -> None:
        events = batch.of(MediaErased)
        if not events:
            return
        gone = {event.media: event.renditions for event in map(_erasure, events)}
        await store_erased.remember(conn, gone, at=desk.now())
        await audit.append(conn, [_entry(e, _erasure(e)) for e in events], at=desk.now())
        stories = await store.lock_showing(conn, gone, {sha256 for copies in gone.values() for sha256 in copies})
        found: list[Change] = []

        def decide(received: Received) -> None:
            event = _erasure(received)
            for before in list(stories.values()):
                after = crossings.erase(before, crossings.erased_by(event), reach, at=desk.now())
                if after is not before:
                    stories[before.id] = after
                    found.append(Change(before, after, event.at, event.erased_by, received.envelope.id))

        batch.fold(decide, events)
        await changes.commit(desk, conn, found)

    return react


def _decision(received: Received) -> StoryApproved | ApprovalRevoked:
    assert isinstance(received.event, StoryApproved | ApprovalRevoked)
    return received.event


def _erasure(received: Received) -> MediaErased:
    assert isinstance(received.event, MediaErased)
    return received.event


def _entry(received: Received, event: MediaErased) -> Entry:
    """It is kept whether or not any Version here shows the file, so that no later one may."""
    return Entry(
        event.name, str(event.report), event.erased_by, before_hash=event.sha256, event_id=received.envelope.id
    )
