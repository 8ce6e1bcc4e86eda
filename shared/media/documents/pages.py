"""The pages of a PDF as pictures and as text."""

import base64
from collections.abc import Iterator
from pathlib import Path
from unicodedata import category

import pypdfium2
import pyvips
from pyvips.enums import ForeignKeep

from shared.media.verdict import Made, Undecodable

UNREADABLE = (
    "Halaman {} dari PDF ini tidak dapat ditampilkan. Cetak ulang ke PDF (Print > Save as PDF), lalu kirim lagi."
)
WIDEST, HIGHEST, CHECKED = 1200, 4800, 200
MOST_TEXT = 1_000_000
NO_ALPHA = 3


def draw_each(path: Path) -> None:
    """Draw every page, small; raises Undecodable at the first that cannot be drawn."""
    with pypdfium2.PdfDocument(path) as pdf:
        for number in range(len(pdf)):
            try:
                _drawn(pdf, number, CHECKED)
            except (pypdfium2.PdfiumError, ValueError) as e:
                raise Undecodable(UNREADABLE.format(number + 1)) from e


def previews(path: Path, out: Path) -> tuple[list[Made], str]:
    """The first page as JPEG and WebP in `out`, and a tiny blurred one as a `data:` address."""
    with pypdfium2.PdfDocument(path) as pdf:
        page = _drawn(pdf, 0, WIDEST)
    # libvips itself would not tell a full disk from any other error.
    jpeg = page.jpegsave_buffer(Q=82, interlace=True, optimize_coding=True, keep=ForeignKeep.NONE)
    (out / "preview.jpg").write_bytes(jpeg)
    (out / "preview.webp").write_bytes(page.webpsave_buffer(Q=80, effort=4, keep=ForeignKeep.NONE))
    tiny = page.thumbnail_image(16, height=32).gaussblur(1.0)
    data = tiny.webpsave_buffer(Q=40, keep=ForeignKeep.NONE)
    size = {"width": page.width, "height": page.height}
    made = [
        Made(label="preview-jpeg", file="preview.jpg", content_type="image/jpeg", **size),
        Made(label="preview-webp", file="preview.webp", content_type="image/webp", **size),
    ]
    return made, "data:image/webp;base64," + base64.b64encode(data).decode()


def text(path: Path, out: Path) -> list[Made]:
    """What the pages say, in `out`, at most 1 MB of it; nothing for pages that are pictures only."""
    with pypdfium2.PdfDocument(path) as pdf:
        said = b"\f".join(_said(pdf)).decode(errors="ignore")
    if not said.strip():
        return []
    cut = said.encode()[:MOST_TEXT].decode(errors="ignore")
    (out / "text.txt").write_bytes(cut.encode())
    return [Made(label="text", file="text.txt", content_type="text/plain")]


def _said(pdf: pypdfium2.PdfDocument) -> Iterator[bytes]:
    length = 0
    for number in range(len(pdf)):
        if length > MOST_TEXT:
            return
        page = pdf[number]
        lines = (_readable(line) for line in page.get_textpage().get_text_range().splitlines())
        said = "\n".join(lines).encode(errors="ignore")
        page.close()
        length += len(said)
        yield said


def _readable(line: str) -> str:
    """Without NULs and the marks that pdfium puts in for hyphens at a line's end."""
    return "".join(letter for letter in line if letter == "\t" or category(letter) not in ("Cc", "Cs", "Cn"))


def _drawn(pdf: pypdfium2.PdfDocument, number: int, widest: int) -> pyvips.Image:
    page = pdf[number]
    width, height = page.get_size()
    scale = min(widest / max(width, 1), HIGHEST / max(height, 1))
    # One byte more per pixel, so that no row needs padding.
    bitmap = page.render(scale=scale, prefer_bgrx=True, rev_byteorder=True)
    pixels = pyvips.Image.new_from_memory(bytes(bitmap.buffer), bitmap.width, bitmap.height, 4, "uchar")
    page.close()
    return pixels.extract_band(0, n=NO_ALPHA).copy(interpretation="srgb")
