"""One batch, one transaction: claim, let the service decide, settle. What fails for good fails alone."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

import structlog
from asyncpg.exceptions import PostgresError

from shared import audit, inbox, metrics
from shared.db import Database, is_permanent, is_transient
from shared.envelope import Received, Record
from shared.inbox import Batch, Claim
from shared.refusal import Transient

if TYPE_CHECKING:
    from shared.db import Connection

log = structlog.get_logger(__name__)

React: TypeAlias = "Callable[[Connection, Batch], Awaitable[None]]"


async def nothing_else(conn: "Connection", batch: Batch) -> None:
    """What is done with a topic that is read for what lies around every reader alone."""


ATTEMPTS = 3  # of an error that is neither known to be transient nor known to be permanent
ENOUGH_TO_JUDGE = 10


class OurBug(Exception):
    """More than half of a batch failed in a way that no rule foresaw: the consumer stops instead of the events."""


class Consumer:
    """Applies batches of one topic's records to one service. Raises only what should be tried again.

    `only` are the types for which a topic is read, where it is read for these alone: of others no trace is kept.
    """

    def __init__(
        self,
        name: str,
        db: Database,
        react: React,
        *,
        now: Callable[[], datetime],
        wake: Callable[[], None],
        only: Collection[str] = (),
    ) -> None:
        self.name = name
        self.db = db
        self.react = react
        self.now = now
        self.wake = wake
        self.only = frozenset(t.encode() for t in only)
        self.failures = 0
        for counter in (metrics.CONSUMED, metrics.SEEN, metrics.FAILED, metrics.RETRIED):
            counter.labels(name)  # so that the series is there with nought before it counts

    async def handle(self, records: Sequence[Record]) -> None:
        """Apply a batch, or wait with backoff and raise so that it comes again."""
        wanted = [r for r in records if self._is_wanted(r)]
        try:
            with audit.coming_from("event"):
                await self._apply(wanted)
        except Exception as e:
            await self._failed(e)
            raise
        self.failures = 0
        metrics.CONSUMED.labels(self.name).inc(len(records))
        self.wake()

    def _is_wanted(self, record: Record) -> bool:
        return not self.only or any(name == "ce_type" and value in self.only for name, value in record.headers)

    async def _failed(self, error: Exception) -> None:
        self.failures += 1
        metrics.RETRIED.labels(self.name).inc()
        pause = backoff(self.failures, most=60 if isinstance(error, OurBug) else 10)
        log.warning(
            "batch will be tried again", consumer=self.name, error=type(error).__name__, seconds=round(pause, 2)
        )
        await asyncio.sleep(pause)

    async def _apply(self, records: Sequence[Record]) -> None:
        if not records:
            return
        try:
            await self._together(records)
        except Exception as e:
            if is_transient(e) or isinstance(e, Transient):
                raise
            if not is_permanent(e) and self.failures < ATTEMPTS:
                raise
            log.warning("batch holds a bad event: applying one by one", consumer=self.name, error=type(e).__name__)
            await self._one_by_one(records)

    async def _together(self, records: Sequence[Record]) -> None:
        async with self.db.transaction() as conn:
            claim = await inbox.claim(conn, records, at=self.now())
            batch = Batch(tuple(claim.fresh))
            if batch.events:
                await self.react(conn, batch)
            await inbox.settle(conn, claim, batch, at=self.now())
        self._count(claim)

    async def _one_by_one(self, records: Sequence[Record]) -> None:
        async with self.db.transaction() as conn:
            claim = await inbox.claim(conn, records, at=self.now())
            whole = Batch(tuple(claim.fresh))
            failed = 0
            stopped: set[tuple[str, str]] = set()
            for event in whole.events:
                if inbox.stream(event) in stopped and event.envelope.sequence is not None:
                    continue
                failed += await self._alone(conn, event, whole)
                if inbox.place(event.record) in whole.refused:
                    stopped.add(inbox.stream(event))
            if failed * 2 > len(whole.events) >= ENOUGH_TO_JUDGE:
                raise OurBug(f"{failed} of {len(whole.events)} events failed")
            await inbox.settle(conn, claim, whole, at=self.now())
        self._count(claim)

    async def _alone(self, conn: "Connection", event: Received, whole: Batch) -> int:
        """Apply one event in a savepoint; returns 1 where it failed in a way that no rule foresaw."""
        single = Batch((event,))
        try:
            async with conn.transaction():
                await self.react(conn, single)
        except Exception as e:
            if is_transient(e) or isinstance(e, Transient):
                raise
            state = e.sqlstate if isinstance(e, PostgresError) else ""
            metrics.FAILED.labels(self.name).inc()
            whole.refuse(event, f"could not be applied: {type(e).__name__} {state}".strip())
            return int(not is_permanent(e))
        whole.refused.update(single.refused)
        return 0

    def _count(self, claim: Claim) -> None:
        metrics.SEEN.labels(self.name).inc(claim.seen)
        for letter in claim.letters:
            if letter.state != "replayed":
                metrics.DEAD_LETTERED.labels(self.name, letter.state).inc()
                log.warning(
                    "event dead-lettered",
                    consumer=self.name,
                    partition=letter.record.partition,
                    offset=letter.record.offset,
                    event_id=letter.envelope.id if letter.envelope else None,
                    state=letter.state,
                )


def backoff(attempt: int, *, first: float = 0.1, most: float = 10) -> float:
    """Seconds to wait before the next attempt: doubling, with jitter, bounded."""
    return min(most, first * 2 ** min(attempt, 16)) * random.uniform(0.7, 1.0)  # noqa: S311  (no secret)
