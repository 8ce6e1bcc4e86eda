"""What must be true of four services' databases after any run: nothing lost, nothing doubled, every sequence legal."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.events import OWNED_TOPIC
from shared.topics import SERVICES
from tests.support.stack import Stack


@dataclass(frozen=True)
class Told:
    """One event as the topic holds it."""

    topic: str
    key: str
    sequence: int
    type: str
    body: dict[str, Any]


@dataclass(frozen=True)
class History:
    """All events of the topics, in order per key, each once; `repeats` counts what came more than once."""

    by_key: dict[tuple[str, str], list[Told]] = field(default_factory=dict[tuple[str, str], list[Told]])
    repeats: int = 0

    def types(self, topic: str, key: str) -> list[str]:
        return [e.type for e in self.by_key.get((topic, key), [])]

    def of(self, kind: str) -> list[Told]:
        return [e for events in self.by_key.values() for e in events if e.type == f"alurwarta.{kind}.v1"]


async def history(stack: Stack, *topics: str) -> History:
    """Read the topics whole, and check that each key's first sight of its numbers runs 1, 2, 3 … without a gap."""
    consumer = AIOKafkaConsumer(bootstrap_servers=stack.kafka, auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    told: dict[tuple[str, str], list[Told]] = defaultdict(list)
    repeats = 0
    try:
        async for record in _all(consumer, [stack.topics.full(t) for t in topics]):
            event = _told(stack, record)
            seen = told[event.topic, event.key]
            if event.sequence <= len(seen):
                repeats += 1
                continue
            assert event.sequence == len(seen) + 1, f"gap before {event.type} {event.sequence} of {event.key}"
            seen.append(event)
    finally:
        await consumer.stop()
    return History(dict(told), repeats)


async def _all(consumer: AIOKafkaConsumer, topics: list[str]) -> AsyncGenerator[Any]:
    parts = [TopicPartition(t, p) for t in topics for p in await _parts(consumer, t)]
    consumer.assign(parts)
    ends = await consumer.end_offsets(parts)
    for tp in parts:
        await consumer.seek_to_beginning(tp)
    while any([await consumer.position(tp) < ends[tp] for tp in parts]):
        for records in (await consumer.getmany(timeout_ms=500)).values():
            for record in records:
                yield record


async def _parts(consumer: AIOKafkaConsumer, topic: str) -> set[int]:
    found: set[int] | None = await consumer._client._wait_on_metadata(topic)  # pyright: ignore
    return found or set()


def _told(stack: Stack, record: Any) -> Told:
    headers = {name: value.decode() for name, value in record.headers}
    return Told(
        stack.topics.bare(record.topic),
        record.key.decode(),
        int(headers["ce_sequence"]),
        headers["ce_type"],
        json.loads(record.value),
    )


async def counts(dsn: str, query: str) -> dict[str, int]:
    """Run one counting query in each service's schema."""
    found: dict[str, int] = {}
    for service in SERVICES:
        conn = await asyncpg.connect(dsn, server_settings={"search_path": service})
        try:
            found[service] = await conn.fetchval(query)
        finally:
            await conn.close()
    return found


async def until_quiet(stack: Stack, seconds: float = 60) -> None:
    """Wait until no service has anything left to send; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    left: dict[str, int] = {}
    while time.monotonic() < deadline:
        left = await counts(stack.owner_dsn, "SELECT count(*) FROM outbox WHERE sent_at IS NULL")
        if not any(left.values()):
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"still to send after {seconds} s: {left}")


async def dead_letters(stack: Stack) -> dict[str, int]:
    return await counts(
        stack.owner_dsn, "SELECT count(*) FROM dead_letters WHERE state IN ('open', 'waiting', 'requested')"
    )


READERS = {
    "reports": ("editing", "review", "publisher"),
    "stories": ("intake", "review"),
    "decisions": ("intake", "editing", "review", "publisher"),
    "publications": ("intake", "editing", "review"),
}
_BEHIND = """
    SELECT count(*) FROM {owner}.outbox_streams o LEFT JOIN {reader}.inbox_streams i USING (topic, key)
    WHERE o.topic = $1 AND coalesce(i.sequence, 0) < o.sequence"""


async def until_applied(stack: Stack, seconds: float = 60) -> None:
    """Wait until every reader has applied every event of the four topics; fails after so many seconds."""
    conn = await asyncpg.connect(stack.owner_dsn)
    deadline = time.monotonic() + seconds
    try:
        while behind := await _behind(conn):
            assert time.monotonic() < deadline, f"not applied after {seconds} s: {behind}"
            await asyncio.sleep(0.05)
    finally:
        await conn.close()


async def _behind(conn: "asyncpg.Connection[asyncpg.Record]") -> dict[str, int]:
    owners = {topic: service for service, topic in OWNED_TOPIC.items()}
    found: dict[str, int] = {}
    for topic, readers in READERS.items():
        for reader in readers:
            query = _BEHIND.format(owner=owners[topic], reader=reader)
            if n := await conn.fetchval(query, topic):
                found[f"{topic} in {reader}"] = n
    return found
