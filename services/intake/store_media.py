"""Files of Reports, and uploads on their way: the SQL beside its mapping."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from shared.content import Media

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection, Database


class Filed(NamedTuple):
    """A file of a Report. `incoming` is its key in the incoming bucket until it lies among the originals."""

    report: UUID
    media: Media
    incoming: str | None = None
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that someone was given a form for; `sha256` is what they said of it when it was up."""

    id: UUID
    owner: str
    key: str
    name: str
    content_type: str
    size: int
    sha256: str | None
    state: str
    created_at: datetime


async def add(conn: "Connection", files: Sequence[Filed], *, at: datetime) -> None:
    rows = [(f.media.id, f.report, f.media.original.sha256, f.media.state, f.incoming, _json(f)) for f in files]
    if rows:
        await conn.execute(
            """INSERT INTO media (id, report, sha256, state, incoming, data, next_at)
               SELECT i, r, h, s, k, d::json, $7
               FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
                    AS x(i, r, h, s, k, d)""",
            *map(list, zip(*rows, strict=True)),
            at,
        )


async def of_reports(conn: "Connection", reports: Collection[UUID]) -> list[Filed]:
    rows = await conn.fetch("SELECT * FROM media WHERE report = ANY($1::uuid[]) ORDER BY id", list(reports))
    return [_filed(row) for row in rows]


async def find(conn: "Connection", media: UUID) -> Filed | None:
    row = await conn.fetchrow("SELECT * FROM media WHERE id = $1", media)
    return None if row is None else _filed(row)


async def take(db: "Database", *, at: datetime, lease: timedelta, limit: int) -> list[Filed]:
    """Take some that wait to be checked; who dies with them loses them when the lease ends."""
    async with db.transaction() as conn:
        rows = await conn.fetch(
            """UPDATE media m SET next_at = $1::timestamptz + $2::interval, attempts = m.attempts + 1
               FROM (SELECT id FROM media WHERE state = 'checking' AND next_at <= $1
                     ORDER BY next_at LIMIT $3 FOR UPDATE SKIP LOCKED) AS t
               WHERE m.id = t.id
               RETURNING m.*""",
            at,
            lease,
            limit,
        )
    return [_filed(row) for row in rows]


async def postpone(db: "Database", media: UUID, *, until: datetime) -> None:
    async with db.transaction() as conn:
        await conn.execute("UPDATE media SET next_at = $2 WHERE id = $1 AND state = 'checking'", media, until)


async def settle(conn: "Connection", checked: Media) -> bool:
    """Write the result of a check, once; the Report is locked."""
    done: str = await conn.execute(
        """UPDATE media SET state = $2, data = $3::json,
                  incoming = CASE WHEN $2 = 'accepted' THEN NULL ELSE incoming END
           WHERE id = $1 AND state = 'checking'""",
        checked.id,
        checked.state,
        checked.model_dump_json(),
    )
    return done == "UPDATE 1"


async def add_upload(conn: "Connection", upload: Upload) -> None:
    await conn.execute(
        """INSERT INTO uploads (id, owner, key, name, content_type, size, sha256, state, created_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        upload.id, upload.owner, upload.key, upload.name, upload.content_type, upload.size, upload.sha256,
        upload.state, upload.created_at,
    )  # fmt: skip


async def uploads(conn: "Connection", ids: Iterable[UUID], *, owner: str) -> dict[UUID, Upload]:
    """A person's or system's own uploads among the given ones."""
    rows = await conn.fetch("SELECT * FROM uploads WHERE id = ANY($1::uuid[]) AND owner = $2", list(ids), owner)
    return {row["id"]: Upload(**dict(row)) for row in rows}


async def complete(conn: "Connection", upload: UUID, sha256: str) -> None:
    await conn.execute("UPDATE uploads SET state = 'complete', sha256 = $2 WHERE id = $1", upload, sha256)


def _json(file: Filed) -> str:
    return file.media.model_dump_json()


def _filed(row: "asyncpg.Record") -> Filed:
    media = Media.model_validate_json(row["data"], extra="ignore")
    return Filed(row["report"], media, row["incoming"], row["attempts"])
