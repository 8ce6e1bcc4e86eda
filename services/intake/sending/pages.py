"""The screens of a Report on its way: the form of one page, and drafts of it. Forms are sent on with 303."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.intake import steps
from services.intake.api import Sender
from services.intake.domain_requests import BadField
from services.intake.forms import NewReport
from services.intake.recording import VIA
from services.intake.sending import saving, store_drafts
from services.intake.sending.drafts import Draft, DraftFile, DraftSent, Kind, NewerDraft
from services.intake.sending.fields import INPUTS, Form, FormNotFilled, Posted, parse, report_fields, with_files
from services.intake.web import show, vault_of
from shared.accounts import Person
from shared.refusal import Refused, Stale
from shared.web import desk_of

router = APIRouter(include_in_schema=False)
PATHS: dict[Kind, str] = {"bahan": "/bahan/baru", "catat": "/bahan/catat"}
TEMPLATES: dict[Kind, str] = {"bahan": "bahan_baru.html", "catat": "bahan_catat.html"}
KEEP = "simpan"  # what the button of a draft says


@router.get("/bahan/baru")
async def new(
    request: Request, person: Sender, draf: UUID | None = None, title: str = "", text: str = "", url: str = ""
) -> Response:
    """An empty form, a draft to go on with, or what another application shared."""
    if draf is not None:
        return await opened(request, person, draf, "bahan")
    shared = {"title": title.strip()[:300], "text": "\n\n".join(t for t in (text.strip(), url.strip()) if t)}
    return blank(request, person, "bahan", {name: words for name, words in shared.items() if words})


@router.post("/bahan/baru")
async def create(request: Request, person: Sender, form: Posted) -> Response:
    form, refusal = await with_files(request, person, form)
    if form.action == KEEP:
        return await keep(request, person, form, "bahan", refusal)
    desk = desk_of(request)
    try:
        if refusal is not None:
            raise refusal
        asked = parse(NewReport, report_fields(form, desk.clock.calendar.zone))
        report = await steps.create(desk, vault_of(request), person, asked, key=str(form.key), version=form.version)
    except Refused as no:
        return refused(request, person, form, "bahan", no)
    return RedirectResponse(f"/bahan/{report}", 303)


@router.post("/bahan/draf/{draft}/hapus")
async def throw_away(request: Request, draft: UUID, person: Sender) -> Response:
    await saving.throw_away(desk_of(request), vault_of(request), person, draft)
    return RedirectResponse("/bahan", 303)


async def opened(request: Request, person: Person, draft: UUID, kind: Kind) -> Response:
    """A draft in its form; what is another kind of form's is opened there."""
    async with desk_of(request).db.connection() as conn:
        found = await store_drafts.find(conn, person.account, draft)
        report = None if found else await store_drafts.sent_as(conn, person.account, draft)
    if report is not None:
        return RedirectResponse(f"/bahan/{report}?terkirim={draft}", 303)
    if found is None:  # the device on which it was written may know it still
        return blank(request, person, kind, {}, draft)
    if found.body.kind != kind:
        return RedirectResponse(f"{PATHS[found.body.kind]}?draf={draft}", 303)
    return _form(request, person, kind, found.body.fields, found.body.files, found.id, version=found.version,
                 saved_at=found.updated_at)  # fmt: skip


def blank(request: Request, person: Person, kind: Kind, typed: dict[str, str], key: UUID | None = None) -> Response:
    """A form with what can be known of it; under the `key` of a draft that is not here."""
    desk = desk_of(request)
    today = desk.today().isoformat()
    filled = {"tanggal": today, "reporter": person.name} | typed
    return _form(request, person, kind, filled, (), key or desk.new_id(), missing=key is not None)


async def keep(request: Request, person: Person, form: Form, kind: Kind, refusal: Refused | None) -> Response:
    """Save as a draft, and say so on the form."""
    try:
        draft = await saving.save(desk_of(request), person, form.key, form.body(kind))
        if refusal is not None:
            return refused(request, person, _read(form, draft), kind, refusal)
    except Refused as no:
        return refused(request, person, form, kind, no)
    return RedirectResponse(f"{PATHS[kind]}?draf={draft.id}", 303)


def refused(request: Request, person: Person, form: Form, kind: Kind, no: Refused) -> Response:
    """The form again with all that was typed; or both writings, where another device wrote meanwhile."""
    if isinstance(no, DraftSent):
        return RedirectResponse(f"/bahan/{no.report}", 303)
    if isinstance(no, NewerDraft):
        return _choice(request, form, kind, no)
    wrong = no.field if isinstance(no, FormNotFilled) else ""
    if isinstance(no, BadField):
        wrong = INPUTS.get(no.problem.field, no.problem.field)
    return _form(
        request, person, kind, form.typed, form.files, form.key, version=form.version, sentence=no.sentence,
        wrong=wrong, proof=form.proof, http=409 if isinstance(no, Stale) else 422,
    )  # fmt: skip


def _read(form: Form, draft: Draft) -> Form:
    return replace(form, version=draft.version)


def _choice(request: Request, form: Form, kind: Kind, no: NewerDraft) -> Response:
    return show(
        request, "bahan_draf_beda.html", http=409, sentence=no.sentence, path=PATHS[kind], mine=form,
        files=[f.model_dump_json(exclude_defaults=True) for f in form.files], theirs=no.theirs,
        other_key=str(desk_of(request).new_id()),
    )  # fmt: skip


def shown(files: Sequence[DraftFile]) -> list[tuple[DraftFile, str]]:
    """Files for a form, each with the JSON by which it names them again."""
    return [(file, file.model_dump_json(exclude_defaults=True)) for file in files]


def _form(
    request: Request,
    person: Person,
    kind: Kind,
    typed: dict[Any, str],
    files: Sequence[DraftFile],
    key: UUID,
    *,
    version: int = 0,
    saved_at: datetime | None = None,
    sentence: str | None = None,
    wrong: str = "",
    http: int = 200,
    missing: bool = False,
    proof: DraftFile | None = None,
) -> Response:
    desk = desk_of(request)
    return show(
        request, TEMPLATES[kind], http=http, filled=dict(typed), key=str(key), version=version, sentence=sentence,
        wrong=wrong, missing=missing, saved_at=saved_at, files=shown(files),
        units=desk.clock.sop.units, today=desk.today().isoformat(),
        any_unit=person.unit is None or person.may("report.record"), kind=kind,
        via=VIA, proof=shown([proof] if proof else []),
    )  # fmt: skip
