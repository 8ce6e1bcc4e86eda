"""Pages in memory: bounded, forgotten when what all of them show changes, and never sent without asking."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from services.publisher.kept import OVERHEAD, Kept, Made, Revisions, Together
from shared.db import Database

SOP = object()


def page(size: int = 100) -> Made:
    return Made(b"x" * size, '"a"', "text/html")


def test_a_page_is_found_by_its_revision_alone() -> None:
    kept = Kept(10_000)
    assert kept.get(("a", 1), made_under=SOP) is None
    kept.put(("a", 1), page())
    assert kept.get(("a", 1), made_under=SOP) == page()
    assert kept.get(("a", 2), made_under=SOP) is None


def test_the_least_asked_for_goes_first_and_the_memory_stays_bounded() -> None:
    kept = Kept(3 * (100 + OVERHEAD))
    for n in range(3):
        kept.get(n, made_under=SOP)
        kept.put(n, page())
    assert kept.get(0, made_under=SOP)
    kept.put(3, page())
    assert [kept.get(n, made_under=SOP) is not None for n in range(4)] == [True, False, True, True]
    kept.put("larger than all", page(10_000))
    assert kept.bytes <= kept.most_bytes


def test_nothing_outlives_the_sop_under_which_it_was_made() -> None:
    kept = Kept(10_000)
    kept.get("a", made_under=SOP)
    kept.put("a", page())
    assert kept.get("a", made_under=object()) is None
    assert kept.bytes == 0


class Slow:
    """A database with one table of revisions, which answers when it is let."""

    def __init__(self) -> None:
        self.rows = {"a": 1, "b": 2}
        self.let = asyncio.Event()
        self.asked: list[list[str]] = []
        self.away = False

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator["Slow"]:
        yield self

    async def fetch(self, _: str, slugs: list[str]) -> list[dict[str, Any]]:
        self.asked.append(sorted(slugs))
        rows = [{"slug": slug, "revision": self.rows[slug]} for slug in slugs if slug in self.rows]
        await self.let.wait()
        if self.away:
            raise ConnectionError
        return rows


async def test_who_asks_while_a_query_is_on_its_way_is_answered_by_the_next_one() -> None:
    db, revisions = Slow(), Revisions()
    first = asyncio.create_task(revisions.of(cast("Database", db), "a"))
    await asyncio.sleep(0.01)
    del db.rows["a"]  # taken down: whoever asks from now on must hear so
    later = [asyncio.create_task(revisions.of(cast("Database", db), slug)) for slug in ("a", "b", "a")]
    await asyncio.sleep(0.01)
    db.let.set()
    assert await first == 1
    assert await asyncio.gather(*later) == [None, 2, None]
    assert db.asked == [["a"], ["a", "b"]]


async def test_a_database_that_is_away_is_told_to_each_and_the_next_are_answered() -> None:
    db, revisions = Slow(), Revisions()
    db.away = True
    db.let.set()
    asked = [asyncio.create_task(revisions.of(cast("Database", db), "a")) for _ in range(2)]
    for task in asked:
        with pytest.raises(ConnectionError):
            await task
    db.away = False
    assert await revisions.of(cast("Database", db), "a") == 1


async def test_who_leaves_does_not_hold_up_the_others() -> None:
    db, revisions = Slow(), Revisions()
    leaving = asyncio.create_task(revisions.of(cast("Database", db), "a"))
    staying = asyncio.create_task(revisions.of(cast("Database", db), "b"))
    await asyncio.sleep(0.01)
    leaving.cancel()
    db.let.set()
    assert await staying == 2


async def test_the_same_list_is_asked_once_for_all_who_wait_and_again_for_who_came_meanwhile() -> None:
    together, let, asked = Together[int](), asyncio.Event(), list[int]()

    async def ask() -> int:
        asked.append(len(asked))
        await let.wait()
        return len(asked)

    first = asyncio.create_task(together.of("a", ask))
    await asyncio.sleep(0.01)
    later = [asyncio.create_task(together.of("a", ask)) for _ in range(5)]
    await asyncio.sleep(0.01)
    later[0].cancel()
    let.set()
    assert (await first, await asyncio.gather(*later[1:]), len(asked)) == (1, [2, 2, 2, 2], 2)
    assert await together.of("a", ask) == 3


async def test_a_list_that_cannot_be_read_is_told_to_each_who_asked() -> None:
    together = Together[int]()

    async def away() -> int:
        await asyncio.sleep(0.01)
        raise ConnectionError

    for task in [asyncio.create_task(together.of("a", away)) for _ in range(2)]:
        with pytest.raises(ConnectionError):
            await task
