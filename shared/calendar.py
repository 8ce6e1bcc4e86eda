"""Working time in both directions: from a start and a budget to a deadline, and from two moments to seconds."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from shared.calendar_days import OfficeDays
from shared.calendar_words import ZONES, Counted, Explanation, counted_words, day_words, moment_words
from shared.timeline import SECOND, Timeline, ZoneMissing, local, microseconds, moment

__all__ = [
    "WIB",
    "Calendar",
    "Counted",
    "Explanation",
    "OutsideCalendar",
    "WallCalendar",
    "WorkCalendar",
    "ZoneMissing",
]

WIB = ZoneInfo("Asia/Jakarta")
DAY_SECONDS = 86_400


class OutsideCalendar(ValueError):
    """A moment before the first or after the last day that the calendar knows."""


class Calendar(Protocol):
    """What a clock needs of a calendar, with `elapsed(s, due(s, b)) == b` for every whole second b.

    Every datetime carries a zone (ZoneMissing otherwise); answers are in the calendar's own zone.
    """

    @property
    def version(self) -> str:
        """Names the dated rules, as it is stored on every clock."""
        ...

    @property
    def zone(self) -> ZoneInfo:
        """The office's own zone, in which dates are meant."""
        ...

    def due(self, start: datetime, budget: int) -> datetime:
        """Give the earliest moment that has `budget` counted seconds since `start`."""
        ...

    def elapsed(self, a: datetime, b: datetime) -> int:
        """Count whole seconds from `a` to `b`; 0 when `b` is not after `a`."""
        ...

    def day_budget(self, start: datetime) -> int:
        """Give "1 hari" in seconds: the length of the day on which a clock started at `start` opens."""
        ...

    def is_open(self, at: datetime) -> bool:
        """Say whether time counts at this moment."""
        ...

    def end_of_day(self, day: date) -> datetime:
        """Give the moment that stands for a date given without an hour."""
        ...

    def explain(self, start: datetime, budget: int) -> Explanation:
        """Tell how `due` came to its answer."""
        ...


