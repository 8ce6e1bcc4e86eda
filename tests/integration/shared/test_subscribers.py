"""The traps of consuming with FastStream, each with the test that would catch it, on real Kafka and PostgreSQL."""

import ast
import asyncio
import importlib
import os
import re
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import asyncpg
import confluent_kafka
import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord
from aiokafka.record.util import calc_crc32c
from faststream import AckPolicy
from faststream.kafka import KafkaBroker

import services
from shared import consume, db, kafka
from shared.consume import Consumer
from shared.inbox import Batch
from shared.kafka import Subscription
from shared.topics import SERVICES, Topics
from tests.support import machinery
from tests.support.machinery import Desk, Notebook, produce, until
from tests.support.stack import HOUSE, Stack

LONG = bool(os.environ.get("ALURWARTA_LONG"))


@asynccontextmanager
async def consuming(
    flow: Stack, consumer: Consumer, *topics: str, pattern: str | None = None
) -> AsyncGenerator[Subscription]:
    broker = kafka.broker(flow.kafka)
    made = kafka.subscribe(
        broker, consumer, *topics, pattern=pattern, topics=flow.topics, service="editing", fetch_max_wait_ms=50
    )
    await kafka.start_when_there(broker, flow.kafka)
    try:
        yield made
    finally:
        await broker.stop()


@pytest.fixture
async def reader(flow: Stack) -> AsyncGenerator[Notebook]:
    async with machinery.notebook(flow) as made:
        yield made


def spread(desk: Desk, keys: int, length: int) -> list[machinery.Record]:
    return [desk.record(f"k{k}", n, partition=k % 3) for n in range(1, length + 1) for k in range(keys)]


async def all_applied(reader: Notebook, count: int, *, seconds: float = 60) -> None:
    async def done() -> bool:
        return await reader.count() >= count

    await until(done, seconds=seconds, what=f"{count} events are applied")


async def expect_each_once_in_order(reader: Notebook, keys: int, length: int) -> None:
    for k in range(keys):
        assert await reader.applied(f"k{k}") == list(range(1, length + 1)), k
    assert {state for _, state, _ in await reader.states()} <= {"replayed"}


def expect_safe(broker: KafkaBroker) -> None:
    """What every subscriber must state, because FastStream's and aiokafka's defaults lose events."""
    assert broker.subscribers
    groups: list[str] = []
    for subscriber in broker.subscribers:
        made = subscriber._connection_args  # pyright: ignore
        assert subscriber.ack_policy is AckPolicy.NACK_ON_ERROR
        assert made["enable_auto_commit"] is False
        assert made["auto_offset_reset"] == "earliest"
        assert made["session_timeout_ms"] > db.IDLE_IN_TRANSACTION_MS, "a frozen process gives up its locks first"
        assert made["rebalance_timeout_ms"] > kafka.DRAIN_SECONDS * 1000, "a running batch ends before the rebalance"
        assert type(subscriber).__name__ == "BatchSubscriber"
        groups.append(subscriber.group_id or "")  # pyright: ignore
    assert all(groups)
    assert len(set(groups)) == len(groups)


def test_every_subscriber_acknowledges_after_the_transaction_and_starts_at_the_earliest() -> None:
    broker = kafka.broker("127.0.0.1:1")
    for name in ("reports", "stories"):
        consumer = Consumer(name, None, None, now=machinery.now, wake=lambda: None)  # pyright: ignore
        kafka.subscribe(broker, consumer, name, topics=Topics(), service="editing")
    expect_safe(broker)


@pytest.mark.parametrize("service", SERVICES)
async def test_every_subscriber_of_each_service_is_a_safe_one(
    service: str, base: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: asyncio.Future[KafkaBroker] = asyncio.get_running_loop().create_future()

    async def caught(broker: KafkaBroker, _: str) -> None:
        found.set_result(broker)

    monkeypatch.setattr(kafka, "start_when_there", caught)
    for name, value in (base.environment(service) | {"ALURWARTA_KAFKA": "127.0.0.1:1"}).items():
        monkeypatch.setenv(name, value)
    app = importlib.import_module(f"services.{service}.app").create_app()
    async with app.router.lifespan_context(app):
        expect_safe(await asyncio.wait_for(found, 30))


def test_nobody_makes_a_subscriber_but_shared_kafka() -> None:
    """A subscriber made elsewhere would have the default acknowledgement, which loses."""
    made: list[str] = []
    for folder in ("services", "shared", "deploy"):
        for file in sorted((HOUSE / folder).rglob("*.py")):
            calls = [n for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.Call)]
            if any(isinstance(c.func, ast.Attribute) and c.func.attr == "subscriber" for c in calls):
                made.append(str(file.relative_to(HOUSE)))
    assert made == ["shared/kafka.py"]
    assert services.__name__


