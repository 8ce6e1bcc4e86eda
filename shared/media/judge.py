"""Says of a file on disk what it truly is, whether it is taken, and makes its copies. Runs inside `child`."""

import re
from importlib import import_module
from pathlib import Path

from shared.media import bounds, sniff
from shared.media.kinds import TYPES, WORDS, FileLimits, Taken, why_not
from shared.media.verdict import Examined, Undecodable, Verdict

# What a browser would run, were such a file ever served as a page.
ACTIVE = re.compile(rb"<script[\s>/]|<!doctype\s+html|<html[\s>]|<\?php\s", re.IGNORECASE)
ACTIVE_SENTENCE = "Berkas ini memuat kode halaman web di dalamnya. Kirim berkas asli dari kamera atau alat perekam."
# What programs of the office and of telephones make, but no browser plays.
AIFF = "Rekaman suara AIFF tidak diterima. Simpan ulang sebagai MP3 atau M4A, lalu kirim lagi."
WINDOWS_MEDIA = (
    "Rekaman Windows Media tidak diterima. Simpan ulang sebagai MP3 atau M4A (suara) atau MP4 (video), lalu kirim lagi."
)
ADVICE = {"audio/x-aiff": AIFF, "audio/aiff": AIFF} | dict.fromkeys(
    ("video/x-ms-asf", "video/x-ms-wmv", "audio/x-ms-wma", "application/vnd.ms-asf"), WINDOWS_MEDIA
)
PAGE_AS_TABLE = (
    "Berkas ini halaman web yang dinamai seperti dokumen kantor. "
    "Buka dengan Excel atau Word, simpan ulang sebagai .xlsx atau .docx, lalu kirim lagi."
)
CHUNK, OVERLAP = 4 * 1024 * 1024, 32


def judge(path: Path, *, declared: str, limits: FileLimits, out: Path | None, quick: bool = False) -> Verdict:
    """Open a file whole; with `out` also make its copies in that folder. `declared` only tells plain texts apart.

    With `quick` a recording, which may take hours, is left for later.
    """
    bounds.begin()
    found = sniff.true_type(path, declared)
    try:
        _expect_no_mere_text(found, declared)
        if advice := _advice(found, declared):
            raise Undecodable(advice)
        if quick and found in TYPES and TYPES[found].tool == "recordings":
            return Verdict(verdict="later", type=found, kind=TYPES[found].kind)
        return _judged(path, found, limits, out)
    except Undecodable as no:
        return Verdict(verdict="refused", type=found, reason=str(no))


def _expect_no_mere_text(found: str, declared: str) -> None:
    """A list of addresses that calls itself a video is no document either. (Excel's tables come as its own type.)"""
    claimed = TYPES.get(declared)
    if found in sniff.PLAIN and claimed is not None and claimed.tool not in ("texts", "office"):
        raise Undecodable(f"Isi berkas ini hanya teks, bukan {WORDS[claimed.kind]}. Kirim berkas aslinya.")


def _advice(found: str, declared: str) -> str | None:
    """What to do with a file that is not taken, where that is known."""
    claimed = TYPES.get(declared)
    if found in sniff.PAGES and claimed is not None and claimed.tool == "office":
        return PAGE_AS_TABLE
    return ADVICE.get(found)


def _judged(path: Path, found: str, limits: FileLimits, out: Path | None) -> Verdict:
    size = path.stat().st_size
    if why := why_not(found, size, limits):
        raise Undecodable(why)
    taken = TYPES[found]
    if taken.tool == "pictures":
        refuse_active(path)
    bounds.apply(taken.tool)
    examined = _examine(taken, path, found, out)
    true = examined.content_type or found
    # A container tells only when it is opened what it holds, and so which limit is its own.
    if why := why_not(true, size, limits):
        raise Undecodable(why)
    return Verdict(
        verdict="accepted", type=true, kind=TYPES[true].kind, facts=examined.facts, made=examined.made,
        placeholder=examined.placeholder,
    )  # fmt: skip


def _examine(taken: Taken, path: Path, found: str, out: Path | None) -> Examined:
    try:
        tool = import_module(f"shared.media.{taken.tool}.examine")
    except ImportError as e:
        raise Undecodable(
            f"Berkas ini belum dapat diperiksa: {e.name or taken.tool} belum terpasang. Hubungi Pengelola sistem."
        ) from e
    examined: Examined = tool.examine(path, out, found)
    return examined


def refuse_active(path: Path) -> None:
    """Raise Undecodable where a file is at the same time a page that a browser would run."""
    with path.open("rb") as file:
        rest = b""
        while chunk := file.read(CHUNK):
            if ACTIVE.search(rest + chunk):
                raise Undecodable(ACTIVE_SENTENCE)
            rest = chunk[-OVERLAP:]
