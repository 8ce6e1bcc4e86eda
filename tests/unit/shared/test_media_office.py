"""Office documents: what they truly are, what is refused with a sentence, what they say. They are never published."""

import io
import random
import struct
import warnings
import zipfile
from pathlib import Path

import pytest

from shared.media.kinds import ODF, OOXML, FileLimits
from shared.media.office.examine import examine
from shared.media.sandbox import judged
from shared.media.verdict import Undecodable
from tests.unit.shared.compound_files import Tree, compound_file

Parts = dict[str, str | bytes]
DOCX, XLSX, PPTX = (
    OOXML + kind for kind in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
)
ODT, ODS, ODP = (ODF + kind for kind in ("text", "spreadsheet", "presentation"))
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns"


def relation(name: str, kind: str, target: str, mode: str = "Internal") -> str:
    return f'<Relationship Id="{name}" Type="{R}/{kind}" Target="{target}" TargetMode="{mode}"/>'


def relations(*each: str) -> str:
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{"".join(each)}</Relationships>'


def open_xml(main: str, declared: str, parts: Parts, *more: str) -> Parts:
    """The parts of a package whose main part is of the declared type; `more` are further declarations."""
    types = f'<Override PartName="/{main}" ContentType="{declared}"/>' + "".join(more)
    package = "http://schemas.openxmlformats.org/package/2006"
    core = f"{package}/metadata/core-properties"
    return {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">{types}</Types>',
        "_rels/.rels": relations(
            relation("rId1", "officeDocument", main), relation("rId2", "metadata/core-properties", "docProps/core.xml")
        ),
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{core}" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:dcterms="http://purl.org/dc/terms/"><dc:creator>Budi Rahasia</dc:creator>'
        "<dcterms:created>2026-01-05T02:30:00Z</dcterms:created></cp:coreProperties>",
    } | parts  # fmt: skip


def docx(body: str = "<w:p><w:r><w:t>Perbaikan rumah</w:t></w:r></w:p>", **parts: str | bytes) -> Parts:
    document = f'<w:document xmlns:w="{W}" xmlns:mc="{MC}" xmlns:r="{R}"><w:body>{body}</w:body></w:document>'
    return open_xml("word/document.xml", DOCX + ".main+xml", {"word/document.xml": document, **parts})


def xlsx() -> Parts:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return open_xml("xl/workbook.xml", XLSX + ".main+xml", {
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{R}"><sheets>'
        '<sheet name="Rekap" sheetId="1" r:id="rId7"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(
            relation("rId7", "worksheet", "worksheets/sheet1.xml"),
            relation("rId8", "sharedStrings", "/xl/sharedStrings.xml"),
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{main}"><si><t>Kelurahan</t></si>'
        "<si><r><t>Jati</t></r><r><t>asih</t></r></si></sst>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData><row><c t="s"><v>0</v></c><c t="inlineStr">'
        '<is><t>Jumlah</t></is></c></row><row><c t="s"><v>1</v></c><c><v>12</v></c></row></sheetData></worksheet>',
    })  # fmt: skip


def pptx() -> Parts:
    p, a = (f"http://schemas.openxmlformats.org/{kind}/2006/main" for kind in ("presentationml", "drawingml"))
    slides = {
        f"ppt/slides/slide{number}.xml": f'<p:sld xmlns:p="{p}" xmlns:a="{a}"><a:p><a:r><a:t>{said}'
        "</a:t></a:r></a:p></p:sld>"
        for number, said in ((1, "Penutup"), (2, "Pembuka"))
    }
    return open_xml("ppt/presentation.xml", PPTX + ".main+xml", {
        "ppt/presentation.xml": f'<p:presentation xmlns:p="{p}" xmlns:r="{R}"><p:sldIdLst>'
        '<p:sldId id="256" r:id="rId3"/><p:sldId id="257" r:id="rId2"/></p:sldIdLst></p:presentation>',
        "ppt/_rels/presentation.xml.rels": relations(
            relation("rId2", "slide", "slides/slide1.xml"), relation("rId3", "slide", "slides/slide2.xml")
        ),
        **slides,
    })  # fmt: skip


