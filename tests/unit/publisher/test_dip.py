"""The Daftar Informasi Publik in the columns of PerKI 1/2021, safe to open in a spreadsheet."""

import csv
import io
from dataclasses import replace
from uuid import UUID

import pytest

from services.publisher import dip
from services.publisher.dip import About
from services.publisher.store_pages import Page, Place
from tests.unit.publisher.samples import MORNING

NAMES = {"perumahan": "Bidang Perumahan", "pertanahan": "Bidang Pertanahan"}


def named(code: str) -> str:
    return NAMES.get(code, code)


ABOUT = About(
    "Dinas Perumahan", "https://warta.go.id", "Kota Bekasi", "sesuai jadwal retensi arsip", "Asia/Jakarta",
    named,
)  # fmt: skip
PAGE = Page(
    slug="rumah-1", story=UUID(int=1), version=1, revision=1, title="40 Rumah Selesai", lead="Selasa pagi.", topic=None,
    tags=(), units=("perumahan", "pertanahan"), kinds=("image", "document"), information_class="setiap-saat",
    responsible="Sekretaris selaku PPID Pembantu", cover_json=None, corrections_json="[]", first_shown_at=MORNING,
    shown_at=MORNING, modified_at=MORNING,
)  # fmt: skip


def test_each_public_page_is_a_line_in_the_columns_of_the_regulation() -> None:
    assert dict(zip(dip.COLUMNS, dip.row_of(7, PAGE, ABOUT), strict=True)) == {
        "No.": "7",
        "Ringkasan isi informasi": "40 Rumah Selesai. Selasa pagi.",
        "Pejabat/unit yang menguasai informasi": "Bidang Perumahan, Bidang Pertanahan, Dinas Perumahan",
        "Penanggung jawab pembuatan/penerbitan informasi": "Sekretaris selaku PPID Pembantu",
        "Waktu dan tempat pembuatan informasi": "23 November 2026, Kota Bekasi",
        "Bentuk informasi yang tersedia": "teks pada situs web, foto, dokumen PDF",
        "Jangka waktu penyimpanan/retensi arsip": "sesuai jadwal retensi arsip",
        "Kategori informasi": "wajib tersedia setiap saat",
        "Alamat": "https://warta.go.id/berita/rumah-1",
    }


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r", "\n"])
def test_no_cell_is_run_as_a_formula(start: str) -> None:
    row = dip.row_of(1, replace(PAGE, title=f'{start}HYPERLINK("http://jahat")', lead=""), ABOUT)
    ((_, told, *_),) = list(csv.reader(io.StringIO(dip.sheet([row]), newline="")))
    assert told == f'\'{start}HYPERLINK("http://jahat")'


def test_a_place_in_a_list_comes_back_from_its_address() -> None:
    place = Place(MORNING, UUID(int=5))
    assert Place.of(str(place)) == place
    for wrong in ("", "x", "12", "12-", "12-x"):
        with pytest.raises(ValueError):
            Place.of(wrong)
    with pytest.raises(OverflowError):
        Place.of(f"{10**30}-{UUID(int=1).hex}")
