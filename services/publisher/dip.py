"""The Daftar Informasi Publik: what each public page is in the columns that PerKI 1/2021 asks for. Pure."""

import csv
import io
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.publisher.store_pages import Page
from shared.content import InformationClass
from shared.words import MONTHS

COLUMNS = (
    "No.", "Ringkasan isi informasi", "Pejabat/unit yang menguasai informasi",
    "Penanggung jawab pembuatan/penerbitan informasi", "Waktu dan tempat pembuatan informasi",
    "Bentuk informasi yang tersedia", "Jangka waktu penyimpanan/retensi arsip", "Kategori informasi", "Alamat",
)  # fmt: skip
KINDS = {"image": "foto", "video": "video", "audio": "rekaman suara", "document": "dokumen PDF"}
CATEGORIES: dict[InformationClass, str] = {
    "berkala": "wajib disediakan dan diumumkan secara berkala", "serta-merta": "wajib diumumkan secara serta merta",
    "setiap-saat": "wajib tersedia setiap saat", "dikecualikan": "dikecualikan",
}  # fmt: skip
# What a spreadsheet takes for a formula; a tab or a line's end before it would only hide it.
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")


class About(NamedTuple):
    """What holds for all that the office publishes here."""

    office: str
    public_url: str
    place: str
    retention: str
    zone: str
    unit_words: Callable[[str], str]


def row_of(number: int, page: Page, about: About) -> list[str]:
    holders = ", ".join(about.unit_words(unit) for unit in page.units)
    kinds = ["teks pada situs web", *(KINDS[kind] for kind in page.kinds if kind in KINDS)]
    return [
        str(number),
        f"{page.title}. {page.lead}".strip() if page.lead else page.title,
        f"{holders}, {about.office}" if holders else about.office,
        page.responsible or about.office,
        ", ".join(filter(None, [_day(page.first_shown_at, about.zone), about.place])),
        ", ".join(kinds),
        about.retention,
        CATEGORIES[page.information_class],
        f"{about.public_url}/berita/{page.slug}",
    ]  # fmt: skip


def sheet(rows: Iterable[Iterable[str]]) -> str:
    """Lines of CSV (RFC 4180) in which no cell is run as a formula."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: str) -> str:
    return f"'{value}" if value.startswith(RUNS) else value


def _day(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}"
