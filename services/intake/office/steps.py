"""The steps of whoever sets the office up: lock, take the rule's word, save the rows, write the texts, audit."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from services.intake.office import rules, store
from services.intake.office.rules import Absence, ChannelUse, OfficeDay, RamadanDates, Unit
from shared import audit, office_files
from shared.accounts import sessions
from shared.audit import Entry
from shared.refusal import NotFound, Refused
from shared.toml_table import FileRefused

if TYPE_CHECKING:
    from shared.content import Official
    from shared.db import Connection
    from shared.desk import Desk


class NotReadable(Refused):
    """The office's file with the change behind it is no calendar, or no SOP; the file's own words tell why."""

    def __init__(self, error: FileRefused) -> None:
        super().__init__("not-readable", f"Perubahan ini tidak dapat dipakai. {error}")


async def save_unit(desk: "Desk", sop_file: Path, unit: Unit, *, by: "Official") -> None:
    async with desk.transaction() as conn:
        await store.lock(conn)
        await store.save_unit(conn, unit, by=by, at=desk.now())
        await _write_sop(desk, conn, sop_file, "office.unit-set", unit.code, by)


async def save_letterhead(desk: "Desk", sop_file: Path, lines: tuple[str, ...], *, by: "Official") -> None:
    async with desk.transaction() as conn:
        await store.lock(conn)
        await store.save_letterhead(conn, lines, by=by, at=desk.now())
        await _write_sop(desk, conn, sop_file, "office.letterhead-set", "letterhead", by)


async def save_channel(desk: "Desk", sop_file: Path, use: ChannelUse, *, by: "Official") -> None:
    async with desk.transaction() as conn:
        await store.lock(conn)
        await store.save_channel(conn, use, by=by, at=desk.now())
        await _write_sop(desk, conn, sop_file, "office.channel-set", use.code, by)


async def save_day(desk: "Desk", calendar_file: Path, day: OfficeDay, *, by: "Official") -> None:
    async with desk.transaction() as conn:
        await store.lock(conn)
        await store.save_day(conn, day, by=by, at=desk.now())
        await _write_calendar(desk, conn, calendar_file, "office.day-set", str(day.day), by)


async def remove_day(desk: "Desk", calendar_file: Path, day: date, *, by: "Official") -> None:
    """What the calendar's file says of that day holds again. Raises NotFound."""
    async with desk.transaction() as conn:
        await store.lock(conn)
        found = next((d for d in await store.days(conn) if d.day == day), None)
        if found is None:
            raise NotFound("Tanggal ini")
        await store.remove_day(conn, found)
        await _write_calendar(desk, conn, calendar_file, "office.day-removed", str(day), by)


async def save_ramadan(desk: "Desk", calendar_file: Path, dates: RamadanDates, *, by: "Official") -> None:
    async with desk.transaction() as conn:
        await store.lock(conn)
        await store.save_ramadan(conn, dates, by=by, at=desk.now())
        await _write_calendar(desk, conn, calendar_file, "office.ramadan-set", str(dates.first), by)


async def add_absence(desk: "Desk", absence: Absence, *, by: "Official") -> None:
    async with desk.transaction() as conn:
        await store.lock(conn)
        known = {row["account"] for row in await store.officials(conn)}
        for field, account in (("account", absence.account), ("stand_in", absence.stand_in)):
            if account not in known:
                raise rules.BadSetting(field, "Akun ini tidak ada atau tidak aktif. Pilih orang dari daftar.")
        others = await store.absences(conn)
        taken = rules.absence(absence, others)
        acting = rules.new_stand_ins(taken, others)
        if by.account in acting:
            raise rules.BadSetting(
                "stand_in", "Anda tidak dapat mencatat diri sendiri sebagai pengganti; minta Admin lain."
            )
        await store.add_absence(conn, taken, by=by, at=desk.now())
        # Whoever gets a leader's rights logs in again: a second factor may be asked of them now.
        for account in acting:
            await sessions.end_others(conn, account)
        await audit.append(conn, [Entry("office.absence-added", str(taken.id), by)], at=desk.now())


async def end_absence(desk: "Desk", absence: UUID, *, by: "Official") -> None:
    """The official is back today: yesterday was the last day. Raises NotFound for one that is over."""
    async with desk.transaction() as conn:
        await store.lock(conn)
        today = desk.today()
        found = await store.absence(conn, absence)
        if found is None or found.last < today:
            raise NotFound("Ketidakhadiran yang masih berlaku")
        if found.first >= today:
            await store.cancel_absence(conn, found, at=desk.now())
        else:
            await store.end_absence(conn, replace(found, last=today - timedelta(days=1)))
        await audit.append(conn, [Entry("office.absence-ended", str(absence), by)], at=desk.now())


async def _write_sop(desk: "Desk", conn: "Connection", file: Path, action: str, item: str, by: "Official") -> None:
    text = rules.sop_text(await store.units(conn), await store.letterhead(conn), await store.channels(conn))
    try:
        office_files.sop_of(office_files.with_changes(office_files.text_of(file), text), str(file))
    except FileRefused as error:
        raise NotReadable(error) from None
    await store.save_text(conn, "sop", text, at=desk.now())
    await _told(desk, conn, action, item, by, text)


async def _write_calendar(desk: "Desk", conn: "Connection", file: Path, action: str, item: str, by: "Official") -> None:
    text = rules.calendar_text(await store.days(conn), await store.ramadans(conn))
    try:
        office_files.work_calendar_of(office_files.with_changes(office_files.text_of(file), text), str(file))
    except FileRefused as error:
        raise NotReadable(error) from None
    await store.save_text(conn, "calendar", text, at=desk.now())
    await _told(desk, conn, action, item, by, text)


async def _told(desk: "Desk", conn: "Connection", action: str, item: str, by: "Official", text: str) -> None:
    after = hashlib.sha256(text.encode()).hexdigest()
    await audit.append(conn, [Entry(action, item, by, after_hash=after)], at=desk.now())
