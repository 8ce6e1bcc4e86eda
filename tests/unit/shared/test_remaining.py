"""What is left of a clock: working time until it is due, and when it counts on."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import WIB, WallCalendar
from shared.remaining import Remaining, remaining, remaining_of
from shared.sla import Timekeeper
from shared.words import sisa
from tests.unit.intake.samples import KEEPER
from tests.unit.shared.offices import DAY, HOUR, OFFICE, WALL, wib

MONDAY = wib("2026-11-23T07:30")


def left(due_at: str, now: str, **more: str) -> Remaining:
    given = {name: wib(text) for name, text in more.items()}
    return remaining(wib(due_at), now=wib(now), calendar=OFFICE, **given)


@pytest.mark.parametrize(
    ("due_at", "now", "words"),
    [
        ("2026-11-23T14:20", "2026-11-23T10:00", "sisa 3 jam 20 menit jam kerja"),
        ("2026-11-23T14:20", "2026-11-23T12:15", "sisa 1 jam 20 menit jam kerja, dihitung mulai 13.00"),
        ("2026-11-24T09:00", "2026-11-23T20:00", "sisa 1 jam 30 menit jam kerja, dihitung mulai Selasa 07.30"),
        ("2026-11-24T09:00", "2026-11-21T09:00", "sisa 9 jam kerja, dihitung mulai Senin 07.30"),
        ("2026-11-23T10:00", "2026-11-23T09:59:30", "sisa kurang dari 1 menit jam kerja"),
        ("2026-11-23T10:00", "2026-11-23T11:05", "melewati batas waktu 1 jam 5 menit jam kerja"),
        ("2026-11-20T16:00", "2026-11-23T08:00", "melewati batas waktu 1 jam kerja"),
        ("2026-11-20T16:30", "2026-11-21T08:00", "sisa kurang dari 1 menit jam kerja, dihitung mulai Senin 07.30"),
    ],
)
def test_a_person_reads_the_working_time_left_and_when_it_counts_on(due_at: str, now: str, words: str) -> None:
    assert sisa(left(due_at, now)) == words


def test_what_counts_on_after_long_holidays_is_told_with_its_date() -> None:
    told = left("2027-01-04T09:00", "2026-12-26T09:00")
    assert told.resumes_at is not None
    assert told.resumes_at > told.at
    far = Remaining(HOUR, 0, counting=False, resumes_at=wib("2027-01-04T07:30"), at=wib("2026-12-24T09:00"))
    assert sisa(far) == "sisa 1 jam kerja, dihitung mulai Senin, 4 Januari 07.30"


def test_serta_merta_counts_around_the_clock() -> None:
    told = remaining(wib("2026-11-22T21:00"), now=wib("2026-11-22T20:20"), calendar=WallCalendar())
    assert (told.counting, told.resumes_at) == (True, None)
    assert sisa(told) == "sisa 40 menit"


def test_what_opens_only_later_has_all_of_its_time_from_then_on() -> None:
    told = left("2026-11-24T08:00", "2026-11-23T09:00", opened_at="2026-11-24T07:30")
    assert (told.seconds, told.counting, told.resumes_at) == (HOUR / 2, False, wib("2026-11-24T07:30"))


def test_a_clock_that_was_closed_has_nothing_left() -> None:
    keeper: Timekeeper = KEEPER
    clock = keeper.open("intake", item="a", cycle=1, at=MONDAY)
    running = remaining_of(clock, now=MONDAY + timedelta(hours=2), keeper=keeper)
    assert running is not None
    assert running.seconds == DAY - 2 * HOUR
    closed = keeper.close(clock, at=MONDAY + timedelta(hours=3), outcome="completed")
    assert remaining_of(closed, now=MONDAY, keeper=keeper) is None
    assert sisa(None) == ""


def test_beyond_the_calendars_last_day_nothing_is_promised() -> None:
    last = datetime.combine(OFFICE.days.last, datetime.max.time().replace(microsecond=0), WIB)
    assert remaining(last, now=last, calendar=OFFICE).resumes_at is None


moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)).map(lambda at: at.replace(tzinfo=WIB))  # noqa: DTZ001


@given(moments, moments, st.sampled_from([OFFICE, WALL]))
def test_what_is_left_agrees_with_the_calendar(due_at: datetime, now: datetime, calendar: "WallCalendar") -> None:
    told = remaining(due_at, now=now, calendar=calendar)
    assert not (told.seconds and told.overdue_by)
    assert told.counting == calendar.is_open(now) == (told.resumes_at is None)
    if told.resumes_at is not None:
        assert calendar.is_open(told.resumes_at)
        assert calendar.elapsed(now, told.resumes_at) == 0
