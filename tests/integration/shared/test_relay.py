"""The relay on real Kafka: order per key, at least once, one at a time, and a bad row or topic holds back its own."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median
from time import monotonic
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.cli import outbox as command
from shared import audit, relay
from shared.db import Database
from shared.kafka import records_of
from shared.outbox import Draft, Outbox, mark_for_replay
from shared.relay import Relay
from tests.support import machinery
from tests.support.machinery import (
    Desk,
    append,
    by_key,
    contents,
    database,
    first_seen,
    now,
    outbox,
    report,
    running,
    sequence_of,
    until,
    withdrawn,
)
from tests.support.stack import Stack


@dataclass
class Sender:
    """One service's outbox and any number of relays of it."""

    stack: Stack
    db: Database
    pen: Outbox = field(default_factory=outbox)

    def relay(self, service: str = "intake", **more: Any) -> Relay:
        return Relay(self.db, self.stack.topics, self.producer, service=service, now=now, **more)

    def producer(self) -> AIOKafkaProducer:
        return relay.producer(self.stack.kafka)

    async def say(self, name: str, *reasons: str, topic: str | None = None) -> None:
        await append(self.db, self.pen, [withdrawn(name, reason) for reason in reasons], topic=topic)

    async def unsent(self) -> int:
        async with self.db.connection() as conn:
            return await conn.fetchval("SELECT count(*) FROM outbox WHERE sent_at IS NULL AND set_aside_at IS NULL")

    async def all_sent(self, seconds: float = 60) -> None:
        async def none() -> bool:
            return await self.unsent() == 0

        await until(none, seconds=seconds, what="the outbox is sent")

    async def sent(self, name: str) -> int:
        async with self.db.connection() as conn:
            query = "SELECT count(*) FROM outbox WHERE key = $1 AND sent_at IS NOT NULL"
            return await conn.fetchval(query, str(report(name)))


@pytest.fixture
async def sender(flow: Stack) -> AsyncGenerator[Sender]:
    async with database(flow, "intake", size=24) as db:
        yield Sender(flow, db)


@asynccontextmanager
async def leading(sender: Sender, **more: Any) -> AsyncGenerator[Relay]:
    made = sender.relay(**more)
    async with running(made.run):
        await until(is_leading(made), what="a relay leads")
        yield made


def is_leading(made: Relay) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        return made.leading

    return ask


async def write_for_a_while(sender: Sender, wake: Callable[[], None], *, writers: int = 20, rounds: int = 20) -> int:
    """Many writers on few keys; returns how many events each key got."""

    async def write(writer: int) -> None:
        for n in range(rounds):
            await sender.say("abc"[(writer + n) % 3], f"{writer}/{n}", f"{writer}/{n}/2")
            wake()
            await asyncio.sleep(0)

    await asyncio.gather(*map(write, range(writers)))
    return writers * rounds * 2


async def test_the_order_of_each_key_in_the_topic_is_the_order_of_its_numbers(sender: Sender) -> None:
    async with leading(sender) as made:
        total = await write_for_a_while(sender, made.wake)
        await sender.all_sent()
    numbers = by_key(await contents(sender.stack, "reports"))
    assert sum(map(len, numbers.values())) == total
    for key, found in numbers.items():
        assert found == list(range(1, len(found) + 1)), key


async def test_the_headers_say_it_in_binary_mode_and_the_body_is_the_event(sender: Sender) -> None:
    await sender.say("a", "Ganda")
    async with leading(sender):
        await sender.all_sent()
    (record,) = await contents(sender.stack, "reports")
    heads = {name: value.decode() for name, value in record.headers}
    assert heads["ce_type"] == "alurwarta.report.withdrawn.v1"
    assert heads["ce_source"] == "/alurwarta/intake"
    assert heads["content-type"] == "application/json"
    assert record.key == str(report("a")).encode()
    assert b'"Ganda"' in (record.value or b"")


