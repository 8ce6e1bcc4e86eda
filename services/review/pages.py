"""HTTP in, screens to read: what waits for penyaringan, and one berita as the public will see it."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel

from services.review import anchors, reading, web
from services.review.afterwards import steps as afterwards
from services.review.afterwards.rules import Said
from services.review.domain import NoSuchReview
from services.review.handover import rules
from services.review.handover import steps as handing
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
Withdrawer = Annotated[Person, may("review.withdraw-offer")]


class StepForm(BaseModel):
    """A step about one Version."""

    version: int
    note: Typed = ""
    capacity: Typed = ""

    def said(self, field: str) -> Said:
        """What was typed. Raises Refused where it is too long to be kept."""
        expect_within(field, self.note)
        return Said(self.version, self.note, self.capacity)


class HandoverForm(StepForm):
    to: Typed = ""


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

    async def step() -> None:
        said = form.said("Catatan disposisi")
        await handing.hand_over(desk_of(request), story, said, form.to, person=person)

    return await _done(request, person, story, step, form, "hand-over")


@router.post("/{story}/cabut")
async def revoke(request: Request, person: Revoker, story: UUID, form: Annotated[StepForm, Form()]) -> Response:
    """Take an approval back."""

    async def step() -> None:
        await afterwards.revoke(desk_of(request), story, form.said("Alasan pencabutan"), person=person)

    return await _done(request, person, story, step, form, "revoke")


@router.post("/{story}/sahkan")
async def confirm(request: Request, person: Confirmer, story: UUID, form: Annotated[StepForm, Form()]) -> Response:
    """Let an emergency approval stand."""

    async def step() -> None:
        await afterwards.confirm(desk_of(request), story, form.said("Catatan"), person=person)

    return await _done(request, person, story, step, form, "confirm")


@router.post("/{story}/tarik-perbaikan")
async def withdraw_offer(
    request: Request, person: Withdrawer, story: UUID, form: Annotated[StepForm, Form()]
) -> Response:
    """Take back words that were offered with a return."""

    async def step() -> None:
        await afterwards.withdraw_offer(desk_of(request), story, form.said("Catatan"), person=person)

    return await _done(request, person, story, step, form, "withdraw")


async def _done(
    request: Request, person: Person, story: UUID, step: Callable[[], Awaitable[None]], form: StepForm, what: str
) -> Response:
    """Do it and show the Version; a refusal shows it too, with the sentence and what was typed."""
    try:
        await step()
    except NoSuchReview:
        raise
    except Refused as refusal:
        return await _shown(request, person, story, form.version, refusal=refusal, form=form, what=what)
    return RedirectResponse(f"/saring/{story}?versi={form.version}", 303)


async def _shown(
    request: Request,
    person: Person,
    story: UUID,
    version: int | None,
    beside: int | None = None,
    *,
    refusal: Refused | None = None,
    form: StepForm | None = None,
    what: str = "",
) -> HTMLResponse:
    limit = request.app.state.settings.queue_limit
    desk = desk_of(request)
    opened = await reading.opened(desk, story, version, beside=beside, person=person, limit=limit)
    leaders: list[Official] = []
    if opened.found.review.state == "open" and person.may("review.hand-over"):
        async with desk.db.connection() as conn:
            leaders = await handing.leaders(desk, conn)
    return pages_of(request).show(
        request,
        "saring.html",
        http=status_of(refusal) if refusal else 200,
        **view(opened, person),
        sentence=refusal and refusal.sentence,
        typed={what: form.note} if form else {},
        others=rules.others(leaders, opened.found.review, person.account),
        handing=form if isinstance(form, HandoverForm) else None,
        capacities=person.capacities("review.decide"),
        capacity=form.capacity if form else "",
    )


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
        "may_revoke": afterwards.may_revoke(found, person),
        "wrote": review.wrote(person.account),
        "may_confirm": afterwards.may_confirm(found, person),
        "replaced": afterwards.was_replaced(found),
        "may_withdraw": afterwards.may_withdraw(found, person),
    }


def pages_of(request: Request) -> Pages:
    return request.app.state.pages
