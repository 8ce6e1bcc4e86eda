"""Erasures: the SQL beside its mapping."""

import json
from collections.abc import AsyncGenerator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from services.intake.files.erasing import Account, Kept, Order, Place, emptied
from services.intake.files.store import filed_of
from shared.content import Official
from shared.content_erasure import NAME

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection, Database


COPIES = 0x73616C69  # "sali(nan)": any constant of ours
PATIENCE = "5min"  # with which one waits for another that deletes or settles


class Erasure(NamedTuple):
    """An order with the objects that are still to be deleted because of it; `until` is when our lease ends."""

    id: int
    order: Order
    places: frozenset[Place]
    attempts: int
    until: datetime


class Ended(NamedTuple):
    """An upload that nobody attaches any more."""

    id: UUID
    key: str


@asynccontextmanager
async def copies_held(db: "Database", *, alone: bool) -> AsyncGenerator[None]:
    """Hold the copies as they are. `alone` is for who deletes some; who names copies that lie there holds with others.

    A lock of its own session: nobody calls the store inside a transaction.
    """
    conn = await db.own_connection()
    try:
        await conn.execute(f"SET lock_timeout = '{PATIENCE}'")
        await conn.fetchval(f"SELECT pg_advisory_lock{'' if alone else '_shared'}($1)", COPIES)
        yield
    finally:
        await conn.close(timeout=5)


async def account(conn: "Connection", name: str) -> Account | None:
    """A person as the accounts know them; only the owner of the database reads there."""
    row = await conn.fetchrow(
        "SELECT account, name, capacity, roles, disabled FROM accounts.accounts WHERE account = $1", name
    )
    if row is None:
        return None
    official = Official(account=row["account"], name=row["name"], capacity=row["capacity"])
    return Account(official, frozenset(row["roles"]), row["disabled"])


async def reports_with(conn: "Connection", sha256: str) -> set[UUID]:
    rows = await conn.fetch("SELECT DISTINCT report FROM media WHERE sha256 = $1", sha256)
    return {row["report"] for row in rows}


async def lock(conn: "Connection", sha256: str, reports: Collection[UUID], *, living: bool) -> list[Kept]:
    """Lock the files of these bytes in Reports that are locked; `living` only those that were accepted since."""
    states = ["accepted"] if living else ["checking", "accepted", "refused"]
    rows = await conn.fetch(
        """SELECT * FROM media WHERE sha256 = $1 AND report = ANY($2::uuid[]) AND state = ANY($3::text[])
           ORDER BY id FOR UPDATE""",
        sha256,
        sorted(reports),
        states,
    )
    return [Kept(filed_of(row), row["quarantine"]) for row in rows]


async def empty(conn: "Connection", kept: Sequence[Kept]) -> None:
    """Write down that these are erased, and keep nothing of what was said of them."""
    await conn.executemany(
        """UPDATE media SET state = 'erased', data = $2::json, facts = NULL, incoming = NULL, quarantine = NULL
           WHERE id = $1""",
        [(k.file.media.id, emptied(k.file.media).model_dump_json()) for k in kept],
    )


async def end_uploads(conn: "Connection", sha256: str, *, at: datetime) -> list[Ended]:
    """Nobody attaches uploads of these bytes any more; returns those that were not ended so before."""
    rows = await conn.fetch(
        """UPDATE uploads SET name = $2, state = 'swept', kept_until = $3
           WHERE sha256 = $1 AND (state <> 'swept' OR name <> $2) RETURNING id, key""",
        sha256,
        NAME,
        at,
    )
    return [Ended(row["id"], row["key"]) for row in rows]


async def add(conn: "Connection", order: Order, places: Iterable[Place]) -> None:
    await conn.execute(
        """INSERT INTO erasures (sha256, reason, by, approved_by, at, objects, next_at)
           VALUES ($1, $2, $3, $4, $5, $6, '-infinity')""",
        order.sha256,
        order.reason,
        order.by.model_dump_json(),
        order.approved_by.model_dump_json(),
        order.at,
        _json(places),
    )


async def add_places(conn: "Connection", sha256: str, places: Iterable[Place], *, at: datetime) -> None:
    """More objects that an erasure has to delete; nothing where these bytes were never erased."""
    row = await conn.fetchrow(
        "SELECT id, objects FROM erasures WHERE sha256 = $1 ORDER BY id DESC LIMIT 1 FOR UPDATE", sha256
    )
    if row is not None:
        await conn.execute(
            "UPDATE erasures SET objects = $2, done_at = NULL, next_at = $3 WHERE id = $1",
            row["id"],
            _json(_places(row["objects"]) | set(places)),
            at,
        )


async def is_erased(conn: "Connection", sha256: str) -> bool:
    found: bool = await conn.fetchval("SELECT EXISTS (SELECT FROM erasures WHERE sha256 = $1)", sha256)
    return found


