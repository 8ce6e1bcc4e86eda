"""Cuts out of a JPEG picture what it tells about itself; not one pixel changes. Pure."""

import io
from collections.abc import Iterator

from PIL import ImageCms

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
START_OF_SCAN, APP0, APP2, APP14 = 0xDA, 0xE0, 0xE2, 0xEE
ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
# Tables, frames and scans; not the seats of applications, nor comments.
PIXELS = frozenset(range(0xC0, 0xE0)) - {0xC8}
JFIF, JFIF_LENGTH = b"JFIF\0", 12
ADOBE, ADOBE_LENGTH = b"Adobe", 12
ICC, ICC_MOST = b"ICC_PROFILE\0", 65_519


def without_telling_segments(data: bytes) -> bytes:
    """The same JPEG without EXIF, XMP, IPTC, comments and what follows its end; raises ValueError where it is none.

    Keeps of APP0 (JFIF), APP2 (a whole ICC profile) and APP14 (Adobe: which colours) what decides how it looks.
    """
    return b"".join([SOI, *_kept_segments(data), EOI])


def _kept_segments(data: bytes) -> Iterator[bytes]:
    profile = _profile(inside for marker, inside in _segments(data) if marker == APP2)
    for marker, inside in _segments(data):
        if marker == APP2 and inside.startswith(ICC):
            yield from (_segment(APP2, part) for part in profile)
            profile = []
        elif marker in (None, *PIXELS):
            yield inside if marker is None else _segment(marker, inside)
        elif marker == APP0 and inside.startswith(JFIF):
            # What follows is a smaller picture, of 0 by 0 now.
            yield _segment(APP0, inside[:JFIF_LENGTH] + b"\0\0")
        elif marker == APP14 and inside.startswith(ADOBE):
            yield _segment(APP14, inside[:ADOBE_LENGTH])


def _segment(marker: int, inside: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(inside) + 2).to_bytes(2) + inside


def _profile(segments: Iterator[bytes]) -> list[bytes]:
    """The colour profile without what follows it, in as many parts as it needs; none where it is no profile."""
    parts = sorted((part[len(ICC)], part[len(ICC) + 2 :]) for part in segments if part.startswith(ICC) and part[13:])
    whole = b"".join(part for _, part in parts)
    whole = whole[: int.from_bytes(whole[:4])]
    try:
        ImageCms.ImageCmsProfile(io.BytesIO(whole))
    except (OSError, ImageCms.PyCMSError):
        return []
    cut = [whole[at : at + ICC_MOST] for at in range(0, len(whole), ICC_MOST)]
    return [ICC + bytes((number, len(cut))) + part for number, part in enumerate(cut, start=1)]


def _segments(data: bytes) -> Iterator[tuple[int | None, bytes]]:
    """The marker of each segment and what is inside; the pixels themselves have none."""
    at = data.find(SOI)
    # Acrobat, too, looks for the start within the first bytes only.
    if at < 0 or at > 1024:
        raise ValueError("no JPEG")
    at += 2
    while at < len(data):
        marker, begin = _marker(data, at)
        if marker == EOI[1]:
            return
        if marker in ALONE:
            at = begin
            continue
        end = begin + int.from_bytes(data[begin : begin + 2])
        if end < begin + 2 or end > len(data):
            raise ValueError("a JPEG segment that is longer than its file")
        yield marker, data[begin + 2 : end]
        at = end
        if marker == START_OF_SCAN:
            at = _end_of_scan(data, end)
            yield None, data[end:at]


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """The marker that begins here and the place after it; fill bytes may precede it."""
    if data[at] != 0xFF:
        raise ValueError("a JPEG segment without its marker")
    while at < len(data) and data[at] == 0xFF:
        at += 1
    if at >= len(data):
        return EOI[1], at
    return data[at], at + 1


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the pixels end: at the next marker that is neither a stuffed byte nor a restart."""
    while (at := data.find(0xFF, at)) >= 0 and at + 1 < len(data):
        if data[at + 1] not in (0x00, 0xFF) and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 1 if data[at + 1] == 0xFF else 2
    return len(data)
