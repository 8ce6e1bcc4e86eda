"""What an office document says, in the order in which it is read."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from shared.media import kinds
from shared.media.office import open_document, open_xml
from shared.media.office.packages import Element, Package, attribute, local

MOST_TEXT = 1_000_000
MOST_SHARED = 20_000_000


@dataclass(frozen=True, slots=True)
class Grammar:
    """Local names: of paragraphs, of what holds words (where words do not stand between tags), of what is not read."""

    paragraphs: frozenset[str]
    words: str | None
    breaks: frozenset[str]
    unread: frozenset[str]
    cells: frozenset[str]
    rows: frozenset[str]
    sheets: frozenset[str] = frozenset()


OPEN_XML = Grammar(
    frozenset({"p"}),
    "t",
    frozenset({"br", "cr"}),
    frozenset({"Fallback", "moveFrom"}),
    frozenset({"tc"}),
    frozenset({"tr"}),
)
OPEN_DOCUMENT = Grammar(
    frozenset({"p", "h"}),
    None,
    frozenset({"line-break"}),
    frozenset({"annotation", "tracked-changes", "notes"}),
    frozenset({"table-cell", "covered-table-cell"}),
    frozenset({"table-row"}),
    frozenset({"table", "page"}),
)
# Tab stops are named like tabs.
SETTINGS = frozenset({"pPr", "rPr"})


def text_of(package: Package, content_type: str) -> str:
    """At most 1 MB of what it says, line by line; cells parted by tabs."""
    if content_type.startswith(kinds.ODF):
        pieces = _lines(package, open_document.CONTENT, OPEN_DOCUMENT)
    elif content_type.endswith("spreadsheetml.sheet"):
        pieces = _workbook(package)
    else:
        parts = _read_in_order(package, content_type)
        pieces = chain.from_iterable(chain(_lines(package, part, OPEN_XML), ["\n"]) for part in parts)
    said = re.sub(r"[ \t]+\n", "\n", re.sub(r" *\t *", "\t", _first(pieces)))
    return re.sub(r"\n{3,}", "\n\n", said).strip().encode()[:MOST_TEXT].decode(errors="ignore")


def _first(pieces: Iterable[str]) -> str:
    taken: list[str] = []
    length = 0
    for piece in pieces:
        taken.append(piece)
        length += len(piece)
        if length > MOST_TEXT:
            break
    return "".join(taken)


def _read_in_order(package: Package, content_type: str) -> list[str]:
    main = open_xml.main_part(package)
    to = {one.name: one.target for one in open_xml.relations(package, main) if one.target in package.names}
    if content_type.endswith("presentation"):
        # A slide has a number of its own, too, whose name differs by its namespace only.
        leads = [value for one in _named(package, main, "sldId") for key, value in one.items() if key.endswith("}id")]
        return [to[one] for one in leads if one in to]
    notes = [one.target for one in open_xml.relations(package, main) if one.kind in ("footnotes", "endnotes")]
    return [main, *(note for note in notes if note in package.names)]


def _named(package: Package, part: str, name: str) -> list[Element]:
    return [one for one in package.tree(part).iter() if local(one) == name]


def _lines(package: Package, part: str, grammar: Grammar) -> Iterator[str]:
    within = unread = cells = 0
    read = grammar.paragraphs | grammar.unread | grammar.cells | grammar.rows | grammar.sheets
    for kind, element in package.events(part, read, begins=True):
        name, step = local(element), 1 if kind == "start" else -1
        within += step * (name in grammar.paragraphs)
        unread += step * (name in grammar.unread)
        cells += step * (name in grammar.cells)
        if kind == "start" or within:
            if kind == "end" and name in grammar.unread:
                element.clear(True)
            continue
        if name in grammar.paragraphs and not unread:
            yield "".join(_said(element, grammar)) + (" " if cells else "\n")
        elif name in grammar.cells:
            yield "\t"
        elif name in grammar.rows or name in grammar.sheets:
            yield "\n"
        if name in grammar.paragraphs | grammar.unread | grammar.rows:
            element.clear(True)


def _said(element: Element, grammar: Grammar) -> Iterator[str]:
    if grammar.words is None or local(element) == grammar.words:
        yield element.text or ""
    for child in element:
        name = local(child)
        if name == "tab":
            yield "\t"
        elif name in grammar.breaks:
            yield "\n"
        elif name == "s":
            yield " " * min(int(attribute(child, "c") or 1), 100)
        elif name and name not in SETTINGS:
            yield from _said(child, grammar)
            if name in grammar.paragraphs:
                yield "\n"
        if grammar.words is None:
            yield child.tail or ""


def _workbook(package: Package) -> Iterator[str]:
    main = open_xml.main_part(package)
    to = {one.name: one for one in open_xml.relations(package, main) if one.target in package.names}
    strings = [one.target for one in to.values() if one.kind == "sharedstrings"]
    shared = list(_strings(package, strings[0])) if strings else []
    for sheet in _named(package, main, "sheet"):
        lead = to.get(attribute(sheet, "id"))
        if lead is not None and lead.kind == "worksheet":
            yield f"{sheet.get('name', '')}\n"
            yield from _rows(package, lead.target, shared)
            yield "\n"


def _strings(package: Package, part: str) -> Iterator[str]:
    length = 0
    for _, element in package.events(part, ("si",)):
        said = "".join(_words(element)) if length < MOST_SHARED else ""
        length += len(said)
        yield said
        element.clear(True)


def _rows(package: Package, part: str, shared: list[str]) -> Iterator[str]:
    for _, element in package.events(part, ("row",)):
        yield "\t".join(_cell(cell, shared) for cell in element if local(cell) == "c") + "\n"
        element.clear(True)


def _cell(cell: Element, shared: list[str]) -> str:
    if cell.get("t", "") == "inlineStr":
        return "".join(_words(cell))
    value = next((one.text or "" for one in cell if local(one) == "v"), "")
    if cell.get("t", "") != "s":
        return value
    return shared[int(value)] if value.isdecimal() and int(value) < len(shared) else ""


def _words(element: Element) -> Iterator[str]:
    """Without the readings that are written above Japanese words."""
    for child in element:
        if local(child) == "t":
            yield child.text or ""
        elif local(child) not in ("rPh", ""):
            yield from _words(child)
