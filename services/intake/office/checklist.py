"""What an office has yet to set before its first real Report: told by what is there. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shared.calendar import Calendar, WorkCalendar
from shared.sop import Sop

UNFILLED = "(diisi kantor"


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to set, where to set it, and whether it is done; `advice` says what is missing."""

    title: str
    done: bool
    advice: str
    path: str = ""


def points(
    sop: Sop,
    calendar: Calendar,
    *,
    today: date,
    lines: Sequence[str],
    roles: Mapping[str, int],
    sending: Collection[str],
) -> list[Point]:
    """The list in the order in which one goes through it.

    `roles` counts the accounts of each role; `sending` are the Bidang that have an account.
    """
    silent = [name for code, name in sop.units.items() if code not in sending]
    return [
        Point(
            "Lembar SOP", not any(UNFILLED in text for text in (sop.number, sop.date, sop.revision)),
            "Nomor dan tanggal SOP belum diisi. Pengelola sistem mengisinya di deploy/sop.toml.",
        ),
        Point("Kop surat", bool(lines), "Laporan yang dicetak belum berkop.", "/pengaturan/kop"),
        Point(
            "Bidang/Sekretariat", bool(sop.units), "Belum ada Bidang yang dapat mengirim bahan.", "/pengaturan/bidang"
        ),
        Point("Akun Admin", roles.get("admin", 0) > 0, "Belum ada Admin.", "/pengaturan/akun"),
        Point(
            "Akun pimpinan", roles.get("pimpinan", 0) > 1,
            "Perlu sedikitnya dua pimpinan, supaya selalu ada yang dapat menyaring.", "/pengaturan/akun",
        ),
        Point("Akun Bidang", not silent, f"Belum punya akun: {', '.join(silent)}.", "/pengaturan/akun"),
        *_of_calendar(calendar, today),
    ]  # fmt: skip


def _of_calendar(calendar: Calendar, today: date) -> list[Point]:
    if not isinstance(calendar, WorkCalendar):
        return []
    years = (today.year,) if today.month < 12 else (today.year, today.year + 1)
    missing = [sentence for year in years for sentence in calendar.days.missing(year)]
    return [Point("Kalender kerja", not missing, " ".join(missing), "/pengaturan/kalender")]
