"""Kafka in: requests of other systems, and what the other stages say about our Reports."""

from typing import TYPE_CHECKING
from uuid import UUID

from services.intake import reception, store, store_progress
from services.intake.domain_progress import FOLLOWED, origins_of
from services.intake.domain_requests import Request
from services.intake.following import Following
from services.intake.notices import store_waiting
from services.intake.reception import Verdict
from shared import audit, ledger
from shared.consume import React
from shared.desk import Desk
from shared.envelope import Received
from shared.events import IntakeRequested, ReportSentBack
from shared.inbox import Batch
from shared.topics import source_of

if TYPE_CHECKING:
    from shared.db import Connection

REASONS: dict[Verdict, str] = {
    "unknown-source": "source is not registered: run `alurwarta sources add`, then replay",
    "other-data": "id was used before with other data: give every request an id of its own",
}
NO_REQUEST = "only intake.requested belongs on this topic"


def on_requests(desk: Desk) -> React:
    """Another system asks: each request becomes a Report, is refused, or waits until its files were looked at."""

    async def react(conn: "Connection", batch: Batch) -> None:
        asked = [(e, e.event) for e in batch.events if isinstance(e.event, IntakeRequested)]
        verdicts = await reception.receive(conn, desk, [_request(e, said) for e, said in asked])
        for (e, _), verdict in zip(asked, verdicts, strict=True):
            if verdict != "taken":
                batch.refuse(e, REASONS[verdict])
        if len(asked) < len(batch.events):
            for e in batch.events:
                if not isinstance(e.event, IntakeRequested):
                    batch.refuse(e, NO_REQUEST)

    return react


def on_stories(desk: Desk) -> React:
    """Editing sent a Report back, or submitted or abandoned a Story made of it."""
    return _following(desk)


def on_decisions(desk: Desk) -> React:
    """The leader decided on a Story made of our Reports."""
    return _following(desk)


def on_publications(desk: Desk) -> React:
    """A Story made of our Reports is public, or no longer."""
    return _following(desk)


def _following(desk: Desk) -> React:
    async def react(conn: "Connection", batch: Batch) -> None:
        await follow(conn, batch)
        # What waits comes last: whoever locks a Report or a Story as well, does that first.
        told = [(e.event, e.envelope.sequence or 0) for e in batch.taken()]
        await store_waiting.follow(conn, desk.clock, told)

    async def follow(conn: "Connection", batch: Batch) -> None:
        told = batch.of(*FOLLOWED, ReportSentBack)
        if not told:
            return
        following = Following(
            desk.clock,
            reports=await store.lock(conn, {r for e in told for r in _reports_of(e)}),
            stories=await store_progress.lock(conn, {s for e in told if (s := getattr(e.event, "story", None))}),
        )
        batch.fold(following.take, told)
        await store.save(conn, following.changed_reports())
        await store_progress.save(conn, following.stories.values())
        await store_progress.link(conn, following.links)
        await ledger.save(conn, following.clocks)
        await audit.append(conn, following.entries, at=desk.now())
        await desk.outbox.append(conn, following.drafts)

    return react


def _request(e: Received, asked: IntakeRequested) -> Request:
    return Request(source_of(e.record.topic), e.envelope.id, asked, e.at, e.envelope)


def _reports_of(e: Received) -> list[UUID]:
    if isinstance(e.event, ReportSentBack):
        return [e.event.report]
    return [origin.report for origin in origins_of(e.event)]
