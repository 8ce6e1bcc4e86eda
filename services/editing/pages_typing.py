"""What the page of a Story says by itself while somebody types: kept text, who is there, what is newer."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from services.editing import typing
from services.editing.typing import Told
from services.editing.web import Incomplete
from shared.accounts import Person
from shared.web import desk_of, may

router = APIRouter(prefix="/meja/berita", include_in_schema=False)
Admin = Annotated[Person, may("story.edit")]


@router.post("/{story}/ketikan")
async def keep(request: Request, story: UUID, person: Admin) -> dict[str, Any]:
    """Keep the fields of the form for this person; `cap` is when the page heard last that they were kept."""
    sent = {name: str(value).replace("\x00", "") for name, value in (await request.form()).items()}
    base = sent.get("dasar", "")
    if not (base.isascii() and base.isdigit() and len(base) < 9):
        raise Incomplete("Muat ulang halaman ini.")
    over = _moment(sent.get("cap", ""))
    return _told(await typing.keep(desk_of(request), story, person, sent, base_version=int(base), over=over))


@router.post("/{story}/hadir")
async def beat(request: Request, story: UUID, person: Admin) -> dict[str, Any]:
    return _told(await typing.beat(desk_of(request), story, person))


@router.post("/{story}/ketikan/buang")
async def forget(request: Request, story: UUID, person: Admin) -> RedirectResponse:
    """Go back to the Version that was saved."""
    await typing.forget(desk_of(request), story, person)
    return RedirectResponse(f"/meja/berita/{story}", 303)


def _told(told: Told) -> dict[str, Any]:
    return {
        "others": told.others,
        "newest_version": told.newest,
        "newest_by": told.newest_by,
        "kept_at": told.kept_at.isoformat() if told.kept_at else None,
    }


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        raise Incomplete("Muat ulang halaman ini.") from None
