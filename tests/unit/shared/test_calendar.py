"""The office calendar's laws: a deadline and a duration are two readings of the same hours."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.calendar import WIB, Calendar, WallCalendar, WorkCalendar
from shared.calendar_days import Holiday, OfficeDays
from tests.unit.shared.offices import CALENDARS, DAY, OFFICE, OFFICES, bare, wib

calendars = st.sampled_from(CALENDARS)
office_calendars = st.sampled_from(OFFICES)
moments = st.datetimes(
    bare("2026-01-02"),
    bare("2027-12-30"),
    timezones=st.sampled_from([UTC, WIB, ZoneInfo("Asia/Jayapura"), timezone(timedelta(hours=-5, minutes=-30))]),
)
whole_seconds = moments.map(lambda at: at.replace(microsecond=0))
budgets = st.integers(0, 60 * DAY)
year_ends = st.datetimes(bare("2026-12-22"), bare("2027-01-06"), timezones=st.just(WIB)).map(
    lambda at: at.replace(microsecond=0)
)
slow = settings(deadline=None)


def on_holiday(*days: date) -> WorkCalendar:
    rows = tuple(Holiday(day, "Libur", "libur daerah", "Perwal 1") for day in days)
    return WorkCalendar("uji", OfficeDays(holidays=rows, first=date(2026, 1, 1), last=date(2028, 12, 31)))


@given(calendars, moments, budgets)
def test_the_time_elapsed_until_a_deadline_is_exactly_the_budget(calendar: Calendar, start: datetime, budget: int):
    due = calendar.due(start, budget)
    assert calendar.elapsed(start, due) == budget
    assert due >= start


@given(calendars, moments, st.integers(1, 60 * DAY))
def test_a_deadline_is_the_earliest_moment_that_fits(calendar: Calendar, start: datetime, budget: int):
    just_before = (calendar.due(start, budget).astimezone(UTC) - timedelta(microseconds=1)).astimezone(WIB)
    assert calendar.elapsed(start, just_before) == budget - 1


@given(calendars, st.tuples(whole_seconds, whole_seconds, whole_seconds).map(sorted))
def test_time_adds_up_over_any_moment_between(calendar: Calendar, three: list[datetime]):
    a, b, c = three
    assert calendar.elapsed(a, b) + calendar.elapsed(b, c) == calendar.elapsed(a, c)


@given(calendars, moments, st.tuples(moments, moments).map(sorted))
def test_time_never_runs_backwards(calendar: Calendar, start: datetime, two: list[datetime]):
    earlier, later = two
    assert 0 <= calendar.elapsed(start, earlier) <= calendar.elapsed(start, later)


@given(calendars, moments, budgets, budgets)
def test_a_deadline_reached_in_two_steps_is_the_deadline_of_the_sum(
    calendar: Calendar, start: datetime, first: int, second: int
):
    assert calendar.due(calendar.due(start, first), second) == calendar.due(start, first + second)


@given(calendars, moments, moments, budgets)
def test_a_later_start_never_gives_an_earlier_deadline(calendar: Calendar, a: datetime, b: datetime, budget: int):
    earlier, later = sorted((a, b))
    assert calendar.due(earlier, budget) <= calendar.due(later, budget)


@given(office_calendars, moments, st.integers(1, 20 * DAY))
def test_a_start_outside_working_time_counts_from_the_next_opening(
    calendar: WorkCalendar, start: datetime, budget: int
):
    first_second = calendar.due(start, 1)
    assert calendar.is_open((first_second.astimezone(UTC) - timedelta(seconds=1)).astimezone(WIB))
    if not calendar.is_open(start):
        assert calendar.due(start, budget) == calendar.due(first_second - timedelta(seconds=1), budget)


@given(office_calendars, moments)
def test_one_day_is_the_working_day_on_which_the_clock_opens(calendar: WorkCalendar, start: datetime):
    day = (calendar.due(start, 1) - timedelta(seconds=1)).date()
    midnight = datetime.combine(day, time(), calendar.zone)
    assert calendar.day_budget(start) == calendar.elapsed(midnight, midnight + timedelta(days=1))
    assert calendar.day_budget(start) == (23_400 if calendar.days.in_ramadan(day) else DAY)


@given(calendars, whole_seconds)
def test_nothing_is_lost_at_midnight(calendar: Calendar, at: datetime):
    midnight = datetime.combine(at.date(), time(), calendar.zone)
    second = timedelta(seconds=1)
    across = calendar.elapsed(midnight - second, midnight + second)
    assert across == (2 if isinstance(calendar, WallCalendar) else 0)
    days = [midnight + timedelta(days=n) for n in range(4)]
    each = [calendar.elapsed(a, b) for a, b in pairwise(days)]
    assert sum(each) == calendar.elapsed(days[0], days[-1])


@given(year_ends, st.integers(1, 5 * DAY))
def test_nothing_is_lost_over_the_end_of_the_year(start: datetime, budget: int):
    turn, due = wib("2027-01-01"), OFFICE.due(start, budget)
    assert OFFICE.elapsed(start, due) == budget
    if start <= turn <= due:
        assert OFFICE.due(turn, budget - OFFICE.elapsed(start, turn)) == due


@slow
@given(st.dates(date(2026, 3, 23), date(2026, 4, 30)), whole_seconds, budgets)
def test_a_holiday_added_costs_exactly_the_hours_of_that_day(holiday: date, start: datetime, budget: int):
    before, after = on_holiday(), on_holiday(holiday)
    end = before.due(start, budget)
    midnight = datetime.combine(holiday, time(), WIB)
    from_there, to_there = max(start, midnight), min(end, midnight + timedelta(days=1))
    assert after.elapsed(start, end) == budget - before.elapsed(from_there, to_there)
    assert after.due(start, budget) >= end


@slow
@given(moments, moments)
def test_another_library_counts_the_same_seconds(a: datetime, b: datetime):
    start, end = sorted((a.replace(microsecond=0), b.replace(microsecond=0)))
    end = min(end.astimezone(UTC), start.astimezone(UTC) + timedelta(days=30))
    assert OFFICE.elapsed(start, end) == second_opinion(start, end)


@given(calendars, moments, budgets)
def test_the_intervals_explained_add_up_to_the_budget(calendar: Calendar, start: datetime, budget: int):
    told = calendar.explain(start, budget)
    assert sum(part.seconds for part in told.intervals) == budget == told.working_seconds
    assert told.due == calendar.due(start, budget)
    assert all(a.closes <= b.opens for a, b in pairwise(told.intervals))


def second_opinion(start: datetime, end: datetime) -> int:
    library: Any = pytest.importorskip("businesstimedelta")
    pytz: Any = pytest.importorskip("pytz")
    zone = pytz.timezone("Asia/Jakarta")
    total = 0
    # It knows no season, so each of ours is counted by rules of its own, over its own days only.
    for first, last, is_ramadan in seasons():
        begin, finish = max(start, first), min(end, last)
        if begin < finish:
            rules = seasonal_rules(library, zone, is_ramadan=is_ramadan)
            difference = rules.difference(begin.astimezone(UTC), finish.astimezone(UTC))
            total += int(difference.timedelta.total_seconds())
    return total


def seasons() -> list[tuple[datetime, datetime, bool]]:
    edges = [wib("2026-01-01")]
    for row in OFFICE.days.ramadan:
        edges += (datetime.combine(day, time(), WIB) for day in (row.first, row.last + timedelta(days=1)))
    edges.append(wib("2028-02-01"))
    return [(a, b, n % 2 == 1) for n, (a, b) in enumerate(pairwise(edges))]


def seasonal_rules(library: Any, zone: Any, *, is_ramadan: bool) -> Any:
    hours = OFFICE.days.hours
    ordinary, friday = (hours.ramadan, hours.ramadan_friday) if is_ramadan else (hours.ordinary, hours.friday)
    spans = [(span, [0, 1, 2, 3]) for span in ordinary] + [(span, [4]) for span in friday]
    work = [library.WorkDayRule(start_time=s.opens, end_time=s.closes, working_days=on, tz=zone) for s, on in spans]
    holidays = {row.day for row in OFFICE.days.holidays} | {date(2028 + n, 1, 1) for n in range(5)}
    return library.Rules([*work, library.HolidayRule(holidays, tz=zone)])
