"""A zip of XML parts, as office documents are: read within bounds, nothing written to disk, no entity followed."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Protocol

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (comes without types)

from shared.media.office.refusals import BURSTING, DAMAGED, LOCKED
from shared.media.verdict import Undecodable

MOST_ENTRIES = 5_000
MOST_BYTES = 500_000_000
# Sheets of numbers shrink to a fiftieth; what shrinks more than this was made to burst.
MOST_SHRUNK, SMALL = 200, 20_000_000
CHUNK, HEAD = 1024 * 1024, 4096
CAREFUL = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}

# The ways in which the libraries tell that a package is broken.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    etree.LxmlError,
    EOFError,
    RuntimeError,
    ValueError,
    LookupError,
    OSError,
    MemoryError,
)


class Element(Protocol):
    """What is used of an lxml element; the tag of a comment is no string."""

    tag: object
    text: str | None
    tail: str | None

    def get(self, key: str, default: str = ..., /) -> str: ...
    def items(self) -> list[tuple[str, str]]: ...
    def iter(self, *tags: str) -> "Iterator[Element]": ...
    def __iter__(self) -> "Iterator[Element]": ...
    def clear(self, keep_tail: bool = ..., /) -> None: ...


class Package:
    """An open package. Each part is unpacked under one count, and raises Undecodable where there is too much."""

    def __init__(self, file: Path | IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file)
        entries = self._zip.infolist()
        self.names = [entry.filename for entry in entries if not entry.is_dir()]
        if len(entries) > MOST_ENTRIES:
            raise Undecodable(BURSTING)
        if any(entry.flag_bits & 1 for entry in entries):
            raise Undecodable(LOCKED)
        # Two parts of one name: one program would check the one, and another open the other.
        if len({name.lower() for name in self.names}) < len(self.names):
            raise Undecodable(DAMAGED)

    def check_all(self) -> None:
        """Unpack every part once, and so see that it is whole and how large it truly is."""
        unpacked = packed = 0
        for entry in self._zip.infolist():
            packed += entry.compress_size
            with self._zip.open(entry) as part:
                while chunk := part.read(CHUNK):
                    unpacked += len(chunk)
                    if unpacked > MOST_BYTES or unpacked > max(SMALL, MOST_SHRUNK * packed):
                        raise Undecodable(BURSTING)

    def read(self, name: str, most: int = 50_000_000) -> bytes:
        """One part; LookupError where there is none."""
        with self._zip.open(name) as part:
            data = part.read(most + 1)
        if len(data) > most:
            raise Undecodable(BURSTING)
        return data

    def tree(self, name: str) -> Element:
        """One small part of XML."""
        return parsed(self.read(name))

    def events(self, name: str, only: Iterable[str] = (), *, begins: bool = False) -> Iterator[tuple[str, Element]]:
        """The elements of a part of XML as they end ("end") and, where asked, as they begin ("start").

        All or those of some local names. It need not fit in memory where the reader clears what it has seen.
        """
        with self._zip.open(name) as part:
            _refuse_entities(part.read(HEAD))
        with self._zip.open(name) as part:
            tags = [f"{{*}}{one}" for one in only] or None
            yield from etree.iterparse(part, ("start", "end") if begins else ("end",), tag=tags, **CAREFUL)

    def inner(self, name: str) -> "Package":
        """A package inside this one."""
        return Package(io.BytesIO(self.read(name)))


def parsed(data: bytes) -> Element:
    """XML as a tree, without entities, network or document types of its own making."""
    _refuse_entities(data[:HEAD])
    return etree.fromstring(data, etree.XMLParser(**CAREFUL))


def local(element: Element) -> str:
    """An element's name without its namespace, of which each family of documents has several; of a comment none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: Element, name: str) -> str:
    """An attribute by its local name."""
    return next((value for key, value in element.items() if key.rpartition("}")[2] == name), "")


def _refuse_entities(head: bytes) -> None:
    # The parser follows none; but no office program writes them either.
    if b"<!ENTITY" in head.replace(b"\0", b"").upper():
        raise Undecodable(DAMAGED)
