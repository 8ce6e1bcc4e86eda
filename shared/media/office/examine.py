"""Office documents: what they truly are, whether they are taken, and what they say. Never published themselves."""

from pathlib import Path

from shared.media import bounds
from shared.media.office import compound, open_document, open_xml
from shared.media.office import text as office_text
from shared.media.office.packages import DAMAGE, Package
from shared.media.office.refusals import ARCHIVE, DAMAGED, OTHER
from shared.media.verdict import Examined, Facts, Made, Undecodable

ZIP = (b"PK\x03\x04", b"PK\x05\x06")


def examine(path: Path, out: Path | None, content_type: str) -> Examined:
    """Open an office document; with `out` also write there what it says. What it was called does not count."""
    del content_type
    with path.open("rb") as file:
        head = file.read(8)
    if head == compound.MAGIC:
        return compound.examine(path)
    if not head.startswith(ZIP):
        raise Undecodable(OTHER)
    try:
        kind, facts, said = _opened(Package(path))
    except DAMAGE as e:
        if bounds.is_of_the_disk(e):
            raise
        raise Undecodable(DAMAGED) from e
    made: tuple[Made, ...] = ()
    if out and said:
        made = (Made(label="text", file="text.txt", content_type="text/plain"),)
        (out / "text.txt").write_text(said, encoding="utf-8", newline="\n")
    return Examined(content_type=kind, facts=facts, made=made)


def _opened(package: Package) -> tuple[str, Facts, str]:
    family = open_xml if open_xml.TYPES in package.names else open_document
    if family is open_document and open_document.MIMETYPE not in package.names:
        raise Undecodable(ARCHIVE)
    package.check_all()
    kind = family.true_type(package)
    return kind, family.facts(package), office_text.text_of(package, kind)
