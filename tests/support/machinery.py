"""What the machinery's tests share: records as the broker would give them, and a reader that notes what it applied."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from uuid_utils.compat import uuid7

from shared import db
from shared.consume import Consumer
from shared.db import Database
from shared.envelope import Envelope, Received, Record, event_source, headers_of
from shared.events import Event, ReportReceived, ReportWithdrawn, type_name
from shared.inbox import Batch
from shared.outbox import Draft, Outbox
from shared.refusal import Refused
from tests.support.stack import Stack

if TYPE_CHECKING:
    from shared.db import Connection

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TOPIC = "reports"


def now() -> datetime:
    return datetime.now(UTC)


def report(name: str) -> UUID:
    """The same id for the same name, so that a test can speak of report a and report b."""
    return uuid5(NAMESPACE_URL, name)


def withdrawn(name: str, reason: str = "") -> ReportWithdrawn:
    """A small event; what the Notebook does with it hangs on its reason."""
    return ReportWithdrawn(report=report(name), reason=reason, at=START)


def large(name: str, size: int) -> ReportReceived:
    """An event of about so many bytes; the limit on a person's text is passed over."""
    made = ReportReceived(
        report=report(name), unit="bidang-perumahan", title="Panjang", text="", happened_at=START, received_at=START
    )
    return made.model_copy(update={"text": "x" * size})


def headers(event: Event, sequence: int | None, **more: str) -> list[tuple[str, bytes]]:
    envelope = Envelope(
        id=more.pop("id", "") or str(uuid4()),
        source=event_source("intake"),
        type=type_name(type(event)),
        subject=event.key,
        time=START,
        sequence=sequence,
    )
    return headers_of(envelope) + [(name, value.encode()) for name, value in more.items()]


@dataclass
class Desk:
    """Makes records with offsets of their own, one partition after the other."""

    offset: int = -1

    def record(
        self, name: str, sequence: int | None, reason: str = "", *, topic: str = TOPIC, partition: int = 0
    ) -> Record:
        event = withdrawn(name, reason)
        return self.raw(
            headers(event, sequence),
            event.model_dump_json().encode(),
            key=event.key.encode(),
            topic=topic,
            partition=partition,
        )

    def raw(
        self,
        head: Sequence[tuple[str, bytes]],
        body: bytes | None,
        *,
        key: bytes | None = None,
        topic: str = TOPIC,
        partition: int = 0,
    ) -> Record:
        self.offset += 1
        return Record(topic, partition, self.offset, START + timedelta(seconds=self.offset), key, body, head)


class Unforeseen(Exception):
    """An error of ours, of no known kind."""


@dataclass
class Notebook:
    """A service that writes down each event it applies, and fails where the event's reason says so."""

    db: Database
    calls: int = 0
    healed: bool = False
    before: Callable[[Batch], Awaitable[None]] | None = None
    sizes: list[int] = field(default_factory=list[int], repr=False)

    async def react(self, conn: "Connection", batch: Batch) -> None:
        self.calls += 1
        self.sizes.append(len(batch.events))
        if self.before is not None:
            await self.before(batch)
        kept: list[Received] = []

        def decide(event: Received) -> None:
            reason = getattr(event.event, "reason", "")
            if reason == "refused" and not self.healed:
                raise Refused("not-now", "Belum boleh.")
            if reason == "bug" and not self.healed:
                raise Unforeseen
            kept.append(event)

        batch.fold(decide)
        bad = [e for e in kept if getattr(e.event, "reason", "") == "sql" and not self.healed]
        await conn.execute(
            """INSERT INTO applied (topic, key, sequence, event_id)
               SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[])""",
            [e.record.topic for e in kept],
            [e.key for e in kept],
            [e.envelope.sequence for e in kept],
            [None if e in bad else e.envelope.id for e in kept],
        )

    def consumer(self, name: str = TOPIC) -> Consumer:
        return Consumer(name, self.db, self.react, now=now, wake=lambda: None)

    async def applied(self, name: str) -> list[int]:
        """The numbers applied for one key, in the order in which they were."""
        async with self.db.connection() as conn:
            rows = await conn.fetch("SELECT sequence FROM applied WHERE key = $1 ORDER BY n", str(report(name)))
        return [row["sequence"] for row in rows]

    async def letters(self) -> list[asyncpg.Record]:
        async with self.db.connection() as conn:
            return await conn.fetch("SELECT * FROM dead_letters ORDER BY id")

    async def states(self) -> list[tuple[int | None, str, str]]:
        return [(x["sequence"], x["state"], x["reason"]) for x in await self.letters()]

    async def count(self) -> int:
        async with self.db.connection() as conn:
            return await conn.fetchval("SELECT count(*) FROM applied")


APPLIED = """
    CREATE TABLE {schema}.applied (
        n bigint GENERATED ALWAYS AS IDENTITY, topic text NOT NULL, key text NOT NULL, sequence bigint,
        event_id text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp());
    GRANT SELECT, INSERT ON {schema}.applied TO alurwarta_{schema}"""
