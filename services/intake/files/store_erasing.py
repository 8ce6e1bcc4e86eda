"""Erasures: the SQL beside its mapping."""

import json
from collections.abc import Collection, Iterable, Sequence
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


class Erasure(NamedTuple):
    """An order with the objects that are still to be deleted because of it."""

    id: int
    order: Order
    places: frozenset[Place]
    attempts: int


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


async def end_uploads(conn: "Connection", sha256: str, *, at: datetime) -> set[str]:
    """Nobody attaches uploads of these bytes any more; returns their keys."""
    rows = await conn.fetch(
        "UPDATE uploads SET name = $2, state = 'swept', kept_until = $3 WHERE sha256 = $1 RETURNING key",
        sha256,
        NAME,
        at,
    )
    return {row["key"] for row in rows}


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


async def newest(conn: "Connection", sha256: str) -> "asyncpg.Record | None":
    """When these bytes were erased last, and when that was done: `at`, `done_at`."""
    return await conn.fetchrow("SELECT at, done_at FROM erasures WHERE sha256 = $1 ORDER BY id DESC LIMIT 1", sha256)


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
    """It is done, unless more was found to delete meanwhile."""
    await conn.execute(
        """UPDATE erasures SET done_at = CASE WHEN objects::jsonb = $3::jsonb THEN $2::timestamptz END, next_at = $2
           WHERE id = $1""",
        erasure.id,
        at,
        _json(erasure.places),
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


def _erasure(row: "asyncpg.Record") -> Erasure:
    by, approved_by = (Official.model_validate_json(row[name], extra="ignore") for name in ("by", "approved_by"))
    order = Order(row["sha256"], row["reason"], by, approved_by, row["at"])
    return Erasure(row["id"], order, frozenset(_places(row["objects"])), row["attempts"])


def _json(places: Iterable[Place]) -> str:
    return json.dumps([place._asdict() for place in sorted(places)])


def _places(stored: str) -> set[Place]:
    return {Place(**one) for one in json.loads(stored)}
