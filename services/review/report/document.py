"""The report as plain data for its template: every text ready to be set, nothing to be interpreted. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from services.review.compliance import charts
from services.review.compliance.figures import NOT_REPORTED, Figures, Line
from services.review.compliance.picture import Explained, Picture
from services.review.compliance.words import (
    again_words,
    date_words,
    first_pass_words,
    outcome_words,
    percent,
    period_words,
    return_words,
    spent,
    stage_words,
    unit_words,
)
from services.review.report.letter import TO_BE_GIVEN, Letter
from shared.sla import Timekeeper
from shared.sop import Sop
from shared.words import moment

MEASURES: Mapping[str, Callable[[Figures], str]] = MappingProxyType({
    "Selesai": lambda f: str(f.closed),
    "Tepat waktu": lambda f: str(f.in_time),
    "Terlambat": lambda f: str(f.late),
    "Di luar jam kerja": lambda f: str(f.outside_hours),
    "Kepatuhan": lambda f: percent(f.ratio),
    "Median waktu kerja": lambda f: spent(f.median_working_seconds),
    "Median waktu berlalu": lambda f: spent(f.median_elapsed_seconds),
    "P90 waktu kerja": lambda f: spent(f.p90_working_seconds),
    "P90 waktu berlalu": lambda f: spent(f.p90_elapsed_seconds),
    "Terlama (waktu kerja)": lambda f: spent(f.worst_working_seconds),
    "Jumlah waktu kerja": lambda f: spent(f.working_seconds),
    "Lolos pertama": first_pass_words,
})  # fmt: skip
TITLE = "Laporan Kepatuhan Waktu Layanan"
FONT = "Libertinus Serif"  # inside typst itself: the same pages on every machine


@dataclass(frozen=True, slots=True)
class Head:
    """What the kop surat has around the office's name, which is the SOP's."""

    above: str = ""
    address: str = ""


def document(seen: Picture, letter: Letter, head: Head, keeper: Timekeeper) -> dict[str, Any]:
    """Everything that the report prints."""
    found, sop, zone = seen.found, keeper.sop, keeper.calendar.zone.key
    return {
        "head": letterhead(head, sop),
        "title": TITLE,
        "about": period_words(found.scope.period),
        "footer": [f"{TITLE}, {period_words(found.scope.period)}, {unit_words(found, sop)}"],
        "subject": sop.title,
        "number": letter.number or TO_BE_GIVEN,
        "period": period_words(found.scope.period),
        "unit": unit_words(found, sop),
        "state": moment(seen.at, zone),
        "sop": f"{sop.number}, versi {sop.version}",
        "calendar": keeper.calendar.version,
        "warnings": list(seen.warnings),
        "not_reported": NOT_REPORTED,
        "stage_names": [stage_words(line.stage) for line in found.stages],
        "measures": _measures(found.stages, sop),
        "units": _units(found.units, sop),
        "charts": [charts.stages(found, font=FONT), charts.days(found, font=FONT)],
        "charts_told": ["Tepat waktu dan terlambat per tahap", "Yang selesai per tanggal"],
        "days": [[date_words(day), *map(str, counts)] for day, *counts in found.by_day()],
        "late": [_late(one, sop, zone) for one in seen.late],
        "late_left_out": found.late - len(seen.late),
        "returns": [
            [stage_words(r.stage), outcome_words(r.outcome), return_words(r.code), str(r.count)] for r in found.returns
        ],
        "offices": [_held(line) for line in found.offices],
        "total": _total(found.total),
        **signature(letter),
    }


def signature(letter: Letter) -> dict[str, Any]:
    """Who signs; what the letter leaves open is left to be written by hand."""
    return {
        "place_and_date": letter.place_and_date,
        "signed_as": list(letter.signed_as),
        "name": letter.name or TO_BE_GIVEN,
        "rank": letter.rank,
        "nip": letter.nip,
    }


def letterhead(head: Head, sop: Sop) -> dict[str, Any]:
    """The office's own letterhead (who is above it, its name, its address), or else the operator's settings."""
    if len(sop.letterhead) > 1:
        above, office, *address = sop.letterhead
        return {"above": above, "office": office, "address": address}
    office = sop.letterhead[0] if sop.letterhead else sop.office
    return {"above": head.above, "office": office, "address": [head.address] if head.address else []}


def _measures(lines: Sequence[Line], sop: Sop) -> list[list[str]]:
    """A row per measure, with a cell per stage."""
    told = {
        "Waktu baku": [str(sop.row(line.stage).target) for line in lines],
        **{words: [tell(line.figures) for line in lines] for words, tell in MEASURES.items()},
    }
    return [[words, *cells] for words, cells in told.items()]


def _units(lines: Iterable[Line], sop: Sop) -> list[list[str]]:
    return [
        [sop.unit_words(x.unit or ""), stage_words(x.stage), str(f.closed), str(f.in_time), str(f.late),
         str(f.outside_hours), percent(f.ratio)]
        for x in lines
        for f in (x.figures,)
    ]  # fmt: skip


def _held(line: Line) -> list[str]:
    f = line.figures
    held_by = line.office or "tidak tercatat"
    return [stage_words(line.stage), held_by, str(f.closed), spent(f.working_seconds), spent(f.elapsed_seconds)]


def _late(one: Explained, sop: Sop, zone: str) -> dict[str, Any]:
    clock = one.clock
    again = again_words(clock.stage, clock.cycle)
    unknown = f"Kalender versi {clock.calendar_version}, yang mengukurnya, tidak tersimpan lagi: rinciannya tidak ada."
    return {
        "title": clock.title or clock.item,
        "stage": ", ".join(
            filter(None, (stage_words(clock.stage), again, "serta merta" if clock.lane == "immediate" else ""))
        ),
        "unit": sop.unit_words(clock.unit) if clock.unit else "Bidang tidak tercatat",
        "outcome": outcome_words(clock.outcome),
        "over": f"{spent(clock.working_seconds)} dari {spent(clock.target_seconds)}, lewat {spent(clock.over_seconds)}",
        "when": f"{moment(clock.opened_at, zone)} sampai {moment(clock.closed_at, zone)}",
        "words": list(one.words) if one.words is not None else [unknown],
        "keterangan": [f"{k.note} – {k.name} ({k.capacity}), {_day(k.at)}" for k in clock.keterangan],
    }


def _day(at: datetime) -> str:
    return date_words(at.date())


def _total(f: Figures) -> str:
    if not f.closed:
        return "Belum ada berita yang terbit dalam masa ini."
    return (
        f"{f.closed} berita terbit. Waktu kerja: median {spent(f.median_working_seconds)}, P90 "
        f"{spent(f.p90_working_seconds)}, terlama {spent(f.worst_working_seconds)}. Waktu berlalu: median "
        f"{spent(f.median_elapsed_seconds)}, P90 {spent(f.p90_elapsed_seconds)}."
    )
