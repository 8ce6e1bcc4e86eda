"""The rules of EVENTS.md, "One batch": what fails for good fails alone, what may pass comes again, our bug stops us."""

import asyncio

import asyncpg
import pytest

from shared import consume
from shared.consume import OurBug
from shared.db import is_permanent, is_transient
from shared.inbox import Batch
from shared.refusal import Transient
from tests.support.machinery import Desk, Notebook, Unforeseen


async def test_a_refusal_rejects_one_event_and_holds_back_what_follows_in_its_key(book: Notebook, desk: Desk) -> None:
    await book.consumer().handle(
        [desk.record("a", 1), desk.record("a", 2, "refused"), desk.record("a", 3), desk.record("b", 1)]
    )
    assert await book.applied("a") == [1]
    assert await book.applied("b") == [1]
    assert sorted(await book.states()) == [(2, "open", "not-now: Belum boleh."), (3, "waiting", "waiting for 2")]
    assert book.calls == 1, "a refusal is pure: it needs no second try of the batch"


async def test_a_thousand_waiting_events_cost_a_few_transactions(book: Notebook, desk: Desk) -> None:
    records = [desk.record(f"k{i % 100}", i // 100 + 1) for i in range(1_000)]
    consumer = book.consumer()
    for start in range(0, 1_000, 500):
        await consumer.handle(records[start : start + 500])
    assert await book.count() == 1_000
    assert book.calls == 2


async def test_one_event_that_the_database_refuses_for_good_is_isolated(book: Notebook, desk: Desk) -> None:
    records = [desk.record(f"k{i}", 1, "sql" if i == 7 else "") for i in range(20)]
    await book.consumer().handle([*records, desk.record("k7", 2)])
    assert await book.count() == 19
    states = {n: (state, reason) for n, state, reason in await book.states()}
    assert states[1] == ("open", "could not be applied: NotNullViolationError 23502")
    assert states[2] == ("waiting", "waiting for 1")


async def test_even_a_batch_that_is_bad_throughout_is_dead_lettered_where_the_data_is_to_blame(
    book: Notebook, desk: Desk
) -> None:
    await book.consumer().handle([desk.record(f"k{i}", 1, "sql") for i in range(30)])
    assert {state for _, state, _ in await book.states()} == {"open"}
    assert len(await book.letters()) == 30


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.DeadlockDetectedError("deadlock"),
        asyncpg.SerializationError("serialize"),
        asyncpg.LockNotAvailableError("lock"),
        asyncpg.AdminShutdownError("shutdown"),
        asyncpg.ConnectionDoesNotExistError("gone"),
        asyncpg.TooManyConnectionsError("full"),
        asyncpg.DiskFullError("full"),
        asyncpg.InterfaceError("pool is closing"),
        asyncpg.InternalClientError("got result for unknown protocol state 3"),
        asyncpg.IdleInTransactionSessionTimeoutError("idle"),
        ConnectionResetError("reset"),
        TimeoutError(),
        Transient("the object store is away"),
    ],
    ids=lambda e: type(e).__name__,
)
@pytest.mark.usefixtures("quick_backoff")
async def test_a_passing_error_is_tried_again_until_it_passes_and_nothing_is_skipped(
    book: Notebook, desk: Desk, error: Exception
) -> None:
    records, failures = [desk.record("a", n) for n in (1, 2, 3)], 12

    async def away(_: Batch) -> None:
        if book.calls <= failures:
            raise error

    book.before, consumer = away, book.consumer()
    for _ in range(failures):
        with pytest.raises(type(error)):
            await consumer.handle(records)
    assert await book.states() == []
    await consumer.handle(records)
    assert await book.applied("a") == [1, 2, 3]
    assert consumer.failures == 0


