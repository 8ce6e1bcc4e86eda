"""Uploads on their way: the SQL beside its mapping."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

RETRY = timedelta(hours=1)  # until what was not removed is tried again
LONGER = timedelta(days=1)  # for which what is still needed is not looked at again


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that someone may send; `sha256` is what they said of it when it was up, `unit` who it counts for.

    Where it comes in parts, `parts_id` is the store's id of them and `part_size` the bytes of each but the last.
    """

    id: UUID
    owner: str
    key: str
    name: str
    content_type: str
    size: int
    sha256: str | None
    state: str
    created_at: datetime
    kept_until: datetime
    unit: str | None = None
    parts_id: str | None = None
    part_size: int | None = None
    completed_at: datetime | None = None

    @property
    def since(self) -> datetime:
        return self.completed_at or self.created_at


async def begin(conn: "Connection", uploads: Sequence[Upload], *, day: date, most: int) -> bool:
    """Write uploads of one Unit, unless they pass what it may begin in a day. One statement, and so one moment."""
    rows = [
        (u.id, u.owner, u.key, u.name, u.content_type, u.size, u.sha256, u.state, u.created_at, u.kept_until,
         u.parts_id, u.part_size)
        for u in uploads
    ]  # fmt: skip
    done: str = await conn.execute(
        """WITH room AS (
               INSERT INTO upload_days AS d (unit, day, bytes)
               SELECT $1::text, $2::date, $3::bigint WHERE $3 <= $4::bigint
               ON CONFLICT (unit, day) DO UPDATE SET bytes = d.bytes + excluded.bytes
                   WHERE d.bytes + excluded.bytes <= $4
               RETURNING 1)
           INSERT INTO uploads (unit, id, owner, key, name, content_type, size, sha256, state, created_at, kept_until,
                                parts_id, part_size)
           SELECT $1, x.* FROM unnest($5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[],
               $11::text[], $12::text[], $13::timestamptz[], $14::timestamptz[], $15::text[], $16::int[]) AS x
           WHERE EXISTS (SELECT FROM room)""",
        uploads[0].unit,
        day,
        sum(u.size for u in uploads),
        most,
        *map(list, zip(*rows, strict=True)),
    )
    return done != "INSERT 0 0"


async def begun_on(conn: "Connection", unit: str, day: date) -> int:
    """How many bytes a Unit has begun to upload on a day."""
    found: int | None = await conn.fetchval("SELECT bytes FROM upload_days WHERE unit = $1 AND day = $2", unit, day)
    return found or 0


async def give_back(conn: "Connection", upload: Upload, day: date) -> None:
    """Count an upload no longer that cannot come any more."""
    await conn.execute(
        "UPDATE upload_days SET bytes = bytes - $3 WHERE unit = $1 AND day = $2", upload.unit, day, upload.size
    )


async def forget_days(conn: "Connection", *, before: date) -> None:
    await conn.execute("DELETE FROM upload_days WHERE day < $1", before)


async def uploads(conn: "Connection", ids: Iterable[UUID], *, owner: str) -> dict[UUID, Upload]:
    """A person's or system's own uploads among the given ones."""
    rows = await conn.fetch("SELECT * FROM uploads WHERE id = ANY($1::uuid[]) AND owner = $2", list(ids), owner)
    return {row["id"]: _upload(row) for row in rows}


async def hold(conn: "Connection", ids: Iterable[UUID], *, owner: str) -> dict[UUID, Upload]:
    """The same, and until the transaction ends nobody takes them back or sweeps them."""
    rows = await conn.fetch(
        "SELECT * FROM uploads WHERE id = ANY($1::uuid[]) AND owner = $2 ORDER BY id FOR SHARE", list(ids), owner
    )
    return {row["id"]: _upload(row) for row in rows}


async def lock(conn: "Connection", upload: UUID, *, owner: str) -> Upload | None:
    row = await conn.fetchrow("SELECT * FROM uploads WHERE id = $1 AND owner = $2 FOR UPDATE", upload, owner)
    return None if row is None else _upload(row)


async def complete(conn: "Connection", upload: UUID, sha256: str, *, at: datetime, kept_until: datetime) -> bool:
    """Whether it is complete now, with this hash; one that was swept meanwhile is not."""
    done: str = await conn.execute(
        """UPDATE uploads SET state = 'complete', sha256 = $2, kept_until = $4,
               completed_at = coalesce(completed_at, $3)
           WHERE id = $1 AND (state = 'open' OR state = 'complete' AND sha256 = $2)""",
        upload,
        sha256,
        at,
        kept_until,
    )
    return done == "UPDATE 1"


