"""HTTP in, JSON: the register, its export, and PPID's answer."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from services.review.compliance import sheet
from services.review.register import steps
from services.review.register.rules import Outcome, PpidDecision, Proposal
from shared.accounts import Person
from shared.content import Note
from shared.web import desk_of, may

router = APIRouter(prefix="/api/v1/register", tags=["review"])
Reader = Annotated[Person, may("register.read")]
Recorder = Annotated[Person, may("register.record")]
COLUMNS = (
    "number", "decided_on", "title", "units", "clause", "legal_basis", "consequence_test", "until", "duration",
    "proposed_by", "proposed_capacity", "proposed_at", "story", "version", "part",
)  # fmt: skip


class PpidBody(BaseModel):
    """PPID's decision on one proposal, as its letter gives it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: Outcome
    number: Annotated[str, Field(max_length=300)]
    decided_on: date
    consequence_test: Note
    until: date | None = None
    duration: Note = ""

    def decision(self) -> PpidDecision:
        return PpidDecision(**self.model_dump())


@router.get("")
async def read_register(request: Request, person: Reader) -> dict[str, list[Proposal]]:
    """Proposals that wait for PPID, and what it answered."""
    waiting, answered = await steps.listed(desk_of(request), limit=request.app.state.settings.queue_limit)
    return {"proposals": waiting, "answered": answered}


@router.get(".csv", response_class=Response)
async def export_register(request: Request, person: Reader) -> Response:
    """The register of exempt information as CSV, the newest decision first."""
    rows = [row_of(p) for p in await steps.whole(desk_of(request))]
    text = sheet.header(COLUMNS) + sheet.lines(COLUMNS, rows)
    named = {"Content-Disposition": 'attachment; filename="daftar-informasi-dikecualikan.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=named)


@router.post("/{story}/{version}", status_code=201)
async def record(request: Request, person: Recorder, story: UUID, version: int, body: PpidBody) -> Proposal:
    """Record PPID's answer; only so does a proposal become *dikecualikan*."""
    return await steps.record(desk_of(request), story, version, body.decision(), person=person)


def row_of(proposal: Proposal) -> dict[str, Any]:
    """One line of the export."""
    answer = proposal.answer
    assert answer is not None
    return {
        "number": answer.number, "decided_on": answer.decided_on, "title": proposal.title,
        "units": " ".join(proposal.units), "clause": proposal.clause, "legal_basis": proposal.legal_basis,
        "consequence_test": answer.consequence_test, "until": answer.until, "duration": answer.duration,
        "proposed_by": proposal.proposed_by.name, "proposed_capacity": proposal.proposed_by.capacity,
        "proposed_at": proposal.proposed_at, "story": str(proposal.story), "version": proposal.version,
        "part": proposal.part,
    }  # fmt: skip