def open_document(kind: str, body: str, *, listed: str = "", **parts: str | bytes) -> Parts:
    spaces = " ".join(
        f'xmlns:{name}="{OFFICE}:{name}:1.0"'
        for name in ("office", "text", "table", "draw", "script", "meta", "manifest")
    )
    spaces += ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return {
        "mimetype": kind,
        "META-INF/manifest.xml": f'<manifest:manifest {spaces}><manifest:file-entry manifest:full-path="/" '
        f'manifest:media-type="{kind}">{listed}</manifest:file-entry></manifest:manifest>',
        "content.xml": f"<office:document-content {spaces}><office:body>{body}</office:body></office:document-content>",
        "meta.xml": f"<office:document-meta {spaces}><meta:initial-creator>Budi Rahasia</meta:initial-creator>"
        "<meta:creation-date>2026-01-05T09:30:00</meta:creation-date></office:document-meta>",
        "Basic/script-lc.xml": "<x/>",
        **parts,
    }  # fmt: skip


def packed(parts: Parts) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, held in parts.items():
            package.writestr(name, held, zipfile.ZIP_STORED if name == "mimetype" else None)
    return file.getvalue()


def written(tmp_path: Path, content: Parts | bytes) -> Path:
    path = tmp_path / "asli"
    path.write_bytes(content if isinstance(content, bytes) else packed(content))
    return path


def said(tmp_path: Path, content: Parts | bytes) -> tuple[str, str]:
    """The true type, and the text that was written."""
    out = tmp_path / "salinan"
    out.mkdir(exist_ok=True)
    found = examine(written(tmp_path, content), out, "application/zip")
    assert [made.label for made in found.made] in ([], ["text"])
    return found.content_type, (out / found.made[0].file).read_text() if found.made else ""


def refused(tmp_path: Path, content: Parts | bytes) -> str:
    with pytest.raises(Undecodable) as no:
        examine(written(tmp_path, content), None, DOCX)
    return str(no.value)


WRITTEN = (
    '<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:t>Perbaikan</w:t><w:tab/><w:t>rumah</w:t><w:br/>'
    "<w:t>Jatiasih</w:t></w:r><w:del><w:r><w:delText>dihapus</w:delText></w:r></w:del></w:p>"
    "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Unit</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>3</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    "<w:p><mc:AlternateContent><mc:Choice><w:p><w:r><w:t>Kotak</w:t></w:r></w:p></mc:Choice><mc:Fallback><w:p><w:r>"
    "<w:t>Kotak</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent></w:p>"
)
SPOKEN = (
    '<office:text><text:tracked-changes><text:p>dihapus</text:p></text:tracked-changes><text:h>Berita</text:h>'
    '<text:p>Satu<office:annotation><dc:creator>Budi</dc:creator><text:p>catatan</text:p></office:annotation>'
    ' <text:span>dua</text:span> tiga<text:s text:c="2"/>empat<text:line-break/>lima<!-- tidak dibaca -->'
    "</text:p></office:text>"
)  # fmt: skip
TABLE = (
    "<table:table><table:table-row><table:table-cell><text:p>Unit</text:p></table:table-cell><table:table-cell>"
    '<text:p>3</text:p></table:table-cell><table:table-cell table:number-columns-repeated="16382"/>'
    "</table:table-row></table:table>"
)


@pytest.mark.parametrize(
    ("parts", "kind", "text"),
    [
        (docx(WRITTEN), DOCX, "Perbaikan\trumah\nJatiasih\nUnit\t3\nKotak"),
        (xlsx(), XLSX, "Rekap\nKelurahan\tJumlah\nJatiasih\t12"),
        (pptx(), PPTX, "Pembuka\n\nPenutup"),
        (open_document(ODT, SPOKEN), ODT, "Berita\nSatu dua tiga  empat\nlima"),
        (open_document(ODS, TABLE), ODS, "Unit\t3"),
        (open_document(ODP, "<draw:page><text:p>Pembuka</text:p></draw:page>"), ODP, "Pembuka"),
    ],
)
def test_a_document_is_known_by_its_content_and_read_in_order(
    tmp_path: Path, parts: Parts, kind: str, text: str
) -> None:
    assert said(tmp_path, parts) == (kind, text)


