"""The figures of compliance: which period, what of each stage, and how they are derived. Pure.

A clock counts in the period on whose dates, in the office's zone, it closed. Closed outside working hours alone (0
working seconds) it stands apart, so that closed = in_time + late + outside_hours and the other figures are of the
in_time + late ones. The median and the p90 are by nearest rank: of n values in order, the one at place ceil(share * n),
so that each is a value that was measured (PostgreSQL's percentile_disc).
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.refusal import Refused
from shared.sop import JOINT, OTHER, STAGE_NAMED, STAGES, Sop, Stage

LONGEST_DAYS = 366
FIRST_YEAR, LAST_YEAR = 2000, 2100
NOT_REPORTED = (
    "Kegiatan yang tidak pernah dilaporkan tidak tercatat di sini: angka ini hanya menghitung bahan yang masuk."
)
STAGE_WORDS: dict[Stage, str] = {
    "intake": "Pelaporan bahan", "editing": "Penyuntingan", "review": "Penyaringan", "publisher": "Publikasi",
}  # fmt: skip


class BadQuery(Refused):
    """What was asked for cannot be read; the sentence names the parameter."""

    def __init__(self, sentence: str) -> None:
        super().__init__("bad-query", sentence)


@dataclass(frozen=True, slots=True)
class Period:
    """From one date to another, both included, as the office's calendar has them."""

    first: date
    last: date

    @staticmethod
    def of(first: str, last: str) -> "Period":
        """Read two dates; BadQuery for what is no date, runs backwards or is longer than a year."""
        period = Period(_date("from", first), _date("to", last))
        if period.last < period.first:
            raise BadQuery(f"Tanggal akhir (to) {last} mendahului tanggal awal (from) {first}.")
        if period.days > LONGEST_DAYS:
            raise BadQuery(f"Rentang {period.days} hari terlalu panjang; paling panjang {LONGEST_DAYS} hari.")
        return period

    @staticmethod
    def month(text: str) -> "Period":
        """Read a month like 2026-11."""
        if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text):
            raise BadQuery(f"Bulan {text[:40]!r} tidak terbaca; tulis seperti 2026-11.")
        first = _date("bulan", f"{text}-01")
        return Period(first, first.replace(day=monthrange(first.year, first.month)[1]))

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def month_code(self) -> str:
        """The month of its first date, like 2026-11."""
        return f"{self.first:%Y-%m}"

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The midnights that begin it and end it; the second is not inside."""
        opens, closes = self.first, self.last + timedelta(days=1)
        return datetime.combine(opens, time(), zone), datetime.combine(closes, time(), zone)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked: a period, and one Unit or one stage where not all."""

    period: Period
    unit: str | None = None
    stage: Stage | None = None

    @property
    def stages(self) -> tuple[Stage, ...]:
        return (self.stage,) if self.stage else STAGES


