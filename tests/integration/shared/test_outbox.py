"""The outbox: gapless numbers per key in the writers' transactions, a limit on size, and replay."""

import asyncio
import json
from uuid import UUID

import pytest

from shared.content import RequestRef
from shared.envelope import Envelope
from shared.outbox import LIMIT, Draft, TooLarge, forget, mark_for_replay
from shared.refusal import Refused
from tests.support.machinery import START, append, database, large, now, outbox, report, withdrawn
from tests.support.stack import Stack


async def test_twenty_writers_at_once_leave_no_gap_in_any_key(base: Stack) -> None:
    pen, keys, writers, rounds = outbox(), ["a", "b", "c"], 20, 8
    async with database(base, "intake", size=20) as db:

        async def write(writer: int) -> None:
            for n in range(rounds):
                names = keys if (writer + n) % 2 else [*reversed(keys)]
                try:
                    async with db.transaction() as conn:
                        await pen.append(conn, [Draft(withdrawn(name, f"{writer}/{n}")) for name in names])
                        if (writer + n) % 5 == 0:
                            raise Refused("no", "batal")  # a transaction that is rolled back takes no number
                except Refused:
                    pass

        await asyncio.gather(*map(write, range(writers)))
        async with db.connection() as conn:
            rows = await conn.fetch("SELECT key, sequence FROM outbox ORDER BY id")
    for name in keys:
        numbers = [r["sequence"] for r in rows if r["key"] == str(report(name))]
        assert numbers == list(range(1, len(numbers) + 1)), "the order of ids is the order of numbers"
        assert len(numbers) == sum((w + n) % 5 != 0 for w in range(writers) for n in range(rounds))


async def test_several_events_of_one_key_in_one_transaction_follow_one_another(base: Stack) -> None:
    async with database(base, "intake") as db:
        await append(db, outbox(), [withdrawn("a", "1"), withdrawn("b", "1"), withdrawn("a", "2")])
        async with db.connection() as conn:
            rows = await conn.fetch("SELECT key, sequence FROM outbox ORDER BY id")
    assert [r["sequence"] for r in rows] == [1, 1, 2]


async def test_an_event_that_would_not_fit_the_broker_is_refused_with_a_sentence_and_nothing_stays(base: Stack) -> None:
    async with database(base, "intake") as db:
        with pytest.raises(TooLarge) as caught:
            await append(db, outbox(), [withdrawn("a"), large("large", LIMIT)])
        assert "900 kB" in caught.value.sentence
        await append(db, outbox(), [large("large", LIMIT - 2_000), withdrawn("a")])
        async with db.connection() as conn:
            rows = await conn.fetch("SELECT key, sequence FROM outbox ORDER BY id")
    assert [r["sequence"] for r in rows] == [1, 1]


async def test_the_limit_counts_bytes_and_not_letters(base: Stack) -> None:
    async with database(base, "intake") as db:
        with pytest.raises(TooLarge):
            await append(db, outbox(), [large("large", 0).model_copy(update={"text": "é" * (LIMIT // 2)})])


async def test_replay_marks_what_was_sent_since_and_forgetting_spares_what_was_not(base: Stack) -> None:
    async with database(base, "intake") as db:
        await append(db, outbox(), [withdrawn("a"), withdrawn("a")])
        async with db.connection() as conn:
            await conn.execute("UPDATE outbox SET sent_at = now() WHERE sequence = 1")
            assert await mark_for_replay(conn, START) == 1
            assert await mark_for_replay(conn, now()) == 0
            await conn.execute("UPDATE outbox SET sent_at = now() WHERE sequence = 1")
        assert await forget(db, START) == 0
        assert await forget(db, now()) == 1
        async with db.connection() as conn:
            assert await conn.fetchval("SELECT array_agg(sequence) FROM outbox") == [2]
        await append(db, outbox(), [withdrawn("a")])
        async with db.connection() as conn:
            assert await conn.fetchval("SELECT max(sequence) FROM outbox") == 3, "what is forgotten is not counted anew"


async def test_an_event_carries_what_caused_it(base: Stack) -> None:
    request = RequestRef(source="simpeg", id="r-9")
    cause = Envelope("c-1", "simpeg", "t", None, None, None, traceparent="00-11-22-01", request=request)
    async with database(base, "intake") as db:
        async with db.transaction() as conn:
            await outbox().append(conn, [Draft(withdrawn("a"), because=cause), Draft(withdrawn("b"))])
        async with db.connection() as conn:
            first, second = [
                json.loads(r["headers"]) for r in await conn.fetch("SELECT headers FROM outbox ORDER BY id")
            ]
    assert (first["ce_causationid"], first["ce_traceparent"]) == ("c-1", "00-11-22-01")
    assert (first["ce_requestsource"], first["ce_requestid"]) == ("simpeg", "r-9")
    assert UUID(second["ce_id"]).version == 7
    assert second["ce_traceparent"].startswith("00-")
