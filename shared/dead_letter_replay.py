"""Replay: runs dead letters that an operator asked for through the service's own handler, in sequence."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from shared.consume import Consumer
from shared.db import Database
from shared.dead_letter import record_of

log = structlog.get_logger(__name__)


class Replayer:
    """Looks for requests each second; every replica may run it, for a batch locks what it applies."""

    def __init__(self, db: Database, consumers: Mapping[str, Consumer], *, now: Callable[[], datetime]) -> None:
        self.db = db
        # Of its own: what succeeds or fails on the topics beside it must not count among a replay's tries.
        self.consumers = {name: Consumer(c.name, db, c.react, now=now, wake=c.wake) for name, c in consumers.items()}
        self.now = now

    async def run(self) -> None:
        while True:
            if not await self.replay_requested():
                await asyncio.sleep(1)

    async def replay_requested(self) -> int:
        """Apply what was asked for, oldest first; returns how many rows were tried."""
        async with self.db.connection() as conn:
            rows = await conn.fetch(
                "SELECT * FROM dead_letters WHERE state = 'requested' ORDER BY topic, sequence, id LIMIT 100"
            )
        for row in rows:
            consumer = self._consumer_of(row["topic"])
            if consumer is None:
                await self._close(row["id"], "open", f"no consumer of {row['topic']} in this service")
                continue
            await consumer.handle([record_of(row)])
            await self._close(row["id"], "replayed", "was applied before")
        return len(rows)

    def _consumer_of(self, topic: str) -> Consumer | None:
        return self.consumers.get(topic) or self.consumers.get(topic.partition(".")[0])

    async def _close(self, row_id: int, state: str, why: str) -> None:
        """Settle a row that the handler left as requested: it had been applied before, or nobody reads its topic."""
        async with self.db.transaction() as conn:
            await conn.execute(
                """UPDATE dead_letters SET state = $2, reason = CASE WHEN $2 = 'open' THEN $3 ELSE reason END,
                          resolved_at = CASE WHEN $2 = 'open' THEN NULL ELSE $4::timestamptz END
                   WHERE id = $1 AND state = 'requested'""",
                row_id,
                state,
                why,
                self.now(),
            )
