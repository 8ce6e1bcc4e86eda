"""The calendar's file: the rows it ships with, and mistakes named with their line."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from shared.calendar import WorkCalendar
from shared.calendar_days import Holiday, OfficeDays, Ramadan, RowsClash
from shared.calendar_file import parse_calendar
from shared.toml_table import FileRefused
from tests.unit.shared.offices import OFFICE, TEXT, wib


def test_the_shipped_calendar_holds_the_days_of_2026_and_2027():
    rows = [(row.day.year, row.kind) for row in OFFICE.days.holidays]
    kinds = ("libur nasional", "cuti bersama")
    assert [rows.count((year, kind)) for year in (2026, 2027) for kind in kinds] == [17, 8, 18, 8]
    assert all(row.decree for row in OFFICE.days.holidays)


def test_a_day_of_the_office_can_be_added_under_its_own_decree():
    added = '[[holidays]]\nkind = "libur daerah"\ndecree = "Perwal 9/2026"\n[holidays.dates]\n2026-03-10 = "HUT Kota"\n'
    calendar = parse_calendar(TEXT + added)
    assert calendar.due(wib("2026-03-09T15:00"), 60) == wib("2026-03-11T08:01")
    assert calendar.days.why_closed(date(2026, 3, 10)) == "HUT Kota (Perwal 9/2026)"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('zone = "Asia/Jakarta"', 'zone = "Asia/Singapore"', r"kantor\.toml baris 6, zone: "),
        ("first = 2026-01-01", 'first = "awal"', r"kantor\.toml baris 8, first: Isilah dengan tanggal"),
        ("12:30-15:00", "15:00-12:30", r"kantor\.toml baris 16, ramadan: "),
        ("2026-12-24 =", "2026-05-28 =", r"kantor\.toml: TOML tidak terbaca: .*line"),
        ("2027-12-24 =", "2026-12-24 =", r"kantor\.toml baris 99: Tanggal 2026-12-24 tercantum dua kali"),
        ("2027-12-24 =", "2027-12-34 =", r"kantor\.toml baris 99, 2027-12-34: "),
        ("first = 2027-02-08", "first = 2026-03-20", r"kantor\.toml baris 26: Ramadan 2026-03-20 bertumpang tindih"),
        ('kind = "cuti bersama"', 'kind = "cuti"', r"kantor\.toml baris \d+, kind: Jenis libur"),
        ('version = "2026-2027.1"', 'version = ""', r"kantor\.toml baris 5, version: "),
        ("[hours]", "[jam]", r"kantor\.toml baris \d+, jam: Entri ini tidak dikenal"),
        ("last = 2035-12-31", "", r"kantor\.toml baris 1: Entri last belum ada"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_line(old: str, new: str, complaint: str):
    assert old in TEXT
    with pytest.raises(FileRefused, match=complaint):
        parse_calendar(TEXT.replace(old, new), source="kantor.toml")


def test_rows_that_contradict_each_other_are_refused():
    twice = Holiday(date(2026, 3, 10), "Libur", "libur daerah", "Perwal 1")
    with pytest.raises(RowsClash):
        OfficeDays(holidays=(twice, twice))
    with pytest.raises(RowsClash):
        OfficeDays(ramadan=(Ramadan(date(2026, 3, 10), date(2026, 3, 9), "terbalik"),))
    with pytest.raises(ValueError, match="bukan zona waktu Indonesia"):
        WorkCalendar("uji", zone=ZoneInfo("Asia/Tokyo"))
