"""Cuts out of a JPEG or JPEG 2000 picture what it tells about itself; not one pixel changes. Pure."""

from collections.abc import Iterator

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
START_OF_SCAN, COMMENT, APP0, APP2, APP14, APP15 = 0xDA, 0xFE, 0xE0, 0xE2, 0xEE, 0xEF
ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
ICC = b"ICC_PROFILE\0"
JP2 = b"\x00\x00\x00\x0cjP  "
TELLING_BOXES = frozenset({b"uuid", b"xml ", b"uinf", b"jp2i", b"asoc"})


def without_telling_segments(data: bytes) -> bytes:
    """The same JPEG without EXIF, XMP, IPTC, comments and what follows its end; raises ValueError where it is none.

    Keeps APP0 (JFIF), APP2 with an ICC profile and APP14 (Adobe: which colours), as they decide how it looks.
    """
    return b"".join([SOI, *_kept_segments(data), EOI])


def without_telling_boxes(data: bytes) -> bytes:
    """The same JPEG 2000 file without its XML, UUID and rights boxes; a bare codestream is given back as it is."""
    if not data.startswith(JP2):
        return data
    return b"".join(box for name, box in _boxes(data) if name not in TELLING_BOXES)


def _kept_segments(data: bytes) -> Iterator[bytes]:
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
        if not _tells(marker, data[begin + 2 : begin + 2 + len(ICC)]):
            yield bytes((0xFF, marker)) + data[begin:end]
        at = end
        if marker == START_OF_SCAN:
            at = _end_of_scan(data, end)
            yield data[end:at]


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """The marker that begins here and the place after it; fill bytes may precede it."""
    if data[at] != 0xFF:
        raise ValueError("a JPEG segment without its marker")
    while at < len(data) and data[at] == 0xFF:
        at += 1
    if at >= len(data):
        return EOI[1], at
    return data[at], at + 1


def _tells(marker: int, head: bytes) -> bool:
    if marker == APP2:
        return head != ICC
    return marker == COMMENT or (APP0 < marker <= APP15 and marker != APP14)


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the pixels end: at the next marker that is neither a stuffed byte nor a restart."""
    while (at := data.find(0xFF, at)) >= 0 and at + 1 < len(data):
        if data[at + 1] not in (0x00, 0xFF) and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 1 if data[at + 1] == 0xFF else 2
    return len(data)


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size, header = int.from_bytes(data[at : at + 4]), 8
        if size == 1:
            size, header = int.from_bytes(data[at + 8 : at + 16]), 16
        elif size == 0:
            size = len(data) - at
        if size < header or at + size > len(data):
            raise ValueError("a JPEG 2000 box that is longer than its file")
        yield data[at + 4 : at + 8], data[at : at + size]
        at += size
