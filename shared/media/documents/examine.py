"""PDF: refused where it runs programs or cannot be read, shown as pictures and text, and copied for the public."""

import re
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

import pikepdf
import pypdfium2
import pyvips
from pikepdf import Dictionary

from shared.media.documents import drawings, pages, public_pdf
from shared.media.told import line, moment
from shared.media.verdict import Examined, Facts, Made, Undecodable

MOST_PAGES = 500
TAIL, CHUNK = 4096, 1024 * 1024
# What programs that send a file by blocks put behind its end.
PADDING = b"\0 \t\r\n\f"
PROGRAMS = frozenset({"/JavaScript", "/Launch", "/SubmitForm", "/ImportData"})
PDF_DATE = re.compile(
    r"(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:(Z)|([+-]\d\d)'?(\d\d)?)?.*", re.DOTALL | re.ASCII
)
LINEARISED = re.compile(rb"/Linearized\b[^>]{0,200}?/L\s+(\d{1,12})")
# A damaged file has any type of object at any place, and the libraries tell it in as many ways.
DAMAGE = (
    pikepdf.PdfError, pypdfium2.PdfiumError, pyvips.Error, ValueError, TypeError, AttributeError, LookupError,
    ArithmeticError, RuntimeError, MemoryError,
)  # fmt: skip

AGAIN = "Buka PDF ini, cetak ulang ke PDF (Print > Save as PDF), lalu kirim hasilnya."
DAMAGED = f"PDF ini rusak atau tidak lengkap. {AGAIN}"
CUT_OFF = "PDF ini terpotong: akhir berkasnya tidak ada. Unduh atau salin ulang berkasnya, lalu kirim lagi."
LOCKED = "PDF ini dikunci dengan kata sandi. Simpan ulang tanpa kata sandi, lalu kirim lagi."
PROGRAMMED = f"PDF ini memuat program (JavaScript atau perintah otomatis). {AGAIN}"
LIVE_FORM = f"PDF ini formulir XFA, yang tidak dapat dibaca oleh semua orang. {AGAIN}"
TOO_LONG = f"PDF ini melebihi {MOST_PAGES} halaman. Bagi menjadi beberapa berkas, lalu kirim satu per satu."
BURSTING = f"PDF ini membengkak tidak wajar saat dibuka. {AGAIN}"
EMPTY = "PDF ini tidak berisi halaman. Kirim berkas yang benar."


class Copies(NamedTuple):
    made: tuple[Made, ...] = ()
    placeholder: str = ""


def examine(path: Path, out: Path | None, content_type: str) -> Examined:
    """Open a PDF whole and draw each of its pages; with `out` also write its copies there."""
    del content_type
    try:
        _refuse_cut_off(path)
        with _opened(path) as pdf:
            with drawings.bounded():
                facts = _facts(pdf)
            pages.draw_each(path)
            public_pdf.strip(pdf)
            copies = _copies(pdf, out) if out else Copies()
    except pikepdf.PasswordError:
        raise Undecodable(LOCKED) from None
    except drawings.Bursting:
        raise Undecodable(BURSTING) from None
    except DAMAGE as e:
        raise Undecodable(DAMAGED) from e
    return Examined(facts=facts, made=copies.made, placeholder=copies.placeholder)


def _opened(path: Path) -> pikepdf.Pdf:
    with drawings.bounded():
        return pikepdf.open(path)


def _copies(pdf: pikepdf.Pdf, out: Path) -> Copies:
    public = out / "public.pdf"
    public_pdf.write(pdf, public)
    with pikepdf.open(public) as copy:
        if len(copy.pages) != len(pdf.pages):
            raise ValueError("a page was lost on the way")
    # The pictures and the text are taken from the public copy: who decides sees what would be published.
    shown, placeholder = pages.previews(public, out)
    made = [Made(label="pdf", file=public.name, content_type="application/pdf"), *shown, *pages.text(public, out)]
    return Copies(tuple(made), placeholder)


def _refuse_cut_off(path: Path) -> None:
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(1024)
        file.seek(max(0, _end(file, size) - TAIL))
        tail = file.read(TAIL)
    length = LINEARISED.search(head)
    if b"%%EOF" not in tail or (length and int(length[1]) > size):
        raise Undecodable(CUT_OFF)


def _end(file: BinaryIO, size: int) -> int:
    """Where the file ends but for its padding."""
    end = size
    while end > 0:
        begin = max(0, end - CHUNK)
        file.seek(begin)
        if rest := file.read(end - begin).rstrip(PADDING):
            return begin + len(rest)
        end = begin
    return 0


def _facts(pdf: pikepdf.Pdf) -> Facts:
    _refuse_programs(pdf)
    count = len(pdf.pages)
    if not 0 < count <= MOST_PAGES:
        raise Undecodable(TOO_LONG if count else EMPTY)
    drawings.read_each(pdf)
    for number, page in enumerate(pdf.pages, start=1):
        _read_drawing(page, number)
    author, made_at = _told(pdf)
    return Facts(author=author, taken_at=made_at, pages=count)


def _refuse_programs(pdf: pikepdf.Pdf) -> None:
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, Dictionary) and "/XFA" in form:
        raise Undecodable(LIVE_FORM)
    names = pdf.Root.get("/Names")
    if isinstance(names, Dictionary) and "/JavaScript" in names:
        raise Undecodable(PROGRAMMED)
    for whole in pdf.objects:
        for part in public_pdf.within(whole):
            if "/JS" in part or str(part.get("/S")) in PROGRAMS:
                raise Undecodable(PROGRAMMED)


def _read_drawing(page: pikepdf.Page, number: int) -> None:
    """Drawing alone would not tell: what cannot be unpacked is left out of it silently."""
    try:
        drawings.contents(page)
    except pikepdf.PdfError as e:
        raise Undecodable(pages.UNREADABLE.format(number)) from e


def _told(pdf: pikepdf.Pdf) -> tuple[str, str]:
    """Author and time of making, as the file tells them: in its old kind of notes, else in its new kind."""
    info = pdf.trailer.get("/Info")
    author = made_at = ""
    if isinstance(info, Dictionary):
        author, made_at = line(str(info.get("/Author") or "")), _iso(str(info.get("/CreationDate") or ""))
    with suppress(*DAMAGE):
        told = pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False)
        creators = told.get("dc:creator") or ""
        author = author or line(creators if isinstance(creators, str) else ", ".join(map(str, creators)))
        made_at = made_at or moment(str(told.get("xmp:CreateDate") or ""))
    return author, made_at


def _iso(told: str) -> str:
    """ISO 8601 from a PDF date; the zone only where it says one, nothing where it is no date."""
    if (found := PDF_DATE.fullmatch(told.strip())) is None:
        return ""
    year, month, day, hour, minute, second, utc, zone, zone_minutes = found.groups()
    offset = "+00:00" if utc else f"{zone}:{zone_minutes or '00'}" if zone else ""
    return moment(f"{year}-{month or '01'}-{day or '01'}T{hour or '00'}:{minute or '00'}:{second or '00'}{offset}")