@pytest.mark.usefixtures("quick_backoff")
async def test_a_handler_that_fails_and_then_succeeds_loses_nothing_of_any_partition(
    flow: Stack, reader: Notebook, desk: Desk
) -> None:
    """A batch spans partitions: each of them must go back, not only the first."""

    async def fails(_: Batch) -> None:
        if reader.calls in (1, 2, 4):
            raise asyncpg.AdminShutdownError("going")

    reader.before = fails
    await produce(flow, spread(desk, 6, 5))
    async with consuming(flow, reader.consumer(), "reports"):
        await all_applied(reader, 30)
        await produce(flow, [desk.record(f"k{k}", 6, partition=k % 3) for k in range(6)])
        await all_applied(reader, 36)
    await expect_each_once_in_order(reader, 6, 6)


async def test_what_one_consumer_committed_the_next_does_not_get_again(
    flow: Stack, reader: Notebook, desk: Desk
) -> None:
    await produce(flow, spread(desk, 3, 3))
    async with consuming(flow, reader.consumer(), "reports"):
        await all_applied(reader, 9)
    calls = reader.calls
    async with consuming(flow, reader.consumer(), "reports"):
        await produce(flow, [desk.record("k0", 4)])
        await all_applied(reader, 10)
    assert reader.sizes[calls:] == [1]


async def test_records_that_nobody_can_read_are_dead_lettered_and_their_neighbours_applied(
    flow: Stack, reader: Notebook, desk: Desk
) -> None:
    good = desk.record("k0", 1)
    bad = [
        desk.raw([*good.headers, ("traceparent", b"\xff\xfe")], good.value, key=good.key),
        desk.raw([("\N{SNOWMAN}", b"\xff"), ("content-type", b"\xfe")], b"\xff", key=b"\xff"),
        desk.raw([], None, key=b"tombstone"),
        desk.raw(good.headers, b"", key=good.key),
    ]
    await produce(flow, [good, *bad, desk.record("k0", 2)])
    async with consuming(flow, reader.consumer(), "reports"):
        await all_applied(reader, 2)
        assert await reader.applied("k0") == [1, 2]
        assert [x["state"] for x in await reader.letters()] == ["open"] * len(bad)


async def produce_bad_header_name(flow: Stack, topic: str) -> None:
    """A record with a header whose very name is not UTF-8: brokers take it, and some clients write it."""
    producer = AIOKafkaProducer(bootstrap_servers=flow.kafka)
    await producer.start()
    try:
        batch = producer.create_batch()
        batch.append(key=b"k", value=b"v", timestamp=None, headers=[("HHHH", b"1")])
        batch.close()
        buffer = batch._build()  # pyright: ignore
        place = bytes(buffer).index(b"HHHH")
        buffer[place : place + 4] = b"\xff\xfe\xff\xfe"
        buffer[17:21] = calc_crc32c(bytes(buffer)[21:]).to_bytes(4, "big")
        await (await producer.send_batch(batch, flow.topics.full(topic), partition=0))
    finally:
        await producer.stop()


async def test_a_header_whose_name_is_not_utf_8_holds_nothing_back(flow: Stack, reader: Notebook, desk: Desk) -> None:
    await produce(flow, [desk.record("k0", 1)])
    await produce_bad_header_name(flow, "reports")
    await produce(flow, [desk.record("k0", 2), desk.record("k1", 1, partition=1)])
    async with consuming(flow, reader.consumer(), "reports"):
        await all_applied(reader, 3, seconds=20)
    assert await reader.applied("k0") == [1, 2]
    assert [x["state"] for x in await reader.letters()] == ["open"]


@pytest.mark.parametrize("codec", ["gzip", "lz4", "snappy", "zstd"])
async def test_a_source_may_compress_as_it_likes(flow: Stack, reader: Notebook, desk: Desk, codec: str) -> None:
    """Java's clients are often told to; without the codec's library here the partition would never go on."""
    record = desk.record("k0", 1, "x" * 2_000, topic="intake-requests.simpeg")
    producer = confluent_kafka.Producer({"bootstrap.servers": flow.kafka, "compression.type": codec})
    name = flow.topics.full(record.topic)
    producer.produce(name, record.value, record.key, headers=[(n, v) for n, v in record.headers])
    assert producer.flush(30) == 0
    async with consuming(flow, reader.consumer(), "intake-requests.simpeg"):
        await all_applied(reader, 1, seconds=20)


