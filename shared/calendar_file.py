"""Reads an office calendar from TOML text; deploy/calendar.toml shows and explains the format."""

from datetime import date, time
from zoneinfo import ZoneInfo

from shared.calendar import WorkCalendar
from shared.calendar_days import Day, Holiday, OfficeDays, OfficeHours, Ramadan, RowsClash, day_of
from shared.calendar_words import ZONES
from shared.toml_table import Table

LAST_YEAR = 2100
HOURS = ("ordinary", "friday", "ramadan", "ramadan_friday")
KINDS = ("libur nasional", "cuti bersama", "libur daerah")
WORKED = "hari kerja"  # a change may also take a day off away


def parse_calendar(text: str, *, source: str = "calendar.toml") -> WorkCalendar:
    """Read a calendar; FileRefused, naming line and entry, for one that is unreadable or contradicts itself."""
    root = Table.of(text, source)
    root.only("version", "zone", "first", "last", "hours", "ramadan", "holidays", "changes", "changed_ramadan")
    try:
        days = OfficeDays(
            hours=_hours(root.table("hours")) if "hours" in root.rows else OfficeHours(),
            holidays=_with_changes(root, [row for table in root.tables("holidays") for row in _holidays(table)]),
            ramadan=_with_changed_ramadan(root, [_ramadan(table) for table in root.tables("ramadan")]),
            first=root.day("first"),
            last=root.day("last"),
        )
    except RowsClash as clash:
        entry = rf'"?{clash.day}"?\s*=' if clash.entry == "day" else rf"{clash.entry}\s*=\s*{clash.day}"
        raise root.refused_at_last(entry, str(clash)) from clash
    if days.last.year > LAST_YEAR:
        raise root.refused(f"Kalender paling jauh sampai tahun {LAST_YEAR}.", "last")
    return WorkCalendar(root.words("version"), days, _zone(root))


def _zone(root: Table) -> ZoneInfo:
    if (name := root.words("zone")) not in ZONES:
        raise root.refused(f"Zona waktu tidak dikenal; pilih {', '.join(ZONES)}.", "zone")
    return ZoneInfo(name)


def _hours(table: Table) -> OfficeHours:
    table.only(*HOURS, "decree")
    ordinary, friday, ramadan, ramadan_friday = (_day(table, name) for name in HOURS)
    return OfficeHours(ordinary, friday, ramadan, ramadan_friday, table.words("decree"))


def _day(table: Table, key: str) -> Day:
    spans = [span.partition("-") for span in table.texts(key)]
    try:
        return day_of(*((_hour(opens), _hour(closes)) for opens, _, closes in spans))
    except ValueError as error:
        raise table.refused(f'Tulis rentang jam seperti "07:30-12:00". {error}', key) from error


def _hour(text: str) -> time:
    hour = time.fromisoformat(text)
    if hour.tzinfo is not None:
        raise ValueError("Jam ditulis tanpa zona: zonanya satu untuk seluruh kalender.")
    return hour


def _ramadan(table: Table) -> Ramadan:
    table.only("first", "last", "decree")
    return Ramadan(table.day("first"), table.day("last"), table.words("decree"))


def _holidays(table: Table) -> tuple[Holiday, ...]:
    table.only("kind", "decree", "dates")
    decree, kind, dates = table.words("decree"), table.words("kind"), table.table("dates")
    if kind not in KINDS:
        raise table.refused(f"Jenis libur tidak dikenal; pilih {', '.join(KINDS)}.", "kind")
    return tuple(Holiday(_date(dates, key), dates.words(key), kind, decree) for key in dates.rows)


def _with_changes(root: Table, holidays: list[Holiday]) -> tuple[Holiday, ...]:
    """What the office says later of a day takes the place of what the file says."""
    by_day = {row.day: row for row in holidays}
    if len(by_day) < len(holidays):
        return tuple(holidays)  # OfficeDays tells which day stands there twice
    for table in root.tables("changes"):
        table.only("day", "name", "kind", "decree")
        day, kind = table.day("day"), table.words("kind")
        if kind not in (*KINDS, WORKED):
            raise table.refused(f"Jenis hari tidak dikenal; pilih {', '.join((*KINDS, WORKED))}.", "kind")
        by_day[day] = Holiday(day, table.words("name"), kind, table.words("decree"))
    return tuple(row for row in by_day.values() if row.kind != WORKED)


def _with_changed_ramadan(root: Table, rows: list[Ramadan]) -> tuple[Ramadan, ...]:
    """A Ramadan that the office dated anew takes the place of the estimate that it overlaps."""
    changed = [_ramadan(table) for table in root.tables("changed_ramadan")]
    kept = [row for row in rows if not any(c.first <= row.last and row.first <= c.last for c in changed)]
    return (*kept, *changed)


def _date(table: Table, key: str) -> date:
    try:
        return date.fromisoformat(key)
    except ValueError as error:
        raise table.refused("Tulis tanggal seperti 2026-12-24.", key) from error
