"""How the time of a closed clock was counted, in words, by the calendar that measured it. Pure."""

from collections.abc import Callable

from services.review.keterangan import Closed
from shared.calendar import Calendar, OutsideCalendar
from shared.calendar_words import duration_words, moment_words
from shared.sla import Timekeeper
from shared.sop import Lane

CalendarOf = Callable[[str], Calendar | None]
"""Gives a calendar that was in force once, by the version written on a clock; None where it is not known."""


def only_in_force(version: str) -> Calendar | None:
    """Know no calendar but the one in force."""
    return None


def looked_up(keeper: Timekeeper, calendar_of: CalendarOf) -> Callable[[Lane, str], Calendar | None]:
    """Find the calendar of a lane by its version, each looked up once."""
    found: dict[str, Calendar | None] = {}

    def known(lane: Lane, version: str) -> Calendar | None:
        current = keeper.calendar_of(lane)
        if current.version == version:
            return current
        if keeper.wall.version == version:
            return keeper.wall
        if version not in found:
            found[version] = calendar_of(version)
        return found[version]

    return known


def words(clock: Closed, known: Callable[[Lane, str], Calendar | None]) -> tuple[str, ...] | None:
    """Tell each stretch counted, what was passed over, and by how much the target was missed; None if unknown."""
    calendar = known(clock.lane, clock.calendar_version)
    if calendar is None:
        return None
    try:
        counted = calendar.explain(clock.opened_at, clock.working_seconds).words[:-1]  # the last tells a deadline
    except OutsideCalendar:
        return None
    beyond = f", lewat {duration_words(clock.over_seconds)}" if clock.over_seconds else ""
    ended = f"Ditutup {moment_words(clock.closed_at.astimezone(calendar.zone))}"
    total = f"dihitung {duration_words(clock.working_seconds)} dari {duration_words(clock.target_seconds)}{beyond}"
    return (*counted, f"{ended}: {total}.")
