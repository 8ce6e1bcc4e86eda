"""The database of a back-up: pg_dump and pg_restore, at one snapshot with the counts that a restore is compared by."""

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import asyncpg

from deploy.backup import NotDone, Table
from shared.topics import SERVICES

SCHEMAS = (*SERVICES, "accounts")
TABLES = """
    SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY($1) AND c.relkind = 'r' ORDER BY 1, 2"""


@asynccontextmanager
async def snapshot(dsn: str) -> AsyncGenerator[tuple["asyncpg.Connection[asyncpg.Record]", str]]:
    """One moment of the database, which others may read too by its name."""
    conn = await asyncpg.connect(dsn, timeout=10)
    try:
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            yield conn, await conn.fetchval("SELECT pg_export_snapshot()")
    finally:
        await conn.close()


async def tables(conn: "asyncpg.Connection[asyncpg.Record]") -> dict[str, Table]:
    """Every table of ours, counted and summed."""
    found: dict[str, Table] = {}
    for row in await conn.fetch(TABLES, list(SCHEMAS)):
        schema, name = row["schema"], row["name"]
        counted = await conn.fetchrow(
            f"""SELECT count(*) AS rows, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) AS digest
                FROM "{schema}"."{name}" t"""  # noqa: S608  (names of ours)
        )
        assert counted is not None
        found[f"{schema}.{name}"] = Table(counted["rows"], str(counted["digest"]))
    return found


async def migrations(conn: "asyncpg.Connection[asyncpg.Record]") -> dict[str, list[str]]:
    """Which migrations ran in each schema."""
    ran: dict[str, list[str]] = {}
    for schema in SCHEMAS:
        if await conn.fetchval("SELECT to_regclass($1)", f"{schema}.migrations") is not None:
            rows = await conn.fetch(f'SELECT name FROM "{schema}".migrations ORDER BY name')  # noqa: S608
            ran[schema] = [row["name"] for row in rows]
    return ran


async def dump(dsn: str, to: Path, name: str) -> None:
    """All of it at this snapshot, with owners, rights and extensions."""
    await _run("pg_dump", dsn, "--format=custom", "--compress=6", f"--snapshot={name}", f"--file={to}")


async def restore(dsn: str, dumped: Path) -> None:
    """In the place of empty schemas, in one transaction: all of it, or nothing."""
    conn = await asyncpg.connect(dsn, timeout=10)
    try:
        await _is_empty(conn)
        for schema in SCHEMAS:
            await conn.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
    finally:
        await conn.close()
    await _run("pg_restore", dsn, "--exit-on-error", "--single-transaction", f"--dbname={_name(dsn)}", str(dumped))


async def _is_empty(conn: "asyncpg.Connection[asyncpg.Record]") -> None:
    for schema in SERVICES:
        if await conn.fetchval("SELECT to_regclass($1)", f"{schema}.outbox") is None:
            continue
        if await conn.fetchval(f'SELECT EXISTS (SELECT FROM "{schema}".outbox)'):  # noqa: S608
            raise NotDone(f"The database holds events of {schema}: a back-up goes into an empty installation only.")
    busy = await conn.fetchval(
        """SELECT string_agg(DISTINCT application_name, ', ') FROM pg_stat_activity
           WHERE datname = current_database() AND application_name LIKE 'alurwarta-%'"""
    )
    if busy:
        raise NotDone(
            f"{busy} are at work: stop the services first (docker compose stop intake editing review publisher)."
        )


async def _run(program: str, dsn: str, *words: str) -> None:
    if shutil.which(program) is None:
        raise NotDone(f"{program} is not here: install PostgreSQL's client programs, of the server's version or newer.")
    running = await asyncio.create_subprocess_exec(
        program, "--no-password", *words, env={**os.environ, **_access(dsn)}, stderr=asyncio.subprocess.PIPE
    )
    _, said = await running.communicate()
    if running.returncode != 0:
        raise NotDone(f"{program}: {said.decode(errors='replace').strip()[-500:]}")


def _access(dsn: str) -> dict[str, str]:
    """Not in the command line, where everybody on the machine could read the password."""
    parts = urlsplit(dsn)
    return {
        "PGHOST": parts.hostname or "127.0.0.1",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": _name(dsn),
    }


def _name(dsn: str) -> str:
    return urlsplit(dsn).path.lstrip("/")
