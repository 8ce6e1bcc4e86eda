"""The audit trail: a row per change of state, sealed into a hash chain seconds later: no writer waits for it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shared.content import Official

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

SYSTEM = Official(account="sistem", name="Sistem", capacity="sistem")
GENESIS = "0" * 64
# A row commits at the latest some seconds after a later id did; the seal looks back this many ids for such rows.
LOOK_BACK = 100_000


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what to which item. Ids and hashes only: never content."""

    action: str
    item: str
    by: Official = SYSTEM
    version: int | None = None
    before_hash: str | None = None
    after_hash: str | None = None
    event_id: str | None = None


async def append(conn: "Connection", entries: Sequence[Entry], *, at: datetime) -> None:
    if not entries:
        return
    rows = [
        (e.by.account, e.by.capacity, e.action, e.item, e.version, e.before_hash, e.after_hash, e.event_id)
        for e in entries
    ]
    await conn.execute(
        """INSERT INTO audit (at, actor, capacity, action, item, version, before_hash, after_hash, event_id)
           SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::text[], $8::text[],
                                    $9::text[])""",
        at,
        *map(list, zip(*rows, strict=True)),
    )


def link(previous: str, row: "asyncpg.Record") -> str:
    """The hash of one row on top of the chain before it."""
    facts = [
        row["id"], row["at"].isoformat(), row["actor"], row["capacity"], row["action"], row["item"], row["version"],
        row["before_hash"], row["after_hash"], row["event_id"],
    ]  # fmt: skip
    return hashlib.sha256((previous + json.dumps(facts, separators=(",", ":"))).encode()).hexdigest()


async def seal(conn: "Connection", limit: int = 2_000) -> int:
    """Put committed rows on the chain; only the relay's leader calls this. Returns how many."""
    head = await conn.fetchrow("SELECT sealed, hash FROM audit_chain ORDER BY sealed DESC LIMIT 1")
    number, previous = (head["sealed"], head["hash"]) if head else (0, GENESIS)
    rows = await conn.fetch(
        """SELECT a.* FROM audit a
           WHERE a.id > (SELECT coalesce(max(audit_id), 0) - $2 FROM audit_chain)
             AND NOT EXISTS (SELECT FROM audit_chain c WHERE c.audit_id = a.id)
           ORDER BY a.id LIMIT $1""",
        limit,
        LOOK_BACK,
    )
    sealed: list[tuple[int, int, str]] = []
    for row in rows:
        number, previous = number + 1, link(previous, row)
        sealed.append((number, row["id"], previous))
    if sealed:
        await conn.execute(
            "INSERT INTO audit_chain SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[])",
            *map(list, zip(*sealed, strict=True)),
        )
    return len(sealed)


async def sealing(conn: "Connection") -> None:
    await seal(conn)


async def verify(conn: "Connection") -> list[str]:
    """Walk the whole chain; returns a sentence per row that was changed, removed or never sealed."""
    found: list[str] = []
    previous = GENESIS
    query = """SELECT c.sealed, c.audit_id, c.hash, a.* FROM audit_chain c LEFT JOIN audit a ON a.id = c.audit_id
               ORDER BY c.sealed"""
    expected = 1
    async for row in conn.cursor(query):
        if row["sealed"] != expected:
            found.append(f"seal {expected} was removed")
            expected = row["sealed"]
        expected += 1
        if row["id"] is None:
            found.append(f"audit row {row['audit_id']} was removed")
        elif link(previous, row) != row["hash"]:
            found.append(f"audit row {row['audit_id']} was changed")
        previous = row["hash"]
    unsealed = """SELECT id FROM audit a WHERE at < now() - interval '1 hour'
                    AND NOT EXISTS (SELECT FROM audit_chain c WHERE c.audit_id = a.id) ORDER BY id LIMIT 1000"""
    return found + [f"audit row {row['id']} was never sealed" for row in await conn.fetch(unsealed)]
