"""How long a server that answers 429 or 503 wants to be left alone. Pure."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

PAUSE = timedelta(minutes=1)
LONGEST = timedelta(hours=6)


def pause_of(told: str, now: datetime) -> timedelta:
    """Retry-After within reason; a minute where it says nothing that can be read."""
    asked = wait_of(told, now)
    return min(max(PAUSE if asked is None else asked, timedelta(seconds=1)), LONGEST)


def wait_of(told: str, now: datetime) -> timedelta | None:
    """`Retry-After`, in seconds or as a date (RFC 9110, 10.2.3); None where it is neither."""
    try:
        return timedelta(seconds=int(told)) if told.strip().isdigit() else _until(told) - now
    except (ValueError, TypeError, OverflowError):
        return None


def _until(told: str) -> datetime:
    found = parsedate_to_datetime(told)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
