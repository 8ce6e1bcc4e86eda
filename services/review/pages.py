"""HTTP in, screens: what waits for penyaringan, one berita as the public will see it, and the leader's forms."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field

from services.review import web
from services.review.domain import Choice
from services.review.rulings import REASONS, Ruling
from shared.accounts import Person
from shared.content import Code, Note, Reason, Sha256
from shared.refusal import Refused
from shared.web import Pages, desk_of, may

router = APIRouter(prefix="/saring", include_in_schema=False)
Reader = Annotated[Person, may("review.read")]
Leader = Annotated[Person, may("review.decide")]
Revoker = Annotated[Person, may("review.revoke")]
Short = Annotated[Note, Field(max_length=300)]


class DecisionForm(BaseModel):
    """What the four forms of the screen send; an input left empty is absent."""

    version: int
    content_sha256: Sha256
    decision: Choice
    reason: list[Code] = []
    note: Note = ""
    legal_basis: Short = ""
    until: Short = ""
    not_before: Short = ""


class RevokeForm(BaseModel):
    version: int
    note: Note = ""


class UnreadableDate(Refused):
    def __init__(self, field: str) -> None:
        super().__init__("unreadable-date", f"{field} tidak terbaca. Pilih tanggal dari kalender di isian itu.")


@router.get("")
async def show_queue(request: Request, person: Reader) -> HTMLResponse:
    """What waits, the one due first at the top."""
    desk, limit = desk_of(request), request.app.state.settings.queue_limit
    waiting = await web.queue(desk, limit=limit)
    return _pages(request).show(
        request, "antrean.html", waiting=waiting, decided=await web.lately(desk, limit=min(limit, 50))
    )


@router.get("/{story}")
async def show_story(request: Request, person: Reader, story: UUID, versi: int | None = None) -> HTMLResponse:
    """One berita as the public will see it, and below it the forms of whoever may use them."""
    found, due = await web.dossier(desk_of(request), story, versi)
    newest = found.review.version == found.versions[0].version
    return _pages(request).show(
        request,
        "saring.html",
        found=found,
        review=found.review,
        content=found.content,
        media={m.id: m for m in found.content.media},
        due=due,
        newest=newest,
        reasons=REASONS,
        may_decide=newest and web.may_decide(found.review, person),
        may_revoke=person.may("review.revoke") and found.review.state == "approved",
        wrote=found.review.wrote(person.account),
    )


@router.post("/{story}/keputusan")
async def decide(
    request: Request, person: Leader, story: UUID, form: Annotated[DecisionForm, Form()]
) -> RedirectResponse:
    """Take the form's answer; the rules are those of the API."""
    desk = desk_of(request)
    ruling = Ruling(
        version=form.version,
        content_sha256=form.content_sha256,
        choice=form.decision,
        reasons=_reasons(form.reason, form.note),
        legal_basis=form.legal_basis,
        until=_date(form.until),
        not_before=_moment(form.not_before, desk.clock.calendar.zone),
    )
    await web.decide(desk, story, ruling, person=person)
    return RedirectResponse(f"/saring/{story}", 303)


@router.post("/{story}/cabut")
async def revoke(
    request: Request, person: Revoker, story: UUID, form: Annotated[RevokeForm, Form()]
) -> RedirectResponse:
    """Take an approval back."""
    await web.revoke(desk_of(request), story, form.version, form.note, person=person)
    return RedirectResponse(f"/saring/{story}", 303)


def _pages(request: Request) -> Pages:
    return request.app.state.pages


def _reasons(codes: list[str], note: str) -> tuple[Reason, ...]:
    """The ticked reasons; the note goes with the first, and alone it is a reason of its own kind."""
    chosen = codes or (["lain"] if note else [])
    return tuple(Reason(code=code, note=note if n == 0 else "") for n, code in enumerate(chosen))


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UnreadableDate("Tanggal berakhirnya") from None


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    """A form's local time, meant in the office's own zone."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone) if text else None
    except ValueError:
        raise UnreadableDate("Waktu tayang paling awal") from None
