"""What the API and the pages of editing both stand on: the desk's steps, links to media, all of them as one ZIP."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import RedirectResponse, StreamingResponse

from services.editing import views
from services.editing.cutting import Scissors
from services.editing.packing import NothingToPack, originals, packed
from services.editing.reading import Reader
from services.editing.steps import Steps
from services.editing.store_cuts import find_cuts
from shared.media.choosing import WHOLE, choose
from shared.media.store import Store
from shared.refusal import NotFound, Refused
from shared.web import Pages, desk_of
from shared.zip_answer import Zipped, zip_answer, zip_name

PREVIEW_WIDTH, WHOLE_WIDTH = 480, 1440


class Incomplete(Refused):
    def __init__(self, sentence: str) -> None:
        super().__init__("incomplete", sentence)


@dataclass(frozen=True, slots=True)
class Office:
    """What one installation is told: how long a claim lasts, and where media lie."""

    claim_for: timedelta
    store: Store


def scissors_of(request: Request) -> Scissors:
    office: Office = request.app.state.office
    return Scissors(desk_of(request), office.store)


def steps_of(request: Request) -> Steps:
    office: Office = request.app.state.office
    return Steps(desk_of(request), office.claim_for)


async def read_files(request: Request, story: UUID) -> None:
    """Read what the files of the newest Version say, where that was not done yet: the checks hold it against them."""
    office: Office = request.app.state.office
    file = await views.story_file(desk_of(request), story)
    if file.newest is not None:
        await Reader(desk_of(request), office.store).read(file.newest.content, file.reports)


async def media_link(
    request: Request, report: UUID, media: UUID, *, original: bool, whole: bool = False
) -> RedirectResponse:
    """Lead to a file of a Report: a small picture of it, with `whole` its best copy, or the original.

    The original also where there is nothing else.
    """
    office: Office = request.app.state.office
    file = await views.report_file(desk_of(request), report)
    found = next((m for m in file.report.media if m.id == media), None)
    if found is None:
        raise NotFound("Berkas")
    preview = None if whole else choose(found.renditions, width=PREVIEW_WIDTH)
    copy = preview or choose(found.renditions, (*WHOLE, "text/"), width=WHOLE_WIDTH)
    shown = found.original if original or copy is None else copy
    return RedirectResponse(await office.store.download_url(shown.bucket, shown.key), 303)


async def cut_link(request: Request, media: UUID, sha256: str) -> RedirectResponse:
    """Lead to one copy of a picture that the desk has cut."""
    office: Office = request.app.state.office
    async with desk_of(request).db.connection() as conn:
        cuts = await find_cuts(conn, [media])
    found = next((r for own in cuts.values() for r in own.renditions if r.sha256 == sha256), None)
    if found is None:
        raise NotFound("Potongan foto")
    return RedirectResponse(await office.store.download_url(found.bucket, found.key), 303)


async def media_zip(request: Request, story: UUID) -> StreamingResponse:
    """The originals of a Story's files."""
    office: Office = request.app.state.office
    file = await views.story_file(desk_of(request), story)
    files = packed(originals(file.reports))
    if not files:
        raise NothingToPack
    found = [Zipped(one.name, one.original.bucket, one.original.key, one.original.size) for one in files]
    return await zip_answer(office.store, found, name=zip_name(file.story.title))


def pages_of(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


def units_of(request: Request) -> Mapping[str, str]:
    """The office's Bidang by code, as its SOP names them."""
    return desk_of(request).clock.sop.units


def chosen_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Incomplete("Pilih bahannya dahulu.") from None


def said(value: Any, most: int, field: str) -> str:
    """One field of a form, within its length."""
    text = str(value or "").strip().replace("\x00", "")
    if len(text) > most:
        raise Incomplete(f"{field} terlalu panjang (paling banyak {most} huruf).")
    return text
