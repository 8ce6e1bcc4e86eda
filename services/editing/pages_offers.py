"""The screen's step by which an Admin takes a leader's words exactly as they are."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.editing.pages_story import show_opened
from services.editing.web import Incomplete, read_files, steps_of
from shared.accounts import Person
from shared.refusal import NotFound, Refused
from shared.web import may, status_of

router = APIRouter(prefix="/meja/berita", include_in_schema=False)
Admin = Annotated[Person, may("story.edit")]


@router.post("/{story}/terima")
async def accept(request: Request, story: UUID, person: Admin) -> Response:
    """Save the leader's words as a Version and submit it; a second click finds it done."""
    version = str((await request.form()).get("version", ""))
    try:
        if not (version.isascii() and version.isdigit() and len(version) < 9):
            raise Incomplete("Muat ulang halaman ini.")
        await read_files(request, story)
        await steps_of(request).accept(story, version=int(version), by=person.official)
    except NotFound:
        raise
    except Refused as no:
        return await show_opened(request, story, person, http=status_of(no), refused=no.sentence)
    return RedirectResponse(f"/meja/berita/{story}", 303)
