"""Which days an Indonesian government office works, and its hours on each: the rules, as dated rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Literal

MONDAY, FRIDAY, SATURDAY = 0, 4, 5


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of working time inside one day, local time, `opens` counted and `closes` not."""

    opens: time
    closes: time


Day = tuple[Span, ...]


class RowsClash(ValueError):
    """Dated rows that contradict each other; `entry` and `day` are the later one's."""

    def __init__(self, entry: Literal["first", "last", "day"], day: date, sentence: str) -> None:
        super().__init__(sentence)
        self.entry = entry
        self.day = day


def day_of(*spans: tuple[time, time]) -> Day:
    """Build one day's hours from (opens, closes) pairs; ValueError unless they run forward and apart."""
    day = tuple(Span(*span) for span in spans)
    if not day:
        raise ValueError("Hari kerja memerlukan paling sedikit satu rentang jam.")
    if any(span.closes <= span.opens for span in day) or any(b.opens < a.closes for a, b in pairwise(day)):
        raise ValueError("Jam kerja harus berurutan dan tidak bertumpang tindih.")
    return day


ORDINARY = day_of((time(7, 30), time(12)), (time(13), time(16)))
ORDINARY_FRIDAY = day_of((time(7, 30), time(11, 30)), (time(13), time(16, 30)))
RAMADAN = day_of((time(8), time(12)), (time(12, 30), time(15)))
RAMADAN_FRIDAY = day_of((time(8), time(11, 30)), (time(12, 30), time(15, 30)))


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The hours of a working week, and the decree that sets them. The default is Perpres 21/2023.

    37 h 30 a week, breaks of 60 minutes (Friday 90); in Ramadan 32 h 30, breaks of 30 (Friday 60).
    """

    ordinary: Day = ORDINARY
    friday: Day = ORDINARY_FRIDAY
    ramadan: Day = RAMADAN
    ramadan_friday: Day = RAMADAN_FRIDAY
    decree: str = "Perpres 21/2023"

    def on(self, weekday: int, *, in_ramadan: bool) -> Day:
        """Give the hours of a weekday (Monday 0); a weekend day has those of Monday."""
        if in_ramadan:
            return self.ramadan_friday if weekday == FRIDAY else self.ramadan
        return self.friday if weekday == FRIDAY else self.ordinary


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day off: a national holiday or *cuti bersama*, under the decree that says so."""

    day: date
    name: str
    kind: str
    decree: str


@dataclass(frozen=True, slots=True)
class Ramadan:
    """The first and last day of one Ramadan, both included, under the decree that says so."""

    first: date
    last: date
    decree: str


@dataclass(frozen=True)
class OfficeDays:
    """Every working day from `first` to `last`, both included.

    RowsClash when two rows claim the same date, or a row or the whole runs backwards.
    """

    hours: OfficeHours = OfficeHours()
    holidays: tuple[Holiday, ...] = ()
    ramadan: tuple[Ramadan, ...] = ()
    first: date = date(2020, 1, 1)
    last: date = date(2035, 12, 31)
    _holiday_on: dict[date, Holiday] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for row in (self, *self.ramadan):
            if row.last < row.first:
                raise RowsClash("last", row.last, f"Tanggal akhir {row.last} mendahului tanggal awal {row.first}.")
        for a, b in pairwise(sorted(self.ramadan, key=lambda row: row.first)):
            if b.first <= a.last:
                raise RowsClash("first", b.first, f"Ramadan {b.first} bertumpang tindih dengan Ramadan {a.first}.")
        by_day: dict[date, Holiday] = {}
        for row in self.holidays:
            if row.day in by_day:
                raise RowsClash("day", row.day, f"Tanggal {row.day} tercantum dua kali sebagai hari libur.")
            by_day[row.day] = row
        object.__setattr__(self, "_holiday_on", by_day)

    def in_ramadan(self, day: date) -> bool:
        """Say whether a dated Ramadan row holds this day."""
        return any(row.first <= day <= row.last for row in self.ramadan)

    def hours_on(self, day: date) -> Day:
        """Give the working time of a date; empty on a weekend or a holiday."""
        if day.weekday() >= SATURDAY or day in self._holiday_on:
            return ()
        return self.hours.on(day.weekday(), in_ramadan=self.in_ramadan(day))

    def office_end(self, day: date) -> time:
        """Give the hour at which the office closes on that weekday, were it a working day."""
        weekday = day.weekday() if day.weekday() < SATURDAY else MONDAY
        return self.hours.on(weekday, in_ramadan=self.in_ramadan(day))[-1].closes

    def why_closed(self, day: date) -> str | None:
        """Say in Bahasa Indonesia why a date is not worked; None on a working day."""
        if row := self._holiday_on.get(day):
            return f"{row.name} ({row.decree})"
        return "akhir pekan" if day.weekday() >= SATURDAY else None

    def dates(self) -> Iterator[date]:
        """Give every date, working or not, in order."""
        return (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))

    def missing(self, year: int) -> tuple[str, ...]:
        """Name in Bahasa Indonesia the rows that a year lacks, and what the calendar then does."""
        missing: list[str] = []
        if not any(row.day.year == year for row in self.holidays):
            missing.append(f"Tahun {year} belum memuat hari libur dan cuti bersama: hanya akhir pekan yang libur.")
        if not any(year in (row.first.year, row.last.year) for row in self.ramadan):
            missing.append(f"Tahun {year} belum memuat tanggal Ramadan: jam kerja biasa dipakai sepanjang tahun.")
        return tuple(missing)