@pytest.mark.parametrize(
    ("parts", "at"), [(docx(), "2026-01-05T02:30:00+00:00"), (open_document(ODT, SPOKEN), "2026-01-05T09:30:00")]
)
def test_who_made_a_document_is_told_privately(tmp_path: Path, parts: Parts, at: str) -> None:
    found = examine(written(tmp_path, parts), None, DOCX)
    assert (found.facts.author, found.facts.taken_at, found.made) == ("Budi Rahasia", at, ())


@pytest.mark.parametrize(
    "parts", [{"foto.jpg": b"x"}, {"[Content_Types].xml": "<Types/>"}, {"mimetype": "application/epub+zip"}]
)
def test_an_archive_is_refused_whatever_its_name(tmp_path: Path, parts: Parts) -> None:
    assert "Berkas arsip tidak diterima" in refused(tmp_path, parts)


MACRO_TYPE = "application/vnd.ms-word.document.macroEnabled.main+xml"
SCRIPTED = '<script:event-listener xlink:href="vnd.sun.star.script:Standard.A.B"/>'


@pytest.mark.parametrize(
    "parts",
    [
        open_xml("word/document.xml", MACRO_TYPE, {"word/document.xml": "<x/>"}),
        docx() | {"word/vbaProject.bin": b"x"},
        docx() | {"word/ActiveX/activeX1.bin": b"x"},
        xlsx() | {"xl/macrosheets/sheet1.xml": "<x/>"},
        docx() | {"word/embeddings/a.xlsx": packed(xlsx() | {"xl/vbaProject.bin": b"x"})},
        docx() | {"word/embeddings/oleObject1.bin": compound_file({"Macros": {"VBA": {"dir": b"x"}}})},
        open_document(ODT, SPOKEN) | {"Basic/Standard/Modul1.xml": "<x/>"},
        open_document(ODT, SPOKEN) | {"Scripts/python/a.py": "x"},
        open_document(ODT, SCRIPTED),
    ],
)
def test_a_document_with_macros_is_refused_and_says_what_to_do(tmp_path: Path, parts: Parts) -> None:
    assert "makro" in refused(tmp_path, parts)


FIELD = (
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DDE</w:instrText></w:r>'
    '<w:r><w:instrText>AUTO c:\\\\cmd.exe "/k calc"</w:instrText></w:r></w:p>'
)


@pytest.mark.parametrize(
    "parts",
    [
        docx()
        | {
            "word/_rels/settings.xml.rels": relations(
                relation("rId1", "attachedTemplate", "http://x/a.dotm", "External")
            )
        },
        docx() | {"word/_rels/document.xml.rels": relations(relation("rId1", "oleObject", "file:///x", "External"))},
        docx() | {"word/_rels/document.xml.rels": relations(relation("rId1", "subDocument", "file:///x", "External"))},
        docx(FIELD),
        docx('<w:p><w:fldSimple w:instr="DDE cmd a"/></w:p>'),
        xlsx() | {"xl/externalLinks/externalLink1.xml": '<externalLink><ddeLink ddeService="cmd"/></externalLink>'},
        open_document(ODT, "<text:dde-connection-decl/>"),
        open_document(ODT, '<draw:floating-frame xlink:href="http://x/"/>'),
        open_document(ODT, '<draw:object xlink:href="../lain.ods"/>'),
    ],
)
def test_a_document_that_fetches_from_elsewhere_is_refused(tmp_path: Path, parts: Parts) -> None:
    assert "Putuskan tautannya" in refused(tmp_path, parts)


def test_links_and_objects_of_its_own_are_no_reason_to_refuse(tmp_path: Path) -> None:
    linked = relations(relation("rId1", "hyperlink", "https://bekasikota.go.id", "External"))
    field = '<w:p><w:r><w:instrText>HYPERLINK "DDE"</w:instrText></w:r></w:p>'
    assert said(tmp_path, docx(field) | {"word/_rels/document.xml.rels": linked})[0] == DOCX
    assert said(tmp_path, docx() | {"word/embeddings/b.xlsx": packed(xlsx())})[0] == DOCX
    assert said(tmp_path, open_document(ODT, '<draw:object xlink:href="./Object 1"/>'))[0] == ODT


