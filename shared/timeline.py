"""Working time laid end to end, so that a deadline is one search and not a walk over days."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000


class ZoneMissing(ValueError):
    """A moment without a time zone: it could be any of three hours in Indonesia."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Stretches of working time. Moments in microseconds since 1970 UTC; the tuples are parallel and sorted.

    `before` and `after` are the running totals at each end; `day_seconds` the length of the stretch's whole day.
    """

    opens: tuple[int, ...]
    closes: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]
    day_seconds: tuple[int, ...]

    @staticmethod
    def of(days: Iterable[list[tuple[int, int]]]) -> "Timeline":
        """Lay out the stretches of each day, in order; a day without any leaves no trace."""
        stretches: list[tuple[int, int]] = []
        day_seconds: list[int] = []
        for day in days:
            stretches += day
            day_seconds += [sum(end - start for start, end in day) // SECOND] * len(day)
        after = tuple(accumulate(end - start for start, end in stretches))
        opens, closes = tuple(start for start, _ in stretches), tuple(end for _, end in stretches)
        return Timeline(opens, closes, (0, *after[:-1]), after, tuple(day_seconds))

    def worked(self, at: int) -> int:
        """Give the working time from the first stretch until `at`."""
        i = bisect_right(self.opens, at) - 1
        return self.before[i] + min(at, self.closes[i]) - self.opens[i] if i >= 0 else 0

    def reached(self, worked: int) -> int | None:
        """Give the earliest moment with that much working time behind it; None past the last stretch."""
        i = bisect_left(self.after, worked)
        return self.opens[i] + worked - self.before[i] if i < len(self.after) else None

    def day_length(self, at: int) -> int | None:
        """Give the seconds of the working day at `at`, or of the next one; None past the last."""
        i = bisect_right(self.closes, at)
        return self.day_seconds[i] if i < len(self.closes) else None

    def is_open(self, at: int) -> bool:
        """Say whether `at` lies inside a stretch."""
        i = bisect_right(self.opens, at) - 1
        return i >= 0 and at < self.closes[i]

    def between(self, first: int, last: int) -> Iterable[tuple[int, int]]:
        """Give the stretches from `first` to `last`, cut at both."""
        if first < last:
            for i in range(bisect_right(self.closes, first), bisect_left(self.opens, last)):
                yield max(self.opens[i], first), min(self.closes[i], last)


def microseconds(at: datetime) -> int:
    """Give a moment as microseconds since 1970 UTC; ZoneMissing when it names no zone."""
    if at.utcoffset() is None:
        raise ZoneMissing(f"Waktu {at:%Y-%m-%d %H:%M} tidak menyebut zona waktu; tulis misalnya +07:00 untuk WIB.")
    return (at - EPOCH) // MICROSECOND


def local(day: date, hour: time, zone: ZoneInfo) -> int:
    """Give an hour of a local date as microseconds since 1970 UTC."""
    return microseconds(datetime.combine(day, hour, zone))


def moment(at: int, zone: ZoneInfo) -> datetime:
    """Give microseconds since 1970 UTC as a local moment."""
    return (EPOCH + timedelta(microseconds=at)).astimezone(zone)
