"""The screens of one Story: edit, see as others will, compare, submit, give up."""

import asyncio
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.editing import forms, lists, typing, views
from services.editing.domain import OPEN, AlreadySubmitted, StaleVersion
from services.editing.forms import Form
from services.editing.forms_media import CONSENTS, SUBJECTS
from services.editing.manuscript import compose
from services.editing.packing import originals
from services.editing.preview import Preview, preview
from services.editing.views import StoryFile
from services.editing.web import Incomplete, chosen_id, pages_of, read_files, said, scissors_of, steps_of
from shared.accounts import Person
from shared.channel_text import LIMITS, measure
from shared.channel_words import WITHOUT_TEXT
from shared.content_difference import difference
from shared.media.choosing import choose
from shared.refusal import NotFound, Refused
from shared.typed_text import as_typed, expect_within
from shared.web import desk_of, may, status_of

router = APIRouter(prefix="/meja/berita", include_in_schema=False)
Admin = Annotated[Person, may("story.edit")]
Reader = Annotated[Person, may("story.read")]


@router.get("/{story}")
async def story_page(request: Request, story: UUID, person: Reader) -> HTMLResponse:
    """The Story as it was saved, or as this person left it; with a newer Version of somebody else beside it."""
    return await show_opened(request, story, person)


@router.post("/{story}/simpan")
async def save(request: Request, story: UUID, person: Admin) -> Response:
    """Save what was typed, and with `aksi=ajukan` submit it; what is refused stays in the form, nothing is lost."""
    sent = await _sent(request)
    file = await views.story_file(desk_of(request), story)
    form = forms.of_typed(sent, file.newest.content if file.newest else None, file.reports)
    submitting = sent.get("aksi") == "ajukan"
    try:
        form = replace(form, expected_version=await _save(request, file, form, person), base=None)
        await read_files(request, story)
        if submitting:
            await _submit(request, story, form.expected_version, person)
    except Refused as no:
        return await _refused_page(request, story, form, no)
    return RedirectResponse("/meja" if submitting else f"/meja/berita/{story}", 303)


@router.post("/{story}/pratinjau")
async def show_preview(request: Request, story: UUID, person: Admin, bagian: bool = False) -> HTMLResponse:
    """What was typed as readers would see it, channel by channel; nothing is saved. With `bagian` that part alone."""
    file = await views.story_file(desk_of(request), story)
    form = forms.of_typed(await _sent(request), file.newest.content if file.newest else None, file.reports)
    shown = preview(form, file.reports, file.cuts, file.redacted)
    if bagian:
        return pages_of(request).show(request, "_pratinjau.html", shown=shown, file=file)
    return await _story_page(request, file, form, shown=shown)


@router.post("/{story}/tautan")
async def look_again(request: Request, story: UUID, person: Admin) -> RedirectResponse:
    """Have the links of the newest Version looked up once more; the page does not wait for their sites."""
    await steps_of(request).look_again(story)
    return RedirectResponse(f"/meja/berita/{story}#temuan", 303)


@router.post("/{story}/hentikan")
async def abandon(request: Request, story: UUID, person: Admin) -> Response:
    reason = as_typed(str((await request.form()).get("alasan", "")))
    try:
        if not reason:
            raise Incomplete("Tulis alasan berita ini dihentikan.")
        expect_within("Alasan", reason)
        await steps_of(request).abandon(story, reason=reason, by=person.official)
    except NotFound:
        raise
    except Refused as no:
        return await show_opened(request, story, person, http=status_of(no), refused=no.sentence, stopping=reason)
    return RedirectResponse("/meja", 303)


@router.post("/{story}/bahan")
async def add_report(request: Request, story: UUID, person: Admin) -> RedirectResponse:
    report = chosen_id(str((await request.form()).get("bahan", "")))
    await steps_of(request).add_report(story, report, by=person.official)
    return RedirectResponse(f"/meja/berita/{story}", 303)