def locked_zip() -> bytes:
    data = bytearray(packed(docx()))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    "content",
    [
        compound_file({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}),
        open_document(ODT, SPOKEN, listed="<manifest:encryption-data/>"),
        locked_zip(),
    ],
)
def test_a_document_with_a_password_is_refused_and_says_what_to_do(tmp_path: Path, content: Parts | bytes) -> None:
    assert "tanpa kata sandi" in refused(tmp_path, content)


def test_a_document_made_to_burst_is_refused(tmp_path: Path) -> None:
    assert "membengkak" in refused(tmp_path, docx() | {"word/media/a.bin": bytes(60_000_000)})
    assert "membengkak" in refused(tmp_path, docx() | {f"word/{number}.xml": "x" for number in range(5_001)})


def test_entities_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "rahasia.txt"
    secret.write_text("isi rahasia")
    inner = f'<!DOCTYPE w:document [<!ENTITY x SYSTEM "{secret}">]>'
    document = f'<w:document xmlns:w="{W}"><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:document>'
    assert "rusak" in refused(tmp_path, docx() | {"word/document.xml": inner + document})
    far = f"<!--{' ' * 5000}-->" + inner + document
    assert "isi rahasia" not in said(tmp_path, docx() | {"word/document.xml": far})[1]


def test_two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    file = io.BytesIO(packed(docx()))
    with zipfile.ZipFile(file, "a") as package, warnings.catch_warnings(action="ignore"):
        package.writestr("word/document.xml", "<x/>")
    assert "rusak" in refused(tmp_path, file.getvalue())


def word(flags: int = 0, said: bytes = b"") -> Tree:
    head = struct.pack("<HHHHHHHIBBHHII", 0xA5EC, 0xC1, 0, 0x421, 0, flags, 0xBF, 0, 0, 0, 0, 0, 0, 0)
    return {"WordDocument": head.ljust(1024, b"\0") + said, "1Table": b"x", "0Table": b"x"}


def excel(*records: bytes, name: str = "Workbook") -> Tree:
    begin = struct.pack("<HH", 0x0809, 16) + struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0)
    return {name: begin + b"".join(records) + struct.pack("<HH", 0x000A, 0)}


def sheet(kind: int) -> bytes:
    return struct.pack("<HHIBB", 0x0085, 14, 0, 0, kind) + b"\x06\0Rekap1"


def powerpoint(*, macros: int = 0, locked: bool = False) -> Tree:
    size = 0x20 if locked else 0x1C
    edit = struct.pack("<HHI", 0, 0x0FF5, size) + struct.pack("<IHBBIIIIHH", 0, 0, 0, 3, 0, 0, 1, 0, 0, 0) + bytes(4)
    info = struct.pack("<HHIIII", 2, 0x0400, 0x0C, 7, macros, 2)
    user = struct.pack("<HHI", 0, 0x0FF6, 0x1C) + struct.pack("<IIIHHBBH", 0x14, 0xE391C05F, 0, 4, 0x3F4, 3, 0, 0)
    return {"PowerPoint Document": edit + info, "Current User": user + b"Budi" + struct.pack("<I", 8)}


@pytest.mark.parametrize(
    ("tree", "kind"),
    [
        (word(), "application/msword"),
        (excel(sheet(0), sheet(2)), "application/vnd.ms-excel"),
        (excel(sheet(0), name="Book"), "application/vnd.ms-excel"),
        (powerpoint(), "application/vnd.ms-powerpoint"),
    ],
)
def test_an_older_document_is_taken_and_has_no_copy(tmp_path: Path, tree: Tree, kind: str) -> None:
    assert said(tmp_path, compound_file(tree)) == (kind, "")


