"""What is done with the duty list, each in one transaction with its audit row."""

from typing import TYPE_CHECKING
from uuid import UUID

from services.intake.office import duty, store, store_duty
from services.intake.office.duty import ABLE, Duty
from shared import audit
from shared.audit import Entry
from shared.refusal import NotFound

if TYPE_CHECKING:
    from shared.content import Official
    from shared.db import Connection
    from shared.desk import Desk


async def able(conn: "Connection") -> dict[str, str]:
    """The names of those who can be on duty, by account."""
    return {row["account"]: row["name"] for row in await store.officials(conn) if ABLE & set(row["roles"])}


async def add(desk: "Desk", new: Duty, *, by: "Official") -> None:
    async with desk.transaction() as conn:
        await store.lock(conn)
        today = desk.today()
        taken = duty.turn(new, await store_duty.turns(conn, today), await able(conn), today=today)
        await store_duty.add(conn, taken, by=by, at=desk.now())
        await audit.append(conn, [Entry("office.duty-added", str(taken.id), by)], at=desk.now())


async def cancel(desk: "Desk", gone: UUID, *, by: "Official") -> None:
    async with desk.transaction() as conn:
        await store.lock(conn)
        if not await store_duty.cancel(conn, gone, at=desk.now()):
            raise NotFound("Giliran piket itu")
        await audit.append(conn, [Entry("office.duty-ended", str(gone), by)], at=desk.now())
