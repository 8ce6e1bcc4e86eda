"""The figures of one month, and which of them so few items make that they would tell of single people. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from shared.sop import STAGES, Stage

# Of fewer, a share says little, and a median is the time of somebody's single piece of work.
FEWEST = 5


@dataclass(frozen=True, slots=True)
class Figures:
    """What some clocks of one stage come to; `median` in working seconds, of what used working time."""

    in_time: int = 0
    late: int = 0
    outside_hours: int = 0
    median: int | None = None

    @property
    def closed(self) -> int:
        return self.in_time + self.late + self.outside_hours

    @property
    def measured(self) -> int:
        """Those that used working time: the others are in no share and no median."""
        return self.in_time + self.late

    @property
    def ratio(self) -> float | None:
        """In time, of those measured, to six places; None where they are too few."""
        return round(self.in_time / self.measured, 6) if self.measured >= FEWEST else None

    @property
    def told_median(self) -> int | None:
        """The median where enough were measured."""
        return self.median if self.measured >= FEWEST else None


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the office, by its first day; a stage in which nothing closed has no entry."""

    begins: date
    stages: Mapping[Stage, Figures]

    def of(self, stage: Stage) -> Figures:
        return self.stages.get(stage, Figures())


def together(months: Iterable[Month]) -> dict[Stage, Figures]:
    """All months as one. No median: it cannot be had from those of the months."""
    listed = list(months)
    return {stage: _sum(month.of(stage) for month in listed) for stage in STAGES}


def _sum(several: Iterable[Figures]) -> Figures:
    listed = list(several)
    return Figures(sum(f.in_time for f in listed), sum(f.late for f in listed), sum(f.outside_hours for f in listed))
