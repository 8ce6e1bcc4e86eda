"""Kafka in, for the board: each topic's batch is folded into it after all else that the batch changes here."""

from typing import TYPE_CHECKING

from services.review.board import store
from shared.consume import React
from shared.envelope import Received
from shared.inbox import Stream, place, stream

if TYPE_CHECKING:
    from shared.db import Connection
    from shared.desk import Desk
    from shared.inbox import Batch


def on_decisions(desk: "Desk") -> React:
    """What this very service said: for the board it is one topic among four."""

    async def nothing_else(conn: "Connection", batch: "Batch") -> None:
        return

    return and_the_board(desk, nothing_else)


def and_the_board(desk: "Desk", react: React) -> React:
    """Tell the board too, last: a Story's row in `stories` is locked before its row there."""

    async def both(conn: "Connection", batch: "Batch") -> None:
        await react(conn, batch)
        await store.apply(conn, desk.clock, taken(batch))

    return both


def taken(batch: "Batch") -> list[Received]:
    """Those events of a batch that were not refused, and do not wait behind one that was."""
    refused: set[Stream] = set()
    found: list[Received] = []
    for event in batch.events:
        if place(event.record) in batch.refused:
            refused.add(stream(event))
        elif stream(event) not in refused:
            found.append(event)
    return found
