"""The figures and clocks as other dashboards read them: the same names in JSON and CSV."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.review.compliance.figures import NOT_REPORTED, Compliance, Figures, Line
from services.review.compliance.keterangan import Closed
from services.review.compliance.words import return_words
from shared.sla import Lane, Timekeeper
from shared.sop import Stage


class Row(BaseModel):
    """Frozen as the contract with other dashboards; new fields come at the end."""

    model_config = ConfigDict(frozen=True)


class FigureRow(Row):
    """One stage: whole, or of one day or one Unit. Seconds; `ratio` is in_time / (in_time + late)."""

    stage: Stage
    unit: str | None = Field(description="The Unit that the figures are of; null for all together")
    day: date | None = Field(description="The office's date of closing; null for the whole period")
    closed: int = Field(description="in_time + late + outside_hours")
    in_time: int
    late: int
    outside_hours: int = Field(description="Closed with 0 working seconds: in none of the other figures but closed")
    ratio: float | None
    median_working_seconds: int | None = Field(description="Nearest rank, of in_time + late")
    p90_working_seconds: int | None = Field(description="Nearest rank, of in_time + late")
    median_elapsed_seconds: int | None
    p90_elapsed_seconds: int | None
    worst_working_seconds: int | None
    working_seconds: int = Field(description="Sum")
    elapsed_seconds: int = Field(description="Sum")
    first_pass: int = Field(description="review: Versions approved at the first; intake: Reports not sent back")
    first_pass_of: int
    first_pass_rate: float | None


class OfficeRow(Row):
    """How long one office (the capacity of who ended the work) held what it ended."""

    stage: Stage
    office: str
    closed: int
    working_seconds: int
    elapsed_seconds: int


class ReturnRow(Row):
    stage: Stage
    outcome: str
    code: str
    words: str
    count: int


class TotalRow(Row):
    """From the earliest activity to the public, per Story that was published in the period."""

    stories: int
    median_working_seconds: int | None
    p90_working_seconds: int | None
    median_elapsed_seconds: int | None
    p90_elapsed_seconds: int | None
    worst_working_seconds: int | None


class ComplianceAnswer(Row):
    """Everything counted of one period."""

    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    unit: str | None
    stage: Stage | None
    office: str
    timezone: str
    calendar_version: str
    sop_version: str
    stages: list[FigureRow]
    days: list[FigureRow]
    units: list[FigureRow]
    offices: list[OfficeRow]
    returns: list[ReturnRow]
    total: TotalRow
    warnings: list[str] = Field(description="What the calendar lacks, in Bahasa Indonesia")
    note: str = Field(description="What the figures do not count, in Bahasa Indonesia")


class KeteranganRow(Row):
    note: str
    name: str
    capacity: str
    at: datetime


class ClockRow(Row):
    """One closed clock that counts."""

    stage: Stage
    item: str
    cycle: int
    lane: Lane
    unit: str | None
    opened_at: datetime
    due_at: datetime
    closed_at: datetime
    outcome: str
    punctuality: str
    working_seconds: int
    elapsed_seconds: int
    target_seconds: int
    calendar_version: str
    sop_version: str
    outside_hours: bool
    keterangan: list[KeteranganRow]


class ClocksAnswer(Row):
    """One page of clocks; `next` is the `after` of the page that follows, null on the last."""

    clocks: list[ClockRow]
    next: str | None


def answer(found: Compliance, keeper: Timekeeper, warnings: Iterable[str]) -> ComplianceAnswer:
    """Tell all figures of one scope."""
    scope, total = found.scope, found.total
    return ComplianceAnswer(
        first=scope.period.first,
        last=scope.period.last,
        unit=scope.unit,
        stage=scope.stage,
        office=keeper.sop.office_code,
        timezone=keeper.calendar.zone.key,
        calendar_version=keeper.calendar.version,
        sop_version=keeper.sop.version,
        stages=figure_rows(found, found.stages),
        days=figure_rows(found, found.days),
        units=figure_rows(found, found.units),
        offices=[_office(line) for line in found.offices],
        returns=[
            ReturnRow(stage=r.stage, outcome=r.outcome, code=r.code, words=return_words(r.code), count=r.count)
            for r in found.returns
        ],
        total=TotalRow(stories=total.closed, **{name: getattr(total, name) for name in _MEASURED}),
        warnings=list(warnings),
        note=NOT_REPORTED,
    )


_MEASURED = tuple(name for name in TotalRow.model_fields if name != "stories")
_TOLD = tuple(name for name in FigureRow.model_fields if name not in ("stage", "unit", "day"))


def figure_rows(found: Compliance, lines: Iterable[Line]) -> list[FigureRow]:
    """Lines of one scope; where one Unit was asked for, every line is of it."""
    return [
        FigureRow(stage=line.stage, unit=line.unit or found.scope.unit, day=line.day, **_told(line.figures))
        for line in lines
    ]


def clock_row(clock: Closed) -> ClockRow:
    said = [KeteranganRow(note=k.note, name=k.name, capacity=k.capacity, at=k.at) for k in clock.keterangan]
    told = {name: getattr(clock, name) for name in ClockRow.model_fields if name != "keterangan"}
    return ClockRow(**told, keterangan=said)


def clock_cells(clock: Closed) -> dict[str, Any]:
    """One clock as a line of CSV: all keterangan in one cell."""
    told = {name: getattr(clock, name) for name in ClockRow.model_fields}
    return told | {"keterangan": " | ".join(str(k) for k in clock.keterangan)}


def figure_cells(found: Compliance, rows: Iterable[FigureRow]) -> list[dict[str, Any]]:
    period = {"from": found.scope.period.first, "to": found.scope.period.last}
    return [period | row.model_dump() for row in rows]


def _told(figures: Figures) -> dict[str, Any]:
    return {name: getattr(figures, name) for name in _TOLD}


def _office(line: Line) -> OfficeRow:
    f = line.figures
    return OfficeRow(
        stage=line.stage,
        office=line.office or "",
        closed=f.closed,
        working_seconds=f.working_seconds,
        elapsed_seconds=f.elapsed_seconds,
    )
