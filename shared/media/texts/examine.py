"""Plain text, tables as CSV and captions: decoded whole, and written anew as UTF-8."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from shared.media.judge import ACTIVE
from shared.media.texts import captions
from shared.media.verdict import Examined, Facts, Made, Undecodable

CHUNK = 1024 * 1024
OVERLAP = 64
MOST_CAPTIONS = 5_000_000
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What no text holds; some old programs end theirs with 1A, and part pages with 0C.
BINARY = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
DRAWING = re.compile(rb"<svg[\s>]|<\?xml[\s]|<iframe[\s>]", re.IGNORECASE)

NO_TEXT = "Berkas ini bukan teks biasa. Simpan ulang sebagai teks (UTF-8), lalu kirim lagi."
A_PAGE = "Berkas teks ini memuat kode halaman web. Simpan isinya sebagai teks biasa, lalu kirim lagi."
TOO_LONG = f"Berkas teks (subtitle) ini melebihi {MOST_CAPTIONS // 1_000_000} MB. Kirim subtitle untuk satu video saja."


def examine(path: Path, out: Path | None, content_type: str) -> Examined:
    """Decode a text whole; `content_type` tells captions apart. With `out` write it there in UTF-8."""
    encoding = _encoding(path)
    if content_type == "text/vtt":
        return _captions(path, out, encoding)
    made: tuple[Made, ...] = ()
    if out:
        made = (Made(label="text", file="text.txt", content_type="text/plain"),)
        with (out / "text.txt").open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(_pieces(path, encoding))
    else:
        for _ in _pieces(path, encoding):
            pass
    return Examined(made=made)


def _captions(path: Path, out: Path | None, encoding: str) -> Examined:
    if path.stat().st_size > MOST_CAPTIONS:
        raise Undecodable(TOO_LONG)
    cues = captions.read("".join(_pieces(path, encoding)))
    made: tuple[Made, ...] = ()
    if out:
        made = (Made(label="captions", file="captions.vtt", content_type="text/vtt"),)
        (out / "captions.vtt").write_text(captions.written(cues), encoding="utf-8", newline="\n")
    return Examined(facts=Facts(duration_ms=max(cue.end for cue in cues)), made=made)


def _encoding(path: Path) -> str:
    """By the mark at its start; without one UTF-8 where all of it is, else what Windows wrote in this country."""
    with path.open("rb") as file:
        head = file.read(4)
        for mark, name in MARKS:
            if head.startswith(mark):
                return name
        decoder = codecs.getincrementaldecoder("utf-8")()
        file.seek(0)
        try:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _pieces(path: Path, encoding: str) -> Iterator[str]:
    """The text piece by piece with plain line ends; raises Undecodable where it is none, or a page."""
    before = b""
    try:
        with path.open(encoding=encoding) as file:
            while piece := file.read(CHUNK):
                if BINARY.search(piece):
                    raise Undecodable(NO_TEXT)
                # Only now: in UTF-16 the bytes of the file do not show it.
                shown = before + piece.encode()
                if ACTIVE.search(shown) or DRAWING.search(shown):
                    raise Undecodable(A_PAGE)
                before = shown[-OVERLAP:]
                yield piece.replace("\x1a", "")
    except UnicodeError as e:
        raise Undecodable(NO_TEXT) from e
