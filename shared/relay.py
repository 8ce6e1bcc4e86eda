"""The relay: carries the outbox to Kafka in order per key, at least once, one active replica at a time."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTopicError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    RecordTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from shared import metrics, outbox
from shared.consume import backoff
from shared.db import Database
from shared.outbox import WAITING
from shared.topics import Topics

if TYPE_CHECKING:
    from shared.db import Connection

log = structlog.get_logger(__name__)

BATCH = 500
BUSY, IDLE = 0.02, 1.0
TOPIC_AWAY, TOPIC_LOOK = timedelta(seconds=10), 1.5
STALLED = 20.0  # an idempotent send never gives up by itself, not even when its topic was deleted
RETENTION = timedelta(days=120)  # longer than the topics' and the groups' (90 days): a stop over Lebaran loses nothing
REFUSED_FOR_GOOD = (MessageSizeTooLargeError, RecordTooLargeError)
TOPIC_PROBLEMS = (
    UnknownTopicOrPartitionError, KafkaTimeoutError, TimeoutError, InvalidTopicError, TopicAuthorizationFailedError,
)  # fmt: skip
Chore = Callable[["Connection"], Awaitable[None]]


def producer(servers: str, **security: Any) -> AIOKafkaProducer:
    """The idempotent producer that keeps order per partition over retries."""
    return AIOKafkaProducer(
        bootstrap_servers=servers,
        enable_idempotence=True,
        acks="all",
        linger_ms=0,
        max_request_size=1_000_000,
        request_timeout_ms=15_000,
        **security,
    )


class Stalled(Exception):
    """The broker does not answer for some rows: a new producer asks anew where they may go."""


async def close(sender: AIOKafkaProducer) -> None:
    """Stop a producer. One that cannot deliver is cut off, or it would send its old rows whenever it can again."""
    with suppress(Exception):
        await asyncio.wait_for(sender.stop(), 5)
        return
    with suppress(Exception):
        await asyncio.wait_for(sender._sender.close(), 5)  # pyright: ignore
    with suppress(Exception):
        await asyncio.wait_for(sender.client.close(), 5)


class Relay:
    """Runs in every replica; the one that holds the advisory lock works, the others stand by."""

    def __init__(
        self,
        db: Database,
        topics: Topics,
        new_producer: Callable[[], AIOKafkaProducer],
        *,
        service: str,
        now: Callable[[], datetime],
        chores: Sequence[Chore] = (),
    ) -> None:
        self.db = db
        self.topics = topics
        self.new_producer = new_producer
        self.service = service
        self.now = now
        self.chores = chores
        self.leading = False
        self._nudged = asyncio.Event()
        self._away: dict[str, datetime] = {}
        self._notified = 0.0

    def wake(self) -> None:
        """Say that something was appended. Cheap; the leader in another replica hears of it throttled."""
        self._nudged.set()

    async def run(self) -> None:
        """Work until cancelled; every failure starts it again after a pause."""
        failures = 0
        while True:
            try:
                await self._as_leader_or_standby()
            except asyncio.CancelledError:
                raise
            except Exception as e:
                failures = min(failures + 1, 6)
                metrics.RELAY_FAILED.inc()
                log.warning("relay starts again", service=self.service, error=type(e).__name__, detail=str(e)[:200])
                await asyncio.sleep(backoff(failures, first=0.2, most=5))
            else:
                failures = 0

    async def _as_leader_or_standby(self) -> None:
        conn = await self.db.own_connection()
        try:
            while not await conn.fetchval("SELECT pg_try_advisory_lock($1, hashtext($2))", 0x616C, self.db.schema):
                await self._stand_by(conn)
            await self._lead(conn)
        finally:
            with suppress(Exception):
                await conn.close(timeout=2)

    async def _stand_by(self, conn: "asyncpg.Connection[asyncpg.Record]") -> None:
        """Pass the local nudges on to the leader, at most every 20 ms, and try for the lead every second."""
        try:
            await asyncio.wait_for(self._nudged.wait(), IDLE)
        except TimeoutError:
            return
        self._nudged.clear()
        await conn.execute("SELECT pg_notify($1, '')", self._channel)
        await asyncio.sleep(BUSY)

    def _heard(self, *_: Any) -> None:
        self._nudged.set()

    @property
    def _channel(self) -> str:
        return f"outbox_{self.db.schema}"

    async def _lead(self, conn: "asyncpg.Connection[asyncpg.Record]") -> None:
        await conn.add_listener(self._channel, self._heard)
        sender = self.new_producer()
        chores = asyncio.create_task(self._chores())
        try:
            await sender.start()
            self.leading = True
            metrics.RELAY_LEADER.set(1)
            log.info("relay leads", service=self.service)
            await self._forward_for_ever(conn, sender)
        finally:
            self.leading = False
            metrics.RELAY_LEADER.set(0)
            chores.cancel()
            await close(sender)

    async def _forward_for_ever(self, conn: "Connection", sender: AIOKafkaProducer) -> None:
        pause = BUSY
        while True:
            self._nudged.clear()
            sent = await self.forward(conn, sender)
            sent += await self._copy_dead_letters(conn, sender)
            pause = BUSY if sent else min(pause * 2, IDLE)
            if sent < BATCH:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._nudged.wait(), pause)

    async def forward(self, conn: "Connection", sender: AIOKafkaProducer) -> int:
        """Send one batch of unsent rows in order of id and mark them; returns how many went."""
        away = [t for t, until in self._away.items() if until > self.now()]
        rows = await conn.fetch(
            f"""SELECT id, topic, key, headers, body FROM outbox o
                WHERE {WAITING} AND topic <> ALL($2::text[]) ORDER BY id LIMIT $1""",  # noqa: S608  (ours)
            BATCH,
            away,
        )
        there = {t for t in {row["topic"] for row in rows} if await self._reachable(sender, t)}
        rows = [row for row in rows if row["topic"] in there]
        if not rows:
            return 0
        gone, refused, trouble = await self._send(sender, rows)
        if gone:
            await conn.execute("UPDATE outbox SET sent_at = $2 WHERE id = ANY($1::bigint[])", gone, self.now())
            metrics.RELAYED.inc(len(gone))
        for row_id, why in refused.items():
            await self._set_aside(conn, row_id, why)
        if trouble is not None:
            raise trouble
        return len(gone)

    async def _reachable(self, sender: AIOKafkaProducer, topic: str) -> bool:
        """Whether the topic exists; one that does not holds back its own rows for a while and nobody else's."""
        if self._away.get(topic, self.now()) > self.now():
            return False
        try:
            await asyncio.wait_for(sender.partitions_for(self.topics.full(topic)), TOPIC_LOOK)
        except TOPIC_PROBLEMS as e:
            if not sender.client.cluster.brokers():
                raise
            log.warning("topic is away: its events wait", topic=topic, error=type(e).__name__)
            self._away[topic] = self.now() + TOPIC_AWAY
            return False
        self._away.pop(topic, None)
        return True

    async def _send(
        self, sender: AIOKafkaProducer, rows: Sequence["asyncpg.Record"]
    ) -> tuple[list[int], dict[int, str], BaseException | None]:
        """Send all; returns the ids acknowledged, those refused for good with the reason, and what else went wrong.

        After a row that did not go, no later one of its key counts as gone: it is sent again, in its place.
        """
        futures: list[tuple[asyncpg.Record, asyncio.Future[Any]]] = []
        refused: dict[int, str] = {}
        trouble: BaseException | None = None
        stopped: set[tuple[str, str]] = set()
        for row in rows:
            if (row["topic"], row["key"]) in stopped:
                continue
            try:
                futures.append((row, await self._begin(sender, row)))
            except REFUSED_FOR_GOOD as e:
                refused[row["id"]] = type(e).__name__
                stopped.add((row["topic"], row["key"]))
            except KafkaError as e:
                trouble = e
                break
        if futures:
            await asyncio.wait([f for _, f in futures], timeout=STALLED)
        gone: list[int] = []
        stopped.clear()
        for row, future in futures:
            error = future.exception() if future.done() else Stalled(f"no answer for {row['topic']}")
            if isinstance(error, REFUSED_FOR_GOOD):
                refused[row["id"]] = type(error).__name__
            elif error is not None:
                trouble = trouble or error
            elif (row["topic"], row["key"]) not in stopped:
                gone.append(row["id"])
                continue
            stopped.add((row["topic"], row["key"]))
        return gone, refused, trouble

    async def _begin(self, sender: AIOKafkaProducer, row: "asyncpg.Record") -> "asyncio.Future[Any]":
        headers = [(name, value.encode()) for name, value in json.loads(row["headers"]).items()]
        topic = self.topics.full(row["topic"])
        return await sender.send(topic, value=row["body"], key=row["key"].encode(), headers=headers)

    async def _set_aside(self, conn: "Connection", row_id: int, why: str) -> None:
        log.error("the broker refuses an event for good: its key waits", outbox=row_id, error=why)
        await conn.execute(
            "UPDATE outbox SET set_aside_at = $2, set_aside_why = $3 WHERE id = $1", row_id, self.now(), why
        )

    async def _copy_dead_letters(self, conn: "Connection", sender: AIOKafkaProducer) -> int:
        """Copy dead letters, cut short if too large, to their topic for other eyes."""
        rows = await conn.fetch(
            """SELECT id, topic, partition, "offset", key, body, reason, state, event_id, type FROM dead_letters
               WHERE copied_at IS NULL ORDER BY id LIMIT $1""",
            BATCH,
        )
        if not rows or not await self._reachable(sender, f"dead-letter.{self.service}"):
            return 0
        futures: list[asyncio.Future[Any]] = []
        for row in rows:
            headers = [
                (name, b"" if row[name] is None else str(row[name]).encode())
                for name in ("topic", "partition", "offset", "reason", "state", "event_id", "type")
            ]
            body = (row["body"] or b"")[:500_000]
            topic = self.topics.dead_letters_of(self.service)
            futures.append(await sender.send(topic, value=body, key=(row["key"] or b"")[:1_000], headers=headers))
        await asyncio.wait_for(asyncio.gather(*futures), STALLED)
        await conn.execute(
            "UPDATE dead_letters SET copied_at = $2 WHERE id = ANY($1::bigint[])", [r["id"] for r in rows], self.now()
        )
        return len(rows)

    async def _chores(self) -> None:
        """What only the leader does by and by: seal the audit, forget old rows."""
        while True:
            for chore in self.chores:
                try:
                    async with self.db.transaction() as conn:
                        await chore(conn)
                except Exception as e:
                    log.warning("chore failed", service=self.service, error=type(e).__name__)
            with suppress(asyncpg.PostgresError, OSError, asyncpg.InterfaceError):
                await outbox.forget(self.db, self.now() - RETENTION)
            await asyncio.sleep(2)
