"""All files of a Story in one ZIP, each under a safe name of its own. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from services.editing.reports import Report
from shared.content import Media, StoredObject
from shared.refusal import Refused

LONGEST = 120  # bytes of a name: with a folder before it any system takes it
# What some system takes for a path, a drive, a wildcard or a quotation.
FORBIDDEN = re.compile(r'[\\/:*?"<>|]')
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
# Controls, marks that turn the direction of writing, halves of characters, ends of lines.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
JOINER = "\u200d"  # holds the parts of one emoji together
NAMELESS = "berkas"


class Packed(NamedTuple):
    name: str
    original: StoredObject


class NothingToPack(Refused):
    def __init__(self) -> None:
        super().__init__("nothing-to-pack", "Belum ada berkas berita ini yang lolos pemeriksaan.")


def originals(reports: Sequence[Report]) -> list[Media]:
    """The files that may be taken out: accepted, and of Reports that are still there."""
    return [m for r in reports if not r.left for m in r.media if m.state == "accepted"]


def packed(media: Iterable[Media]) -> list[Packed]:
    """Each file's original under its name in the ZIP; no two names differ by their case alone."""
    taken: set[str] = set()
    found: list[Packed] = []
    for one in media:
        name = _free(safe_name(one.name), taken)
        taken.add(name.casefold())
        found.append(Packed(name, one.original))
    return found


def safe_name(name: str) -> str:
    """A file's own name without paths, control characters and what could make it look like another; emoji stay."""
    plain = "".join(
        c for c in unicodedata.normalize("NFC", name) if c == JOINER or unicodedata.category(c) not in UNSEEN
    )
    plain = FORBIDDEN.sub("_", plain).strip(" .")
    if not plain.strip(f"_{JOINER}"):
        return NAMELESS
    return _shortened(f"_{plain}" if RESERVED.fullmatch(plain) else plain, LONGEST)


def _free(name: str, taken: set[str]) -> str:
    stem, extension = _split(name)
    number, free = 1, name
    while free.casefold() in taken:
        number += 1
        mark = f" ({number})"
        free = _shortened(stem, LONGEST - len(f"{mark}{extension}".encode())) + mark + extension
    return free


def _shortened(name: str, most: int) -> str:
    """At most so many bytes, the extension kept, no character cut in two."""
    if len(name.encode()) <= most:
        return name
    stem, extension = _split(name)
    room = most - len(extension.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(f" .{JOINER}") + extension


def _split(name: str) -> tuple[str, str]:
    stem, dot, extension = name.rpartition(".")
    if not stem or not extension.isascii() or not 0 < len(extension) <= 10:
        return name, ""
    return stem, dot + extension
