"""Which Versions a leader has opened already, and what lies before and behind one in the queue."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from services.review.store_read import IN_ORDER

if TYPE_CHECKING:
    from shared.db import Connection


class Place(NamedTuple):
    """One Story in the queue, where only its place matters."""

    story: UUID
    title: str


class Sender(NamedTuple):
    """Who sent a Report in, as the clock of its stage has them."""

    name: str
    capacity: str | None


async def mark(conn: "Connection", account: str, story: UUID, version: int, at: datetime) -> None:
    """Note that this Version was opened; the first time counts."""
    await conn.execute(
        "INSERT INTO seen (account, story, version, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        account,
        story,
        version,
        at,
    )


async def last_before(conn: "Connection", account: str, story: UUID, version: int) -> int | None:
    """The newest older Version that this person has opened."""
    found: int | None = await conn.fetchval(
        "SELECT max(version) FROM seen WHERE account = $1 AND story = $2 AND version < $3", account, story, version
    )
    return found


async def newest(conn: "Connection", account: str, stories: Iterable[UUID]) -> dict[UUID, int]:
    """The newest Version of each Story that this person has opened."""
    rows = await conn.fetch(
        """SELECT story, max(version) AS version FROM seen WHERE account = $1 AND story = ANY($2::uuid[])
           GROUP BY story""",
        account,
        list(stories),
    )
    return {row["story"]: row["version"] for row in rows}


async def order(conn: "Connection", *, limit: int) -> list[Place]:
    """The queue by names alone."""
    rows = await conn.fetch(f"SELECT r.story, r.title FROM reviews r {IN_ORDER} LIMIT $1", limit)  # noqa: S608  (our own words)
    return [Place(row["story"], row["title"]) for row in rows]


async def senders(conn: "Connection", reports: Iterable[UUID]) -> dict[UUID, Sender]:
    """Who sent these Reports, as far as the board was told."""
    rows = await conn.fetch(
        """SELECT DISTINCT ON (report) report, held_by, capacity FROM board_clocks
           WHERE report = ANY($1::uuid[]) AND stage = 'intake' AND held_by IS NOT NULL
           ORDER BY report, cycle""",
        list(reports),
    )
    return {row["report"]: Sender(row["held_by"], row["capacity"]) for row in rows}
