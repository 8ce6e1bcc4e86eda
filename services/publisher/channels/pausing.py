"""How long a server that answers 429 or 503 wants to be left alone. Pure."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

PAUSE = timedelta(minutes=1)
LONGEST = timedelta(hours=6)


def pause_of(told: str, now: datetime) -> timedelta:
    """Retry-After in seconds or as a date, within reason; a minute where it says neither."""
    try:
        asked = timedelta(seconds=int(told)) if told.strip().isdigit() else _until(told) - now
    except (ValueError, TypeError, OverflowError):
        asked = PAUSE
    return min(max(asked, timedelta(seconds=1)), LONGEST)


def _until(told: str) -> datetime:
    found = parsedate_to_datetime(told)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
