"""What is looked at for open boards: how far the board is, what waits at each stage, whose session still is."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from shared import access

if TYPE_CHECKING:
    from shared.db import Connection


class Waiting(NamedTuple):
    """What runs at one stage: how many clocks, and since when the oldest."""

    stage: str
    clocks: int
    oldest: datetime


async def revision(conn: "Connection") -> int:
    """A number that is another one after every change of the board."""
    # A new sequence stands at its first value both before and after that was taken.
    found: int = await conn.fetchval("SELECT last_value + is_called::integer FROM board_revision")
    return found


async def alive(conn: "Connection", token_hashes: Collection[bytes], action: str) -> set[bytes]:
    """Those sessions that are not over, of people who may still do this. Nobody's session is prolonged by it.

    Who stands in for a leader about now is let through: each look at the board asks again who they are.
    """
    rows = await conn.fetch(
        """SELECT token_hash, roles || CASE
                      WHEN EXISTS (SELECT FROM accounts.current_absences a WHERE a.stand_in = s.account)
                      THEN ARRAY['pimpinan'] ELSE '{}' END AS roles
           FROM accounts.current_sessions s WHERE token_hash = ANY($1::bytea[])""",
        list(token_hashes),
    )
    return {row["token_hash"] for row in rows if access.may(action, row["roles"])}


async def waiting(conn: "Connection", unit: str | None) -> list[Waiting]:
    """Each stage at which something runs."""
    rows = await conn.fetch(
        """SELECT stage, count(*) AS clocks, min(opened_at) AS oldest FROM board_clocks
           WHERE closed_at IS NULL AND ($1::text IS NULL OR unit = $1) GROUP BY stage""",
        unit,
    )
    return [Waiting(**dict(row)) for row in rows]
