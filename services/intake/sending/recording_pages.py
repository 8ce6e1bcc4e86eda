"""Dicatat oleh Admin: what came by WhatsApp or social media is recorded for its Unit."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.intake import steps
from services.intake.domain_requests import BadField
from services.intake.forms import NewReport
from services.intake.recording import VIA, Recorded, Sending
from services.intake.sending.fields import Form, Posted, moment, parse, report_fields, with_files
from services.intake.sending.pages import KEEP, blank, keep, opened, refused
from services.intake.web import vault_of
from shared.accounts import Person
from shared.refusal import Refused
from shared.web import desk_of, may

Recorder = Annotated[Person, may("report.record")]

router = APIRouter(include_in_schema=False)


@router.get("/bahan/catat")
async def new(request: Request, person: Recorder, draf: UUID | None = None) -> Response:
    if draf is not None:
        return await opened(request, person, draf, "catat")
    return blank(request, person, "catat", {"reporter": "", "lewat": "whatsapp"})


@router.post("/bahan/catat")
async def create(request: Request, person: Recorder, form: Posted) -> Response:
    form, refusal = await with_files(request, person, form)
    if form.action == KEEP:
        return await keep(request, person, form, "catat", refusal)
    desk = desk_of(request)
    try:
        if refusal is not None:
            raise refusal
        zone = desk.clock.calendar.zone
        sending = parse(Sending, _sending(form, zone))
        how = {"received_via": sending.received_via, "sent_at": sending.sent_at}
        asked = parse(NewReport, report_fields(form, zone) | how)
        proof = form.proof.attached() if form.proof else None
        report = await steps.create(
            desk, vault_of(request), person, asked, key=str(form.key), version=form.version,
            recorded=Recorded(sending, proof),
        )  # fmt: skip
    except BadField as no:
        return refused(request, person, form, "catat", _in_its_words(no))
    except Refused as no:
        return refused(request, person, form, "catat", no)
    return RedirectResponse(f"/bahan/{report}", 303)


def _sending(form: Form, zone: Any) -> dict[str, Any]:
    typed = form.typed
    named = {"sender": typed.get("pengirim"), "contact": typed.get("kontak")}
    told: dict[str, Any] = {name: words for name, words in named.items() if words}
    if typed.get("lewat") in VIA:
        told["received_via"] = typed["lewat"]
    day, hour = typed.get("tanggal_kirim", ""), typed.get("jam_kirim", "")
    return told | {"sent_at": moment(day, hour, zone)} if day or hour else told


def _in_its_words(no: BadField) -> BadField:
    """Of what was recorded it is as likely that the time of sending is wrong."""
    if no.problem.field != "happened_at" or "lebih lambat" not in no.sentence:
        return no
    return BadField("sent_at", f"{no.sentence} Waktu dikirim tidak dapat mendahului kegiatannya.")
