"""Kafka in: Decisions make Versions ready or void, or bring them down; an erased file leaves every Version."""

from typing import TYPE_CHECKING
from uuid import UUID

from services.publisher import changes, crossings, store, store_erased
from services.publisher.consequences import Change
from shared.audit import SYSTEM
from shared.consume import React
from shared.envelope import Received
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
        media = {m.id for e in events if isinstance(e.event, StoryApproved) for m in e.event.content.media}
        # Before the Stories, as an erasure does it: two that cross wait for each other in one order.
        erased = await store_erased.among(conn, media) if media else frozenset[UUID]()
        stories = await store.lock_or_begin(conn, {_decision(e).story for e in events})
        found: list[Change] = []

        def decide(received: Received) -> None:
            event = _decision(received)
            before = stories[event.story]
            if isinstance(event, StoryApproved):
                trace, event_id = received.envelope.traceparent, received.envelope.id
                after = crossings.approve(before, event, event_id=event_id, traceparent=trace, erased=erased)
                by, at = event.decided_by, event.decided_at
            else:
                after = crossings.revoke(before, event)
                by, at = event.by or SYSTEM, event.at
            stories[event.story] = after
            found.append(Change(before, after, at, by, received.envelope.id))

        batch.fold(decide, events)
        await changes.commit(desk, conn, found)

    return react


def on_reports(desk: "Desk") -> React:
    """A file that was erased; all else of this topic is passed over."""

    async def react(conn: "Connection", batch: Batch) -> None:
        events = batch.of(MediaErased)
        if not events:
            return
        media = {_erasure(e).media for e in events}
        await store_erased.remember(conn, media, at=desk.now())
        stories = await store.lock_showing(conn, media)
        found: list[Change] = []

        def decide(received: Received) -> None:
            event = _erasure(received)
            for before in list(stories.values()):
                after = crossings.erase(before, event.media)
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