WITH_NOTEBOOKS = ("intake", "editing", "review")
TOPICS = ("reports", "stories", "intake-requests.simpeg", "dead-letter.intake", "dead-letter.editing")


async def make_notebooks(stack: Stack) -> None:
    owner = await asyncpg.connect(stack.owner_dsn)
    try:
        for schema in WITH_NOTEBOOKS:
            await owner.execute(APPLIED.format(schema=schema))
    finally:
        await owner.close()


TABLES = ("inbox_streams", "outbox_streams", "outbox", "dead_letters", "clocks", "clock_totals", "clock_days",
          "reprojections", "office_files", "audit_anchors", "audit_chain", "audit", "applied")  # fmt: skip


async def empty(owner: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Empty what tests of the machinery write, past the triggers that guard it."""
    deletes = [f"DELETE FROM {schema}.{table}" for schema in WITH_NOTEBOOKS for table in TABLES]
    await owner.execute("; ".join(["BEGIN", "SET LOCAL session_replication_role = replica", *deletes, "COMMIT"]))


@asynccontextmanager
async def database(stack: Stack, service: str = "editing", *, size: int = 10) -> AsyncGenerator[Database]:
    """A service's database in its own role, as the service itself reaches it."""
    made = await db.connect(stack.dsn(service), service, size=size)
    try:
        yield made
    finally:
        await made.close()


@asynccontextmanager
async def notebook(stack: Stack, service: str = "editing", *, size: int = 10) -> AsyncGenerator[Notebook]:
    async with database(stack, service, size=size) as made:
        yield Notebook(made)


async def remove_topics(stack: Stack, *names: str) -> None:
    client = AIOKafkaAdminClient(bootstrap_servers=stack.kafka)
    await client.start()
    try:
        await client.delete_topics([stack.topics.full(n) for n in names])
    finally:
        await client.close()


def outbox(service: str = "intake") -> Outbox:
    return Outbox(service, uuid7, now)


async def append(database: Database, pen: Outbox, events: Iterable[Event], *, topic: str | None = None) -> None:
    async with database.transaction() as conn:
        await pen.append(conn, [Draft(e, topic=topic) for e in events])


async def produce(stack: Stack, records: Iterable[Record]) -> None:
    """Put records on their topics as they are, by a producer of the test's own."""
    producer = AIOKafkaProducer(bootstrap_servers=stack.kafka, max_request_size=5_000_000)
    await producer.start()
    try:
        for r in records:
            await producer.send(
                stack.topics.full(r.topic), r.value, key=r.key, partition=r.partition, headers=list(r.headers)
            )
        await producer.flush()
    finally:
        await producer.stop()


async def contents(stack: Stack, topic: str) -> list[ConsumerRecord[bytes, bytes]]:
    """All that a topic holds now, in order per partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=stack.kafka, auto_offset_reset="earliest", fetch_max_wait_ms=50)
    await consumer.start()
    try:
        full = stack.topics.full(topic)
        parts = [TopicPartition(full, p) for p in consumer.partitions_for_topic(full) or await _parts(consumer, full)]
        consumer.assign(parts)
        ends = await consumer.end_offsets(parts)
        found: list[ConsumerRecord[bytes, bytes]] = []
        await consumer.seek_to_beginning(*parts)
        while any([await consumer.position(tp) < ends[tp] for tp in parts]):
            for some in (await consumer.getmany(timeout_ms=200)).values():
                found += some
        return found
    finally:
        await consumer.stop()


async def _parts(consumer: AIOKafkaConsumer, topic: str) -> list[int]:
    while not (found := await consumer._client._wait_on_metadata(topic)):  # pyright: ignore
        await asyncio.sleep(0.1)
    return sorted(found)


def sequence_of(record: "ConsumerRecord[bytes, bytes]") -> int:
    return int(dict(record.headers)["ce_sequence"])


def by_key(records: "Iterable[ConsumerRecord[bytes, bytes]]") -> dict[str, list[int]]:
    """The numbers of each key, in the topic's order."""
    found: dict[str, list[int]] = {}
    for r in records:
        found.setdefault((r.key or b"").decode(), []).append(sequence_of(r))
    return found


def first_seen(numbers: Sequence[int]) -> list[int]:
    """Each number where it first stands: what a reader that ignores repetitions sees."""
    return list(dict.fromkeys(numbers))


async def until(true: Callable[[], Awaitable[bool]], *, seconds: float = 60, what: str = "") -> None:
    """Wait for something to become true; the time-out is for a test that hangs, not a measure."""
    async with asyncio.timeout(seconds) as limit:
        try:
            while not await true():
                await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"not within {seconds} s: {what}") from None
    assert not limit.expired()


@asynccontextmanager
async def running(*works: Callable[[], Awaitable[None]]) -> AsyncGenerator[list["asyncio.Task[None]"]]:
    """Run endless work beside a test, and stop it."""

    async def of(work: Callable[[], Awaitable[None]]) -> None:
        await work()

    tasks = [asyncio.create_task(of(w)) for w in works]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        with suppress(Exception):
            await asyncio.gather(*tasks, return_exceptions=True)
