"""Reads the SOP and the office's calendar from their files, and makes the service's timekeeper."""

import hashlib
from dataclasses import replace

from shared.calendar import Calendar, WallCalendar
from shared.calendar_file import parse_calendar
from shared.settings import ServiceSettings
from shared.sla import Timekeeper
from shared.sop import parse_sop


def timekeeper(settings: ServiceSettings) -> Timekeeper:
    """The clocks of this installation; a file that cannot be read is refused with its place."""
    text = settings.sop_file.read_text()
    sop = parse_sop(text, source=str(settings.sop_file))
    return Timekeeper(replace(sop, version=_version(sop.version, text)), _calendar(settings))


def _calendar(settings: ServiceSettings) -> Calendar:
    if settings.calendar == "wall" or settings.calendar_file is None:
        return WallCalendar()
    text = settings.calendar_file.read_text()
    calendar = parse_calendar(text, source=str(settings.calendar_file))
    return replace(calendar, version=_version(calendar.version, text))


def _version(given: str, text: str) -> str:
    """The file's own version with a digest: one that was edited without a new version is told apart all the same."""
    return f"{given}+{hashlib.sha256(text.encode()).hexdigest()[:8]}"
