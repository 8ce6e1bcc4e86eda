"""Dead letters in an operator's hands: listed, replayed in sequence with all that waits behind, or given up."""

import asyncio
from typing import Any

import pytest

from deploy.cli import dead_letter as command
from shared.dead_letter_replay import Replayer
from tests.support.machinery import Desk, Notebook, now, running
from tests.support.stack import Stack


@pytest.fixture(autouse=True)
def operator(base: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALURWARTA_ADMIN_DSN", base.owner_dsn)


def replayer(book: Notebook) -> Replayer:
    return Replayer(book.db, {"reports": book.consumer(), "intake-requests": book.consumer("intake-requests")}, now=now)


async def id_of(book: Notebook, sequence: int | None) -> int:
    return next(x["id"] for x in await book.letters() if x["sequence"] == sequence and x["state"] != "replayed")


async def replay(book: Notebook, sequence: int | None) -> str:
    """As the command does it, with the service's replayer running beside."""
    async with running(replayer(book).run):
        return await command._replay("editing", await id_of(book, sequence), "siti", 20)


async def discard(book: Notebook, sequence: int) -> str:
    answer = await command._discard("editing", await id_of(book, sequence), "siti")
    for _ in range(20):
        if not await replayer(book).replay_requested():
            break
    return answer


async def audited(book: Notebook) -> list[str]:
    async with book.db.connection() as conn:
        return [r["action"] for r in await conn.fetch("SELECT action FROM audit ORDER BY id")]


async def test_replay_applies_a_letter_and_all_that_waits_behind_it_in_order(book: Notebook, desk: Desk) -> None:
    await book.consumer().handle([desk.record("a", n, "refused" if n == 2 else "") for n in range(1, 6)])
    book.healed = True
    assert (await replay(book, 2)).endswith("is replayed")
    assert await book.applied("a") == [1, 2, 3, 4, 5]
    assert {state for _, state, _ in await book.states()} == {"replayed"}
    assert await audited(book) == ["dead-letter.replay"]


async def test_a_replay_that_is_refused_again_is_open_again_and_loses_nothing(book: Notebook, desk: Desk) -> None:
    await book.consumer().handle([desk.record("a", n, "refused" if n == 2 else "") for n in (1, 2, 3)])
    assert "open: not-now" in await replay(book, 2)
    assert await book.applied("a") == [1]
    assert sorted(state for _, state, _ in await book.states()) == ["open", "waiting"]


async def test_replay_of_one_that_waits_says_for_what_it_still_waits(book: Notebook, desk: Desk) -> None:
    await book.consumer().handle([desk.record("a", 3)])
    assert (await replay(book, 3)).endswith("is waiting: waiting for 1")
    assert await book.applied("a") == []


async def test_replay_of_the_malformed_names_the_reason_again(book: Notebook, desk: Desk) -> None:
    await book.consumer().handle([desk.raw([], b"?")])
    assert "open: content-type" in await replay(book, None)


async def test_replay_of_what_was_applied_meanwhile_does_not_apply_it_twice(book: Notebook, desk: Desk) -> None:
    consumer = book.consumer()
    await consumer.handle([desk.record("a", 1, "refused")])
    book.healed = True
    await consumer.handle([desk.record("a", 1)])
    assert (await replay(book, 1)).endswith("is replayed")
    assert await book.applied("a") == [1]


async def test_a_letter_of_a_topic_that_nobody_reads_here_says_so(book: Notebook, desk: Desk) -> None:
    await book.consumer().handle([desk.raw([], b"?", topic="stories")])
    assert "no consumer of stories" in await replay(book, None)


async def test_letters_of_a_pattern_of_topics_go_through_its_one_consumer(book: Notebook, desk: Desk) -> None:
    await book.consumer().handle([desk.raw([], b"?", topic="intake-requests.simpeg")])
    assert "open: content-type" in await replay(book, None)


async def test_a_discarded_letter_is_stepped_over_and_what_waits_behind_goes_on(book: Notebook, desk: Desk) -> None:
    await book.consumer().handle([desk.record("a", n, "refused" if n == 2 else "") for n in range(1, 6)])
    assert "1 behind it goes on" in await discard(book, 2)
    assert await book.applied("a") == [1, 3, 4, 5]
    await book.consumer().handle([desk.record("a", 6)])
    assert await book.applied("a") == [1, 3, 4, 5, 6]
    assert await audited(book) == ["dead-letter.discard"]


async def test_the_very_first_event_of_a_key_can_be_discarded_too(book: Notebook, desk: Desk) -> None:
    first = desk.record("a", 1)
    await book.consumer().handle([first._replace(value=b"{")])
    await discard(book, 1)
    await book.consumer().handle([desk.record("a", 2)])
    assert await book.applied("a") == [2]


@pytest.mark.parametrize("order", [(3, 2), (4, 2), (5, 4), (3, 4, 2), (4, 3, 2), (3, 5, 2)])
async def test_letters_may_be_discarded_in_any_order(book: Notebook, desk: Desk, order: tuple[int, ...]) -> None:
    await book.consumer().handle([desk.record("a", n, "refused" if n == 2 else "") for n in range(1, 7)])
    for number in order:
        await discard(book, number)
    if 2 not in order:
        book.healed = True
        await replay(book, 2)
    assert await book.applied("a") == [n for n in range(1, 7) if n not in order]
    await book.consumer().handle([desk.record("a", 7)])
    assert (await book.applied("a"))[-1] == 7
    assert {state for _, state, _ in await book.states()} == {"replayed", "discarded"}


async def test_one_that_waits_for_what_has_not_come_can_be_discarded(book: Notebook, desk: Desk) -> None:
    consumer = book.consumer()
    await consumer.handle([desk.record("a", n) for n in (1, 3, 4)])
    await discard(book, 3)
    assert await book.applied("a") == [1]
    await consumer.handle([desk.record("a", 2)])
    assert await book.applied("a") == [1, 2, 4]


async def test_a_letter_that_is_settled_is_left_alone(book: Notebook, desk: Desk) -> None:
    await book.consumer().handle([desk.record("a", 1, "refused")])
    letter = await id_of(book, 1)
    await discard(book, 1)
    assert "discarded already" in await command._discard("editing", letter, "siti")
    assert "discarded already" in await command._replay("editing", letter, "siti", 1)


async def test_two_replicas_that_replay_at_once_apply_once(book: Notebook, desk: Desk) -> None:
    await book.consumer().handle([desk.record(k, n, "refused") for k in "abcdef" for n in (1, 2, 3)])
    book.healed = True
    async with book.db.connection() as conn:
        await conn.execute("UPDATE dead_letters SET state = 'requested'")
    await asyncio.gather(*(replayer(book).replay_requested() for _ in range(4)))
    while await replayer(book).replay_requested():
        pass
    for key in "abcdef":
        assert await book.applied(key) == [1, 2, 3]


@pytest.mark.usefixtures("quick_backoff")
async def test_a_replay_that_fails_unforeseen_is_isolated_though_the_traffic_beside_it_succeeds(
    book: Notebook, desk: Desk
) -> None:
    """The traffic's successes must not start the count of the replay's failures again."""
    consumer = book.consumer()
    await consumer.handle([desk.record("a", 1, "sql"), desk.record("b", 1, "sql")])
    async with book.db.connection() as conn:
        await conn.execute("UPDATE dead_letters SET state = 'requested', body = replace(convert_from(body, 'UTF8'), "
                           "'\"sql\"', '\"bug\"')::bytea WHERE id = (SELECT min(id) FROM dead_letters)")  # fmt: skip
    replays, tries = Replayer(book.db, {"reports": consumer}, now=now), 0
    for n in range(1, 30):
        await consumer.handle([desk.record("traffic", n)])
        tries += 1
        try:
            if not await replays.replay_requested():
                break
        except Exception:
            continue
    assert tries < 20
    assert {state for _, state, _ in await book.states()} == {"open"}
    assert consumer.failures == 0


async def test_the_list_names_reason_and_place_of_each_open_letter(
    book: Notebook, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    await book.consumer().handle([desk.raw([], b"\xff?", partition=2), desk.record("a", 2)])
    rows: list[dict[str, Any]] = await command._rows("editing", everything=False)
    assert [(r["state"], r["partition"]) for r in rows] == [("open", 2), ("waiting", 0)]
    await command._show("editing", rows[0]["id"])
    assert "\\xff?" in capsys.readouterr().out