async def show_opened(request: Request, story: UUID, person: Person, **more: Any) -> HTMLResponse:
    file = await views.story_file(desk_of(request), story)
    form = _saved_form(file)
    if not _editable(person, file):
        return await _story_page(request, file, form, **more)
    typed, others = await typing.look(desk_of(request), story, person)
    if typed is None:
        return await _story_page(request, file, form, others=others, **more)
    content = file.newest.content if file.newest else None
    mine = forms.of_typed({**typed.fields, "dasar": str(typed.base_version)}, content, file.reports)
    mine = replace(mine, expected_version=file.story.version)
    newer = typed.base_version < file.story.version
    told = {"others": others, "typed_at": typed.updated_at} | more
    return await _story_page(request, file, mine, **told, **(await _beside(file, mine) if newer else {}))


async def _sent(request: Request) -> dict[str, str]:
    return {name: str(value).replace("\x00", "") for name, value in (await request.form()).items()}


def _saved_form(file: StoryFile) -> Form:
    newest = file.newest
    return forms.of_content(newest.content, newest.version, file.reports) if newest else forms.of_reports(file.reports)


def _editable(person: Person, file: StoryFile) -> bool:
    return person.may("story.edit") and file.story.state in OPEN


async def _beside(file: StoryFile, mine: Form) -> dict[str, Any]:
    """The newest Version, to be shown beside what was typed without it, and what differs."""
    if file.newest is None:
        return {}
    newest = file.newest
    shown = preview(mine, file.reports, file.cuts, file.redacted).content
    return {
        "conflict": newest,
        "theirs": forms.of_content(newest.content, newest.version, file.reports),
        "apart": await asyncio.to_thread(difference, newest.content, shown) if shown else None,
    }


async def _save(request: Request, file: StoryFile, form: Form, person: Person) -> int:
    """Save a Version, but none where nothing was changed (a second click); returns the newest."""
    newest, story = file.newest, file.story.id
    written = forms.manuscript(form)
    reason = said(form.reason, 4_000, "Alasan perubahan")
    cuts = await scissors_of(request).make(written, file.reports, file.redacted)
    if newest is not None and compose(written, file.reports, cuts, file.redacted) == newest.content:
        await typing.forget(desk_of(request), story, person)
        return newest.version
    try:
        saved = await steps_of(request).save(
            story, written, expected_version=form.expected_version, reason=reason, by=person.official, typed=True
        )
    except StaleVersion:
        found = (await views.story_file(desk_of(request), story)).newest
        if found is None or compose(written, file.reports, cuts, file.redacted) != found.content:
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
    beside: dict[str, Any] = {}
    if isinstance(no, StaleVersion):
        beside = await _beside(file, form)
        form = replace(form, base=form.typed_on, expected_version=file.story.version)
    return await _story_page(request, file, form, http=status_of(no), refused=no.sentence, **beside)


async def _story_page(request: Request, file: StoryFile, form: Form, *, http: int = 200, **more: Any) -> HTMLResponse:
    person: Person = request.state.person
    nothing: dict[str, Any] = {
        "refused": None,
        "stopping": "",
        "theirs": None,
        "conflict": None,
        "apart": None,
        "others": [],
        "typed_at": None,
    }
    shown: Preview | None = more.pop("shown", None)
    return pages_of(request).show(
        request,
        "berita.html",
        http=http,
        file=file,
        form=form,
        editable=_editable(person, file),
        inbox=await lists.inbox(desk_of(request)) if person.may("story.edit") else [],
        classes=forms.CLASSES,
        consents=CONSENTS,
        subjects=SUBJECTS,
        counts={c: measure(c, form.texts.get(c, ""), picture=_has_picture(form)) for c in form.offered if c in LIMITS},
        shown=shown,
        file_list=_file_list(form),
        may_pack=person.may("story.edit") and bool(originals(file.reports)),
        unused=desk_of(request).clock.sop.unused_channels,
        without_text=WITHOUT_TEXT,
        now=desk_of(request).now(),
        **(nothing | more),
    )


def _has_picture(form: Form) -> bool:
    return any(c.chosen and c.media.kind == "image" for c in form.choices)


def _file_list(form: Form) -> list[dict[str, Any]]:
    """The files as the editor names and shows them."""
    return [
        {
            "id": str(c.media.id),
            "nama": c.media.name,
            "alt": c.rights["alt"],
            "alamat": f"/api/v1/inbox/{c.report}/media/{c.media.id}" if choose(c.media.renditions) else "",
        }
        for c in form.choices
    ]
