"""Migrations: plain SQL files in order, once each, one schema at a time, under an advisory lock."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import structlog

if TYPE_CHECKING:
    from shared.db import Connection

log = structlog.get_logger(__name__)
MECHANISM = Path(__file__).parent / "migrations"
LOCK = 0x616C7572  # "alur": any constant of ours


@dataclass(frozen=True, slots=True)
class Migration:
    name: str
    sql: str


def found_in(*folders: Path) -> list[Migration]:
    """The `*.sql` files of each folder in order, named `<folder>/<file>`."""
    return [
        Migration(f"{folder.parent.name}/{file.stem}", file.read_text())
        for folder in folders
        for file in sorted(folder.glob("*.sql"))
    ]


async def migrate(dsn: str, schema: str, role: str, migrations: Iterable[Migration]) -> list[str]:
    """Bring one schema up to date; returns what was applied. `role` is the service's own, which gets its rights."""
    conn = await asyncpg.connect(dsn, timeout=10)
    try:
        await conn.execute("SELECT pg_advisory_lock($1)", LOCK)
        await conn.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        await conn.execute(f'SET search_path TO "{schema}"')
        await conn.execute(
            "CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, applied_at timestamptz DEFAULT now())"
        )
        done = {row["name"] for row in await conn.fetch("SELECT name FROM migrations")}
        applied = [m.name for m in migrations if m.name not in done and await _apply(conn, role, m)]
        await conn.execute(f'GRANT USAGE ON SCHEMA "{schema}" TO "{role}"')
        return applied
    finally:
        await conn.close()


async def _apply(conn: "Connection", role: str, migration: Migration) -> bool:
    async with conn.transaction():
        await conn.execute(migration.sql.replace("{role}", role))
        await conn.execute("INSERT INTO migrations (name) VALUES ($1)", migration.name)
    log.info("migration applied", migration=migration.name)
    return True
