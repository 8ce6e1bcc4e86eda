"""HTTP in, screens to read: what waits for penyaringan, and one berita as the public will see it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel

from services.review import anchors, reading, web
from services.review.domain import NoSuchReview
from services.review.handover import rules, steps
from services.review.reading import Opened
from shared.accounts import Person
from shared.content import Official
from shared.refusal import Refused
from shared.typed_text import Typed, expect_within
from shared.web import Pages, desk_of, may, status_of

router = APIRouter(prefix="/saring", include_in_schema=False)
Reader = Annotated[Person, may("review.read")]
Revoker = Annotated[Person, may("review.revoke")]
Confirmer = Annotated[Person, may("review.confirm")]
HandsOver = Annotated[Person, may("review.hand-over")]


class HandoverForm(BaseModel):
    version: int
    to: Typed = ""
    note: Typed = ""


class RevokeForm(BaseModel):
    version: int
    note: Typed = ""


@router.get("")
async def show_queue(request: Request, person: Reader) -> HTMLResponse:
    """What waits, the immediate lane first, then the one due first at the top."""
    desk, limit = desk_of(request), request.app.state.settings.queue_limit
    return pages_of(request).show(
        request,
        "antrean.html",
        queue=await reading.queue(desk, limit=limit, person=person),
        decided=await web.lately(desk, limit=min(limit, 20)),
        unconfirmed=await web.unconfirmed(desk, limit=limit),
        limit=limit,
    )


@router.get("/{story}")
async def show_story(
    request: Request, person: Reader, story: UUID, versi: int | None = None, banding: int | None = None
) -> HTMLResponse:
    """One berita as the public will see it, what changed, and below it what this person may do."""
    return await _shown(request, person, story, versi, banding)


@router.post("/{story}/disposisi")
async def hand_over(
    request: Request, person: HandsOver, story: UUID, form: Annotated[HandoverForm, Form()]
) -> Response:
    """Lay the newest Version before another leader; a refusal shows the page again with what was typed."""
    try:
        expect_within("Catatan disposisi", form.note)
        await steps.hand_over(desk_of(request), story, form.version, form.to, form.note, person=person)
    except NoSuchReview:
        raise
    except Refused as refusal:
        return await _shown(request, person, story, form.version, refusal=refusal, handing=form)
    return RedirectResponse(f"/saring/{story}", 303)


@router.post("/{story}/cabut")
async def revoke(request: Request, person: Revoker, story: UUID, form: Annotated[RevokeForm, Form()]) -> Response:
    """Take an approval back; a refusal shows the page again with what was typed."""
    try:
        expect_within("Alasan pencabutan", form.note)
        await web.revoke(desk_of(request), story, form.version, form.note, person=person)
    except NoSuchReview:
        raise
    except Refused as refusal:
        return await _shown(request, person, story, form.version, refusal=refusal, typed=form.note)
    return RedirectResponse(f"/saring/{story}?versi={form.version}", 303)


async def _shown(
    request: Request,
    person: Person,
    story: UUID,
    version: int | None,
    beside: int | None = None,
    *,
    refusal: Refused | None = None,
    typed: str = "",
    handing: HandoverForm | None = None,
) -> HTMLResponse:
    limit = request.app.state.settings.queue_limit
    desk = desk_of(request)
    opened = await reading.opened(desk, story, version, beside=beside, person=person, limit=limit)
    leaders: list[Official] = []
    if opened.found.review.state == "open" and person.may("review.hand-over"):
        async with desk.db.connection() as conn:
            leaders = await steps.leaders(desk, conn)
    return pages_of(request).show(
        request,
        "saring.html",
        http=status_of(refusal) if refusal else 200,
        **view(opened, person),
        sentence=refusal and refusal.sentence,
        typed=typed,
        others=rules.others(leaders, opened.found.review, person.account),
        handing=handing,
    )


@router.post("/{story}/sahkan")
async def confirm(request: Request, person: Confirmer, story: UUID, form: Annotated[RevokeForm, Form()]) -> Response:
    """Let an emergency approval stand; a refusal shows the page again."""
    try:
        expect_within("Catatan", form.note)
        await web.confirm(desk_of(request), story, form.version, form.note, person=person)
    except NoSuchReview:
        raise
    except Refused as refusal:
        return await _shown(request, person, story, form.version, refusal=refusal)
    return RedirectResponse(f"/saring/{story}?versi={form.version}", 303)


def view(opened: Opened, person: Person) -> dict[str, Any]:
    """What the templates of one berita need."""
    found, review = opened.found, opened.found.review
    newest = review.version == found.versions[0].version
    return {
        "opened": opened,
        "found": found,
        "review": review,
        "content": found.content,
        "media": {m.id: m for m in found.content.media},
        "places": anchors.places(found.content),
        "due": opened.due,
        "newest": newest,
        "may_decide": newest and web.may_decide(review, person),
        "may_revoke": person.may("review.revoke") and review.state == "approved",
        "wrote": review.wrote(person.account),
        "may_confirm": web.may_confirm(found, person),
    }


def pages_of(request: Request) -> Pages:
    return request.app.state.pages