@pytest.mark.parametrize(
    "tree",
    [
        word() | {"Macros": {"VBA": {"dir": b"x"}}},
        excel(sheet(0)) | {"_VBA_PROJECT_CUR": {"VBA": {"dir": b"x"}}},
        excel(sheet(0), sheet(1)),
        excel(sheet(1), name="Book"),
        powerpoint(macros=1),
        word(said=b'\x13 DDEAUTO c:\\cmd.exe "/k"'),
        word(said="\x13 DDEAUTO c:".encode("utf-16-le")),
    ],
)
def test_an_older_document_with_macros_is_refused(tmp_path: Path, tree: Tree) -> None:
    assert "makro" in refused(tmp_path, compound_file(tree))


@pytest.mark.parametrize(
    "tree", [word(flags=0x0100), excel(struct.pack("<HHH", 0x2F, 2, 0), sheet(1)), powerpoint(locked=True)]
)
def test_an_older_document_with_a_password_is_refused(tmp_path: Path, tree: Tree) -> None:
    assert "tanpa kata sandi" in refused(tmp_path, compound_file(tree))


def test_a_compound_file_that_is_no_document_is_refused(tmp_path: Path) -> None:
    assert "tidak diterima" in refused(tmp_path, compound_file({"Isi": b"x"}))


def test_any_damage_gives_an_answer_and_nothing_else(tmp_path: Path) -> None:
    chance, answers = random.Random(2), set[str]()
    wholes = [packed(docx(WRITTEN)), packed(xlsx()), packed(open_document(ODT, SPOKEN)), compound_file(powerpoint())]
    for number in range(600):
        data = bytearray(wholes[number % len(wholes)])
        for _ in range(chance.randint(1, 5)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        cut = chance.randint(1, len(data)) if number % 7 == 0 else len(data)
        try:
            examine(written(tmp_path, bytes(data[:cut])), None, DOCX)
        except Undecodable as no:
            assert str(no).endswith(".")
            answers.add("refused")
        else:
            answers.add("taken")
    assert answers == {"refused", "taken"}


@pytest.mark.parametrize("content", [packed(docx()), packed(open_document(ODS, TABLE)), compound_file(excel(sheet(0)))])
async def test_the_judge_takes_a_document_in_a_process_of_its_own(tmp_path: Path, content: bytes) -> None:
    verdict = await judged(written(tmp_path, content), declared=DOCX, limits=FileLimits(), out=None)
    assert (verdict.verdict, verdict.reason) == ("accepted", "")
    assert verdict.type in (DOCX, ODS, "application/vnd.ms-excel")


def templated(target: str) -> Parts:
    return docx(**{"word/_rels/settings.xml.rels": relations(relation("rId1", "attachedTemplate", target, "External"))})


@pytest.mark.parametrize(
    "target",
    [
        r"file:///C:\Users\siti\Templates\Nota%20Dinas.dotx",
        "file:///Users/siti/Nota.dotx",
        "/Users/siti/Nota.dotx",
        "Nota.dotx",
    ],
)
def test_a_document_made_from_a_template_on_its_writers_disk_is_taken(tmp_path: Path, target: str) -> None:
    path = tmp_path / "asli"
    path.write_bytes(packed(templated(target)))
    assert examine(path, None, DOCX).content_type == DOCX


@pytest.mark.parametrize(
    "target",
    [
        "https://x.example/a.dotm",
        "ftp://x/a",
        r"\\x\a.dotm",
        "//x/a",
        "file://x/a",
        "file:////x/a",
        r"file:///%5C%5Cx\a",
        r"/\x\a",
    ],
)
def test_a_template_from_another_machine_is_refused(tmp_path: Path, target: str) -> None:
    path = tmp_path / "asli"
    path.write_bytes(packed(templated(target)))
    with pytest.raises(Undecodable, match="templat"):
        examine(path, None, DOCX)


async def test_a_web_page_that_calls_itself_a_table_is_to_be_saved_anew(tmp_path: Path) -> None:
    path = tmp_path / "rekap.xls"
    path.write_text("<html><body><table><tr><td>1</td></tr></table></body></html>")
    verdict = await judged(path, declared="application/vnd.ms-excel", limits=FileLimits(), out=None)
    assert (verdict.verdict, "simpan ulang sebagai .xlsx" in verdict.reason) == ("refused", True)