async def test_of_two_relays_one_leads_and_the_other_takes_over_without_loss_or_reorder(sender: Sender) -> None:
    """The leader's connection is killed again and again in mid-flow, as by a failover; its lock goes with it."""
    first, second = sender.relay(), sender.relay()
    leaders: set[tuple[bool, bool]] = set()

    async def watch() -> None:
        while True:
            leaders.add((first.leading, second.leading))
            await asyncio.sleep(0.001)

    async def kill() -> None:
        owner = await asyncpg.connect(sender.stack.owner_dsn)
        try:
            for _ in range(6):
                await asyncio.sleep(0.25)
                await owner.execute(
                    """SELECT pg_terminate_backend(pid) FROM pg_locks
                       WHERE locktype = 'advisory' AND granted AND classid = $1
                         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""",
                    0x616C,
                )
        finally:
            await owner.close()

    async with running(first.run, second.run, watch):
        total, _ = await asyncio.gather(
            write_for_a_while(sender, lambda: (first.wake(), second.wake())[0], rounds=40), kill()
        )
        await sender.all_sent()
    numbers = {key: first_seen(found) for key, found in by_key(await contents(sender.stack, "reports")).items()}
    assert sum(map(len, numbers.values())) == total
    for key, found in numbers.items():
        assert found == list(range(1, len(found) + 1)), key
    assert {(True, False), (False, True)} <= leaders


async def test_what_a_relay_sends_twice_a_reader_applies_once(sender: Sender, flow: Stack) -> None:
    await sender.say("a", "1", "2", "3")
    async with leading(sender) as made:
        await sender.all_sent()
        async with sender.db.connection() as conn:
            assert await mark_for_replay(conn, machinery.START) == 3
        made.wake()
        await sender.all_sent()
        await sender.say("a", "4")
        made.wake()
        await sender.all_sent()
    records = await contents(flow, "reports")
    assert [sequence_of(r) for r in records] == [1, 2, 3, 1, 2, 3, 4]
    async with machinery.notebook(flow) as book:
        await book.consumer().handle(records_of(records, flow.topics))
        assert await book.applied("a") == [1, 2, 3, 4]
        assert await book.states() == []


async def test_a_topic_that_is_missing_holds_back_its_own_rows_and_nobody_else_s(sender: Sender) -> None:
    async with leading(sender) as made:
        await sender.say("lost", "1", "2", topic="no such topic")
        await sender.say("lost-too", "1", topic="nor this one")
        for n in range(20):
            await sender.say("a", str(n))
            made.wake()
            await asyncio.sleep(0.02)

        async def gone() -> bool:
            return await sender.sent("a") == 20

        await until(gone, seconds=20, what="the others are sent")
        assert await sender.unsent() == 3
    assert by_key(await contents(sender.stack, "reports")) == {str(report("a")): list(range(1, 21))}


async def test_rows_of_a_missing_topic_go_once_it_is_made(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "TOPIC_AWAY", timedelta(milliseconds=200))
    made = sender.relay()
    made._away["stories"] = now() + timedelta(seconds=1)
    await sender.say("a", "1", "2", topic="stories")
    async with running(made.run):
        await sender.all_sent()
    assert by_key(await contents(sender.stack, "stories")) == {str(report("a")): [1, 2]}


async def test_a_row_too_large_for_the_broker_is_set_aside_and_holds_back_only_its_own_key(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The topic's own limit is lower than ours here, as an operator may set it; once mended, it is tried again."""
    full = sender.stack.topics.full("small")
    admin = AIOKafkaAdminClient(bootstrap_servers=sender.stack.kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(full, 1, 1, topic_configs={"max.message.bytes": "20000"})])
        async with leading(sender) as made:
            events = [withdrawn("a", "1"), machinery.large("a", 30_000), withdrawn("a", "3")]
            await append(sender.db, sender.pen, events, topic="small")
            await sender.say("b", "1", "2", topic="small")
            await sender.say("a", "elsewhere", topic="reports")
            made.wake()
            await until(lambda: _set_aside(sender, 1), what="it is set aside")
            await sender.say("a", "4", topic="small")
            await sender.say("b", "3", topic="small")
            made.wake()

            async def b_is_sent() -> bool:
                return await sender.sent("b") == 3

            await until(b_is_sent, what="the other key goes on")
            assert by_key(await contents(sender.stack, "small"))[str(report("b"))] == [1, 2, 3]
            async with sender.db.connection() as conn:
                held = "SELECT array_agg(sequence ORDER BY sequence) FROM outbox WHERE sent_at IS NULL"
                assert await conn.fetchval(held) == [2, 3, 4]
                await conn.execute("UPDATE outbox SET body = '{}' WHERE set_aside_at IS NOT NULL")
            monkeypatch.setenv("ALURWARTA_ADMIN_DSN", sender.stack.owner_dsn)
            assert await command._retry("intake") == 1
            made.wake()
            await sender.all_sent()
        numbers = by_key(await contents(sender.stack, "small"))[str(report("a"))]
        assert numbers[-3:] == [2, 3, 4], "from the one set aside on, all come in order"
    finally:
        await admin.delete_topics([full])
        await admin.close()


