"""Calendars and moments that the tests of working time share."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from shared.calendar import WIB, Calendar, WallCalendar, WorkCalendar
from shared.calendar_file import parse_calendar
from shared.calendar_words import ZONES

TEXT = (Path(__file__).parents[3] / "deploy" / "calendar.toml").read_text(encoding="utf-8")
OFFICE = parse_calendar(TEXT)
WALL = WallCalendar()
OFFICES: list[WorkCalendar] = [replace(OFFICE, zone=ZoneInfo(name)) for name in ZONES]
CALENDARS: list[Calendar] = [*OFFICES, WALL]
HOUR = 3600
DAY = 27_000


def wib(text: str) -> datetime:
    """Read a moment in Jakarta."""
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


def bare(text: str) -> datetime:
    """Read a moment that names no zone."""
    return datetime.fromisoformat(text)
