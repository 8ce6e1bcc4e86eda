"""Kafka and PostgreSQL stopped, killed and back in mid-flow, on servers of this test's own: nothing lost or doubled.

ALURWARTA_LONG=1 keeps Kafka away for 60 seconds instead of 10.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import asyncpg
import pytest

from deploy.prepare import make_topics, prepare_database
from shared import kafka, relay
from shared.db import Database, is_transient
from shared.events import Event
from shared.outbox import Outbox
from shared.refusal import Transient
from shared.relay import Relay
from shared.topics import SERVICES
from tests.support import machinery
from tests.support.machinery import (
    Notebook,
    append,
    by_key,
    contents,
    database,
    first_seen,
    notebook,
    now,
    outbox,
    report,
    running,
    until,
    withdrawn,
)
from tests.support.second_stack import SecondStack, second_stack
from tests.support.stack import PASSWORD, Stack

AWAY = 60.0 if os.environ.get("ALURWARTA_LONG") else 10.0
pytestmark = [pytest.mark.xdist_group("second-stack"), pytest.mark.timeout(280)]


@pytest.fixture(scope="module")
def servers() -> Iterator[SecondStack]:
    with second_stack() as made:
        yield made


@pytest.fixture
async def stack(servers: SecondStack) -> AsyncGenerator[Stack]:
    made = servers.stack()
    roles: dict[str, str] = dict.fromkeys(SERVICES, PASSWORD)
    if await prepare_database(made.owner_dsn, roles):
        await machinery.make_notebooks(made)
    owner = await asyncpg.connect(made.owner_dsn)
    try:
        await machinery.empty(owner)
    finally:
        await owner.close()
    await make_topics(made.kafka, [made.topics.full(t) for t in machinery.TOPICS], partitions=3)
    yield made
    await machinery.remove_topics(made, *machinery.TOPICS)


@dataclass
class Line:
    """The whole way of an event: a writer's transaction, outbox, relay, topic, consumer, a reader's transaction."""

    stack: Stack
    db: Database
    reader: Notebook
    relay: Relay
    pen: Outbox = field(default_factory=outbox)
    written: dict[str, int] = field(default_factory=dict[str, int])
    refused: int = 0

    async def write(self) -> None:
        """Write for ever, as people do: what fails they see, and do again later."""
        n = 0
        while True:
            name = f"k{n % 9}"
            event: Event = withdrawn(name, str(n))
            try:
                await append(self.db, self.pen, [event])
            except Exception as e:
                if not (is_transient(e) or isinstance(e, Transient)):
                    raise
                self.refused += 1
                await asyncio.sleep(0.1)
            else:
                self.written[name] = self.written.get(name, 0) + 1
                self.relay.wake()
                n += 1
            await asyncio.sleep(0.005)

    async def arrived(self) -> int:
        """How many events were applied; -1 where the database is away at this moment."""
        try:
            return await self.reader.count()
        except Exception as e:
            if not is_transient(e):
                raise
            return -1

    async def all_arrived(self) -> None:
        async def done() -> bool:
            return await self.arrived() >= sum(self.written.values())

        await until(done, seconds=120, what="all that was written is applied")

    async def expect_whole(self) -> None:
        await self.all_arrived()
        # A commit whose answer was lost (with the server, or when the writer was stopped) is there all the same.
        async with self.db.connection() as conn:
            rows = await conn.fetch("SELECT key, max(sequence) AS n, count(*) AS c FROM outbox GROUP BY key")
        said = {r["key"]: r["n"] for r in rows}
        assert all(r["n"] == r["c"] for r in rows), "gapless"
        assert sum(self.written.values()) <= sum(said.values()) <= sum(self.written.values()) + self.refused + 1

        async def as_said() -> bool:
            return await self.arrived() == sum(said.values())

        await until(as_said, what="each exactly once")
        for name in self.written:
            assert await self.reader.applied(name) == list(range(1, said[str(report(name))] + 1)), name
        assert {state for _, state, _ in await self.reader.states()} <= {"replayed"}
        sent = by_key(await contents(self.stack, "reports"))
        assert {k: first_seen(v) for k, v in sent.items()} == {k: [*range(1, n + 1)] for k, n in said.items()}


@asynccontextmanager
async def line(stack: Stack) -> AsyncGenerator[Line]:
    async with database(stack, "intake") as db, notebook(stack) as reader:
        sender = Relay(db, stack.topics, lambda: relay.producer(stack.kafka), service="intake", now=now)
        broker = kafka.broker(stack.kafka)
        kafka.subscribe(
            broker, reader.consumer(), "reports", topics=stack.topics, service="editing", fetch_max_wait_ms=50
        )
        await kafka.start_when_there(broker, stack.kafka)
        made = Line(stack, db, reader, sender)
        try:
            async with running(sender.run):
                yield made
        finally:
            await asyncio.wait_for(broker.stop(), 60)


async def some_arrive(made: Line, more: int = 50) -> None:
    start = await made.arrived()

    async def done() -> bool:
        return await made.arrived() >= start + more

    await until(done, seconds=90, what=f"{more} more events are applied")


async def in_thread(call: Callable[..., None], *args: str) -> None:
    await asyncio.to_thread(call, *args)


async def test_kafka_away_in_the_middle_loses_and_doubles_nothing(stack: Stack, servers: SecondStack) -> None:
    async with line(stack) as made:
        async with running(made.write):
            await some_arrive(made)
            await in_thread(servers.run, "stop", "kafka")
            before = sum(made.written.values())
            await asyncio.sleep(AWAY)
            assert sum(made.written.values()) > before, "people go on working while Kafka is away"
            await in_thread(servers.run, "start", "kafka")
            await some_arrive(made, 100)
        await made.expect_whole()


async def test_kafka_killed_in_the_middle_loses_and_doubles_nothing(stack: Stack, servers: SecondStack) -> None:
    async with line(stack) as made:
        async with running(made.write):
            await some_arrive(made)
            await in_thread(servers.run, "kill", "kafka")
            await in_thread(servers.run, "start", "kafka")
            await some_arrive(made, 100)
        await made.expect_whole()


async def test_postgresql_killed_in_the_middle_loses_and_doubles_nothing(stack: Stack, servers: SecondStack) -> None:
    async with line(stack) as made:
        async with running(made.write):
            await some_arrive(made)
            await in_thread(servers.run, "kill", "postgres")
            await asyncio.sleep(1)
            await in_thread(servers.run, "start", "postgres")
            await some_arrive(made, 100)
        await made.expect_whole()


async def test_a_topic_deleted_in_mid_flow_holds_back_its_own_rows_and_nobody_else_s(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a source is removed while answers to it are still to come: an idempotent send would wait for ever."""
    monkeypatch.setattr(relay, "STALLED", 3.0)
    monkeypatch.setattr(relay, "TOPIC_AWAY", timedelta(seconds=2))
    async with line(stack) as made:
        await append(made.db, made.pen, [withdrawn("x", "1")], topic="stories")
        made.relay.wake()
        await until(lambda: _unsent(made.db, 0), what="all is sent")
        await machinery.remove_topics(stack, "stories")
        await asyncio.sleep(1)
        await append(made.db, made.pen, [withdrawn("x", "2"), withdrawn("x", "3")], topic="stories")
        async with running(made.write):
            await some_arrive(made, 100)
        await made.all_arrived()
        await until(lambda: _unsent(made.db, 2), what="only the deleted topic's rows wait")
        await make_topics(stack.kafka, [stack.topics.full("stories")], partitions=3)
        await until(lambda: _unsent(made.db, 0), what="they go once it is there again")
    assert by_key(await contents(stack, "stories")) == {str(report("x")): [2, 3]}


async def _unsent(db: Database, count: int) -> bool:
    async with db.connection() as conn:
        return await conn.fetchval("SELECT count(*) FROM outbox WHERE sent_at IS NULL") == count
