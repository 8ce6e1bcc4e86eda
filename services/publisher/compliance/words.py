"""How the figures read on the public's page, and as a sheet. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from services.publisher.compliance.figures import FEWEST, Figures, Month
from shared.calendar_words import duration_words
from shared.sop import STAGES, Stage
from shared.words import MONTHS

STAGE_WORDS: Mapping[Stage, str] = MappingProxyType({
    "intake": "Pelaporan bahan", "editing": "Penyuntingan", "review": "Penyaringan", "publisher": "Publikasi",
})  # fmt: skip
NONE = "–"
# The names of review's figures; new columns come at the end.
COLUMNS = ("month", "stage", "closed", "in_time", "late", "outside_hours", "ratio", "median_working_seconds")


def month_words(month: Month) -> str:
    return f"{MONTHS[month.begins.month - 1]} {month.begins.year}"


def percent(figures: Figures) -> str:
    """Write the share in time: "87,5%"; for too few, why there is none."""
    if figures.ratio is not None:
        return f"{figures.ratio * 100:.1f}%".replace(".", ",")
    return f"kurang dari {FEWEST}" if figures.measured else NONE


def median(figures: Figures) -> str:
    """Write the median in working time."""
    return NONE if figures.told_median is None else duration_words(figures.told_median)


def rows(months: Iterable[Month]) -> Iterator[list[str]]:
    """A line for each month and stage, those without any work too; empty where too few were measured."""
    for month in months:
        for stage in STAGES:
            f = month.of(stage)
            shares = ("" if value is None else str(value) for value in (f.ratio, f.told_median))
            counts = (f.closed, f.in_time, f.late, f.outside_hours)
            yield [f"{month.begins:%Y-%m}", stage, *map(str, counts), *shares]
