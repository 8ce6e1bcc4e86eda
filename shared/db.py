"""PostgreSQL: one pool per service, its transactions, and which errors may go away by themselves."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import asyncpg
import structlog
from asyncpg.exceptions import InterfaceError, InternalClientError, PostgresError

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]

log = structlog.get_logger(__name__)
T = TypeVar("T")

# A frozen process must give up its row locks before its Kafka session ends, so that its successor is not blocked by
# the locks of a zombie. SESSION_TIMEOUT_MS in shared/kafka.py is larger.
IDLE_IN_TRANSACTION_MS = 15_000
TRANSIENT_CLASSES = ("08", "40", "53", "57")
PERMANENT_CLASSES = ("22", "23")
STANDBY_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 5.0


def is_transient(error: BaseException) -> bool:
    """Whether trying again later may succeed: connection, resources, deadlock, shutdown, time-out."""
    if isinstance(error, PostgresError):
        state = str(error.sqlstate or "")
        return state[:2] in TRANSIENT_CLASSES or state in ("55P03", "25P03")
    # asyncpg's InternalClientError is how a server killed amid an answer shows now and then.
    return isinstance(error, (InterfaceError, InternalClientError, OSError, asyncio.TimeoutError, TimeoutError))


def is_permanent(error: BaseException) -> bool:
    """Whether the data itself can never be stored (SQLSTATE classes 22 and 23)."""
    return isinstance(error, PostgresError) and str(error.sqlstate or "")[:2] in PERMANENT_CLASSES


class Database:
    """A service's own schema. `transaction()` commits on leaving, rolls back on any error."""

    def __init__(self, pool: "Pool", dsn: str, schema: str) -> None:
        self.pool = pool
        self.dsn = dsn
        self.schema = schema

    @asynccontextmanager
    async def transaction(self) -> "AsyncGenerator[Connection]":
        async with self.pool.acquire(timeout=30) as conn, conn.transaction():
            yield conn

    @asynccontextmanager
    async def connection(self) -> "AsyncGenerator[Connection]":
        async with self.pool.acquire(timeout=30) as conn:
            yield conn

    @asynccontextmanager
    async def leading(self, lock: int) -> "AsyncGenerator[Callable[[], Awaitable[None]]]":
        """Wait to be the only process that holds a lock, and hold it; gives a call that raises once it was lost."""
        conn = await self.own_connection()
        try:
            while not await conn.fetchval("SELECT pg_try_advisory_lock($1)", lock):  # noqa: ASYNC110  (another process has it)
                await asyncio.sleep(STANDBY_SECONDS)

            async def still() -> None:
                await conn.execute("SELECT 1")  # the lock is ours as long as this connection lives

            yield still
        finally:
            await conn.close(timeout=5)

    async def rounds(self, lock: int, once: Callable[[], Awaitable[object]], *, pause: float) -> None:
        """One round after another, in one process at a time; `pause` seconds after one that did nothing (is false)."""
        async with self.leading(lock) as still:
            while True:
                await still()
                if not await once():
                    await asyncio.sleep(pause)

    async def own_connection(self) -> "asyncpg.Connection[asyncpg.Record]":
        """A connection outside the pool, for what holds a session lock or listens."""
        return await asyncpg.connect(self.dsn, server_settings=_settings(self.schema), timeout=10)

    async def close(self) -> None:
        try:
            await asyncio.wait_for(self.pool.close(), timeout=10)
        except TimeoutError:
            self.pool.terminate()


async def connect(dsn: str, schema: str, *, size: int = 10) -> Database:
    """Wait for the database, saying so, until it answers and its schema is there."""
    delay = 0.2
    while True:
        try:
            pool = await asyncpg.create_pool(
                dsn, min_size=1, max_size=size, server_settings=_settings(schema), command_timeout=60, timeout=10
            )
            await _expect_schema(pool, schema)
        except (OSError, PostgresError, InterfaceError, InternalClientError, TimeoutError, SchemaMissing) as e:
            log.warning("waiting for the database", schema=schema, error=type(e).__name__, detail=str(e)[:200])
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_WAIT_SECONDS)
        else:
            return Database(pool, dsn, schema)


async def patiently(what: str, work: Callable[[], Awaitable[T]]) -> T:
    """Do it again until the database lets it: a server that is lost in the middle is no reason to give up."""
    delay = 0.2
    while True:
        try:
            return await work()
        except Exception as e:
            if not is_transient(e):
                raise
            log.warning("the database was lost", during=what, error=type(e).__name__, detail=str(e)[:200])
        await asyncio.sleep(delay)
        delay = min(delay * 2, LONGEST_WAIT_SECONDS)


class SchemaMissing(Exception):
    """The migrations have not run."""


async def _expect_schema(pool: "Pool", schema: str) -> None:
    try:
        found = await pool.fetchval("SELECT to_regclass($1)", f"{schema}.outbox")
    except BaseException:
        pool.terminate()  # or each look would leave its connection behind
        raise
    if found is None:
        await pool.close()
        raise SchemaMissing(f"schema {schema} is not migrated yet: run `alurwarta prepare`")


def _settings(schema: str) -> dict[str, str]:
    return {
        "search_path": schema,
        "application_name": f"alurwarta-{schema}",
        "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_MS),
        "lock_timeout": "10000",
        "timezone": "UTC",
    }
