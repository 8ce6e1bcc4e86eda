"""The audit trail: a row per change of state, sealed into a hash chain seconds later: no writer waits for it."""

import hashlib
import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from shared.content import Official

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

SYSTEM = Official(account="sistem", name="Sistem", capacity="sistem")
GENESIS = "0" * 64
FORM = 2  # of new seals: what their hash is of
# A row may commit some seconds after a later id did. The seal looks back so many ids for it, and once a minute further.
NEAR, FAR = 2_000, 100_000
FAR_EVERY = 30

Origin = Literal["screen", "api", "event", "worker", "command"]
_origin: ContextVar[Origin | None] = ContextVar("audit_origin", default=None)


@contextmanager
def coming_from(origin: Origin) -> Generator[None]:
    """Say from where all changes within come: whoever lets work in says it, and nobody who does the work."""
    before = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(before)


def from_here_on(origin: Origin) -> None:
    """Say it for the rest of this task, and for the tasks that it starts."""
    _origin.set(origin)


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
        """INSERT INTO audit (at, origin, actor, capacity, action, item, version, before_hash, after_hash, event_id)
           SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::int[], $8::text[],
                                        $9::text[], $10::text[])""",
        at,
        _origin.get(),
        *map(list, zip(*rows, strict=True)),
    )


def link(previous: str, row: "asyncpg.Record", form: int = FORM) -> str:
    """The hash of one row on top of the chain before it."""
    facts: list[Any] = [
        row["id"], row["at"].isoformat(), row["actor"], row["capacity"], row["action"], row["item"], row["version"],
        row["before_hash"], row["after_hash"], row["event_id"],
    ]  # fmt: skip
    if form > 1:
        facts.append(row["origin"])
    return hashlib.sha256((previous + json.dumps(facts, separators=(",", ":"))).encode()).hexdigest()


async def seal(conn: "Connection", limit: int = 2_000, *, look_back: int = FAR) -> int:
    """Put committed rows on the chain; only the relay's leader calls this. Returns how many."""
    head = await conn.fetchrow("SELECT sealed, hash FROM audit_chain ORDER BY sealed DESC LIMIT 1")
    number, previous = (head["sealed"], head["hash"]) if head else (0, GENESIS)
    newest: int = await conn.fetchval("SELECT coalesce(max(audit_id), 0) FROM audit_chain")
    # The bound stands on both sides: of neither table is more than its newest end read.
    rows = await conn.fetch(
        """SELECT a.* FROM audit a
           WHERE a.id > $2 AND NOT EXISTS (SELECT FROM audit_chain c WHERE c.audit_id = a.id AND c.audit_id > $2)
           ORDER BY a.id LIMIT $1""",
        limit,
        newest - look_back,
    )
    sealed: list[tuple[int, int, str]] = []
    for row in rows:
        number, previous = number + 1, link(previous, row)
        sealed.append((number, row["id"], previous))
    if sealed:
        await conn.execute(
            """INSERT INTO audit_chain (sealed, audit_id, hash, form)
               SELECT *, $4::smallint FROM unnest($1::bigint[], $2::bigint[], $3::text[])""",
            *map(list, zip(*sealed, strict=True)),
            FORM,
        )
    return len(sealed)


@dataclass(slots=True)
class Sealing:
    """The relay's chore: every few seconds a look at the newest rows, now and then a look further back."""

    looks: int = field(default=0, init=False)

    async def __call__(self, conn: "Connection") -> None:
        look_back = NEAR if self.looks % FAR_EVERY else FAR
        self.looks += 1
        await seal(conn, look_back=look_back)