@pytest.mark.parametrize("time", [-1, 0, 2**62])
async def test_a_time_that_is_no_time_stops_nobody(flow: Stack, reader: Notebook, desk: Desk, time: int) -> None:
    record = desk.record("k0", 1)
    raw = ConsumerRecord(
        flow.topics.full("reports"), 0, 0, time, 0, record.key, record.value, None, 0, 0, tuple(record.headers)
    )
    await reader.consumer().handle(kafka.records_of([raw], flow.topics))
    assert await reader.applied("k0") == [1]


async def test_a_batch_that_keeps_failing_comes_again_slowly_and_not_thousands_of_times(
    flow: Stack, reader: Notebook, desk: Desk
) -> None:
    """Without a wait before it, a NACK comes back at once: 4,100 calls a second were measured."""

    async def away(_: Batch) -> None:
        raise asyncpg.AdminShutdownError("going")

    reader.before = away
    await produce(flow, spread(desk, 3, 2))
    async with consuming(flow, reader.consumer(), "reports"):
        while not reader.calls:
            await asyncio.sleep(0.05)
        await asyncio.sleep(2)
        assert reader.calls <= 12
        reader.before = None
        await all_applied(reader, 6)
    await expect_each_once_in_order(reader, 3, 2)


async def test_a_replica_that_joins_during_a_slow_batch_takes_over_without_loss_or_repetition(
    flow: Stack, reader: Notebook, desk: Desk
) -> None:
    async def slow(_: Batch) -> None:
        await asyncio.sleep(1)

    reader.before = slow
    await produce(flow, spread(desk, 12, 4))
    async with consuming(flow, reader.consumer(), "reports") as first:
        while not reader.calls:
            await asyncio.sleep(0.02)
        async with consuming(flow, reader.consumer(), "reports") as second:
            await produce(flow, [desk.record(f"k{k}", n, partition=k % 3) for n in (5, 6) for k in range(12)])
            await all_applied(reader, 72)

            async def shared() -> bool:
                return all(s.subscriber.consumer and s.subscriber.consumer.assignment() for s in (first, second))

            await until(shared, what="both replicas have partitions")
        await produce(flow, [desk.record(f"k{k}", 7, partition=k % 3) for k in range(12)])
        await all_applied(reader, 84)
    await expect_each_once_in_order(reader, 12, 7)
    assert max(reader.sizes) <= kafka.MAX_RECORDS


async def test_a_handler_longer_than_the_graceful_time_out_is_cut_off_and_its_batch_comes_again(
    flow: Stack, reader: Notebook, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "DRAIN_SECONDS", 0.5)

    async def endless(_: Batch) -> None:
        await asyncio.sleep(120)

    reader.before = endless
    await produce(flow, spread(desk, 3, 2))
    async with consuming(flow, reader.consumer(), "reports"):
        while not reader.calls:
            await asyncio.sleep(0.02)
        start = monotonic()
    assert monotonic() - start < 60
    assert await reader.count() == 0
    reader.before = None
    async with consuming(flow, reader.consumer(), "reports"):
        await all_applied(reader, 6)
    await expect_each_once_in_order(reader, 3, 2)


async def test_a_handler_within_the_graceful_time_out_ends_and_is_not_repeated(
    flow: Stack, reader: Notebook, desk: Desk
) -> None:
    async def slow(_: Batch) -> None:
        await asyncio.sleep(0.7)

    reader.before = slow
    await produce(flow, spread(desk, 3, 2))
    async with consuming(flow, reader.consumer(), "reports"):
        while not reader.calls:
            await asyncio.sleep(0.02)
    applied = await reader.count()
    assert applied, "the batch that ran was finished"
    async with consuming(flow, reader.consumer(), "reports"):
        await all_applied(reader, 6)
        await asyncio.sleep(0.5)
    await expect_each_once_in_order(reader, 3, 2)
    assert sum(reader.sizes) == 6, "what was committed did not come again"


