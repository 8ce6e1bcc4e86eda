"""What is left of a clock that runs: working time, and when it counts on if it does not count now. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.calendar import Calendar, OutsideCalendar, WallCalendar
from shared.sla import Clock, Timekeeper

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Remaining:
    """As of `at`. `seconds` left and `overdue_by` are counted by the calendar; never are both above 0.

    While it is not `counting`, `resumes_at` is when it goes on (None beyond the calendar's last day).
    """

    seconds: int
    overdue_by: int
    counting: bool
    resumes_at: datetime | None
    at: datetime
    around_the_clock: bool = False

    @property
    def overdue(self) -> bool:
        """Time was counted after it was due; due at 16:00 on Friday is in time still on Saturday."""
        return self.overdue_by > 0


def remaining(due_at: datetime, *, now: datetime, calendar: Calendar, opened_at: datetime | None = None) -> Remaining:
    """What is left until `due_at`; of what opens only later (an embargo) all of it, from `opened_at` on."""
    start = max(now, opened_at or now)
    counting = start == now and calendar.is_open(now)
    return Remaining(
        seconds=calendar.elapsed(start, due_at),
        overdue_by=calendar.elapsed(due_at, now),
        counting=counting,
        resumes_at=None if counting else _next_opening(start, calendar),
        at=now.astimezone(calendar.zone),
        around_the_clock=isinstance(calendar, WallCalendar),
    )


def remaining_of(clock: Clock, *, now: datetime, keeper: Timekeeper) -> Remaining | None:
    """What is left of a clock by the calendar of its lane; None of one that was closed."""
    if not clock.is_open:
        return None
    calendar = keeper.calendar_of(clock.lane)
    return remaining(clock.due_at, now=now, calendar=calendar, opened_at=clock.opened_at)


def _next_opening(start: datetime, calendar: Calendar) -> datetime | None:
    """The first second that counts from `start` on, at its beginning."""
    try:
        return calendar.due(start, 1) - SECOND
    except OutsideCalendar:
        return None
