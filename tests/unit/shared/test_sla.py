"""The clocks of the SOP: opened, closed once, and measured by the calendar of their lane."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import WIB, ZoneMissing
from shared.calendar_days import Holiday
from shared.sla import Clock, ClockAlreadyClosed, Kind, Lane, Outcome, Stage, Target, Timekeeper, parse_sop
from shared.toml_table import FileRefused
from tests.unit.shared.offices import OFFICE, WALL, bare, wib

TEXT = (Path(__file__).parents[3] / "deploy" / "sop.toml").read_text(encoding="utf-8")
KEEPER = Timekeeper(sop=parse_sop(TEXT), calendar=OFFICE, wall=WALL)
stages = st.sampled_from(get_args(Stage))
lanes = st.sampled_from(get_args(Lane))
moments = st.datetimes(bare("2026-01-02"), bare("2027-12-30"), timezones=st.just(WIB))


def opened(at: str = "2026-07-06T10:00", stage: Stage = "review", lane: Lane = "regular") -> Clock:
    return KEEPER.open(stage, item="berita-1", cycle=1, at=wib(at), lane=lane)


def with_holiday(day: str) -> Timekeeper:
    row = Holiday(wib(day).date(), "HUT Kota", "libur daerah", "Perwal 9/2026")
    days = replace(OFFICE.days, holidays=(*OFFICE.days.holidays, row))
    return replace(KEEPER, calendar=replace(OFFICE, version="2026-2027.2", days=days))


# Opening.


@pytest.mark.parametrize(
    ("stage", "lane", "seconds", "due"),
    [
        ("intake", "regular", 27_000, "2026-07-07T10:00"),
        ("editing", "regular", 7_200, "2026-07-06T12:00"),
        ("review", "regular", 7_200, "2026-07-06T12:00"),
        ("publisher", "regular", 1_800, "2026-07-06T10:30"),
        ("intake", "immediate", 3_600, "2026-07-06T11:00"),
        ("publisher", "immediate", 900, "2026-07-06T10:15"),
    ],
)
def test_each_stage_is_given_the_time_of_the_sop(stage: Stage, lane: Lane, seconds: int, due: str):
    clock = opened(stage=stage, lane=lane)
    assert (clock.target_seconds, clock.due_at) == (seconds, wib(due))


def test_one_day_in_ramadan_is_the_shorter_day():
    assert opened("2026-02-23T09:00", "intake").target_seconds == 23_400


def test_a_clock_names_the_sop_the_calendar_and_what_it_measures():
    report, story = UUID(int=1), UUID(int=2)
    clock = KEEPER.open("editing", item="b", cycle=2, at=wib("2026-07-06T10:00"), report=report, story=story)
    assert (clock.sop_version, clock.calendar_version) == ("1", "2026-2027.1")
    assert (clock.report, clock.story, clock.cycle, clock.kind) == (report, story, 2, "regular")
    assert opened(lane="immediate").calendar_version == "24-jam"


def test_serta_merta_does_not_wait_for_office_hours():
    assert opened("2026-12-25T23:50", lane="immediate").due_at == wib("2026-12-26T00:20")


# Closing.


@given(stages, lanes, moments)
def test_a_stage_closed_at_its_deadline_is_in_time_and_a_second_later_is_late(stage: Stage, lane: Lane, at: datetime):
    clock = KEEPER.open(stage, item="b", cycle=1, at=at, lane=lane)
    closed = KEEPER.close(clock, at=clock.due_at, outcome="completed")
    assert (closed.punctuality, closed.working_seconds) == ("in_time", clock.target_seconds)
    second_later = KEEPER.calendar_of(lane).due(clock.opened_at, clock.target_seconds + 1)
    assert KEEPER.close(clock, at=second_later, outcome="completed").punctuality == "late"


@given(stages, lanes, moments, moments)
def test_what_closes_late_was_overdue_and_never_merely_due_soon(stage: Stage, lane: Lane, at: datetime, end: datetime):
    clock = KEEPER.open(stage, item="b", cycle=1, at=at, lane=lane)
    closed = KEEPER.close(clock, at=end, outcome="completed")
    assert KEEPER.overdue(clock, end) == (closed.punctuality == "late")
    assert not (KEEPER.overdue(clock, end) and KEEPER.due_soon(clock, end))
    assert not KEEPER.overdue(closed, end)
    assert not KEEPER.due_soon(closed, end)


def test_a_closed_clock_tells_working_time_and_the_time_on_the_wall():
    closed = KEEPER.close(opened("2026-07-10T16:00"), at=wib("2026-07-13T08:00"), outcome="returned")
    assert (closed.working_seconds, closed.elapsed_seconds) == (3_600, 64 * 3_600)
    assert (closed.outcome, closed.punctuality) == ("returned", "in_time")


def test_a_clock_is_never_closed_before_it_opened():
    clock = opened()
    closed = KEEPER.close(clock, at=clock.opened_at - timedelta(hours=1), outcome="revoked")
    assert (closed.closed_at, closed.working_seconds, closed.elapsed_seconds) == (clock.opened_at, 0, 0)


def test_a_closed_clock_is_not_closed_again():
    closed = KEEPER.close(opened(), at=wib("2026-07-06T11:00"), outcome="completed")
    with pytest.raises(ClockAlreadyClosed, match=r"review ke-1 untuk berita-1 sudah ditutup pada Senin, 6 Juli 2026"):
        KEEPER.close(closed, at=wib("2026-07-06T12:00"), outcome="completed")


def test_work_done_on_a_weekend_takes_no_working_time():
    closed = KEEPER.close(opened("2026-07-11T09:00"), at=wib("2026-07-11T18:00"), outcome="completed")
    assert (closed.working_seconds, closed.elapsed_seconds, closed.punctuality) == (0, 9 * 3_600, "in_time")


@pytest.mark.parametrize("outcome", get_args(Outcome))
@pytest.mark.parametrize("kind", get_args(Kind))
def test_compliance_counts_the_work_of_a_stage_and_neither_interruptions_nor_corrections(outcome: Outcome, kind: Kind):
    clock = replace(opened(), kind=kind)
    interrupted = {"abandoned", "withdrawn", "refused", "revoked", "taken-down"}
    closed = KEEPER.close(clock, at=wib("2026-07-06T11:00"), outcome=outcome)
    assert closed.counted == (kind == "regular" and outcome not in interrupted)
    assert not clock.counted


def test_a_moment_without_a_zone_neither_opens_nor_closes_a_clock():
    no_zone = bare("2026-07-06T10:00")
    with pytest.raises(ZoneMissing):
        KEEPER.open("review", item="b", cycle=1, at=no_zone)
    with pytest.raises(ZoneMissing):
        KEEPER.close(opened(), at=no_zone, outcome="completed")


# While it runs.


def test_an_open_clock_is_due_soon_from_three_quarters_and_overdue_after_its_target():
    clock = opened("2026-07-06T09:00")
    at = [wib(f"2026-07-06T{hour}") for hour in ("10:29:59", "10:30", "11:00", "11:00:01")]
    assert [KEEPER.due_soon(clock, moment) for moment in at] == [False, True, True, False]
    assert [KEEPER.overdue(clock, moment) for moment in at] == [False, False, False, True]


def test_a_clock_due_as_the_office_closes_is_not_overdue_before_it_opens_again():
    clock = opened("2026-07-10T14:30")
    assert clock.due_at == wib("2026-07-10T16:30")
    at = [wib(text) for text in ("2026-07-11T12:00", "2026-07-13T07:30", "2026-07-13T07:30:01")]
    assert [KEEPER.overdue(clock, moment) for moment in at] == [False, False, True]


def test_a_clock_under_embargo_is_neither_due_soon_nor_overdue():
    clock, before = opened("2026-07-08T10:00", "publisher"), wib("2026-07-06T10:00")
    assert not KEEPER.due_soon(clock, before)
    assert not KEEPER.overdue(clock, before)


# A calendar that changes.


def test_a_new_holiday_moves_the_deadline_of_an_open_clock():
    clock, changed = opened("2026-07-06T15:00"), with_holiday("2026-07-07")
    assert clock.due_at == wib("2026-07-07T08:30")
    moved = changed.reproject(clock)
    assert (moved.due_at, moved.calendar_version) == (wib("2026-07-08T08:30"), "2026-2027.2")
    assert changed.reproject(moved) == moved


def test_a_closed_clock_never_changes_with_the_calendar():
    closed = KEEPER.close(opened("2026-07-06T15:00"), at=wib("2026-07-08T09:00"), outcome="completed")
    assert with_holiday("2026-07-07").reproject(closed) is closed
    assert closed.punctuality == "late"


def test_a_clock_closed_under_a_new_calendar_names_the_calendar_that_measured_it():
    closed = with_holiday("2026-07-07").close(opened("2026-07-06T15:00"), at=wib("2026-07-08T08:30"), outcome="waived")
    assert (closed.calendar_version, closed.working_seconds, closed.due_at) == (
        "2026-2027.2",
        7_200,
        wib("2026-07-08T08:30"),
    )


@given(stages, lanes, moments)
def test_the_same_calendar_leaves_every_open_clock_as_it_is(stage: Stage, lane: Lane, at: datetime):
    clock = KEEPER.open(stage, item="b", cycle=1, at=at, lane=lane)
    assert KEEPER.reproject(clock) == clock


def test_a_new_sop_does_not_change_the_target_of_a_clock_already_open():
    revised = TEXT.replace('version = "1"', 'version = "2"').replace('target = "2 jam"', 'target = "1 jam"')
    keeper = replace(KEEPER, sop=parse_sop(revised))
    kept = keeper.reproject(opened())
    assert (kept.target_seconds, kept.sop_version) == (7_200, "1")
    assert keeper.open("review", item="b", cycle=1, at=wib("2026-07-06T10:00")).target_seconds == 3_600


# The SOP's own sheet.


def test_the_shipped_sop_has_the_four_stages_in_order_with_their_time_as_printed():
    rows = KEEPER.sop.stages
    assert [(row.number, row.stage, row.waktu) for row in rows] == [
        (1, "intake", "1 hari"),
        (2, "editing", "2 jam"),
        (3, "review", "2 jam"),
        (4, "publisher", "30 menit"),
    ]
    assert all(str(row.target) == row.waktu for row in rows)
    assert all("diisi kantor" in words for words in (KEEPER.sop.number, KEEPER.sop.date, KEEPER.sop.revision))


@pytest.mark.parametrize("words", ["P1D", "1 day", "0 jam", "2jam", "-1 jam", "1,5 jam", ""])
def test_a_target_in_any_other_form_is_refused(words: str):
    with pytest.raises(ValueError, match="tidak terbaca"):
        Target.of(words)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('target = "30 menit"', 'target = "P1D"', r"sop\.toml baris \d+, target: Waktu baku 'P1D'"),
        ('stage = "review"', 'stage = "penyaringan"', r"sop\.toml baris \d+, stage: Tahap tidak dikenal"),
        ('stage = "review"', 'stage = "editing"', r"Setiap tahap harus ada tepat satu kali"),
        ("due_soon_percent = 75", "due_soon_percent = 0", r"sop\.toml baris 17, due_soon_percent: "),
        ("due_soon_percent = 75", 'due_soon_percent = "75"', r"baris 17, due_soon_percent: Isilah dengan bilangan"),
        ('who = "Admin/User"', 'siapa = "Admin/User"', r"sop\.toml baris \d+, siapa: Entri ini tidak dikenal"),
        ('immediate = "15 menit"', "", r"sop\.toml baris \d+: Entri immediate belum ada"),
    ],
)
def test_a_mistake_in_the_sop_is_named_with_its_line(old: str, new: str, complaint: str):
    assert old in TEXT
    with pytest.raises(FileRefused, match=complaint):
        parse_sop(TEXT.replace(old, new))


def test_a_stage_that_the_sop_does_not_have_is_refused():
    with pytest.raises(ValueError, match="Tahap 'arsip' tidak ada"):
        KEEPER.sop.row("arsip")
