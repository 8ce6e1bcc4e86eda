"""Dates, hours and durations as an Indonesian reader expects them, and the explanation of one deadline."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli"),
    *("Agustus", "September", "Oktober", "November", "Desember"),
)
ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


class Counted(NamedTuple):
    """A stretch that a clock counted, local time; `seconds` add up to the budget."""

    opens: datetime
    closes: datetime
    seconds: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a deadline came about: what was counted, and in words also what was passed over and why."""

    start: datetime
    due: datetime
    working_seconds: int
    intervals: tuple[Counted, ...]
    words: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def day_words(day: date) -> str:
    """Write a date: "Rabu, 23 Desember 2026"."""
    return f"{DAYS[day.weekday()]}, {day.day} {MONTHS[day.month - 1]} {day.year}"


def hour_words(at: datetime) -> str:
    """Write an hour: "15.00", with seconds only where there are some."""
    return f"{at:%H.%M.%S}" if at.second else f"{at:%H.%M}"


def moment_words(at: datetime) -> str:
    """Write a moment: "Senin, 28 Desember 2026, 08.30 WIB"; the zone is the datetime's own."""
    return f"{day_words(at)}, {hour_words(at)} {zone_words(at)}".rstrip()


def duration_words(seconds: int) -> str:
    """Write a duration: "1 jam 30 menit"."""
    hours, rest = divmod(seconds, 3600)
    amounts = ((hours, "jam"), (rest // 60, "menit"), (rest % 60, "detik"))
    return " ".join(f"{n} {unit}" for n, unit in amounts if n) or "0 detik"


def counted_words(counted: Counted, note: str = "") -> str:
    """Write one counted stretch, with what was particular about it."""
    if counted.opens.date() == counted.closes.date():
        ending = f"{hour_words(counted.closes)} {zone_words(counted.closes)}"
        when = f"{day_words(counted.opens)}, {hour_words(counted.opens)}–{ending}".rstrip()
    else:
        when = f"{moment_words(counted.opens)} sampai {moment_words(counted.closes)}"
    return f"{when}: {duration_words(counted.seconds)}{note}"


def zone_words(at: datetime) -> str:
    """Name the zone of a moment: WIB, WITA, WIT, or as the zone calls itself."""
    return ZONES.get(str(at.tzinfo), at.tzname() or "")
