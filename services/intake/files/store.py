"""Files of Reports: the SQL beside its mapping."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from services.intake.files.limits import is_long
from shared.content import Media
from shared.media.verdict import Facts

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection, Database


class Filed(NamedTuple):
    """A file of a Report. `incoming` is its key in the incoming bucket; None where it was carried over unchecked.

    `facts` is what the file tells about itself, for those alone who may see the original. A `private` one is told to no
    other stage: nothing of it can become public.
    """

    report: UUID
    media: Media
    incoming: str | None
    attempts: int = 0
    facts: Facts = Facts()
    long: bool = False
    private: bool = False


async def add(conn: "Connection", files: Sequence[Filed], *, at: datetime) -> None:
    rows = [_row(f) for f in files]
    if rows:
        await conn.execute(
            """INSERT INTO media (id, report, sha256, state, incoming, data, long, private, next_at, since)
               SELECT i, r, h, s, k, d::json, l, p, $9, $9
               FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[],
                           $8::boolean[]) AS x(i, r, h, s, k, d, l, p)""",
            *map(list, zip(*rows, strict=True)),
            at,
        )


async def of_reports(conn: "Connection", reports: Collection[UUID]) -> list[Filed]:
    rows = await conn.fetch("SELECT * FROM media WHERE report = ANY($1::uuid[]) ORDER BY id", list(reports))
    return [filed_of(row) for row in rows]


async def find(conn: "Connection", media: UUID) -> Filed | None:
    row = await conn.fetchrow("SELECT * FROM media WHERE id = $1", media)
    return None if row is None else filed_of(row)


async def take(db: "Database", *, at: datetime, lease: timedelta, limit: int, long: bool) -> list[Filed]:
    """Take some of one lane that wait to be checked; who dies with them loses them when the lease ends."""
    async with db.transaction() as conn:
        rows = await conn.fetch(
            """UPDATE media m SET next_at = $1::timestamptz + $2::interval, attempts = m.attempts + 1
               FROM (SELECT id FROM media WHERE state = 'checking' AND long = $4 AND next_at <= $1
                     ORDER BY next_at LIMIT $3 FOR UPDATE SKIP LOCKED) AS t
               WHERE m.id = t.id
               RETURNING m.*""",
            at,
            lease,
            limit,
            long,
        )
    return [filed_of(row) for row in rows]


async def postpone(db: "Database", media: UUID, *, until: datetime) -> None:
    async with db.transaction() as conn:
        await conn.execute("UPDATE media SET next_at = $2 WHERE id = $1 AND state = 'checking'", media, until)


async def settle(conn: "Connection", checked: Media, *, facts: Facts, quarantine: str | None) -> bool:
    """Write the result of a check, once; the Report is locked."""
    done: str = await conn.execute(
        """UPDATE media SET state = $2, data = $3::json, facts = $4::json, quarantine = $5
           WHERE id = $1 AND state = 'checking'""",
        checked.id,
        checked.state,
        checked.model_dump_json(),
        facts.model_dump_json(exclude_defaults=True),
        quarantine,
    )
    return done == "UPDATE 1"


async def bytes_of(conn: "Connection", report: UUID) -> int:
    """How many bytes all files of a Report have together."""
    found: int | None = await conn.fetchval(
        """SELECT sum((data -> 'original' ->> 'size')::bigint)::bigint FROM media
           WHERE report = $1 AND state IN ('checking', 'accepted')""",
        report,
    )
    return found or 0


async def waiting(conn: "Connection") -> "asyncpg.Record":
    """How many files are still to be checked, and since when the oldest is."""
    row = await conn.fetchrow("SELECT count(*) AS n, min(since) AS oldest FROM media WHERE state = 'checking'")
    assert row is not None
    return row


async def checked_before(conn: "Connection", incoming: str, sha256: str) -> Filed | None:
    """The same upload as it was checked for another Report: its object may be gone from the incoming bucket since."""
    row = await conn.fetchrow(
        """SELECT * FROM media WHERE incoming = $1 AND sha256 = $2 AND state IN ('accepted', 'refused')
           ORDER BY state LIMIT 1""",
        incoming,
        sha256,
    )
    return None if row is None else filed_of(row)


async def to_long_lane(conn: "Connection", media: UUID, *, at: datetime) -> None:
    """It takes longer than was said of it: whoever has time for that goes on with it."""
    await conn.execute(
        "UPDATE media SET long = true, next_at = $2, attempts = 0 WHERE id = $1 AND state = 'checking'", media, at
    )


async def crashed(conn: "Connection", media: UUID) -> int:
    """Count that the process which opened a file ended without an answer; returns how often that was."""
    found: int | None = await conn.fetchval(
        "UPDATE media SET crashes = crashes + 1 WHERE id = $1 RETURNING crashes", media
    )
    return found or 0


async def is_awaited(conn: "Connection", incoming: str) -> bool:
    """Whether some file still to be checked lies at this key."""
    found: bool = await conn.fetchval(
        "SELECT EXISTS (SELECT FROM media WHERE incoming = $1 AND state = 'checking')", incoming
    )
    return found


def _row(f: Filed) -> tuple[object, ...]:
    original = f.media.original
    long = is_long(original.content_type, original.size)
    data = f.media.model_dump_json()
    return f.media.id, f.report, original.sha256, f.media.state, f.incoming, data, long, f.private


def filed_of(row: "asyncpg.Record") -> Filed:
    media = Media.model_validate_json(row["data"], extra="ignore")
    facts = Facts.model_validate_json(row["facts"], extra="ignore") if row["facts"] else Facts()
    return Filed(row["report"], media, row["incoming"], row["attempts"], facts, row["long"], row["private"])