@dataclass(frozen=True)
class WorkCalendar:
    """An office's working time under one version of its rules; built once, then only looked up.

    OutsideCalendar for a moment that its days do not reach; ValueError for a zone not Indonesian.
    """

    version: str
    days: OfficeDays = field(default_factory=OfficeDays)
    zone: ZoneInfo = WIB
    _line: Timeline = field(init=False, repr=False, compare=False)
    _reach: tuple[int, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.zone.key not in ZONES:
            raise ValueError(f"Zona {self.zone.key} bukan zona waktu Indonesia; pilih {', '.join(ZONES)}.")
        midnight = (self.days.first, self.days.last + timedelta(days=1))
        object.__setattr__(self, "_reach", tuple(local(day, time(), self.zone) for day in midnight))
        object.__setattr__(self, "_line", Timeline.of(self._stretches(day) for day in self.days.dates()))

    @property
    def warnings(self) -> tuple[str, ...]:
        """The years that lack dated rows, in words for the operator."""
        return self.missing(self.days.first.year, self.days.last.year)

    def missing(self, first: int, last: int) -> tuple[str, ...]:
        """Name the dated rows that these years lack, the last one included."""
        return tuple(words for year in range(first, last + 1) for words in self.days.missing(year))

    def due(self, start: datetime, budget: int) -> datetime:
        """Give the earliest moment that has `budget` working seconds since `start` (16:00, not the next 07:30)."""
        _refuse_negative(budget)
        opened = self._inside(start)
        if not budget:
            return start.astimezone(self.zone)
        due = self._line.reached(self._line.worked(opened) + budget * SECOND)
        if due is None:
            raise self._beyond(f"Batas waktu dari {moment_words(start)}")
        return moment(due, self.zone)

    def elapsed(self, a: datetime, b: datetime) -> int:
        """Count whole working seconds from `a` to `b`; 0 when `b` is not after `a`."""
        line = self._line
        return max(0, line.worked(self._inside(b)) - line.worked(self._inside(a))) // SECOND

    def day_budget(self, start: datetime) -> int:
        """Give the length in seconds of the working day on which a clock started at `start` begins to count."""
        length = self._line.day_length(self._inside(start))
        if length is None:
            raise self._beyond(f"Hari kerja sesudah {moment_words(start)}")
        return length

    def is_open(self, at: datetime) -> bool:
        """Say whether the office works at this moment."""
        return self._line.is_open(self._inside(at))

    def end_of_day(self, day: date) -> datetime:
        """Give the end of that working day; on a date not worked, the hour at which the office would close."""
        return datetime.combine(day, self.days.office_end(day), self.zone)

    def explain(self, start: datetime, budget: int) -> Explanation:
        """Tell which stretches `due` counted, which days it passed over and why, in Bahasa Indonesia."""
        due = self.due(start, budget)
        begin = start.astimezone(self.zone)
        counted = self._counted(begin, due)
        lines = [(part.opens, counted_words(part, self._note(part.opens.date()))) for part in counted]
        for n in range((due.date() - begin.date()).days):
            day = begin.date() + timedelta(days=n)
            if why := self.days.why_closed(day):
                midnight = datetime.combine(day, time(), self.zone)
                lines.append((midnight, f"{day_words(day)}: tidak dihitung, {why}"))
        words = (*(line for _, line in sorted(lines)), f"Batas waktu: {moment_words(due)}")
        return Explanation(begin, due, budget, counted, words, self.missing(begin.year, due.year))

    def _counted(self, begin: datetime, due: datetime) -> tuple[Counted, ...]:
        first, parts, worked = microseconds(begin), list[Counted](), 0
        for opens, closes in self._line.between(first, microseconds(due)):
            # A difference of running totals: the seconds add up to the budget whatever fraction the start has.
            seconds = (worked + closes - opens) // SECOND - worked // SECOND
            parts.append(Counted(moment(opens, self.zone), moment(closes, self.zone), seconds))
            worked += closes - opens
        return tuple(parts)

    def _stretches(self, day: date) -> list[tuple[int, int]]:
        return [
            (local(day, span.opens, self.zone), local(day, span.closes, self.zone)) for span in self.days.hours_on(day)
        ]

    def _note(self, day: date) -> str:
        return " (jam kerja Ramadan)" if self.days.in_ramadan(day) else ""

    def _inside(self, at: datetime) -> int:
        instant = microseconds(at)
        if not self._reach[0] <= instant <= self._reach[1]:
            raise self._beyond(f"Waktu {moment_words(at)}")
        return instant

    def _beyond(self, what: str) -> OutsideCalendar:
        reach = f"{day_words(self.days.first)} sampai {day_words(self.days.last)}"
        return OutsideCalendar(f"{what} berada di luar kalender {self.version}, yang berlaku {reach}.")


@dataclass(frozen=True, slots=True)
class WallCalendar:
    """Every second counts, 24 hours a day; chosen for the immediate lane or by an office that never closes."""

    version: str = "24-jam"
    zone: ZoneInfo = WIB

    def due(self, start: datetime, budget: int) -> datetime:
        """Give the moment `budget` seconds after `start`."""
        _refuse_negative(budget)
        return moment(microseconds(start) + budget * SECOND, self.zone)

    def elapsed(self, a: datetime, b: datetime) -> int:
        """Count whole seconds from `a` to `b`; 0 when `b` is not after `a`."""
        return max(0, microseconds(b) - microseconds(a)) // SECOND

    def day_budget(self, start: datetime) -> int:
        """Give 86,400 for any start."""
        microseconds(start)
        return DAY_SECONDS

    def is_open(self, at: datetime) -> bool:
        """Say yes to any moment."""
        microseconds(at)
        return True

    def end_of_day(self, day: date) -> datetime:
        """Give the midnight that ends the date."""
        return datetime.combine(day + timedelta(days=1), time(), self.zone)

    def explain(self, start: datetime, budget: int) -> Explanation:
        """Tell the one stretch counted."""
        due = self.due(start, budget)
        whole = Counted(start.astimezone(self.zone), due, budget)
        words = (counted_words(whole, " (24 jam sehari)"), f"Batas waktu: {moment_words(due)}")
        return Explanation(whole.opens, due, budget, (whole,), words)


def _refuse_negative(budget: int) -> None:
    if budget < 0:
        raise ValueError(f"Waktu baku tidak boleh negatif: {budget} detik.")
