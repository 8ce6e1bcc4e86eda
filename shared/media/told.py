"""What documents tell about themselves, as a database can hold it. Pure."""

from datetime import datetime

LONGEST = 200


def line(told: object) -> str:
    """One short line without anything that cannot be shown; empty where nothing was told."""
    if isinstance(told, bytes):
        told = told.decode(errors="replace")
    if not isinstance(told, str):
        return ""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in told).split())[:LONGEST]


def moment(told: object) -> str:
    """ISO 8601 with a zone only where it says one; empty where it is no time."""
    said = line(told)
    try:
        return datetime.fromisoformat(said).isoformat()
    except ValueError:
        return ""
