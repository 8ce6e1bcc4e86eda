"""What the Admin recorded for others: the SQL beside its mapping. Personal data, which no event carries."""

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from services.intake.domain import Report
from services.intake.recording import Recorded

if TYPE_CHECKING:
    from shared.db import Connection


class Recording(NamedTuple):
    sender: str
    contact: str
    sent_at: datetime
    recorded_at: datetime
    recorded_by: str


async def add(conn: "Connection", report: Report, recorded: Recorded, *, at: datetime, by: str) -> None:
    await conn.execute(
        """INSERT INTO recordings (report, sender, contact, sent_at, recorded_at, recorded_by)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        report.id,
        recorded.sending.sender,
        recorded.sending.contact or "",
        recorded.sending.sent_at,
        at,
        by,
    )


async def of_report(conn: "Connection", report: UUID) -> Recording | None:
    row = await conn.fetchrow(
        "SELECT sender, contact, sent_at, recorded_at, recorded_by FROM recordings WHERE report = $1", report
    )
    return None if row is None else Recording(**row)
