"""HTTP in, screens: the forms and files of the monthly report."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse
from pydantic import Field, StringConstraints

from services.review.compliance.pages import Filter, back, page, scope_of
from services.review.report import archive
from services.review.report.letter import Capacity, Letter, NotSigned
from shared.accounts import Person
from shared.web import desk_of, may

router = APIRouter(prefix="/kepatuhan/laporan", include_in_schema=False)
Maker = Annotated[Person, may("compliance.report")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Number = Annotated[int, Field(ge=1, lt=2**31)]


class LetterForm(Filter):
    """What the form of a report sends; an input left empty is absent."""

    nomor: Words = ""
    tempat: Words = ""
    tanggal: Words = ""
    penanda_tangan: Words = ""
    kapasitas: Capacity = ""
    atas_nama: Words = ""
    jabatan: Words = ""
    nama: Words = ""
    pangkat: Words = ""
    nip: Words = ""

    def letter(self) -> Letter:
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
        return await page(request, person, form, no=no, typed=form.model_dump())
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
