"""What a picture tells about itself: when, with what and where it was taken. Kept private."""

from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image, UnidentifiedImageError

from shared.media.pictures import heif
from shared.media.verdict import Facts

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "HEIF", "AVIF")
SOUTH_AND_WEST = ("S", "W")
LONGEST = 200


def facts_of(path: Path, content_type: str) -> Facts:
    """Read by the tags alone, without a pixel decoded; what cannot be read is not told."""
    if content_type == "image/heic":
        heif.register()
    try:
        with Image.open(path, formats=FORMATS) as picture:
            return _facts(picture.getexif())
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        TypeError,
        KeyError,
        Image.DecompressionBombError,
    ):
        return Facts()


def _facts(exif: Image.Exif) -> Facts:
    more = exif.get_ifd(ExifTags.IFD.Exif)
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    device = " ".join(filter(None, (_text(exif.get(ExifTags.Base.Make)), _text(exif.get(ExifTags.Base.Model)))))
    return Facts(
        taken_at=_moment(more, exif),
        device=device[:LONGEST],
        author=_text(exif.get(ExifTags.Base.Artist)),
        latitude=_degrees(place.get(ExifTags.GPS.GPSLatitude), place.get(ExifTags.GPS.GPSLatitudeRef), 90),
        longitude=_degrees(place.get(ExifTags.GPS.GPSLongitude), place.get(ExifTags.GPS.GPSLongitudeRef), 180),
    )


def _moment(more: dict[int, Any], exif: Image.Exif) -> str:
    said = _text(more.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime))
    zone = _text(more.get(ExifTags.Base.OffsetTimeOriginal) or more.get(ExifTags.Base.OffsetTime))
    try:
        plain = datetime.strptime(said, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007  (cameras know no zone)
        return datetime.fromisoformat(plain.isoformat() + zone).isoformat()
    except ValueError:
        return ""


def _degrees(value: Any, side: Any, most: int) -> float | None:
    try:
        hours, minutes, seconds = (float(part) for part in value)
        found = hours + minutes / 60 + seconds / 3600
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    if not 0 <= found <= most:
        return None
    return round(-found if _text(side) in SOUTH_AND_WEST else found, 6)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    return "".join(c for c in value if c.isprintable()).strip()[:LONGEST] if isinstance(value, str) else ""
