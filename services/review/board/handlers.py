"""Kafka in, for the board: each topic's batch is folded into it after all else that the batch changes here."""

from typing import TYPE_CHECKING

from services.review.board import store
from shared.consume import React, nothing_else

if TYPE_CHECKING:
    from shared.db import Connection
    from shared.desk import Desk
    from shared.inbox import Batch


def on_decisions(desk: "Desk") -> React:
    """What this very service said: for the board it is one topic among four."""
    return and_the_board(desk, nothing_else)


def and_the_board(desk: "Desk", react: React) -> React:
    """Tell the board too, last: a Story's row in `stories` is locked before its row there."""

    async def both(conn: "Connection", batch: "Batch") -> None:
        await react(conn, batch)
        await store.apply(conn, desk.clock, batch.taken())

    return both
