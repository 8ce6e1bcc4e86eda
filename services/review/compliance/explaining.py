"""How the time of a closed clock was counted, in words, by the calendar that measured it. Pure."""

from collections.abc import Iterable, Mapping

from services.review.compliance.keterangan import Closed
from shared.calendar import Calendar, OutsideCalendar
from shared.calendar_words import duration_words, moment_words
from shared.sla import Timekeeper

SHOWN = 20  # lines of one clock; one that ran for months is told by its beginning and its end


def versions_of(clocks: Iterable[Closed], keeper: Timekeeper) -> set[str]:
    """The calendars that measured these clocks and are in force no more."""
    return {c.calendar_version for c in clocks} - {keeper.calendar.version, keeper.wall.version}


def words(clock: Closed, keeper: Timekeeper, before: Mapping[str, Calendar | None]) -> tuple[str, ...] | None:
    """Tell each stretch counted, what was passed over, and by how much the target was missed.

    `before` are calendars that were in force once, by their version; None where the clock's own is not known.
    """
    in_force = {keeper.wall.version: keeper.wall, keeper.calendar.version: keeper.calendar}
    calendar = in_force.get(clock.calendar_version) or before.get(clock.calendar_version)
    if calendar is None:
        return None
    try:
        counted = calendar.explain(clock.opened_at, clock.working_seconds).words[:-1]  # the last tells a deadline
    except OutsideCalendar:
        return None
    if len(counted) > SHOWN:
        counted = (*counted[: SHOWN // 2], f"… dan {len(counted) - SHOWN} baris lagi …", *counted[-SHOWN // 2 :])
    beyond = f", lewat {duration_words(clock.over_seconds)}" if clock.over_seconds else ""
    ended = f"Ditutup {moment_words(clock.closed_at.astimezone(calendar.zone))}"
    total = f"dihitung {duration_words(clock.working_seconds)} dari {duration_words(clock.target_seconds)}{beyond}"
    return (*counted, f"{ended}: {total}.")
