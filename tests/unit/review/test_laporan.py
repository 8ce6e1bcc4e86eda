"""What a report of compliance is made of: the letter, the pictures, the words."""

from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest

from services.review.compliance import charts
from services.review.compliance.figures import Figures, Line, Period, Scope, assemble
from services.review.compliance.words import first_pass_words, percent, period_words, spent
from services.review.report import terminal
from services.review.report.document import Head, letterhead
from services.review.report.letter import Letter, NotSigned, checked
from shared.sop import STAGES
from tests.unit.review.samples import KEEPER

NOVEMBER = Scope(Period.month("2026-11"))
WHOLE = Letter(place="Bekasi", day=date(2026, 12, 1), position="Sekretaris", name="Bambang")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("letter", "lines"),
    [
        (Letter(position="Kepala Dinas"), ("Kepala Dinas,",)),
        (Letter(capacity="an", principal="Kepala Dinas", position="Sekretaris"), ("a.n. Kepala Dinas", "Sekretaris,")),
        (Letter(capacity="plh", position="Kepala Dinas"), ("Plh. Kepala Dinas,",)),
        (Letter(capacity="plt", position="Kepala Dinas"), ("Plt. Kepala Dinas,",)),
        (Letter(capacity="ppid", position="Sekretaris"), ("Sekretaris", "selaku PPID Pembantu,")),
    ],
)
def test_each_capacity_has_its_own_lines_above_the_signature(letter: Letter, lines: tuple[str, ...]) -> None:
    assert letter.signed_as == lines


def test_a_letter_needs_place_date_position_and_name() -> None:
    assert checked(WHOLE) is WHOLE
    with pytest.raises(NotSigned, match="Tempat, Tanggal, Jabatan, Nama"):
        checked(Letter())


def test_a_period_reads_as_a_month_or_by_its_dates() -> None:
    assert period_words(NOVEMBER.period) == "November 2026"
    assert period_words(Period.of("2026-11-02", "2026-11-08")) == "2 November 2026 sampai 8 November 2026"


def test_where_nothing_was_measured_there_is_a_dash_and_no_nought() -> None:
    nothing = Figures()
    assert (percent(nothing.ratio), spent(nothing.median_working_seconds), first_pass_words(nothing)) == ("–",) * 3
    assert percent(0.9375) == "93,8 %"
    assert first_pass_words(Figures(first_pass=4, first_pass_of=5)) == "80,0 % (4 dari 5)"


@pytest.mark.parametrize("closed", [0, 1, 40])
def test_pictures_are_as_long_as_what_they_count(closed: int) -> None:
    figures = Figures(closed, closed - closed // 4, closed // 4)
    lines = [Line(stage, figures) for stage in STAGES]
    days = [Line(stage, figures, day=date(2026, 11, 3)) for stage in STAGES]
    found = assemble(NOVEMBER, [*lines, *days], [], Figures())
    for svg in (charts.stages(found), charts.days(found)):
        root = ElementTree.fromstring(svg)
        names = root.get("aria-labelledby", "").split()
        told = [element.get("id") for element in root if element.tag in (f"{SVG}title", f"{SVG}desc")]
        assert (root.get("role"), told) == ("img", names)
    drawn = [r for r in ElementTree.fromstring(charts.stages(found)).findall(f"{SVG}rect") if r.get("height") == "18"]
    widths = [float(r.get("width", "0")) for r in drawn]
    assert sum(widths) == pytest.approx(charts.WIDTH * len(STAGES) if closed else 0)


def test_a_year_fits_the_picture_too() -> None:
    year = Scope(Period.of("2026-01-01", "2026-12-31"))
    found = assemble(year, [Line("review", Figures(1, 1), day=date(2026, 12, 31))], [], Figures())
    root = ElementTree.fromstring(charts.days(found))
    assert all(float(r.get("x", "0")) + float(r.get("width", "0")) <= charts.WIDTH for r in root.iter(f"{SVG}rect"))


def test_the_letterhead_that_the_office_set_takes_the_place_of_the_operators() -> None:
    told = Head(above="Pemerintah", address="Jalan Lama")
    assert letterhead(told, KEEPER.sop) == {
        "above": "Pemerintah",
        "office": KEEPER.sop.office,
        "address": ["Jalan Lama"],
    }
    one = replace(KEEPER.sop, letterhead=("Dinas Baru",))
    assert letterhead(told, one)["office"] == "Dinas Baru"
    whole = replace(KEEPER.sop, letterhead=("Pemerintah Kota", "Dinas Baru", "Jalan Baru 1", "Telepon 021"))
    assert letterhead(told, whole) == {
        "above": "Pemerintah Kota", "office": "Dinas Baru", "address": ["Jalan Baru 1", "Telepon 021"],
    }  # fmt: skip


def test_what_somebody_typed_cannot_command_the_terminal() -> None:
    assert terminal._printable("Judul \x1b[2J\x07 biasa") == "Judul  [2J  biasa"
