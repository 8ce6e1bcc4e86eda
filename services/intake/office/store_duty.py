"""The SQL of piket."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.intake.office.duty import Duty

if TYPE_CHECKING:
    from shared.content import Official
    from shared.db import Connection


async def turns(conn: "Connection", today: date) -> list[Duty]:
    """Those of today and later, the first to begin at the top."""
    rows = await conn.fetch(
        """SELECT id, account, first, last FROM accounts.duty
           WHERE cancelled_at IS NULL AND last >= $1 ORDER BY first, last, account""",
        today,
    )
    return [Duty(*row) for row in rows]


async def on_duty(conn: "Connection", today: date) -> set[str]:
    rows = await conn.fetch(
        "SELECT account FROM accounts.duty WHERE cancelled_at IS NULL AND $1 BETWEEN first AND last", today
    )
    return {row["account"] for row in rows}


async def add(conn: "Connection", new: Duty, *, by: "Official", at: datetime) -> None:
    await conn.execute(
        "INSERT INTO accounts.duty (id, account, first, last, added_by, added_at) VALUES ($1, $2, $3, $4, $5, $6)",
        new.id, new.account, new.first, new.last, by.account, at,
    )  # fmt: skip


async def cancel(conn: "Connection", duty: UUID, *, at: datetime) -> bool:
    """Take a turn off the list; whether it was there."""
    gone = await conn.fetchval(
        "UPDATE accounts.duty SET cancelled_at = $2 WHERE id = $1 AND cancelled_at IS NULL RETURNING true", duty, at
    )
    return bool(gone)
