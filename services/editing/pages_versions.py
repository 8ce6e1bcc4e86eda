"""The Versions of a Story: each as it was saved, what differs between two, and an older one made the newest again."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from services.editing import forms, views
from services.editing.domain import OPEN
from services.editing.stories import Saved
from services.editing.web import Incomplete, pages_of, scissors_of, steps_of
from shared.accounts import Person
from shared.content_difference import difference
from shared.desk import Desk
from shared.web import desk_of, may

router = APIRouter(prefix="/meja/berita", include_in_schema=False)
Admin = Annotated[Person, may("story.edit")]
Reader = Annotated[Person, may("story.read")]


@router.get("/{story}/versi/{number}")
async def version_page(
    request: Request, story: UUID, number: int, person: Reader, dari: int | None = None
) -> HTMLResponse:
    """One Version, with what differs from the one before it, or from the one that is asked for."""
    desk = desk_of(request)
    saved = await views.version(desk, story, number)
    file = await views.story_file(desk, story)
    older = await _older(desk, saved, dari)
    changed = await asyncio.to_thread(difference, older.content, saved.content) if older else None
    editable = person.may("story.edit") and file.story.state in OPEN and number != file.story.version
    return pages_of(request).show(
        request, "versi.html", saved=saved, file=file, restorable=editable, older=older, changed=changed
    )


@router.post("/{story}/versi/{number}/pulihkan")
async def restore(request: Request, story: UUID, number: int, person: Admin) -> RedirectResponse:
    """Save an older Version as a new one, with the files as the Reports have them now; unsaved typing stays."""
    expected = str((await request.form()).get("expected_version", ""))
    if not (expected.isascii() and expected.isdigit() and len(expected) < 9):
        raise Incomplete("Muat ulang halaman ini, lalu pulihkan lagi.")
    desk = desk_of(request)
    saved = await views.version(desk, story, number)
    file = await views.story_file(desk, story)
    written = forms.manuscript(forms.of_content(saved.content, number, file.reports))
    await scissors_of(request).make(written, file.reports, file.redacted)
    reason = f"Dipulihkan dari versi {number}."
    await steps_of(request).save(story, written, expected_version=int(expected), reason=reason, by=person.official)
    return RedirectResponse(f"/meja/berita/{story}", 303)


async def _older(desk: Desk, saved: Saved, asked: int | None) -> Saved | None:
    number = saved.version - 1 if asked is None else asked
    return await views.version(desk, saved.story, number) if 0 < number < saved.version else None
