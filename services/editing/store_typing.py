"""What each person has typed in a Story and not saved yet, and who has it open."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from shared.db import Connection

PRESENT_FOR = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of the form as one person left them, on top of Version `base_version`."""

    base_version: int
    fields: dict[str, str]
    updated_at: datetime


async def find_typed(conn: "Connection", story: UUID, account: str) -> Typed | None:
    row = await conn.fetchrow(
        "SELECT base_version, fields, updated_at FROM working_copies WHERE story = $1 AND account = $2", story, account
    )
    return Typed(row["base_version"], json.loads(row["fields"]), row["updated_at"]) if row else None


async def keep_typed(
    conn: "Connection", story: UUID, account: str, typed: Typed, *, over: datetime | None
) -> datetime | None:
    """Keep it over the copy that its tab had last (`over`; None: there was none); gives None where another is there."""
    found: datetime | None = await conn.fetchval(
        """INSERT INTO working_copies AS w (story, account, base_version, fields, updated_at)
           VALUES ($1, $2, $3, $4::jsonb, $5)
           ON CONFLICT (story, account) DO UPDATE
           SET base_version = excluded.base_version, fields = excluded.fields, updated_at = excluded.updated_at
           WHERE w.updated_at = $6 RETURNING updated_at""",
        story,
        account,
        typed.base_version,
        json.dumps(typed.fields),
        typed.updated_at,
        over,
    )
    return found


async def forget_typed(conn: "Connection", story: UUID, account: str) -> None:
    await conn.execute("DELETE FROM working_copies WHERE story = $1 AND account = $2", story, account)


async def forget_files(conn: "Connection", erased: Collection[tuple[UUID, UUID]]) -> None:
    """Take out what was typed about erased files (each with its Report): the names of such fields end with the file."""
    for report, media in erased:
        await conn.execute(
            """UPDATE working_copies SET fields = (
                   SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(fields)
                   WHERE key NOT LIKE '%-' || $2::text)
               WHERE story IN (SELECT story FROM story_reports WHERE report = $1)""",
            report,
            str(media),
        )


async def appear(conn: "Connection", story: UUID, *, account: str, name: str, at: datetime) -> list[str]:
    """Say that a person has the Story open, and hear who else has."""
    await conn.execute(
        """INSERT INTO presence (story, account, name, seen_at) VALUES ($1, $2, $3, $4)
           ON CONFLICT (story, account) DO UPDATE SET name = excluded.name, seen_at = excluded.seen_at""",
        story,
        account,
        name,
        at,
    )
    rows = await conn.fetch(
        "SELECT name FROM presence WHERE story = $1 AND account <> $2 AND seen_at > $3 ORDER BY name",
        story,
        account,
        at - PRESENT_FOR,
    )
    return [row["name"] for row in rows]


async def leave(conn: "Connection", story: UUID, account: str) -> None:
    await conn.execute("DELETE FROM presence WHERE story = $1 AND account = $2", story, account)


async def forget_old(conn: "Connection", *, typed_before: datetime, seen_before: datetime) -> None:
    await conn.execute("DELETE FROM working_copies WHERE updated_at < $1", typed_before)
    await conn.execute("DELETE FROM presence WHERE seen_at < $1", seen_before)
