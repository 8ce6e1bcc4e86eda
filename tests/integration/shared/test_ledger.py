"""The ledger: closed clocks are frozen, totals equal the clocks, a conflict undoes everything."""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import asyncpg
import pytest

from shared import ledger
from shared.sla import Clock, Outcome
from tests.support.machinery import START, database, report
from tests.support.stack import Stack


def clock(name: str, cycle: int = 1, *, target: int = 7_200) -> Clock:
    return Clock(
        "review", name, cycle, "regular", START, START + timedelta(seconds=target), target, "2026", "wall",
        report=report(name),
    )  # fmt: skip


def closed(c: Clock, seconds: int, outcome: Outcome = "completed") -> Clock:
    return replace(
        c,
        closed_at=START + timedelta(seconds=seconds),
        outcome=outcome,
        punctuality="in_time" if seconds <= c.target_seconds else "late",
        working_seconds=seconds,
        elapsed_seconds=seconds,
    )


async def test_open_clocks_are_found_by_report_story_or_item_and_closed_ones_are_not(base: Stack) -> None:
    async with database(base, "review") as db, db.transaction() as conn:
        await ledger.save(conn, [clock("a"), clock("b"), clock("a", 2), closed(clock("c"), 10)])
        assert await ledger.load(conn, reports=[report("a")]) == [clock("a"), clock("a", 2)]
        assert await ledger.load(conn, items=["b"]) == [clock("b")]
        assert await ledger.load(conn, items=["c"]) == []


async def test_a_closed_clock_is_frozen_even_for_the_owner(base: Stack) -> None:
    async with database(base, "review") as db, db.transaction() as conn:
        await ledger.save(conn, [closed(clock("a"), 10), clock("b")])
    owner = await asyncpg.connect(base.owner_dsn)
    try:
        for change in (
            "UPDATE review.clocks SET due_at = now() WHERE item = 'a'",
            "UPDATE review.clocks SET punctuality = 'late' WHERE item = 'a'",
            "DELETE FROM review.clocks WHERE item = 'a'",
        ):
            with pytest.raises(asyncpg.CheckViolationError):
                await owner.execute(change)
        assert await owner.execute("UPDATE review.clocks SET due_at = now() WHERE item = 'b'") == "UPDATE 1"
    finally:
        await owner.close()


async def test_to_write_a_closed_clock_again_is_a_conflict_and_nothing_of_the_change_stays(base: Stack) -> None:
    async with database(base, "review") as db:
        async with db.transaction() as conn:
            await ledger.save(conn, [closed(clock("a"), 10)])
        with pytest.raises(ledger.ClockConflict):
            async with db.transaction() as conn:
                await ledger.save(conn, [closed(clock("a"), 99), closed(clock("b"), 5)])
        async with db.connection() as conn:
            assert await conn.fetchval("SELECT array_agg(working_seconds) FROM clocks") == [10]
            assert await conn.fetchval("SELECT sum(closed) FROM clock_totals") == 1


async def test_a_clock_is_never_closed_before_it_opened(base: Stack) -> None:
    async with database(base, "review") as db:
        with pytest.raises(asyncpg.CheckViolationError):
            async with db.transaction() as conn:
                await ledger.save(conn, [closed(clock("a"), -1)])


async def test_the_totals_equal_the_clocks_whatever_was_closed_in_whatever_batches(base: Stack) -> None:
    chance = random.Random(7)
    clocks = [
        closed(
            clock(f"i{n}", target=chance.choice([0, 600, 7_200])),
            chance.randrange(30_000),
            chance.choice(get_args(Outcome)),
        )
        for n in range(200)
    ]
    async with database(base, "review") as db:
        rest = list(clocks)
        while rest:
            some, rest = rest[: chance.randrange(1, 40)], rest[40:] if len(rest) > 40 else []
            async with db.transaction() as conn:
                await ledger.save(conn, [replace(c, closed_at=None, outcome=None, punctuality=None) for c in some])
                await ledger.save(conn, some + some[:1])
        async with db.connection() as conn:
            totals = await conn.fetch("SELECT * FROM clock_totals")
            rows = await conn.fetch("SELECT * FROM clocks WHERE closed_at IS NOT NULL")
    counted = Counter((r["outcome"], r["punctuality"]) for r in rows)
    told: Counter[tuple[str, str]] = Counter()
    for t in totals:
        told[t["outcome"], t["punctuality"]] += t["closed"]
    assert rows
    assert told == counted
    assert sum(t["working_seconds"] for t in totals) == sum(r["working_seconds"] for r in rows)
    in_time = sum(t["closed"] for t in totals if t["edge"] <= ledger.EDGES.index(1.0) and t["punctuality"] == "in_time")
    assert in_time == sum(c for (_, p), c in counted.items() if p == "in_time"), 'le="1" is the compliance count'
