"""The true type of a file, by its content."""

from pathlib import Path

import pylibmagic  # pyright: ignore[reportUnusedImport]  # noqa: F401

# isort: split
# Only after it: it brings libmagic and its data, which a library of the system's would not understand.
import magic

from shared.media.kinds import ARCHIVES, TYPES, canonical

# What libmagic cannot tell apart from plain text: here the sender's word decides, and the tool looks whether it holds.
PLAIN = frozenset({"text/plain", "text/csv", "text/vtt"})
# Boxes of which only the tool can tell what they hold.
BOXES = frozenset({"application/zip", "application/cdfv2", "application/x-ole-storage", "application/encrypted"})
PAGES = frozenset({"text/html", "text/xml", "image/svg+xml"})
PACKETS = ((188, 0), (192, 4))  # of a transport stream: its length, and where its sync byte lies; AVCHD has the latter
SYNC, IN_A_ROW = 0x47, 5


def true_type(path: Path, declared: str) -> str:
    """The canonical type; `declared` is the sender's word, which counts only among texts and office documents."""
    if path.stat().st_size == 0:
        return declared
    found = canonical(magic.from_file(str(path), mime=True))
    if found in TYPES and found not in PLAIN:
        return found
    if is_transport_stream(path):
        return "video/mp2t"
    taken = TYPES.get(declared)
    if taken is None:
        return found
    if declared == "text/vtt" and begins_as_captions(path):
        return declared
    # By its first words libmagic takes a text for many things, and one letter for none: its tool looks at all of it.
    if declared in PLAIN and found not in PAGES | ARCHIVES:
        return declared
    if found in BOXES and taken.tool == "office":
        return declared
    return found


def begins_as_captions(path: Path) -> bool:
    """Captions may hold tags, for which libmagic takes them for a page; the tool drops these."""
    with path.open("rb") as file:
        return file.read(9).removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT")


def is_transport_stream(path: Path) -> bool:
    """A handycam's file, which libmagic does not know."""
    with path.open("rb") as file:
        head = file.read(192 * IN_A_ROW)
    return any(
        len(head) >= size * IN_A_ROW and all(head[at + size * n] == SYNC for n in range(IN_A_ROW))
        for size, at in PACKETS
    )
