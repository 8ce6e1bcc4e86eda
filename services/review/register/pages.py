"""HTTP in, screens: proposals with their age, the register, and the form for PPID's answer."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel

from services.review.register import steps
from services.review.register.rules import CLAUSES, OUTCOMES, NotADecision, Outcome, PpidDecision
from shared.accounts import Person
from shared.refusal import Refused
from shared.typed_text import LINE, Typed, expect_within
from shared.web import Pages, desk_of, may, status_of

router = APIRouter(prefix="/saring/dikecualikan", include_in_schema=False)
Reader = Annotated[Person, may("register.read")]
Recorder = Annotated[Person, may("register.record")]


class PpidForm(BaseModel):
    """What the form sends; an input left empty is absent."""

    outcome: Outcome
    number: Typed = ""
    decided_on: Typed = ""
    consequence_test: Typed = ""
    until: Typed = ""
    duration: Typed = ""

    def decision(self) -> PpidDecision:
        expect_within("Nomor keputusan", self.number, LINE)
        expect_within("Uji konsekuensi", self.consequence_test)
        expect_within("Jangka waktu", self.duration, LINE)
        decided_on = _date("decided_on", self.decided_on)
        if decided_on is None:
            raise NotADecision("decided_on", "Isi tanggal keputusan PPID.")
        return PpidDecision(
            self.outcome, self.number, decided_on, self.consequence_test, _date("until", self.until), self.duration
        )


@router.get("")
async def show_register(request: Request, person: Reader) -> HTMLResponse:
    """Proposals that wait for PPID with their age, and apart from them what it decided."""
    return await _shown(request)


@router.post("/{story}/{version}")
async def record(
    request: Request, person: Recorder, story: UUID, version: int, form: Annotated[PpidForm, Form()]
) -> Response:
    """Record PPID's answer; a refusal shows the page again with what was typed."""
    try:
        await steps.record(desk_of(request), story, version, form.decision(), person=person)
    except Refused as refusal:
        return await _shown(request, refusal=refusal, typed=(story, version, form))
    return RedirectResponse("/saring/dikecualikan", 303)


async def _shown(
    request: Request, *, refusal: Refused | None = None, typed: tuple[UUID, int, PpidForm] | None = None
) -> HTMLResponse:
    desk, limit = desk_of(request), request.app.state.settings.queue_limit
    waiting, answered = await steps.listed(desk, limit=limit)
    pages: Pages = request.app.state.pages
    return pages.show(
        request,
        "dikecualikan.html",
        http=status_of(refusal) if refusal else 200,
        waiting=waiting,
        answered=answered,
        now=desk.now(),
        today=desk.today(),
        clauses=CLAUSES,
        outcomes=OUTCOMES,
        sentence=refusal and refusal.sentence,
        wrong=getattr(refusal, "field", ""),
        typed=typed,
    )


def _date(field: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise NotADecision(field, "Tanggal tidak terbaca. Pilih dari kalender di isian itu.") from None
