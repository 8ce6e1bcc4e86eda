"""The screens of the editing desk: `/meja`."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.editing import forms, views
from services.editing.domain import OPEN, AlreadySubmitted, StaleVersion
from services.editing.forms import Form
from services.editing.manuscript import compose
from services.editing.packing import originals
from services.editing.views import StoryFile
from services.editing.web import steps_of
from shared.accounts import Person
from shared.content import Reason
from shared.refusal import Refused, Stale
from shared.web import Pages, desk_of, may

router = APIRouter(prefix="/meja", include_in_schema=False)
Admin = Annotated[Person, may("story.edit")]
Reader = Annotated[Person, may("story.read")]
InboxReader = Annotated[Person, may("inbox.read")]
InboxWorker = Annotated[Person, may("inbox.work")]


class Incomplete(Refused):
    def __init__(self, sentence: str) -> None:
        super().__init__("incomplete", sentence)


@router.get("")
async def desk_page(request: Request, person: InboxReader) -> HTMLResponse:
    desk = desk_of(request)
    return _pages(request).show(
        request,
        "meja.html",
        now=desk.now(),
        inbox=await views.inbox(desk),
        at_work=await views.stories(desk, at_work=True),
        done=await views.stories(desk, at_work=False),
        compiled=await views.compiled(desk),
    )


@router.post("/susun")
async def compile_chosen(request: Request, person: Admin) -> RedirectResponse:
    form = await request.form()
    chosen = [_uuid(str(value)) for value in form.getlist("bahan")]
    if not chosen:
        raise Incomplete("Pilih sedikitnya satu bahan, lalu susun.")
    story = await steps_of(request).compile(chosen, by=person.official, split=False)
    return RedirectResponse(f"/meja/berita/{story.id}", 303)


@router.get("/bahan/{report}")
async def report_page(request: Request, report: UUID, person: Reader) -> HTMLResponse:
    desk = desk_of(request)
    file = await views.report_file(desk, report)
    return _pages(request).show(request, "bahan.html", file=file, now=desk.now(), reasons=forms.REASONS)


@router.post("/bahan/{report}/ambil")
async def claim(request: Request, report: UUID, person: InboxWorker) -> RedirectResponse:
    await steps_of(request).claim(report, by=person.official)
    return RedirectResponse(f"/meja/bahan/{report}", 303)


@router.post("/bahan/{report}/lepas")
async def release(request: Request, report: UUID, person: InboxWorker) -> RedirectResponse:
    await steps_of(request).release(report, by=person.official)
    return RedirectResponse("/meja", 303)


@router.post("/bahan/{report}/kembalikan")
async def send_back(request: Request, report: UUID, person: InboxWorker) -> RedirectResponse:
    form = await request.form()
    codes = [str(code) for code in form.getlist("alasan") if str(code) in forms.REASONS]
    if not codes:
        raise Incomplete("Pilih sedikitnya satu alasan, supaya Bidang tahu apa yang diminta.")
    question = _said(form.get("pertanyaan"), 4_000, "Pertanyaan")
    reasons = [Reason(code=code) for code in codes]
    await steps_of(request).send_back(report, reasons=reasons, question=question, by=person.official)
    return RedirectResponse("/meja", 303)


@router.post("/bahan/{report}/susun")
async def compile_one(request: Request, report: UUID, person: Admin) -> RedirectResponse:
    split = "lagi" in await request.form()
    story = await steps_of(request).compile([report], by=person.official, split=split)
    return RedirectResponse(f"/meja/berita/{story.id}", 303)


@router.get("/berita/{story}")
async def story_page(request: Request, story: UUID, person: Reader) -> HTMLResponse:
    file = await views.story_file(desk_of(request), story)
    newest = file.newest
    form = forms.of_content(newest.content, newest.version, file.reports) if newest else forms.of_reports(file.reports)
    return await _story_page(request, file, form)


@router.get("/berita/{story}/versi/{number}")
async def version_page(request: Request, story: UUID, number: int, person: Reader) -> HTMLResponse:
    saved = await views.version(desk_of(request), story, number)
    return _pages(request).show(request, "versi.html", saved=saved)


@router.post("/berita/{story}/simpan")
async def save(request: Request, story: UUID, person: Admin) -> Response:
    """Save what was typed, and with `aksi=ajukan` submit it; what is refused stays in the form, nothing is lost."""
    sent = {name: str(value) for name, value in (await request.form()).items()}
    file = await views.story_file(desk_of(request), story)
    form = forms.of_typed(sent, file.newest.content if file.newest else None, file.reports)
    submitting = sent.get("aksi") == "ajukan"
    try:
        form = replace(form, expected_version=await _save(request, file, form, person))
        if submitting:
            await _submit(request, story, form.expected_version, person)
    except Refused as no:
        return await _refused_page(request, story, form, no)
    return RedirectResponse("/meja" if submitting else f"/meja/berita/{story}", 303)


@router.post("/berita/{story}/hentikan")
async def abandon(request: Request, story: UUID, person: Admin) -> RedirectResponse:
    reason = _said((await request.form()).get("alasan"), 4_000, "Alasan")
    if not reason:
        raise Incomplete("Tulis alasan berita ini dihentikan.")
    await steps_of(request).abandon(story, reason=reason, by=person.official)
    return RedirectResponse("/meja", 303)


@router.post("/berita/{story}/bahan")
async def add_report(request: Request, story: UUID, person: Admin) -> RedirectResponse:
    report = _uuid(str((await request.form()).get("bahan", "")))
    await steps_of(request).add_report(story, report, by=person.official)
    return RedirectResponse(f"/meja/berita/{story}", 303)


async def _save(request: Request, file: StoryFile, form: Form, person: Person) -> int:
    """Save a Version, but none where nothing was changed (a second click); returns the newest."""
    newest = file.newest
    written = forms.manuscript(form, newest.content if newest else None)
    if newest is not None and compose(written, file.reports) == newest.content:
        return newest.version
    reason = _said(form.reason, 4_000, "Alasan perubahan")
    try:
        saved = await steps_of(request).save(
            file.story.id, written, expected_version=form.expected_version, reason=reason, by=person.official
        )
    except StaleVersion:
        found = (await views.story_file(desk_of(request), file.story.id)).newest
        if found is None or compose(written, file.reports) != found.content:
            raise
        return found.version
    return saved.version


async def _submit(request: Request, story: UUID, version: int, person: Person) -> None:
    """Submit once; a second click on the same button finds it done."""
    try:
        await steps_of(request).submit(story, version=version, by=person.official)
    except AlreadySubmitted:
        if (await views.story_file(desk_of(request), story)).story.state != "submitted":
            raise


async def _refused_page(request: Request, story: UUID, form: Form, no: Refused) -> HTMLResponse:
    """The form again as it was typed; after a newer Version of somebody else, with that one beside it."""
    file = await views.story_file(desk_of(request), story)
    conflict = file.newest if isinstance(no, StaleVersion) else None
    theirs = None
    if conflict is not None:
        theirs = forms.of_content(conflict.content, conflict.version, file.reports)
        form = replace(form, expected_version=conflict.version)
    http = 409 if isinstance(no, Stale) else 422
    return await _story_page(request, file, form, http=http, refused=no.sentence, theirs=theirs, conflict=conflict)


async def _story_page(request: Request, file: StoryFile, form: Form, *, http: int = 200, **more: Any) -> HTMLResponse:
    person: Person = request.state.person
    view: dict[str, Any] = {"refused": None, "theirs": None, "conflict": None, **more}
    return _pages(request).show(
        request,
        "berita.html",
        http=http,
        file=file,
        form=form,
        editable=person.may("story.edit") and file.story.state in OPEN,
        inbox=await views.inbox(desk_of(request)) if person.may("story.edit") else [],
        classes=forms.CLASSES,
        consents=forms.CONSENTS,
        subjects=forms.SUBJECTS,
        may_pack=person.may("story.edit") and bool(originals(file.reports)),
        now=desk_of(request).now(),
        **view,
    )


def _pages(request: Request) -> Pages:
    return request.app.state.pages


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Incomplete("Pilih bahannya dahulu.") from None


def _said(value: Any, most: int, field: str) -> str:
    text = str(value or "").strip().replace("\x00", "")
    if len(text) > most:
        raise Incomplete(f"{field} terlalu panjang (paling banyak {most} huruf).")
    return text
