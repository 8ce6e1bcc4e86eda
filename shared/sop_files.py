"""Reads the SOP and the office's calendar from their files, and makes the service's timekeeper."""

from shared.calendar import Calendar, WallCalendar
from shared.calendar_file import parse_calendar
from shared.settings import ServiceSettings
from shared.sla import Timekeeper
from shared.sop import parse_sop


def timekeeper(settings: ServiceSettings) -> Timekeeper:
    """The clocks of this installation; a file that cannot be read is refused with its place."""
    sop = parse_sop(settings.sop_file.read_text(), source=str(settings.sop_file))
    return Timekeeper(sop, _calendar(settings))


def _calendar(settings: ServiceSettings) -> Calendar:
    if settings.calendar == "wall" or settings.calendar_file is None:
        return WallCalendar()
    return parse_calendar(settings.calendar_file.read_text(), source=str(settings.calendar_file))
