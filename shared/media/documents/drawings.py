"""What the pages of a PDF draw: unpacked within bounds, and without the words that no page shows."""

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream, Token, TokenFilter, TokenType
from pikepdf.settings import set_qpdf_limits

# A page full of vectors has a tenth of it.
MOST_UNPACKED = 100_000_000
# What this old way to pack unpacks to at most, and qpdf cannot bound.
LZW, LZW_GROWS = frozenset({"/LZWDecode", "/LZW"}), 2_700
TOO_MUCH = "limit exceeded"
PLAIN = re.compile(rb"<<\s*/MCID\s+\d+\s*>>")
# Of marked content: what leads to the structure of the text, and what is read aloud; of headers and footers their kind.
MARKED = frozenset({"/MCID", "/Lang", "/ActualText", "/Alt"})
KINDS = {
    "/Type": frozenset({"/Pagination", "/Layout", "/Page", "/Background"}),
    "/Subtype": frozenset({"/Header", "/Footer", "/Watermark"}),
}


class Bursting(Exception):
    """More comes out of a stream than any page holds."""


@contextmanager
def bounded() -> Generator[None]:
    """Let qpdf unpack no stream above the limit meanwhile; raises Bursting where one is."""
    most = MOST_UNPACKED
    before = set_qpdf_limits(
        flate_max_memory=most, run_length_max_memory=most, png_max_memory=most, tiff_max_memory=most
    )  # fmt: skip
    try:
        yield
    except (pikepdf.PdfError, RuntimeError) as e:
        if TOO_MUCH in str(e):
            raise Bursting from e
        raise
    finally:
        set_qpdf_limits(**before)  # pyright: ignore[reportArgumentType]  (a name of each kind)


def read_each(pdf: pikepdf.Pdf) -> None:
    """Unpack all but pictures and files, within bounds. Raises Bursting; what is damaged is another's to find."""
    for one in pdf.objects:
        if isinstance(one, Stream) and str(one.get("/Subtype")) != "/Image" and one.get("/Type") != Name.EmbeddedFile:
            with suppress(pikepdf.PdfError):
                unpacked(one)


def contents(page: pikepdf.Page) -> bytes:
    """All that a page draws, as one. Raises Bursting, or pikepdf.PdfError where it cannot be unpacked."""
    parts: list[bytes] = []
    for stream in _streams(page.obj.get("/Contents")):
        parts.append(unpacked(stream))
        if sum(map(len, parts)) > MOST_UNPACKED:
            raise Bursting
    return b"\n".join(parts)


def unpacked(stream: Stream) -> bytes:
    """One stream. Raises Bursting before it has come out whole, or pikepdf.PdfError where it is damaged."""
    filters = stream.get("/Filter")
    packed = {str(one) for one in filters} if isinstance(filters, Array) else {str(filters)}
    if packed & LZW and len(stream.read_raw_bytes()) * LZW_GROWS > MOST_UNPACKED:
        raise Bursting
    with bounded():
        data = stream.read_bytes(pikepdf.StreamDecodeLevel.specialized)
    if len(data) > MOST_UNPACKED:
        raise Bursting
    return data


def say_less(pdf: pikepdf.Pdf) -> None:
    """Take the words that are not shown out of all that is drawn; raises ValueError where that cannot be understood."""
    for page in pdf.pages:
        drawn = contents(page)
        if (less := without_words(drawn)) != drawn:
            page.obj["/Contents"] = pdf.make_stream(less)
    letters = _letters(pdf)
    for one in list(pdf.objects):
        if not isinstance(one, Stream):
            continue
        if one.get("/Subtype") == Name.PS:
            one.write(b"")
        elif one.get("/Subtype") == Name.Form or "/PatternType" in one or one.objgen in letters:
            drawn = unpacked(one)
            if (less := without_words(drawn)) != drawn:
                one.write(less)


def without_words(drawn: bytes) -> bytes:
    """The same drawing without comments, and with nothing in its marks but what their readers need."""
    rest = PLAIN.sub(b"", drawn)
    if b"%" not in rest and b"<<" not in rest:
        return drawn
    with pikepdf.new() as desk:
        page = desk.add_blank_page()
        page.obj["/Contents"] = desk.make_stream(drawn)
        quiet = _Quiet()
        less = page.get_filtered_contents(quiet)
    if quiet.held:
        raise ValueError("a mark that never ends")
    return less


class _Quiet(TokenFilter):
    """Passes on all tokens but comments, and dictionaries with the harmless of their entries only."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.held: list[bytes] = []

    def handle_token(self, token: Token = None) -> Token | list[Token] | None:  # pyright: ignore[reportArgumentType]
        kind = token.type_
        if kind == TokenType.bad:
            raise ValueError("what is drawn cannot be understood")
        if kind == TokenType.comment:
            return None
        self.depth += (kind == TokenType.dict_open) - (kind == TokenType.dict_close)
        if self.depth < 0:
            raise ValueError("a mark that never began")
        if self.depth or self.held:
            self.held.append(token.raw_value)
            if self.depth:
                return None
            said, self.held = b"".join(self.held), []
            return Token(TokenType.word, _harmless(said))
        return token


def _harmless(said: bytes) -> bytes:
    told = Object.parse(said)
    if not isinstance(told, Dictionary):
        raise TypeError("a mark that is none")
    keep_harmless(told)
    return told.unparse(resolved=True)


def keep_harmless(told: Object) -> None:
    """Of what is told about marked content, keep what its readers need."""
    for key in list(told.keys()):
        value = told[key]
        simple = key in MARKED and isinstance(value, int | pikepdf.String)
        if not simple and str(value) not in KINDS.get(key, ()):
            del told[key]


def _letters(pdf: pikepdf.Pdf) -> set[tuple[int, int]]:
    """The drawings that are the letters of a font."""
    fonts = [one.get("/CharProcs") for one in pdf.objects if isinstance(one, Dictionary)]
    drawn = [font[key] for font in fonts if isinstance(font, Dictionary) for key in font.keys()]  # noqa: SIM118
    return {one.objgen for one in drawn if isinstance(one, Stream)}


def _streams(listed: object) -> Iterator[Stream]:
    if isinstance(listed, Stream):
        yield listed
    elif isinstance(listed, Array):
        yield from (one for one in listed if isinstance(one, Stream))
