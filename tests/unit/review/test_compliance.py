"""The figures of compliance: what a period is, and how counts become figures."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review.compliance import sheet
from services.review.compliance.figures import (
    BadQuery,
    Figures,
    Line,
    Period,
    Scope,
    assemble,
    stage_named,
    unit_named,
)
from shared.sop import STAGES
from tests.unit.review.samples import KEEPER

NOVEMBER = Period.month("2026-11")


def test_a_month_has_all_its_dates() -> None:
    assert (NOVEMBER.first, NOVEMBER.last, NOVEMBER.month_code) == (date(2026, 11, 1), date(2026, 11, 30), "2026-11")
    assert Period.month("2028-02").days == 29


def test_a_date_belongs_to_the_day_of_the_offices_zone() -> None:
    opens, closes = NOVEMBER.bounds(KEEPER.calendar.zone)
    assert (opens.isoformat(), closes.isoformat()) == ("2026-11-01T00:00:00+07:00", "2026-12-01T00:00:00+07:00")


@pytest.mark.parametrize(
    ("first", "last", "named"),
    [
        ("", "2026-11-30", "from"), ("2026-11-01", "kemarin", "to"), ("2026-11-31", "2026-12-01", "from"),
        ("2026-11-02", "2026-11-01", "mendahului"), ("2026-01-01", "2027-01-02", "terlalu panjang"),
        ("0001-01-01", "0001-01-02", "di luar tahun"), ("20261101", "2026-11-30", "from"),
        ("2026-W45-1", "2026-11-30", "from"), ("9999-12-31", "9999-12-31", "di luar tahun"),
    ],
)  # fmt: skip
def test_a_period_that_cannot_be_read_is_named(first: str, last: str, named: str) -> None:
    with pytest.raises(BadQuery, match=named):
        Period.of(first, last)


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-00", "2026-1", "11-2026", "2026-11-01", "٢٠٢٦-11"])
def test_a_month_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(BadQuery):
        Period.month(text)


def test_a_unit_is_one_of_the_sop_or_the_askers_own() -> None:
    sop = KEEPER.sop
    assert [unit_named(code, sop) for code in ("perumahan", "gabungan", "lain", "", None)] == [
        "perumahan", "gabungan", "lain", None, None,
    ]  # fmt: skip
    assert unit_named("uptd-lama", sop, own="uptd-lama") == "uptd-lama"
    with pytest.raises(BadQuery, match="uptd-lama"):
        unit_named("uptd-lama", sop)
    with pytest.raises(BadQuery, match="rapat"):
        stage_named("rapat")


counts = st.integers(min_value=0, max_value=50)


@given(counts, counts, counts)
def test_the_ratio_is_of_what_used_working_time_alone(in_time: int, late: int, outside: int) -> None:
    figures = Figures(in_time + late + outside, in_time, late, outside)
    if in_time + late == 0:
        assert figures.ratio is None
    else:
        assert figures.ratio == pytest.approx(in_time / (in_time + late), abs=1e-6)


def test_a_stage_of_which_nothing_closed_is_told_with_noughts() -> None:
    found = assemble(Scope(NOVEMBER), [], [], Figures())
    assert [(line.stage, line.figures.closed, line.figures.ratio) for line in found.stages] == [
        (stage, 0, None) for stage in STAGES
    ]
    assert found.nothing


def test_a_report_is_judged_by_the_admin_and_told_at_intake() -> None:
    judged = Figures(closed=4, in_time=4, first_pass=3, first_pass_of=4)
    found = assemble(
        Scope(NOVEMBER),
        [
            Line("editing", judged),
            Line("editing", judged, office="Admin"),
            Line("intake", Figures(closed=2, in_time=2)),
        ],
        [],
        Figures(),
    )
    by_stage = {line.stage: line.figures for line in found.stages}
    assert by_stage["intake"] == Figures(closed=2, in_time=2, first_pass=3, first_pass_of=4)
    assert by_stage["editing"] == replace(judged, first_pass=0, first_pass_of=0)
    assert [line.figures.first_pass_of for line in found.offices] == [0]


def test_one_stage_alone_is_told_alone() -> None:
    judged = Figures(closed=4, in_time=4, first_pass=3, first_pass_of=4)
    found = assemble(Scope(NOVEMBER, stage="intake"), [Line("editing", judged)], [], Figures())
    assert [(line.stage, line.figures.first_pass_of) for line in found.stages] == [("intake", 4)]


def test_days_are_summed_over_the_stages() -> None:
    day = date(2026, 11, 3)
    lines = [Line(stage, Figures(3, 1, 1, 1), day=day) for stage in STAGES]
    assert assemble(Scope(NOVEMBER), lines, [], Figures()).by_day() == ((day, 4, 4, 4),)


@pytest.mark.parametrize("bad", ["=1+1", "+62", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_run_by_a_spreadsheet(bad: str) -> None:
    assert sheet.lines(("note",), [{"note": bad}]).lstrip('"').startswith("'")


def test_the_columns_never_change_their_order() -> None:
    assert ",".join(sheet.FIGURES) == (
        "from,to,stage,unit,day,closed,in_time,late,outside_hours,ratio,median_working_seconds,p90_working_seconds,"
        "median_elapsed_seconds,p90_elapsed_seconds,worst_working_seconds,working_seconds,elapsed_seconds,first_pass,"
        "first_pass_of,first_pass_rate"
    )
    assert ",".join(sheet.CLOCKS) == (
        "stage,item,cycle,lane,unit,opened_at,due_at,closed_at,outcome,punctuality,working_seconds,elapsed_seconds,"
        "target_seconds,calendar_version,sop_version,outside_hours,keterangan"
    )
