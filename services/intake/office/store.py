"""The office's settings in the schema of accounts: rows by meaning, and the two texts that all services read."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.intake.office.rules import Absence, ChannelUse, OfficeDay, RamadanDates, Unit

if TYPE_CHECKING:
    import asyncpg

    from shared.content import Official
    from shared.db import Connection
    from shared.office_files import Kind

LOCK = 0x6B616E74  # "kant": whoever changes settings waits for whoever does


async def lock(conn: "Connection") -> None:
    """One change at a time, to the end of the transaction."""
    await conn.execute("SELECT pg_advisory_xact_lock($1)", LOCK)


async def units(conn: "Connection") -> list[Unit]:
    rows = await conn.fetch("SELECT code, name, active FROM accounts.units ORDER BY name, code")
    return [Unit(*row) for row in rows]


async def save_unit(conn: "Connection", unit: Unit, *, by: "Official", at: datetime) -> None:
    await conn.execute(
        """INSERT INTO accounts.units (code, name, active, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (code) DO UPDATE SET name = $2, active = $3, changed_by = $4, changed_at = $5""",
        unit.code,
        unit.name,
        unit.active,
        by.account,
        at,
    )


async def days(conn: "Connection") -> list[OfficeDay]:
    rows = await conn.fetch("SELECT day, name, kind, decree FROM accounts.office_days ORDER BY day")
    return [OfficeDay(*row) for row in rows]


async def save_day(conn: "Connection", day: OfficeDay, *, by: "Official", at: datetime) -> None:
    await conn.execute(
        """INSERT INTO accounts.office_days (day, name, kind, decree, changed_by, changed_at)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (day) DO UPDATE SET name = $2, kind = $3, decree = $4, changed_by = $5, changed_at = $6""",
        day.day,
        day.name,
        day.kind,
        day.decree,
        by.account,
        at,
    )


async def remove_day(conn: "Connection", day: OfficeDay) -> None:
    await conn.execute("DELETE FROM accounts.office_days WHERE day = $1", day.day)


async def ramadans(conn: "Connection") -> list[RamadanDates]:
    rows = await conn.fetch("SELECT first, last, decree FROM accounts.ramadans ORDER BY first")
    return [RamadanDates(*row) for row in rows]


async def save_ramadan(conn: "Connection", dates: RamadanDates, *, by: "Official", at: datetime) -> None:
    """It takes the place of any that it overlaps."""
    await conn.execute("DELETE FROM accounts.ramadans WHERE first <= $2 AND last >= $1", dates.first, dates.last)
    await conn.execute(
        "INSERT INTO accounts.ramadans (first, last, decree, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5)",
        dates.first,
        dates.last,
        dates.decree,
        by.account,
        at,
    )


async def letterhead(conn: "Connection") -> tuple[str, ...]:
    return tuple(await conn.fetchval("SELECT lines FROM accounts.letterhead") or ())


async def save_letterhead(conn: "Connection", lines: Sequence[str], *, by: "Official", at: datetime) -> None:
    await conn.execute(
        """INSERT INTO accounts.letterhead (lines, changed_by, changed_at) VALUES ($1, $2, $3)
           ON CONFLICT (one) DO UPDATE SET lines = $1, changed_by = $2, changed_at = $3""",
        list(lines),
        by.account,
        at,
    )


async def channels(conn: "Connection") -> list[ChannelUse]:
    """Those of which the office said anything."""
    rows = await conn.fetch("SELECT code, used, required, topics FROM accounts.channels ORDER BY code")
    return [ChannelUse(row["code"], row["used"], row["required"], tuple(row["topics"])) for row in rows]


async def save_channel(conn: "Connection", use: ChannelUse, *, by: "Official", at: datetime) -> None:
    await conn.execute(
        """INSERT INTO accounts.channels (code, used, required, topics, changed_by, changed_at)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (code) DO UPDATE SET used = $2, required = $3, topics = $4, changed_by = $5, changed_at = $6""",
        use.code,
        use.used,
        use.required,
        list(use.topics),
        by.account,
        at,
    )


async def save_text(conn: "Connection", kind: "Kind", body: str, *, at: datetime) -> None:
    await conn.execute(
        """INSERT INTO accounts.office_texts (kind, body, changed_at) VALUES ($1, $2, $3)
           ON CONFLICT (kind) DO UPDATE SET body = $2, changed_at = $3""",
        kind,
        body,
        at,
    )


_ABSENCE = "id, account, stand_in, kind, first, last, letter_number, letter_date"


async def absences(conn: "Connection") -> list[Absence]:
    """Those that are not over for more than a year, the latest first."""
    rows = await conn.fetch(
        f"SELECT {_ABSENCE} FROM accounts.absences WHERE cancelled_at IS NULL "  # noqa: S608
        "AND last >= current_date - 366 ORDER BY first DESC, id"
    )
    return [Absence(*row) for row in rows]


async def absence(conn: "Connection", absence: UUID) -> Absence | None:
    row = await conn.fetchrow(
        f"SELECT {_ABSENCE} FROM accounts.absences WHERE id = $1 AND cancelled_at IS NULL",  # noqa: S608
        absence,
    )
    return Absence(*row) if row else None


async def add_absence(conn: "Connection", absence: Absence, *, by: "Official", at: datetime) -> None:
    await conn.execute(
        f"INSERT INTO accounts.absences ({_ABSENCE}, added_by, added_at) "  # noqa: S608
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        absence.id, absence.account, absence.stand_in, absence.kind, absence.first, absence.last,
        absence.letter_number, absence.letter_date, by.account, at,
    )  # fmt: skip


async def end_absence(conn: "Connection", absence: Absence) -> None:
    """Its last day becomes an earlier one."""
    await conn.execute("UPDATE accounts.absences SET last = $2 WHERE id = $1", absence.id, absence.last)


async def cancel_absence(conn: "Connection", absence: Absence, *, at: datetime) -> None:
    await conn.execute("UPDATE accounts.absences SET cancelled_at = $2 WHERE id = $1", absence.id, at)


async def officials(conn: "Connection") -> "list[asyncpg.Record]":
    """Accounts that may be away or stand in: account, name, capacity, roles, unit."""
    return await conn.fetch(
        "SELECT account, name, capacity, roles, unit FROM accounts.accounts WHERE NOT disabled ORDER BY name, account"
    )
