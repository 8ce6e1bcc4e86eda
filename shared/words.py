"""How times, spans and states read on screens, in Bahasa Indonesia. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from shared.content_words import content_words
from shared.remaining import Remaining

MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)  # fmt: skip
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
ABBREVIATION = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
STATES = {
    "received": "diterima", "claimed": "dikerjakan", "compiled": "disusun", "sent-back": "dikembalikan ke Bidang",
    "withdrawn": "ditarik", "refused": "ditolak", "draft": "draf", "submitted": "menunggu penyaringan",
    "approved": "disetujui", "returned": "dikembalikan", "declined": "tidak dimuat",
    "withheld": "diusulkan dikecualikan",
    "abandoned": "dihentikan", "published": "terbit", "taken-down": "diturunkan", "open": "menunggu", "void": "batal",
    "superseded": "diganti versi baru", "revoked": "dicabut", "waiting": "menunggu", "sending": "sedang dikirim",
    "live": "tayang", "unconfirmed": "belum terkonfirmasi", "failed": "gagal", "checking": "sedang diperiksa",
    "accepted": "lolos pemeriksaan", "in_time": "tepat waktu", "late": "terlambat", "ready": "siap terbit",
    "publishing": "sedang diterbitkan", "closed": "ditutup", "taking-down": "sedang diturunkan",
    "posting": "sedang diposting", "to-remove": "perlu dihapus", "being-removed": "sedang dihapus",
}  # fmt: skip


# By pydantic's type of error; {…} are its own limits.
FINDINGS = {
    "missing": "wajib diisi",
    "extra_forbidden": "tidak dikenal",
    "string_too_short": "terlalu pendek (sedikitnya {min_length} huruf)",
    "string_too_long": "terlalu panjang (paling banyak {max_length} huruf)",
    "too_short": "belum cukup (sedikitnya {min_length})",
    "too_long": "terlalu banyak (paling banyak {max_length})",
    "greater_than_equal": "sedikitnya {ge}",
    "less_than_equal": "paling banyak {le}",
    "less_than": "harus kurang dari {lt}",
    "int_parsing": "harus berupa bilangan bulat",
    "uuid_parsing": "bukan nomor yang dikenal",
    "timezone_aware": "harus menyebut zona waktu",
    "datetime_from_date_parsing": "harus berupa tanggal dan jam",
    "date_from_datetime_parsing": "harus berupa tanggal",
}


def moment(at: datetime, zone: str = "Asia/Jakarta") -> str:
    """E.g. `Senin, 23 November 2026 pukul 07.30 WIB`."""
    local = at.astimezone(ZoneInfo(zone))
    day = f"{DAYS[local.weekday()]}, {local.day} {MONTHS[local.month - 1]} {local.year}"
    return f"{day} pukul {local:%H.%M} {ABBREVIATION.get(zone, zone)}"


def short(at: datetime, zone: str = "Asia/Jakarta") -> str:
    """E.g. `23 Nov 07.30`."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day} {MONTHS[local.month - 1][:3]} {local:%H.%M}"


def span(seconds: int) -> str:
    """E.g. `1 jam 5 menit`; hours are not folded into days, for a working day is not 24 hours."""
    if seconds < 60:
        return f"{seconds} detik"
    hours, minutes = divmod(seconds // 60, 60)
    parts = [f"{hours} jam"] * bool(hours) + [f"{minutes} menit"] * bool(minutes)
    return " ".join(parts)


def sisa(left: Remaining | None) -> str:
    """E.g. `sisa 3 jam 20 menit jam kerja, dihitung mulai Senin 07.30`; empty of a clock that was closed."""
    if left is None:
        return ""
    counted = _rounded(left.overdue_by or left.seconds)
    if not left.around_the_clock:
        counted += " kerja" if counted.endswith("jam") else " jam kerja"
    told = f"melewati batas waktu {counted}" if left.overdue else f"sisa {counted}"
    return f"{told}, dihitung mulai {_coming(left.resumes_at, left.at)}" if left.resumes_at else told


def _rounded(seconds: int) -> str:
    return span(seconds) if seconds >= 60 else "kurang dari 1 menit"


def _coming(at: datetime, now: datetime) -> str:
    """A moment ahead as briefly as it is plain: `13.00` today, `Senin 07.30` within a week, else with its date."""
    days = (at.date() - now.date()).days
    if days == 0:
        return f"{at:%H.%M}"
    day = DAYS[at.weekday()] if days < len(DAYS) else f"{DAYS[at.weekday()]}, {at.day} {MONTHS[at.month - 1]}"
    return f"{day} {at:%H.%M}"


def state(code: str) -> str:
    return STATES.get(code, code)


def whatsapp(address: str, number: str = "") -> str:
    """A wa.me link that says an item's address and nothing of what it holds; `number` in E.164, or to be chosen."""
    return f"https://wa.me/{number.removeprefix('+')}?text={quote(f'Mohon ditindaklanjuti: {address}', safe='')}"


def finding(error: Mapping[str, Any]) -> str:
    """What pydantic found wrong with one field, for people."""
    sentence = FINDINGS.get(error["type"], "belum sesuai; periksa lagi")
    return sentence.format_map(error.get("ctx", {})) if "{" in sentence else sentence


words: dict[str, Callable[..., Any]] = {
    "moment": moment, "short": short, "span": span, "sisa": sisa, "state": state, "whatsapp": whatsapp,
    **content_words,
}  # fmt: skip