async def _set_aside(sender: Sender, count: int) -> bool:
    async with sender.db.connection() as conn:
        return await conn.fetchval("SELECT count(*) FROM outbox WHERE set_aside_at IS NOT NULL") == count


async def test_a_row_that_is_too_large_for_the_producer_is_set_aside_too(sender: Sender) -> None:
    await sender.say("a", "1")
    async with sender.db.transaction() as conn:
        await conn.execute("UPDATE outbox SET body = repeat('x', 1200000)::bytea")
    await sender.say("b", "1")
    async with leading(sender):
        await until(lambda: _set_aside(sender, 1), what="it is set aside")
        await sender.all_sent()
    assert list(by_key(await contents(sender.stack, "reports"))) == [str(report("b"))]


async def test_dead_letters_are_copied_to_their_topic_for_other_eyes(sender: Sender, desk: Desk) -> None:
    async with machinery.notebook(sender.stack, "intake") as book:
        await book.consumer().handle([desk.raw([], b"x" * 900_000, key=b"k"), desk.record("a", 2)])
    async with leading(sender):

        async def copied() -> bool:
            return len(await contents(sender.stack, "dead-letter.intake")) == 2

        await until(copied, what="both are copied")
    records = sorted(await contents(sender.stack, "dead-letter.intake"), key=lambda r: -len(r.value or b""))
    heads = {name: value.decode() for name, value in records[0].headers}
    assert (heads["topic"], heads["partition"], heads["offset"], heads["state"]) == ("reports", "0", "0", "open")
    assert heads["reason"].startswith("content-type")
    assert len(records[0].value or b"") == 500_000
    assert dict(records[1].headers)["reason"] == b"waiting for 1"


async def test_a_writer_in_a_replica_that_stands_by_wakes_the_leader(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a ratio: woken, events go at least three times as fast as by the poll alone."""
    monkeypatch.setattr(relay, "IDLE", 1.2)
    standby = sender.relay()

    async def one(wake: Callable[[], None]) -> float:
        await asyncio.sleep(1.5)  # the leader's pause has grown to its longest
        start = monotonic()
        await sender.say("a", "1")
        wake()
        await sender.all_sent()
        return monotonic() - start

    async with leading(sender) as leader, running(standby.run):
        await asyncio.sleep(0.5)
        woken = [await one(leader.wake), await one(standby.wake), await one(standby.wake)]
        asleep = [await one(lambda: None) for _ in range(3)]
    assert not standby.leading
    assert median(woken) * 3 < max(asleep) + 0.2, (woken, asleep)


async def test_the_leader_seals_the_audit_and_one_bad_chore_stops_nothing(sender: Sender) -> None:
    async def bad(_: Any) -> None:
        raise RuntimeError

    async with sender.db.transaction() as conn:
        await audit.append(conn, [audit.Entry("report.received", "r-1")], at=now())

    async def sealed() -> bool:
        async with sender.db.connection() as conn:
            return await conn.fetchval("SELECT count(*) FROM audit_chain") == 1

    async with leading(sender, chores=[bad, audit.Sealing()]):
        await until(sealed, what="the row is sealed")


async def test_a_relay_that_is_stopped_closes_its_producer_and_gives_up_the_lead(sender: Sender) -> None:
    async with leading(sender) as first:
        await sender.say("a", "1")
        first.wake()
        await sender.all_sent()
    assert not first.leading
    async with leading(sender):
        pass


async def test_a_row_that_commits_late_with_a_lower_id_is_not_passed_over(sender: Sender) -> None:
    """The order of ids is not the order of commits: a relay that reads `id > last` would lose this one."""
    async with leading(sender) as made:
        async with sender.db.transaction() as slow:
            await sender.pen.append(slow, [Draft(withdrawn("slow"))])
            await sender.say("quick", "1")
            made.wake()

            async def quick() -> bool:
                return await sender.sent("quick") == 1

            await until(quick, what="the later id is sent first")
        made.wake()
        await sender.all_sent()
    assert set(by_key(await contents(sender.stack, "reports"))) == {str(report("quick")), str(report("slow"))}
