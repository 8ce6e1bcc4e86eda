"""Office Open XML: docx, xlsx and pptx. What they are, what is refused in them, who made them."""

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from shared.media import kinds
from shared.media.office import compound
from shared.media.office.packages import DAMAGE, Element, Package, local
from shared.media.office.refusals import ARCHIVE, LINKED, MACROS, OTHER
from shared.media.told import line, moment
from shared.media.verdict import Facts, Undecodable

TYPES = "[Content_Types].xml"
FAMILIES = ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
MAIN_TYPES = {f"{kinds.OOXML}{family}.main+xml": kinds.OOXML + family for family in FAMILIES}
PROGRAM_TYPES = ("macroenabled", "vbaproject", "activex", "macrosheet")
PROGRAM_NAMES = ("vbaproject", "vbadata", "/activex/", "/macrosheets/")
PULLED_IN = frozenset({"attachedtemplate", "oleobject", "frame", "subdocument"})
# A template on the writer's own disk, which nobody else's program can fetch; never a share on another machine.
LOCAL = re.compile(
    r"(?:file:///(?![\\/])|file://localhost/(?![\\/])|/?(?![\\/]))(?:[a-z]:)?[\\/]?(?![\\/])[^:]*", re.IGNORECASE
)
DDE = re.compile(r"\s*DDE(?:AUTO)?\b", re.IGNORECASE)
ZIP = b"PK\x03\x04"


class Relation(NamedTuple):
    """From one part to another: its id, the last word of its type, and the part, or an address outside."""

    name: str
    kind: str
    target: str
    external: bool


def true_type(package: Package) -> str:
    """The type by its main part; raises Undecodable for what is no document, or holds programs or links."""
    refuse_programs(package)
    main = main_part(package)
    found = MAIN_TYPES.get(_types(package).get(main.lower(), ""))
    if found is None:
        raise Undecodable(OTHER)
    for name in package.names:
        if name.endswith(".rels"):
            _refuse_pulled_in(package, name)
        if "/embeddings/" in name:
            _look_inside(package, name)
    for name in _drawn_up(package):
        _refuse_commands(package, name)
    return found


def main_part(package: Package) -> str:
    """The part with which reading begins."""
    found = [one.target for one in relations(package, "") if one.kind == "officedocument"]
    if not found or found[0] not in package.names:
        raise Undecodable(ARCHIVE)
    return found[0]


def relations(package: Package, part: str) -> list[Relation]:
    """What a part points to; of the package itself where none is named."""
    folder, name = posixpath.split(part)
    listed = posixpath.join(folder, "_rels", f"{name}.rels")
    return list(_related(package.tree(listed), folder)) if listed in package.names else []


def refuse_programs(package: Package) -> None:
    """Raise Undecodable where any part is a program, by its name or by its declared type."""
    declared = [one.get("ContentType", "").lower() for one in package.tree(TYPES).iter() if local(one)]
    if any(word in one for one in declared for word in PROGRAM_TYPES):
        raise Undecodable(MACROS)
    if any(word in f"/{name.lower()}" for name in package.names for word in PROGRAM_NAMES):
        raise Undecodable(MACROS)


def facts(package: Package) -> Facts:
    """Author and time of making, as the document tells them."""
    told = {one.kind: one.target for one in relations(package, "")}.get("core-properties", "")
    if told not in package.names:
        return Facts()
    said = {local(one): one.text for one in package.tree(told).iter()}
    return Facts(author=line(said.get("creator")), taken_at=moment(said.get("created")))


def _types(package: Package) -> dict[str, str]:
    return {
        one.get("PartName", "").lstrip("/").lower(): one.get("ContentType", "")
        for one in package.tree(TYPES).iter()
        if local(one) == "Override"
    }


def _related(tree: Element, folder: str) -> Iterator[Relation]:
    for one in tree.iter():
        if local(one) == "Relationship":
            external = one.get("TargetMode", "") == "External"
            target = one.get("Target", "")
            inside = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            kind = one.get("Type", "").rpartition("/")[2].lower()
            yield Relation(one.get("Id", ""), kind, target if external else inside, external)


def _refuse_pulled_in(package: Package, name: str) -> None:
    for one in _related(package.tree(name), ""):
        harmless = one.kind == "attachedtemplate" and LOCAL.fullmatch(unquote(one.target).strip())
        if one.external and one.kind in PULLED_IN and not harmless:
            raise Undecodable(LINKED)


def _look_inside(package: Package, name: str) -> None:
    data = package.read(name, 100_000_000)
    if data.startswith(compound.MAGIC):
        compound.refuse_programs(data)
    elif data.startswith(ZIP):
        try:
            inner = package.inner(name)
            if TYPES in inner.names:
                refuse_programs(inner)
        except DAMAGE as e:
            raise Undecodable(OTHER) from e


def _drawn_up(package: Package) -> list[str]:
    """The parts in which Word or Excel may be told to start another program."""
    written = {name for name, declared in _types(package).items() if "wordprocessingml" in declared}
    linked = {name for name in package.names if "/externallinks/" in name.lower() and name.lower().endswith(".xml")}
    return [name for name in package.names if name.lower() in written or name in linked]


def _refuse_commands(package: Package, name: str) -> None:
    said = ""
    for _, element in package.events(name, ("instrText", "fldChar", "fldSimple", "ddeLink", "p")):
        match local(element):
            case "instrText":
                said += element.text or ""
            case "fldChar":
                said = ""
            case "fldSimple":
                said = next((value for key, value in element.items() if key.endswith("instr")), "")
            case "ddeLink":
                raise Undecodable(LINKED)
            case _:
                element.clear(True)
        if DDE.match(said):
            raise Undecodable(LINKED)
