"""The SQL of disposisi, and who may be its addressee."""

from collections.abc import Collection
from typing import TYPE_CHECKING
from uuid import UUID

from services.review.handover.rules import Colleague, Handover
from shared.content import Official

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection


async def colleagues(conn: "Connection") -> list[Colleague]:
    rows = await conn.fetch("SELECT account, name, capacity, roles FROM accounts.leaders ORDER BY name, account")
    return [Colleague(row["account"], row["name"], row["capacity"], frozenset(row["roles"])) for row in rows]


async def add(conn: "Connection", new_id: UUID, new: Handover) -> None:
    await conn.execute(
        """INSERT INTO dispositions (id, story, version, to_whom, note, by, mandate, at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        new_id,
        new.story,
        new.version,
        new.to.model_dump_json(),
        new.note,
        new.by.model_dump_json(),
        new.mandate,
        new.at,
    )


async def of_version(conn: "Connection", story: UUID, version: int) -> list[Handover]:
    """All of one Version, the newest first."""
    rows = await conn.fetch(
        "SELECT * FROM dispositions WHERE story = $1 AND version = $2 ORDER BY at DESC, id DESC", story, version
    )
    return [_handover(row) for row in rows]


async def newest(conn: "Connection", stories: Collection[UUID]) -> dict[tuple[UUID, int], Handover]:
    """The newest of each Version of these Stories."""
    rows = await conn.fetch(
        """SELECT DISTINCT ON (story, version) * FROM dispositions WHERE story = ANY($1::uuid[])
           ORDER BY story, version, at DESC, id DESC""",
        list(stories),
    )
    return {(row["story"], row["version"]): _handover(row) for row in rows}


def _handover(row: "asyncpg.Record") -> Handover:
    def official(text: str) -> Official:
        return Official.model_validate_json(text, extra="ignore")

    return Handover(
        row["story"],
        row["version"],
        official(row["to_whom"]),
        row["note"],
        official(row["by"]),
        row["at"],
        row["mandate"],
    )