@pytest.mark.parametrize(
    ("query", "value"), [("SELECT $1::int", 2**40), ("SELECT $1::text", "\ud800"), ("SELECT $1::text", "a\x00")]
)
async def test_data_that_the_driver_cannot_even_send_is_permanent_and_not_the_network_s_fault(
    book: Notebook, query: str, value: object
) -> None:
    async with book.db.connection() as conn:
        with pytest.raises(asyncpg.PostgresError) as caught:
            await conn.fetchval(query, value)
    assert is_permanent(caught.value)
    assert not is_transient(caught.value)


@pytest.mark.usefixtures("quick_backoff")
async def test_an_unforeseen_error_is_tried_a_few_times_and_then_isolated(book: Notebook, desk: Desk) -> None:
    records = [desk.record(f"k{i}", 1, "bug" if i == 3 else "") for i in range(12)]
    consumer, tries = book.consumer(), 0
    while True:
        tries += 1
        try:
            await consumer.handle(records)
        except Unforeseen:
            assert await book.states() == []
        else:
            break
    assert tries == consume.ATTEMPTS + 1
    assert await book.count() == 11
    assert [(state, reason) for _, state, reason in await book.states()] == [
        ("open", "could not be applied: Unforeseen")
    ]


@pytest.mark.usefixtures("quick_backoff")
async def test_when_more_than_half_fails_unforeseen_the_consumer_stops_instead_of_the_events(
    book: Notebook, desk: Desk
) -> None:
    records = [desk.record(f"k{i}", 1, "bug" if i % 3 else "") for i in range(30)]
    consumer = book.consumer()
    errors: list[type[Exception]] = []
    for _ in range(consume.ATTEMPTS + 4):
        try:
            await consumer.handle(records)
        except Exception as e:
            errors.append(type(e))
    assert errors[-3:] == [OurBug] * 3
    assert await book.states() == []
    assert await book.count() == 0
    book.healed = True
    await consumer.handle(records)
    assert await book.count() == 30
    assert await book.states() == []


async def test_a_passing_error_amid_one_by_one_skips_nothing_and_settles_nothing(
    book: Notebook, desk: Desk, quick_backoff: None
) -> None:
    records = [desk.record("a", 1, "sql"), *(desk.record(f"k{i}", 1) for i in range(5))]

    async def away(batch: Batch) -> None:
        if book.calls == 5:
            raise asyncpg.AdminShutdownError("going")

    book.before, consumer = away, book.consumer()
    with pytest.raises(asyncpg.AdminShutdownError):
        await consumer.handle(records)
    assert (await book.count(), await book.states()) == (0, [])
    await consumer.handle(records)
    assert await book.count() == 5
    assert [state for _, state, _ in await book.states()] == ["open"]


async def test_the_wait_between_tries_grows_and_is_bounded() -> None:
    waits = [consume.backoff(n) for n in (1, 4, 30)]
    assert waits[0] < waits[1] < waits[2] <= 10
    assert consume.backoff(10_000, most=60) <= 60


async def test_a_handler_that_is_cancelled_leaves_nothing_half_done(book: Notebook, desk: Desk) -> None:
    async def slow(_: Batch) -> None:
        await asyncio.sleep(30)

    book.before = slow
    task = asyncio.create_task(book.consumer().handle([desk.record("a", 1)]))
    while not book.calls:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    book.before = None
    await book.consumer().handle([desk.record("a", 1)])
    assert await book.applied("a") == [1]


async def test_the_connection_killed_in_the_middle_of_a_batch_is_a_passing_error(
    book: Notebook, desk: Desk, quick_backoff: None
) -> None:
    async def killed(_: Batch) -> None:
        if book.calls == 1:
            owner = await asyncpg.connect(book.db.dsn)
            try:
                await owner.execute(
                    """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                       WHERE usename = current_user AND pid <> pg_backend_pid() AND datname = current_database()"""
                )
            finally:
                await owner.close()

    book.before, consumer, records = killed, book.consumer(), [desk.record("a", 1), desk.record("a", 2)]
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)) as caught:
        await consumer.handle(records)
    assert is_transient(caught.value)
    await consumer.handle(records)
    assert await book.applied("a") == [1, 2]
    assert await book.states() == []
