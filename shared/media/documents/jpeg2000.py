"""Cuts out of a JPEG 2000 picture what it tells about itself; not one pixel changes. Pure."""

from collections.abc import Iterator

JP2 = b"\x00\x00\x00\x0cjP  "
CODESTREAM, HEADER = b"jp2c", b"jp2h"
# What decides how it looks; the rest (XML, UUID, rights, labels) is dropped, known or not.
KEPT = frozenset({b"jP  ", b"ftyp", b"rreq", HEADER, CODESTREAM})
KEPT_IN_HEADER = frozenset({b"ihdr", b"bpcc", b"colr", b"pclr", b"cmap", b"cdef", b"res "})
START, END = b"\xff\x4f", b"\xff\xd9"
# Of the codestream: a tile begins, its data begin; a comment; how long the tiles are, which nobody needs.
TILE, DATA, COMMENT, LENGTHS = 0xFF90, 0xFF93, 0xFF64, 0xFF55
TILE_LENGTH = 6  # where a tile's own segment tells it


def without_telling_boxes(data: bytes) -> bytes:
    """The same JPEG 2000 file without comments, and all boxes that tell; raises ValueError where it is damaged."""
    if not data.startswith(JP2):
        return _without_comments(data)
    return b"".join(_kept_boxes(data))


def _kept_boxes(data: bytes) -> Iterator[bytes]:
    for name, inside in _boxes(data):
        if name == CODESTREAM:
            yield _box(name, _without_comments(inside))
        elif name == HEADER:
            yield _box(name, b"".join(_box(*part) for part in _boxes(inside) if part[0] in KEPT_IN_HEADER))
        elif name in KEPT:
            yield _box(name, inside)


def _box(name: bytes, inside: bytes) -> bytes:
    return (len(inside) + 8).to_bytes(4) + name + inside


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
        yield data[at + 4 : at + 8], data[at + header : at + size]
        at += size


def _without_comments(stream: bytes) -> bytes:
    if not stream.startswith(START):
        raise ValueError("no JPEG 2000 codestream")
    header, at = _kept_segments(stream, len(START))
    parts = [START, header]
    while stream[at : at + 2] == TILE.to_bytes(2):
        end = _tile_end(stream, at)
        own = at + 2 + int.from_bytes(stream[at + 2 : at + 4])
        kept, data = _kept_segments(stream, own)
        if data > end or own - at <= TILE_LENGTH + 4:
            raise ValueError("a JPEG 2000 tile that is shorter than its header")
        length = own - at + len(kept) + end - data
        parts += [stream[at : at + TILE_LENGTH], length.to_bytes(4), stream[at + TILE_LENGTH + 4 : own]]
        parts += [kept, stream[data:end]]
        at = end
    return b"".join([*parts, END])


def _tile_end(stream: bytes, at: int) -> int:
    length = int.from_bytes(stream[at + TILE_LENGTH : at + TILE_LENGTH + 4])
    # The last may leave open how long it is.
    end = at + length if length else max(stream.rfind(END), at)
    if end > len(stream):
        raise ValueError("a JPEG 2000 tile that is longer than its file")
    return end


def _kept_segments(stream: bytes, at: int) -> tuple[bytes, int]:
    """The segments from here to a tile or to its data, but for those that tell; and where these begin."""
    kept: list[bytes] = []
    while (marker := int.from_bytes(stream[at : at + 2])) not in (TILE, DATA):
        end = at + 2 + int.from_bytes(stream[at + 2 : at + 4])
        if marker < 0xFF00 or end < at + 4 or end > len(stream):
            raise ValueError("a JPEG 2000 segment that is longer than its file")
        if marker not in (COMMENT, LENGTHS):
            kept.append(stream[at:end])
        at = end
    return b"".join(kept), at