async def ordered(conn: "Connection", sha256: str) -> Order | None:
    """The newest order to erase these bytes."""
    row = await _newest(conn, sha256)
    return None if row is None else _order(row)


class Before(NamedTuple):
    """When these bytes were erased last, whether that is done, and the objects that it named."""

    at: datetime
    done: bool
    places: frozenset[Place]


async def before(conn: "Connection", sha256: str) -> Before | None:
    row = await _newest(conn, sha256)
    return None if row is None else Before(row["at"], row["done_at"] is not None, frozenset(_places(row["objects"])))


async def _newest(conn: "Connection", sha256: str) -> "asyncpg.Record | None":
    return await conn.fetchrow("SELECT * FROM erasures WHERE sha256 = $1 ORDER BY id DESC LIMIT 1", sha256)


async def take(db: "Database", *, at: datetime, lease: timedelta, limit: int) -> list[Erasure]:
    """Take some that are not done; who dies with them loses them when the lease ends."""
    async with db.transaction() as conn:
        rows = await conn.fetch(
            """UPDATE erasures e SET next_at = $1::timestamptz + $2::interval, attempts = e.attempts + 1
               FROM (SELECT id FROM erasures WHERE done_at IS NULL AND next_at <= $1
                     ORDER BY next_at LIMIT $3 FOR UPDATE SKIP LOCKED) AS t
               WHERE e.id = t.id
               RETURNING e.*""",
            at,
            lease,
            limit,
        )
    return [_erasure(row) for row in rows]


async def postpone(db: "Database", erasure: int, *, until: datetime) -> None:
    async with db.transaction() as conn:
        await conn.execute("UPDATE erasures SET next_at = $2 WHERE id = $1", erasure, until)


async def done(conn: "Connection", erasure: Erasure, *, at: datetime) -> None:
    """It is done, unless more was found to delete meanwhile, or the same once more: `add_places` ends the lease."""
    await conn.execute(
        """UPDATE erasures SET next_at = $2,
               done_at = CASE WHEN objects::jsonb = $3::jsonb AND next_at = $4 THEN $2::timestamptz END
           WHERE id = $1""",
        erasure.id,
        at,
        _json(erasure.places),
        erasure.until,
    )


async def still_used(conn: "Connection", places: Collection[Place]) -> set[Place]:
    """Those renditions that an accepted file has too: the same picture came in another file."""
    rows = await conn.fetch(
        """SELECT DISTINCT r.value ->> 'bucket' AS bucket, r.value ->> 'key' AS key
           FROM media m CROSS JOIN json_array_elements(m.data -> 'renditions') AS r
           WHERE m.state = 'accepted' AND r.value ->> 'key' = ANY($1::text[])""",
        [place.key for place in places],
    )
    return {Place(row["bucket"], row["key"]) for row in rows}


async def originals_of(conn: "Connection", copy: str) -> list[str]:
    """The SHA-256 of each accepted file that has a copy of this SHA-256."""
    rows = await conn.fetch(
        """SELECT DISTINCT m.sha256 FROM media m CROSS JOIN json_array_elements(m.data -> 'renditions') AS r
           WHERE m.state = 'accepted' AND r.value ->> 'sha256' = $1 ORDER BY 1""",
        copy,
    )
    return [row["sha256"] for row in rows]


async def related(conn: "Connection", sha256: str, copies: Collection[str]) -> list[str]:
    """The SHA-256 of each other file that was derived from these bytes, or that has one of these copies (keys)."""
    rows = await conn.fetch(
        """SELECT DISTINCT m.sha256 FROM media m
           WHERE m.sha256 <> $1 AND m.state <> 'erased' AND (
               m.data ->> 'derived_from' = $1
               OR EXISTS (SELECT FROM json_array_elements(m.data -> 'renditions') AS r
                          WHERE r.value ->> 'key' = ANY($2::text[]) OR r.value ->> 'sha256' = $1))
           ORDER BY 1""",
        sha256,
        list(copies),
    )
    return [row["sha256"] for row in rows]


def _erasure(row: "asyncpg.Record") -> Erasure:
    return Erasure(row["id"], _order(row), frozenset(_places(row["objects"])), row["attempts"], row["next_at"])


def _order(row: "asyncpg.Record") -> Order:
    by, approved_by = (Official.model_validate_json(row[name], extra="ignore") for name in ("by", "approved_by"))
    return Order(row["sha256"], row["reason"], by, approved_by, row["at"])


def _json(places: Iterable[Place]) -> str:
    return json.dumps([place._asdict() for place in sorted(places)])


def _places(stored: str) -> set[Place]:
    return {Place(**one) for one in json.loads(stored)}