async def lock_due(conn: "Connection", *, at: datetime, limit: int) -> list[Upload]:
    """Lock some whose time is over; those that a form holds at this moment are passed over."""
    rows = await conn.fetch(
        "SELECT * FROM uploads WHERE kept_until <= $1 ORDER BY kept_until LIMIT $2 FOR UPDATE SKIP LOCKED", at, limit
    )
    return [_upload(row) for row in rows]


async def mark(conn: "Connection", swept: Collection[UUID], kept: Collection[UUID], *, at: datetime) -> None:
    """Say which locked ones go: from now on nobody attaches them. The others are looked at again later."""
    await conn.execute(
        """UPDATE uploads SET state = CASE WHEN id = ANY($1::uuid[]) THEN 'swept' ELSE state END,
               kept_until = CASE WHEN id = ANY($1) THEN $3::timestamptz ELSE $4::timestamptz END
           WHERE id = ANY($1) OR id = ANY($2::uuid[])""",
        list(swept),
        list(kept),
        at + RETRY,
        at + LONGER,
    )


async def forget(conn: "Connection", swept: Collection[UUID]) -> None:
    """Delete the rows of uploads that are swept and removed."""
    await conn.execute("DELETE FROM uploads WHERE id = ANY($1::uuid[]) AND state = 'swept'", list(swept))


async def with_rows(conn: "Connection", keys: Collection[str]) -> set[str]:
    """Those keys that an upload's row decides about."""
    rows = await conn.fetch("SELECT key FROM uploads WHERE key = ANY($1::text[])", list(keys))
    return {row["key"] for row in rows}


async def open_parts(conn: "Connection", parts: Collection[str]) -> set[str]:
    """Those of the store's ids of uploads in parts that a row decides about."""
    rows = await conn.fetch(
        "SELECT parts_id FROM uploads WHERE parts_id = ANY($1::text[]) AND state <> 'complete'", list(parts)
    )
    return {row["parts_id"] for row in rows}


async def needed(conn: "Connection", keys: Collection[str], *, ever: bool = False) -> set[str]:
    """Keys at which a file to be checked lies (with `ever`: lay), or that a request names which is not answered yet."""
    rows = await conn.fetch(
        """SELECT incoming AS key FROM media WHERE incoming = ANY($1::text[]) AND ($2 OR state = 'checking')
           UNION
           SELECT file -> 'object' ->> 'key' FROM requests r, json_array_elements(r.body -> 'media') AS file
           WHERE r.source = ANY($3::text[]) AND r.state = 'checking' AND file -> 'object' ->> 'key' = ANY($1)""",
        list(keys),
        ever,
        list({key.partition("/")[0] for key in keys}),  # a request names what lies in its source's own folder
    )
    return {row["key"] for row in rows}


async def claimed(conn: "Connection", keys: Collection[str], sha256: str) -> set[str]:
    """Those incoming keys at which other bytes wait to be checked: their sender used a key again."""
    rows = await conn.fetch(
        """SELECT incoming AS key FROM media
           WHERE incoming = ANY($1::text[]) AND sha256 <> $2 AND state = 'checking'
           UNION
           SELECT file -> 'object' ->> 'key' FROM requests r, json_array_elements(r.body -> 'media') AS file
           WHERE r.source = ANY($3::text[]) AND r.state = 'checking' AND file -> 'object' ->> 'key' = ANY($1)
                 AND file -> 'object' ->> 'sha256' <> $2""",
        list(keys),
        sha256,
        list({key.partition("/")[0] for key in keys}),  # a request names what lies in its source's own folder
    )
    return {row["key"] for row in rows}


async def at_key(conn: "Connection", key: str) -> Upload | None:
    """The upload that lies at a key of the incoming bucket, complete and not swept."""
    row = await conn.fetchrow("SELECT * FROM uploads WHERE key = $1 AND state = 'complete'", key)
    return None if row is None else _upload(row)


async def known_to(conn: "Connection", hashes: Collection[str], *, unit: str | None) -> set[str]:
    """Which of these files lie in Reports of a Unit; None is every Unit."""
    rows = await conn.fetch(
        """SELECT DISTINCT m.sha256 FROM media m JOIN reports r ON r.id = m.report
           WHERE m.sha256 = ANY($1::text[]) AND m.state <> 'erased' AND ($2::text IS NULL OR r.unit = $2)""",
        list(hashes),
        unit,
    )
    return {row["sha256"] for row in rows}


def _upload(row: "asyncpg.Record") -> Upload:
    return Upload(**dict(row))
