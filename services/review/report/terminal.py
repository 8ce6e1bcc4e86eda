"""The report as plain text for the terminal: the same document as the PDF's, without pictures. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

DAYS = ("Tanggal", "Tepat waktu", "Terlambat", "Di luar jam kerja")
UNITS = ("Bidang", "Tahap", "Selesai", "Tepat waktu", "Terlambat", "Luar jam", "Kepatuhan")
RETURNS = ("Tahap", "Hasil", "Alasan", "Kali")
OFFICES = ("Tahap", "Dipegang oleh", "Selesai", "Waktu kerja", "Waktu berlalu")


def text(document: dict[str, Any]) -> str:
    """Everything that the report tells, in lines."""
    d = document
    lines = [
        f"{d['title']}, {d['period']}",
        d["head"]["office"],
        f"Bidang: {d['unit']}",
        f"SOP: {d['sop']}. Kalender kerja: versi {d['calendar']}. Keadaan data: {d['state']}.",
        d["not_reported"],
        *(f"Kalender kerja: {words}" for words in d["warnings"]),
        *_part("Per tahap", ("", *d["stage_names"]), d["measures"]),
        *_part("Per tanggal", DAYS, d["days"]),
        *_part("Per Bidang", UNITS, d["units"]),
        *_late(d),
        *_part("Alasan pengembalian", RETURNS, d["returns"]),
        "",
        "Dari kegiatan sampai dibaca masyarakat",
        f"  {d['total']}",
        *_part("Berapa lama dipegang", OFFICES, d["offices"]),
    ]
    return "\n".join(_printable(line) for line in lines)


def _part(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return ["", title, "  (tidak ada)"]
    widths = [max(len(row[n]) for row in (headings, *rows)) for n in range(len(headings))]
    return ["", title, *(_row(row, widths) for row in (headings, *rows))]


def _row(cells: Iterable[str], widths: Iterable[int]) -> str:
    return "  " + "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _late(d: dict[str, Any]) -> list[str]:
    lines = ["", "Yang terlambat"]
    if not d["late"]:
        return [*lines, "  (tidak ada)"]
    for one in d["late"]:
        lines += [
            f"  {one['title']} · {one['stage']} · {one['unit']} · {one['outcome']}",
            f"    {one['over']}; {one['when']}",
            *(f"    {words}" for words in one["words"]),
            *(f"    Keterangan: {said}" for said in one["keterangan"]),
        ]
    return [*lines, f"  dan {d['late_left_out']} lainnya" if d["late_left_out"] else ""]


def _printable(line: str) -> str:
    """Without what a terminal would obey: a title is typed by somebody."""
    return "".join(c if c.isprintable() else " " for c in line)