@dataclass(frozen=True, slots=True)
class Figures:
    """What some clocks come to. Seconds; None where there is nothing to measure."""

    closed: int = 0
    in_time: int = 0
    late: int = 0
    outside_hours: int = 0
    median_working_seconds: int | None = None
    p90_working_seconds: int | None = None
    median_elapsed_seconds: int | None = None
    p90_elapsed_seconds: int | None = None
    worst_working_seconds: int | None = None
    working_seconds: int = 0
    elapsed_seconds: int = 0
    first_pass: int = 0
    first_pass_of: int = 0

    @property
    def ratio(self) -> float | None:
        """In time, of those that used working time; to six places, as everywhere it is told."""
        return share(self.in_time, self.in_time + self.late)

    @property
    def first_pass_rate(self) -> float | None:
        """How much of the work went on without being sent back: of reports at intake, of Versions at review."""
        return share(self.first_pass, self.first_pass_of)


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of one stage: whole, or of one day, one Unit, or one office that held the work."""

    stage: Stage
    figures: Figures
    day: date | None = None
    unit: str | None = None
    office: str | None = None


@dataclass(frozen=True, slots=True)
class Returns:
    """How often one reason was given for sending work back."""

    stage: Stage
    outcome: str
    code: str
    count: int


@dataclass(frozen=True, slots=True)
class Compliance:
    """All figures of one scope. `total` is from the earliest activity to the public, per Story."""

    scope: Scope
    stages: tuple[Line, ...]
    days: tuple[Line, ...] = ()
    units: tuple[Line, ...] = ()
    offices: tuple[Line, ...] = ()
    returns: tuple[Returns, ...] = ()
    total: Figures = field(default_factory=Figures)

    @property
    def nothing(self) -> bool:
        return not any(line.figures.closed for line in self.stages)

    @property
    def late(self) -> int:
        return sum(line.figures.late for line in self.stages)

    def by_day(self) -> tuple[tuple[date, int, int, int], ...]:
        """Each date on which something closed, over all stages: in time, late, outside hours."""
        sums: dict[date, list[int]] = {}
        for line in self.days:
            assert line.day is not None
            cell = sums.setdefault(line.day, [0, 0, 0])
            for n, count in enumerate((line.figures.in_time, line.figures.late, line.figures.outside_hours)):
                cell[n] += count
        return tuple((day, *sums[day]) for day in sorted(sums))  # pyright: ignore[reportReturnType]


def assemble(scope: Scope, lines: Iterable[Line], returns: Sequence[Returns], total: Figures) -> Compliance:
    """Put what was found in order; a stage of which nothing closed is there, with noughts.

    `lines` have the first pass of Reports with editing, where they are judged; it is told of intake.
    """
    found = [line for line in _judged_at_intake(lines) if line.stage in scope.stages]
    whole = {line.stage: line for line in found if line.day is None and line.unit is None and line.office is None}
    return Compliance(
        scope,
        tuple(whole.get(stage, Line(stage, Figures())) for stage in scope.stages),
        tuple(sorted((x for x in found if x.day is not None), key=lambda x: (x.day, STAGES.index(x.stage)))),
        tuple(sorted((x for x in found if x.unit is not None), key=lambda x: (x.unit, STAGES.index(x.stage)))),
        tuple(sorted((x for x in found if x.office is not None), key=lambda x: (STAGES.index(x.stage), x.office))),
        tuple(returns),
        total,
    )


def _judged_at_intake(lines: Iterable[Line]) -> list[Line]:
    by_key = {(line.stage, line.day, line.unit, line.office): line for line in lines}
    for (stage, day, unit, office), line in list(by_key.items()):
        if stage != "editing" or not line.figures.first_pass_of:
            continue
        judged = {"first_pass": line.figures.first_pass, "first_pass_of": line.figures.first_pass_of}
        by_key[stage, day, unit, office] = replace(line, figures=replace(line.figures, first_pass=0, first_pass_of=0))
        if office is None:  # who sent it back did not hold it at intake
            intake = by_key.get(("intake", day, unit, None), Line("intake", Figures(), day, unit))
            by_key["intake", day, unit, None] = replace(intake, figures=replace(intake.figures, **judged))
    return list(by_key.values())


def known_units(sop: Sop) -> tuple[str, ...]:
    """The codes by which figures can be asked for: the SOP's Units, several together, and any other."""
    return (*sop.units, JOINT, OTHER)


def unit_named(code: str | None, sop: Sop, own: str | None = None) -> str | None:
    """Take a Unit's code, of the SOP or the asker's own; none for all."""
    if not code:
        return None
    if code not in known_units(sop) and code != own:
        raise BadQuery(f"Bidang (unit) {code[:80]!r} tidak dikenal; pilih {', '.join(known_units(sop))}.")
    return code


def stage_named(code: str | None) -> Stage | None:
    """Take a stage's name; none for all."""
    if not code:
        return None
    if code not in STAGE_NAMED:
        raise BadQuery(f"Tahap (stage) {code[:80]!r} tidak dikenal; pilih {', '.join(STAGES)}.")
    return STAGE_NAMED[code]


def share(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None


def _date(name: str, text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    # Weeks and dates without hyphens are dates to Python too.
    if found is None or found.isoformat() != text:
        raise BadQuery(f"Tanggal ({name}) {text[:40]!r} tidak terbaca; tulis seperti 2026-11-01.")
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise BadQuery(f"Tanggal ({name}) {text} di luar tahun {FIRST_YEAR} sampai {LAST_YEAR}.")
    return found
