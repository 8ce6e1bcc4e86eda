"""HTTP in, screens: the forms and files of the monthly report."""

import re
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse
from pydantic import Field

from services.review.compliance.pages import Filter, back, page, scope_of
from services.review.report import archive
from services.review.report.letter import CAPACITIES, Letter, NotSigned
from shared.accounts import Person
from shared.typed_text import Typed
from shared.web import desk_of, may

router = APIRouter(prefix="/kepatuhan/laporan", include_in_schema=False)
Maker = Annotated[Person, may("compliance.report")]
Number = Annotated[int, Field(ge=1, lt=2**31)]
MOST = 200
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
FIELDS = {
    "nomor": "Nomor", "tempat": "Tempat", "tanggal": "Tanggal", "penanda_tangan": "Penanda tangan",
    "atas_nama": "Pejabat yang diatasnamakan", "jabatan": "Jabatan", "nama": "Nama", "pangkat": "Pangkat/golongan",
    "nip": "NIP",
}  # fmt: skip


class LetterForm(Filter):
    """What the form of a report sends; an input left empty is absent."""

    nomor: Typed = ""
    tempat: Typed = ""
    tanggal: Typed = ""
    penanda_tangan: Typed = ""
    kapasitas: Typed = ""
    atas_nama: Typed = ""
    jabatan: Typed = ""
    nama: Typed = ""
    pangkat: Typed = ""
    nip: Typed = ""

    @property
    def shown_again(self) -> dict[str, str]:
        """What was typed, with a space for each tab: nobody would see it in the field."""
        return {name: CONTROL.sub(" ", value) for name, value in self.model_dump().items()}

    def letter(self) -> Letter:
        """Raises NotSigned for what no letter can have."""
        for name, label in FIELDS.items():
            value: str = getattr(self, name)
            if len(value) > MOST:
                raise NotSigned(f"{label} terlalu panjang (paling banyak {MOST} huruf).")
            if CONTROL.search(value):
                raise NotSigned(
                    f"{label} memuat tab atau baris baru; di bawah sudah diganti spasi. Periksa, lalu buat lagi."
                )
        if self.kapasitas not in CAPACITIES:
            raise NotSigned("Pilih kapasitas penanda tangan dari daftar.")
        try:
            day = date.fromisoformat(self.tanggal) if self.tanggal else None
        except ValueError:
            raise NotSigned("Tanggal tidak terbaca. Pilih tanggal dari kalender di isian itu.") from None
        return Letter(
            number=self.nomor,
            place=self.tempat,
            day=day,
            capacity=self.kapasitas,
            principal=self.atas_nama,
            position=self.jabatan,
            name=self.nama,
            rank=self.pangkat,
            nip=self.nip,
        )


@router.post("")
async def make(request: Request, person: Maker, form: Annotated[LetterForm, Form()]) -> Response:
    """Make the report of the month and Bidang that the page shows; what was typed stays where it is refused."""
    desk, state = desk_of(request), request.app.state
    scope = scope_of(desk, person, form.bulan, form.bidang)
    try:
        letter = form.letter()
        await archive.make(desk, scope, letter, person=person, head=state.report_head, signer=form.penanda_tangan)
    except NotSigned as no:
        return await page(request, person, form, no=no, typed=form.shown_again)
    return back(form, "laporan")


@router.post("/{report}/bertanda")
async def take_back(
    request: Request,
    person: Maker,
    report: Number,
    berkas: UploadFile,
    bulan: Annotated[str, Form(max_length=100)] = "",
    bidang: Annotated[str, Form(max_length=100)] = "",
) -> RedirectResponse:
    """Keep the file that came back signed."""
    await archive.take_back(desk_of(request), report, await berkas.read(archive.MAX_SIGNED + 1), person=person)
    return back(Filter(bulan=bulan, bidang=bidang), "laporan")


@router.get("/{report}")
async def unsigned(request: Request, person: Maker, report: Number) -> Response:
    """Hand out a report as it was made."""
    return _saved(*await archive.file(desk_of(request), report))


@router.get("/{report}/bertanda/{n}")
async def signed(request: Request, person: Maker, report: Number, n: Number) -> Response:
    """Hand out one that came back signed."""
    return _saved(*await archive.file(desk_of(request), report, n))


def _saved(pdf: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(pdf, media_type="application/pdf", headers=headers)
