"""The office calendar by example: the hours of each day, the SOP's checked deadline, and the words for it."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from deploy.bench.due import rates
from shared.calendar import Calendar, OutsideCalendar, WorkCalendar, ZoneMissing
from shared.calendar_days import Ramadan
from tests.unit.shared.offices import CALENDARS, DAY, HOUR, OFFICE, WALL, bare, wib

SKB = "SKB 3 Menteri 2026, Nomor 1497, 2 dan 5 Tahun 2025"


def test_two_hours_from_the_wednesday_before_christmas_end_on_monday_at_half_past_eight():
    assert OFFICE.due(wib("2026-12-23T15:00"), 2 * HOUR) == wib("2026-12-28T08:30")


def test_without_the_rows_of_the_decree_the_same_two_hours_end_on_christmas_eve():
    assert WorkCalendar("kosong").due(wib("2026-12-23T15:00"), 2 * HOUR) == wib("2026-12-24T08:30")


@pytest.mark.parametrize(("with_rows", "due"), [(True, "2026-02-24T08:30"), (False, "2026-02-23T16:00")])
def test_ramadan_rows_move_a_deadline_and_their_absence_gives_the_ordinary_hours(with_rows: bool, due: str):
    ramadan = OFFICE.days.ramadan if with_rows else ()
    calendar = WorkCalendar("uji", replace(OFFICE.days, ramadan=ramadan))
    assert calendar.due(wib("2026-02-23T08:00"), DAY - HOUR // 2) == wib(due)


def test_the_working_week_is_37_and_a_half_hours_and_in_ramadan_32_and_a_half():
    assert OFFICE.elapsed(wib("2026-07-06"), wib("2026-07-13")) == 37.5 * HOUR
    assert OFFICE.elapsed(wib("2026-02-23"), wib("2026-03-02")) == 32.5 * HOUR


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-07-06T07:30", 7.5, "2026-07-06T16:00"),  # not the next 07:30
        ("2026-07-06T07:30", 4.5, "2026-07-06T12:00"),  # not 13:00
        ("2026-07-06T11:30", 1, "2026-07-06T13:30"),
        ("2026-07-10T11:00", 1, "2026-07-10T13:30"),  # Friday's longer break
        ("2026-07-10T16:15", 0.5, "2026-07-13T07:45"),  # Friday's later end, over the weekend
        ("2026-07-11T10:00", 2, "2026-07-13T09:30"),
        ("2026-02-20T11:00", 1, "2026-02-20T13:00"),  # Friday in Ramadan
        ("2026-07-06T12:30", 0, "2026-07-06T12:30"),
    ],
)
def test_a_deadline_falls_within_the_hours_of_its_day(start: str, hours: float, due: str):
    assert OFFICE.due(wib(start), int(hours * HOUR)) == wib(due)


def test_one_day_is_not_twenty_four_working_hours():
    monday = wib("2026-07-06T10:00")
    assert OFFICE.due(monday, OFFICE.day_budget(monday)) == wib("2026-07-07T10:00")


@pytest.mark.parametrize(
    ("start", "seconds"),
    [
        ("2026-02-18T15:59", DAY),
        ("2026-02-18T16:00", 23_400),  # the next working day is the first of Ramadan
        ("2026-03-17T14:59", 23_400),
        ("2026-03-17T15:00", DAY),  # the next working day is after Lebaran
    ],
)
def test_one_day_changes_with_ramadan_on_the_day_the_clock_opens(start: str, seconds: int):
    assert OFFICE.day_budget(wib(start)) == seconds


def test_the_last_day_of_ramadan_still_has_its_hours_and_the_next_day_has_not():
    row = Ramadan(date(2026, 7, 6), date(2026, 7, 7), "uji")
    calendar = WorkCalendar("uji", replace(OFFICE.days, ramadan=(row,)))
    days = [calendar.day_budget(wib(f"2026-07-0{n}T06:00")) for n in (6, 7, 8)]
    assert days == [23_400, 23_400, DAY]


def test_a_second_within_the_break_is_not_working_time():
    at = [wib(f"2026-07-06T{hour}") for hour in ("07:29:59", "07:30", "11:59:59", "12:00", "13:00", "16:00")]
    assert [OFFICE.is_open(moment) for moment in at] == [False, True, True, False, True, False]


def test_a_date_alone_stands_for_the_end_of_its_office_day():
    days = ("2026-07-06", "2026-07-10", "2026-02-23", "2026-02-20", "2026-07-11", "2026-12-25")
    ends = [OFFICE.end_of_day(date.fromisoformat(day)).strftime("%H:%M") for day in days]
    assert ends == ["16:00", "16:30", "15:00", "15:30", "16:00", "16:30"]
    assert WALL.end_of_day(date(2026, 7, 6)) == wib("2026-07-07")


def test_the_same_moment_is_working_time_in_jayapura_and_not_yet_in_jakarta():
    at = datetime.fromisoformat("2026-07-06T07:45+09:00")
    assert [calendar.is_open(at) for calendar in CALENDARS] == [False, False, True, True]


def test_an_answer_is_in_the_zone_of_the_office():
    start = datetime.fromisoformat("2026-07-06T00:30+00:00")
    assert OFFICE.due(start, HOUR).isoformat() == "2026-07-06T08:30:00+07:00"
    assert WALL.due(start, HOUR).isoformat() == "2026-07-06T08:30:00+07:00"


def test_an_end_before_its_start_has_taken_no_time():
    for calendar in CALENDARS:
        assert calendar.elapsed(wib("2026-07-07T10:00"), wib("2026-07-06T10:00")) == 0


@pytest.mark.parametrize("calendar", CALENDARS)
def test_a_moment_without_a_zone_is_refused(calendar: Calendar):
    no_zone = bare("2026-07-06T10:00")
    for ask in (
        lambda: calendar.due(no_zone, 60),
        lambda: calendar.elapsed(no_zone, no_zone),
        lambda: calendar.is_open(no_zone),
    ):
        with pytest.raises(ZoneMissing, match="tidak menyebut zona waktu"):
            ask()
    with pytest.raises(ZoneMissing):
        calendar.day_budget(no_zone)


def test_a_moment_outside_the_calendar_is_refused_with_its_reach():
    with pytest.raises(OutsideCalendar, match=r"31 Desember 2025, 10\.00 WIB .* Kamis, 1 Januari 2026 sampai"):
        OFFICE.due(wib("2025-12-31T10:00"), HOUR)
    with pytest.raises(OutsideCalendar, match="Batas waktu dari"):
        OFFICE.due(wib("2035-12-31T15:00"), 2 * HOUR)
    with pytest.raises(OutsideCalendar, match="Hari kerja sesudah"):
        OFFICE.day_budget(wib("2035-12-31T16:00"))


@pytest.mark.parametrize("calendar", CALENDARS)
def test_a_negative_budget_is_refused(calendar: Calendar):
    with pytest.raises(ValueError, match="tidak boleh negatif"):
        calendar.due(wib("2026-07-06T10:00"), -1)


def test_the_explanation_names_what_was_counted_and_what_was_passed_over():
    told = OFFICE.explain(wib("2026-12-23T15:00"), 2 * HOUR)
    assert told.words == (
        "Rabu, 23 Desember 2026, 15.00–16.00 WIB: 1 jam",
        f"Kamis, 24 Desember 2026: tidak dihitung, Cuti Bersama Hari Raya Natal ({SKB})",
        f"Jumat, 25 Desember 2026: tidak dihitung, Hari Raya Natal ({SKB})",
        "Sabtu, 26 Desember 2026: tidak dihitung, akhir pekan",
        "Minggu, 27 Desember 2026: tidak dihitung, akhir pekan",
        "Senin, 28 Desember 2026, 07.30–08.30 WIB: 1 jam",
        "Batas waktu: Senin, 28 Desember 2026, 08.30 WIB",
    )
    assert [part.seconds for part in told.intervals] == [HOUR, HOUR]
    assert told.warnings == ()


def test_a_deadline_in_ramadan_says_so():
    told = OFFICE.explain(wib("2026-02-23T11:00"), 90 * 60)
    assert told.words[:2] == (
        "Senin, 23 Februari 2026, 11.00–12.00 WIB: 1 jam (jam kerja Ramadan)",
        "Senin, 23 Februari 2026, 12.30–13.00 WIB: 30 menit (jam kerja Ramadan)",
    )


def test_a_year_without_dated_rows_is_a_warning_on_the_calendar_and_on_every_deadline_in_it():
    assert any("2028" in words and "Ramadan" in words for words in OFFICE.warnings)
    assert not any("2026" in words or "2027" in words for words in OFFICE.warnings)
    assert len(OFFICE.explain(wib("2028-03-01T10:00"), HOUR).warnings) == 2


def test_a_deadline_is_a_search_and_not_a_walk():
    """Sixty working days ahead cost what an hour does (`alurwarta bench due` tells how much that is)."""
    near, far = rates(OFFICE, budgets=(HOUR, 60 * DAY), start=wib("2026-12-23T15:00"), rounds=2_000)
    assert near / far < 5
