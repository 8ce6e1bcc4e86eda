"""HTTP in: the lembar penyaringan of one Decision, as a PDF to be signed and filed."""

import asyncio
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import segno
from fastapi import APIRouter, Query, Request, Response

from services.review import web
from services.review.report import filtering_sheet, signers, typeset
from services.review.report.letter import Letter, NotSigned
from services.review.store_read import Decided
from shared.accounts import Person
from shared.refusal import NotFound
from shared.web import desk_of, may

if TYPE_CHECKING:
    from shared.db import Connection

router = APIRouter(prefix="/saring", include_in_schema=False)
Reader = Annotated[Person, may("review.read")]


@router.get("/{story}/lembar.pdf")
async def sheet(
    request: Request, person: Reader, story: UUID, versi: Annotated[int, Query(ge=1, lt=2**31)]
) -> Response:
    """The sheet of the Decision on one Version; the same until something becomes of it."""
    desk, state = desk_of(request), request.app.state
    found, _ = await web.dossier(desk, story, versi)
    if found.decided is None:
        raise NotFound("Keputusan atas versi ini")
    zone = desk.clock.calendar.zone
    letter = filtering_sheet.letter_of(found.decided, found.decided.decided_at.astimezone(zone))
    async with desk.db.connection() as conn:
        letter = await _with_rank(conn, letter, found.decided)
    address = f"{state.settings.staff_url.rstrip('/')}/perjalanan/{story}"
    told = filtering_sheet.sheet(
        found, found.decided, letter, state.report_head, desk.clock, qr=_qr(address), address=address, at=desk.now()
    )
    pdf = await asyncio.to_thread(typeset.pdf, told, at=found.decided.decided_at, template=typeset.SHEET)
    named = {"Content-Disposition": f'inline; filename="lembar-penyaringan-{story}-{versi}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=named)


async def _with_rank(conn: "Connection", letter: Letter, decided: Decided) -> Letter:
    """Pangkat and NIP where the account is still such a leader's, under the name by which the Decision was taken."""
    try:
        return replace(await signers.filled(conn, letter, decided.decided_by.account), position=letter.position)
    except NotSigned:
        return letter


def _qr(address: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", border=2, dark="#000", light="#fff", xmldecl=False)
    return drawn.getvalue().decode()
