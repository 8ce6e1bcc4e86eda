"""The PDF that may be published: the pages as they look and read, and nothing else that the file tells."""

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream

from shared.media.documents import drawings
from shared.media.documents.jpeg2000 import without_telling_boxes
from shared.media.documents.jpeg_segments import SOI, without_telling_segments

# What may stand at these places; the rest of them is dropped, known or not.
CATALOG = frozenset(
    {"/Type", "/Pages", "/PageLabels", "/Dests", "/Outlines", "/PageMode", "/PageLayout", "/Lang", "/MarkInfo"}
    | {"/StructTreeRoot", "/OCProperties"}
)
PAGE = frozenset(
    {"/Type", "/Parent", "/Resources", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Contents"}
    | {"/Rotate", "/Group", "/Annots", "/Tabs", "/StructParents", "/UserUnit"}
)
LINK = frozenset(
    {"/Type", "/Subtype", "/Rect", "/Border", "/BS", "/C", "/H", "/F", "/QuadPoints", "/Dest", "/A", "/StructParent"}
)
BOOKMARK = frozenset(
    {"/Title", "/Parent", "/Prev", "/Next", "/First", "/Last", "/Count", "/Dest", "/A", "/SE", "/C", "/F"}
)
# The structure of the text: what is read aloud and in which order, but not what its writer called its parts.
STRUCTURE = frozenset(
    {"/Type", "/S", "/P", "/Pg", "/K", "/A", "/C", "/R", "/Lang", "/Alt", "/ActualText", "/NS", "/Obj", "/Stm", "/MCID"}
)
STRUCTURE_ROOT = frozenset({"/Type", "/K", "/ParentTree", "/ParentTreeNextKey", "/RoleMap", "/ClassMap", "/Namespaces"})
# Layers: which are shown, and when.
LAYERS = frozenset({"/BaseState", "/ON", "/OFF", "/Intent", "/AS", "/Order", "/ListMode", "/RBGroups", "/Locked"})
LAYER_SHOWN = {"/View": "/ViewState", "/Print": "/PrintState", "/Export": "/ExportState"}
# Marks that belong to what the page shows. Notes, their windows, files and sounds do not: they are dropped.
DRAWN = frozenset(
    {"/Widget", "/FreeText", "/Stamp", "/Ink", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Highlight"}
    | {"/Underline", "/StrikeOut", "/Squiggly", "/Watermark"}
)
# Keys that tell about the maker, wherever they stand.
TELLING = frozenset(
    {"/Metadata", "/PieceInfo", "/LastModified", "/OPI", "/CreatorInfo", "/Author", "/Creator", "/Producer"}
    | {"/Company", "/SourceModified", "/Keywords", "/ModDate", "/CreationDate"}
)
CLEANERS: dict[str, Callable[[bytes], bytes]] = {
    "/DCTDecode": without_telling_segments,
    "/DCT": without_telling_segments,
    "/JPXDecode": without_telling_boxes,
}
UNDERSTOOD = frozenset(
    {"/FlateDecode", "/LZWDecode", "/ASCII85Decode", "/ASCIIHexDecode", "/RunLengthDecode", "/CCITTFaxDecode"}
    | {"/JBIG2Decode", "/Fl", "/LZW", "/A85", "/AHx", "/RL", "/CCF", *CLEANERS}
)
AT_ONCE = 1_000_000
MAY_BE_CALLED = frozenset({"http", "https", "mailto", "tel"})


def strip(pdf: pikepdf.Pdf) -> None:
    """Take away, in memory, all that is not for the public; raises ValueError where a picture cannot be cleaned."""
    _draw_marks(pdf)
    _keep_only(pdf)
    drawings.say_less(pdf)
    for whole in list(pdf.objects):
        for part in within(whole):
            _strip(part)
        if isinstance(whole, Stream):
            _clean_picture(pdf, whole)
            _cut_rest(whole)


def write(pdf: pikepdf.Pdf, to: Path) -> None:
    """Write what is left of an open PDF: linearised, unencrypted, the same bytes for the same input."""
    pdf.save(
        to,
        linearize=True,
        deterministic_id=True,
        encryption=False,
        preserve_pdfa=False,
        fix_metadata_version=False,
        stream_decode_level=pikepdf.StreamDecodeLevel.specialized,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )


def within(whole: Object) -> Iterator[Object]:
    """A dictionary or stream and those that stand inside it; what has a number of its own is not followed."""
    waiting: list[object] = [whole]
    while waiting:
        part = waiting.pop()
        inner: list[object] = []
        if isinstance(part, Dictionary | Stream):
            yield part
            inner = [part.get(key) for key in part.keys()]  # noqa: SIM118  (no mapping)
        elif isinstance(part, Array):
            inner = list(part)
        waiting += [one for one in inner if isinstance(one, Dictionary | Array) and not one.is_indirect]


def _draw_marks(pdf: pikepdf.Pdf) -> None:
    """Make marks and filled forms part of their pages; leave links; empty the rest, whoever still points to it."""
    if isinstance(form := pdf.Root.get("/AcroForm"), Dictionary):
        pdf.generate_appearance_streams()
        form["/NeedAppearances"] = False
    gone: list[Object] = []
    for page in pdf.pages:
        marks = page.obj.get("/Annots")
        found = [one for one in marks if isinstance(one, Dictionary)] if isinstance(marks, Array) else []
        gone += [one for one in found if _subtype(one) != "/Link"]
        page.obj["/Annots"] = Array([one for one in found if _subtype(one) in DRAWN or _subtype(one) == "/Link"])
        for link in found:
            if _subtype(link) == "/Link":
                _keep(link, LINK)
    pdf.flatten_annotations("screen")
    for page in pdf.pages:
        left = page.obj.get("/Annots")
        links = [one for one in left if _subtype(one) == "/Link"] if isinstance(left, Array) else []
        page.obj["/Annots"] = Array(links)
        if not links:
            del page.obj["/Annots"]
    for one in gone:
        _keep(one, frozenset())


def _keep_only(pdf: pikepdf.Pdf) -> None:
    names = pdf.Root.get("/Names")
    dests = names.get("/Dests") if isinstance(names, Dictionary) else None
    _keep(pdf.Root, CATALOG)
    if dests is not None:
        pdf.Root["/Names"] = Dictionary(Dests=dests)
    if str(pdf.Root.get("/PageMode")) == "/UseAttachments":
        del pdf.Root["/PageMode"]
    if isinstance(structure := pdf.Root.get("/StructTreeRoot"), Dictionary):
        _keep(structure, STRUCTURE_ROOT)
    if isinstance(layers := pdf.Root.get("/OCProperties"), Dictionary):
        _keep(layers, frozenset({"/OCGs", "/D"}))
        if isinstance(shown := layers.get("/D"), Dictionary):
            _keep(shown, LAYERS)
    _keep(pdf.trailer, frozenset({"/Root", "/Size"}))
    for page in pdf.pages:
        _keep(page.obj, PAGE)
        # Small pictures inside the drawing itself become ones that are cleaned like the others.
        page.externalize_inline_images()


def _strip(part: Object) -> None:
    for key in list(part.keys()):
        if key in TELLING or key.startswith("/PTEX."):
            del part[key]
    _empty_rest(part)
    if "/Title" in part and "/Parent" in part and _subtype(part) == "None" and "/S" not in part:
        _keep(part, BOOKMARK)
    if _subtype(part) == "/Form" and "/Ref" in part:
        del part["/Ref"]
    attributes = part.get("/A")
    if isinstance(attributes, Dictionary) and not _harmless(attributes):
        del part["/A"]
    if str(part.get("/S")) in ("/URI", "/GoTo"):
        _keep(part, frozenset({"/Type", "/S", "/URI", "/D"}))
    if str(part.get("/O")) == "/UserProperties":
        _keep(part, frozenset({"/O"}))
    if str(part.get("/O")) == "/Table" and "/Headers" in part:
        # They lead to the names of parts, which are gone.
        del part["/Headers"]
    _strip_marked(part)


def _strip_marked(part: Object) -> None:
    """The structure of the text, layers, and what is told about marked content under a name."""
    if str(part.get("/Type")) == "/StructElem" or (
        isinstance(part.get("/S"), Name) and isinstance(part.get("/P"), Dictionary)
    ):
        _keep(part, STRUCTURE)
    if isinstance(usage := part.get("/Usage"), Dictionary):
        _keep(usage, frozenset(LAYER_SHOWN))
        for when, state in LAYER_SHOWN.items():
            if isinstance(how := usage.get(when), Dictionary):
                _keep(how, frozenset({state}))
    if isinstance(named := part.get("/Properties"), Dictionary):
        for key in list(named.keys()):
            if isinstance(told := named[key], Dictionary) and str(told.get("/Type")) not in ("/OCG", "/OCMD"):
                drawings.keep_harmless(told)


def _empty_rest(part: Object) -> None:
    """Marks, fields, signatures and files that no page shows, but that something else may still point to."""
    kind = str(part.get("/Type"))
    if kind == "/Annot" or isinstance(part.get("/Rect"), Array):
        _keep(part, LINK if _subtype(part) == "/Link" else frozenset())
    if kind in ("/Sig", "/Filespec") or "/ByteRange" in part or isinstance(part.get("/FT"), Name):
        _keep(part, frozenset())
    if "/EF" in part and ("/F" in part or "/UF" in part):
        _keep(part, frozenset())
    if kind == "/EmbeddedFile" and isinstance(part, Stream):
        part.write(b"")


def _harmless(action: Object) -> bool:
    """Links lead to the web, to a person or within the file; a path on the maker's disk would tell his name."""
    match str(action.get("/S")):
        case "/URI":
            return urlsplit(str(action.get("/URI"))).scheme.lower() in MAY_BE_CALLED
        case "/GoTo":
            return True
        case "None":
            # No action, but what the structure of the text says about its looks.
            return "/O" in action
        case _:
            return False


def _clean_picture(pdf: pikepdf.Pdf, picture: Stream) -> None:
    filters = _listed(picture.get("/Filter"))
    if any(str(one) not in UNDERSTOOD for one in filters):
        raise ValueError("a stream that nobody can unpack, and so nobody can clean")
    if not filters and picture.read_raw_bytes().startswith(SOI):
        raise ValueError("a photo that does not say that it is one")
    if not filters or (clean := CLEANERS.get(str(filters[-1]))) is None:
        return
    settings = _listed(picture.get("/DecodeParms"))
    settings += [None] * (len(filters) - len(settings))
    raw = picture.read_raw_bytes()
    if filters[:-1]:
        wrapped = Stream(pdf, raw)
        wrapped.write(raw, filter=Array(filters[:-1]), decode_parms=Array(settings[:-1]))
        raw = wrapped.read_bytes(pikepdf.StreamDecodeLevel.specialized)
    last = settings[len(filters) - 1]
    picture.write(clean(raw), filter=filters[-1], decode_parms=last if isinstance(last, Dictionary) else None)


def _cut_rest(packed: Stream) -> None:
    """Cut off what stands behind the end of a packed stream. To pack all anew instead would take minutes for scans."""
    if [str(one) for one in _listed(packed.get("/Filter"))] != ["/FlateDecode"]:
        return
    raw = packed.read_raw_bytes()
    unpacking, rest = zlib.decompressobj(), raw
    shown = False
    try:
        while rest and not unpacking.eof:
            shown = bool(unpacking.decompress(rest, AT_ONCE)) or shown
            rest = unpacking.unconsumed_tail
    except zlib.error:
        # A wrong sum at the end is forgiven, as readers do; what was never packed so is not.
        if not shown:
            raise ValueError("a stream that is not packed as it says") from None
    if behind := len(unpacking.unused_data):
        settings = packed.get("/DecodeParms")
        settings = settings if isinstance(settings, Dictionary | Array) else None
        packed.write(raw[:-behind], filter=Name.FlateDecode, decode_parms=settings)


def _listed(value: object) -> list[Any]:
    if isinstance(value, Array):
        return list(value)
    return [] if value is None else [value]


def _subtype(part: Object) -> str:
    return str(part.get(Name.Subtype))


def _keep(part: Object, keys: frozenset[str]) -> None:
    for key in list(part.keys()):
        if key not in keys:
            del part[key]