async def test_a_pattern_reads_all_sources_and_tells_them_apart(flow: Stack, reader: Notebook, desk: Desk) -> None:
    records = [desk.record(f"k{n}", 1, topic="intake-requests.simpeg", partition=n % 3) for n in range(3)]
    await produce(flow, records)
    pattern = re.escape("intake-requests.") + ".*"
    async with consuming(flow, reader.consumer("intake-requests"), pattern=pattern):
        await all_applied(reader, 3)
    async with reader.db.connection() as conn:
        assert {r["topic"] for r in await conn.fetch("SELECT topic FROM applied")} == {"intake-requests.simpeg"}


async def test_a_start_before_the_broker_waits_for_it_and_says_so(
    flow: Stack, reader: Notebook, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """A door of the test's own stands before the broker and is shut at first."""
    await produce(flow, spread(desk, 3, 2))
    host, _, port = flow.kafka.rpartition(":")
    placeholder = await asyncio.start_server(lambda _, w: w.close(), "127.0.0.1", 0)
    door = placeholder.sockets[0].getsockname()[1]
    placeholder.close()
    await placeholder.wait_closed()

    async def through(reader_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(host, int(port))
        await asyncio.gather(_carry(reader_, back), _carry(there, writer), return_exceptions=True)

    broker = kafka.broker(f"127.0.0.1:{door}")
    kafka.subscribe(broker, reader.consumer(), "reports", topics=flow.topics, service="editing", fetch_max_wait_ms=50)
    starting = asyncio.create_task(kafka.start_when_there(broker, f"127.0.0.1:{door}"))
    await asyncio.sleep(2)
    assert not starting.done()
    assert "waiting for Kafka" in capsys.readouterr().out
    opened = await asyncio.start_server(through, "127.0.0.1", door)
    try:
        await asyncio.wait_for(starting, 60)
        await all_applied(reader, 6)
    finally:
        await broker.stop()
        opened.close()
    await expect_each_once_in_order(reader, 3, 2)


async def _carry(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            to.write(data)
            await to.drain()
    finally:
        to.close()


BLOCKED = """
import asyncio, sys, time
from shared import db, kafka
from shared.consume import Consumer
from shared.topics import Topics
from tests.support.machinery import Notebook, now

servers, dsn, namespace, seconds = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])
kafka.SESSION_TIMEOUT_MS, db.IDLE_IN_TRANSACTION_MS = 6_000, 3_000

async def main():
    book = Notebook(await db.connect(dsn, "editing"))
    async def freeze(batch):
        if book.calls == 1:
            print("frozen", flush=True)
            time.sleep(seconds)
            print("awake", flush=True)
    book.before = freeze
    broker = kafka.broker(servers)
    kafka.subscribe(broker, book.consumer(), "reports", topics=Topics(namespace), service="editing")
    await kafka.start_when_there(broker, servers)
    await asyncio.sleep(600)

asyncio.run(main())
"""


async def test_an_event_loop_blocked_longer_than_the_session_loses_its_work_to_another_and_repeats_nothing(
    flow: Stack, reader: Notebook, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "SESSION_TIMEOUT_MS", 6_000)
    await produce(flow, spread(desk, 3, 3))
    parts = urlsplit(flow.dsn("editing"))
    frozen = subprocess.Popen(
        [sys.executable, "-c", BLOCKED, flow.kafka, parts.geturl(), flow.topics.namespace, "14" if not LONG else "45"],
        cwd=Path(HOUSE),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert frozen.stdout is not None
        await _line(frozen, "frozen")
        async with consuming(flow, reader.consumer(), "reports"):
            await all_applied(reader, 9, seconds=60)
            await _line(frozen, "awake")
            await produce(flow, [desk.record(f"k{k}", 4, partition=k % 3) for k in range(3)])
            await all_applied(reader, 12)
            await asyncio.sleep(2)
        await expect_each_once_in_order(reader, 3, 4)
        assert frozen.poll() is None, "the one that was frozen lives on"
    finally:
        frozen.kill()
        frozen.wait()


async def _line(process: "subprocess.Popen[str]", wanted: str) -> None:
    assert process.stdout is not None
    while wanted not in (line := await asyncio.to_thread(process.stdout.readline)):
        assert line, f"ended before it said {wanted!r}"


def test_the_pause_before_a_batch_comes_again_is_shorter_than_what_throws_a_member_out() -> None:
    assert consume.backoff(100, most=60) * 1000 < 300_000, "max_poll_interval_ms"
