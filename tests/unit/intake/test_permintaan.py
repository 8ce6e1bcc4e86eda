"""What is answered to another system's request, by what it says."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain_requests import Answer, BadField, Source, answer, unit_of, when
from shared.calendar import WallCalendar
from shared.content import RequestedMedia, StoredObject
from tests.unit.intake.samples import KEEPER, NOON, SIM, hours, request

FILE = RequestedMedia(
    name="kunci.jpg",
    object=StoredObject(
        bucket="alurwarta-incoming", key="sim-rutilahu/1", sha256="a" * 64, size=7, content_type="image/jpeg"
    ),
)


def judged(source: Source = SIM, **more: Any) -> Answer:
    return answer(request(**more), source, report=uuid4(), clock=KEEPER)


def test_a_request_is_accepted_and_its_intake_clock_closed_at_the_brokers_time() -> None:
    found = judged()
    assert (found.state, found.unit) == ("accepted", "perumahan")
    assert found.clock is not None
    assert (found.clock.opened_at, found.clock.closed_at) == (hours(-4), NOON)
    assert (found.clock.outcome, found.clock.punctuality, found.clock.cycle) == ("completed", "in_time", 1)
    assert found.clock.working_seconds == 3 * 3600  # 09:00 to 12:00; the break does not count


def test_a_report_after_more_than_a_working_day_is_late() -> None:
    found = judged(happened_at=hours(-4) - timedelta(days=3))  # Friday 09:00
    assert found.clock is not None
    assert found.clock.punctuality == "late"


def test_a_request_that_names_files_waits_until_they_were_looked_at() -> None:
    assert judged(media=(FILE,)).state == "checking"


def test_a_source_with_one_unit_need_not_name_it() -> None:
    assert unit_of(None, SIM) == "perumahan"


@pytest.mark.parametrize(
    ("source", "unit", "field"),
    [
        (Source("a", ("perumahan", "permukiman")), None, "unit"),
        (SIM, "permukiman", "unit"),
        (Source("a", ("perumahan",), disabled=True), "perumahan", "source"),
    ],
    ids=["which unit", "not its unit", "disabled"],
)
def test_a_source_speaks_for_its_own_units_only(source: Source, unit: str | None, field: str) -> None:
    found = judged(source, unit=unit)
    assert found.state == "refused"
    assert found.clock is None
    assert [p.field for p in found.problems] == [field]


@pytest.mark.parametrize(
    "happened_at",
    [hours(1), date(2026, 11, 24), date(9999, 12, 31), date(1, 1, 1), date(2025, 6, 2),
     datetime.fromisoformat("0001-01-01T00:00:00+14:00"), datetime.fromisoformat("9999-12-31T23:59:59-12:00")],
    ids=str,
)  # fmt: skip
def test_an_activity_ahead_or_out_of_the_calendars_reach_is_refused_with_a_sentence(happened_at: Any) -> None:
    found = judged(happened_at=happened_at)
    assert [p.field for p in found.problems] == ["happened_at"]
    assert found.problems[0].message.endswith(".")


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert [p.field for p in judged(unit="lain", happened_at=hours(9)).problems] == ["unit", "happened_at"]


def test_a_day_alone_stands_for_the_end_of_that_working_day() -> None:
    end = when(date(2026, 11, 20), received_at=NOON, calendar=KEEPER.calendar)
    assert end == datetime.fromisoformat("2026-11-20T16:30:00+07:00")


def test_a_day_that_is_not_over_stands_for_now() -> None:
    assert when(date(2026, 11, 23), received_at=NOON, calendar=KEEPER.calendar) == NOON


def test_a_senders_clock_may_be_a_little_ahead() -> None:
    assert when(NOON + timedelta(seconds=30), received_at=NOON, calendar=KEEPER.calendar) == NOON


@given(st.dates() | st.datetimes(timezones=st.timezones()))
def test_whatever_time_is_told_there_is_a_moment_not_after_receipt_or_a_refusal(happened_at: date) -> None:
    for calendar in (KEEPER.calendar, WallCalendar()):
        try:
            assert when(happened_at, received_at=NOON, calendar=calendar) <= NOON
        except BadField as no:
            assert no.problem.field == "happened_at"


def test_the_same_request_is_the_same_whatever_its_spelling() -> None:
    one, two = request(), request(place="")
    assert one.data() != two.data()  # told and not told differ
    assert one.data() == request("r-2").data()


def test_a_supplement_has_no_clock_of_its_own() -> None:
    of = uuid4()
    found = judged(supplements=of)
    assert (found.state, found.report, found.clock) == ("accepted", of, None)
