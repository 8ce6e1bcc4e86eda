"""OpenDocument: odt, ods and odp. What they are, what is refused in them, who made them."""

import re

from shared.media import kinds
from shared.media.office.packages import Element, Package, attribute, local
from shared.media.office.refusals import ARCHIVE, DAMAGED, LINKED, LOCKED, MACROS, OTHER
from shared.media.told import line, moment
from shared.media.verdict import Facts, Undecodable

MIMETYPE, MANIFEST, CONTENT = "mimetype", "META-INF/manifest.xml", "content.xml"
TYPES = frozenset(kinds.ODF + kind for kind in ("text", "spreadsheet", "presentation"))
PROGRAM_FOLDERS = re.compile(r"(?:^|/)(?:Basic|Scripts|Dialogs)/(.*)", re.IGNORECASE | re.DOTALL)
# The lists of contents that LibreOffice writes also where there is nothing to list.
LISTS = re.compile(r"(?:Standard/)?(?:script|dialog)-l[bc]\.xml")
COMMANDS = frozenset({"dde-connection-decl", "dde-source", "dde-link", "floating-frame", "applet"})
POINTS_OUT = frozenset({"section-source", "object", "object-ole"})
PROGRAM = re.compile(r"\s*(?:vnd\.sun\.star\.script|macro|javascript):", re.IGNORECASE)
INSIDE = re.compile(r"(?:\./)?(?:#|Object|$)")


def true_type(package: Package) -> str:
    """The type by its own entry and its manifest; raises Undecodable for what is none, locked, programmed or linked."""
    found = package.read(MIMETYPE, 200).decode("ascii").strip()
    if found not in TYPES:
        raise Undecodable(OTHER if found.startswith(kinds.ODF) else ARCHIVE)
    _refuse_locked(package, found)
    for name in package.names:
        if (held := PROGRAM_FOLDERS.search(name)) and not LISTS.fullmatch(held[1]):
            raise Undecodable(MACROS)
    for name in package.names:
        if name.rpartition("/")[2] in ("content.xml", "styles.xml"):
            for _, element in package.events(name):
                _refuse_commands(element)
    return found


def facts(package: Package) -> Facts:
    """Author and time of making, as the document tells them."""
    if "meta.xml" not in package.names:
        return Facts()
    said = {local(one): one.text for one in package.tree("meta.xml").iter()}
    author = said.get("initial-creator") or said.get("creator")
    return Facts(author=line(author), taken_at=moment(said.get("creation-date")))


def _refuse_locked(package: Package, kind: str) -> None:
    for one in package.tree(MANIFEST).iter():
        if local(one) == "encryption-data":
            raise Undecodable(LOCKED)
        if attribute(one, "full-path") == "/" and attribute(one, "media-type") != kind:
            raise Undecodable(DAMAGED)
    if CONTENT not in package.names:
        raise Undecodable(DAMAGED)


def _refuse_commands(element: Element) -> None:
    name, leads_to = local(element), attribute(element, "href")
    if name in COMMANDS or (name in POINTS_OUT and not INSIDE.match(leads_to)):
        raise Undecodable(LINKED)
    if PROGRAM.match(leads_to) or (name in ("execute-macro", "script") and "text:1.0" in str(element.tag)):
        raise Undecodable(MACROS)
    if name in ("p", "table-row"):
        element.clear(True)
