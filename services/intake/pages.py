"""The screens of Bidang/Sekretariat: home, list, one Report. Forms post here and are sent on with 303."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi import Form as FormField
from fastapi.responses import RedirectResponse, Response

from services.intake import steps, store, views
from services.intake.api import Changer, Reader, seen, unit_seen
from services.intake.domain import SentBefore
from services.intake.forms import NewSupplement, Withdrawal
from services.intake.notices.reminders import reminders
from services.intake.recording import VIA
from services.intake.sending import store_drafts
from services.intake.sending.fields import Form, Posted, parse, with_files
from services.intake.sending.pages import PATHS, shown
from services.intake.web import show, vault_of
from shared.accounts import Person
from shared.refusal import Refused
from shared.web import desk_of, may, public

router = APIRouter(include_in_schema=False)
Anyone = Annotated[Person, may("home.see")]
PAGE = 50
SECTIONS = {"sent-back": "Perlu dilengkapi", "received": "Diterima", "withdrawn": "Ditarik"}


@router.get("/", dependencies=[public])
async def front() -> Response:
    return RedirectResponse("/beranda", 303)


@router.get("/beranda")
async def home(request: Request, person: Anyone) -> Response:
    desk = desk_of(request)
    async with desk.db.connection() as conn:
        counts = await store.counts(conn, unit_seen(person))
        waiting = await store.page(conn, unit=unit_seen(person), state="sent-back", before=None, limit=10)
        lines = await views.briefs(conn, desk, waiting)
    return show(request, "beranda.html", counts=counts, waiting=lines)


@router.get("/bahan")
async def listed(
    request: Request, person: Reader, keadaan: str = "", sebelum: UUID | None = None, cari: str = ""
) -> Response:
    """The Reports that one may see, by state and by the words of their titles, and one's own drafts."""
    desk, unit = desk_of(request), unit_seen(person)
    state, words = keadaan if keadaan in SECTIONS else None, cari.replace("\x00", "").strip()[:200]
    async with desk.db.connection() as conn:
        found = await store.page(conn, unit=unit, state=state, before=sebelum, limit=PAGE, words=words)
        lines = await views.briefs(conn, desk, found)
        may_write = person.may("report.send") and sebelum is None
        drafts = await store_drafts.of_account(conn, person.account) if may_write else []
        counts = await store.counts(conn, unit)
        others = await reminders(conn, desk, person, [r.id for r in found], site=_site(request))
    more = str(found[-1].id) if len(found) == PAGE else None
    return show(
        request, "bahan.html", reports=lines, more=more, state=state, words=words, sections=SECTIONS, drafts=drafts,
        counts=counts, paths=PATHS, reminders=others,
    )  # fmt: skip


@router.get("/bahan/{report}")
async def one(request: Request, report: UUID, person: Reader) -> Response:
    return await _one(request, report, person, sentence=None)


@router.post("/bahan/{report}/lengkapi")
async def supplement(request: Request, report: UUID, person: Changer, form: Posted) -> Response:
    form, refusal = await with_files(request, person, form)
    try:
        if refusal is not None:
            raise refusal
        asked = parse(NewSupplement, {"text": form.typed.get("text", ""), "media": form.attached()})
        await steps.add_supplement(desk_of(request), vault_of(request), person, report, asked, key=form.key)
    except SentBefore as no:  # what is typed now may go as another
        form = replace(form, key=desk_of(request).new_id())
        return await _one(request, report, person, sentence=no.sentence, form=form)
    except Refused as no:
        return await _one(request, report, person, sentence=no.sentence, form=form)
    return RedirectResponse(f"/bahan/{report}", 303)


@router.post("/bahan/{report}/tarik")
async def withdraw(
    request: Request, report: UUID, person: Changer, reason: Annotated[str, FormField()] = ""
) -> Response:
    try:
        await steps.take_back(desk_of(request), person, report, parse(Withdrawal, {"reason": reason}))
    except Refused as no:
        return await _one(request, report, person, sentence=no.sentence, reason=reason)
    return RedirectResponse(f"/bahan/{report}", 303)


async def _one(
    request: Request,
    report: UUID,
    person: Person,
    *,
    sentence: str | None,
    form: Form | None = None,
    reason: str = "",
) -> Response:
    desk = desk_of(request)
    async with desk.db.connection() as conn:
        known = seen(person, await store.find(conn, report))
        found = await views.whole(conn, desk, known, names=person.may("recording.read"))
        others = await reminders(conn, desk, person, [report], site=_site(request))
    may_change = person.reaches("report.change", known.unit)
    http = 422 if sentence else 200
    return show(
        request, "bahan_satu.html", http=http, report=found, may_change=may_change, sentence=sentence,
        files=shown(form.files if form else ()),
        filled=form.typed if form else {}, key=str(form.key if form else desk.new_id()), via=VIA,
        reminders=others, reason=reason.replace("\x00", ""),
    )  # fmt: skip


def _site(request: Request) -> str:
    """The staff's address, as others write it."""
    site: str = request.app.state.staff_url
    return site
