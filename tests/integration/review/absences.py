"""Officials who are away and those who stand in for them, as the office's screen records it."""

from datetime import date
from uuid import uuid4

from tests.integration.review.desk import Office

LONG = date(2020, 1, 1), date(2035, 12, 31)  # at the desk's own time and at the database's


async def stands_in(
    desk: Office,
    stand_in: str,
    official: str,
    *,
    kind: str = "plh",
    letter: str = "800/1/2026",
    days: tuple[date, date] = LONG,
) -> None:
    """Record an absence; both have accounts afterwards."""
    for account in (official, stand_in):
        await desk.session(account)
    await desk.owner.execute(
        """INSERT INTO accounts.absences (id, account, stand_in, kind, first, last, letter_number, letter_date,
               added_by, added_at) VALUES ($1, $2, $3, $4, $5, $6, $7, '2026-11-01', 'tono', now())""",
        uuid4(),
        official,
        stand_in,
        kind,
        *days,
        letter,
    )


async def all_back(desk: Office) -> None:
    await desk.owner.execute("UPDATE accounts.absences SET cancelled_at = now() WHERE cancelled_at IS NULL")
