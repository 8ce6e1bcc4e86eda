"""What a recording tells about itself: when, with what, where and by whom it was made. Kept private. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from shared.media.verdict import Facts

LONGEST = 200
TAKEN = ("com.apple.quicktime.creationdate", "date_recorded", "creation_time", "date")
MAKE = ("com.apple.quicktime.make", "com.android.manufacturer", "make")
MODEL = ("com.apple.quicktime.model", "com.android.model", "model")
PLACE = ("com.apple.quicktime.location.iso6709", "location", "location-eng")
AUTHOR = ("com.apple.quicktime.author", "author", "artist", "album_artist", "performer", "iart")
# Devices without a clock write the first moment that their file can tell.
FIRST_YEAR = 1980
# ISO 6709: degrees, or degrees and minutes, or with seconds too, told apart by the number of digits.
POINT = re.compile(r"([+-])(\d{2}|\d{4}|\d{6})(\.\d+)?([+-])(\d{3}|\d{5}|\d{7})(\.\d+)?(?![\d.])")


def merged(sets: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Tags by lower-case name; the first that says something counts."""
    found: dict[str, str] = {}
    for tags in sets:
        for name, value in tags.items():
            if text := _text(value):
                found.setdefault(name.lower(), text)
    return found


def facts_of(tags: Mapping[str, str]) -> Facts:
    """The facts in merged tags; what cannot be read is not told."""
    latitude, longitude = _place(_first(tags, PLACE))
    device = " ".join(filter(None, (_first(tags, MAKE), _first(tags, MODEL))))
    return Facts(
        taken_at=_moment(tags), device=device[:LONGEST], author=_first(tags, AUTHOR),
        latitude=latitude, longitude=longitude,
    )  # fmt: skip


def _first(tags: Mapping[str, str], names: Iterable[str]) -> str:
    return next((tags[name] for name in names if name in tags), "")


def _moment(tags: Mapping[str, str]) -> str:
    for name in TAKEN:
        said = tags.get(name, "")
        try:
            day = date.fromisoformat(said[:10])
            found = datetime.fromisoformat(said).isoformat() if len(said) > 10 else day.isoformat()
        except ValueError:
            continue
        if day.year >= FIRST_YEAR:
            return found
    return ""


def _place(said: str) -> tuple[float | None, float | None]:
    point = POINT.match(said)
    if point is None:
        return None, None
    latitude = _degrees(point[1], point[2], point[3] or "", 2)
    longitude = _degrees(point[4], point[5], point[6] or "", 3)
    # 0, 0 is what a device writes that did not find out where it was.
    if abs(latitude) > 90 or abs(longitude) > 180 or (latitude == 0 and longitude == 0):
        return None, None
    return latitude, longitude


def _degrees(sign: str, digits: str, fraction: str, wide: int) -> float:
    parts = [digits[:wide], *(digits[i : i + 2] for i in range(wide, len(digits), 2))]
    parts[-1] += fraction
    found = sum(float(part) / 60**i for i, part in enumerate(parts))
    return round(-found if sign == "-" else found, 6)


def _text(value: str) -> str:
    return "".join(c for c in value if c.isprintable()).strip()[:LONGEST]
