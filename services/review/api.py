"""HTTP in, JSON: the queue, one Story before the leader, the Decision, and the taking back of an approval."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.review import web
from services.review.afterwards import steps as afterwards
from services.review.afterwards.rules import Said
from services.review.domain import Choice, Review, State
from services.review.handover import steps as handing
from services.review.handover import store as handed
from services.review.handover.rules import Handover
from services.review.rulings import Ruling
from services.review.store_read import Decided, Finding, Line, Published, Revoked
from services.review.web import Due, Waiting
from shared.accounts import Person
from shared.content import Clause, Content, Note, Origin, Reason, Redaction, Sha256, Words
from shared.web import desk_of, may

router = APIRouter(prefix="/api/v1/reviews", tags=["review"])
Reader = Annotated[Person, may("review.read")]
Leader = Annotated[Person, may("review.decide")]
Revoker = Annotated[Person, may("review.revoke")]
Confirmer = Annotated[Person, may("review.confirm")]
HandsOver = Annotated[Person, may("review.hand-over")]
Withdrawer = Annotated[Person, may("review.withdraw-offer")]


class Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DecisionBody(Body):
    """The leader's answer on one exact Version.

    `legal_basis`, `clause` (UU 14/2008 article 17), `until`, `duration` with withheld; `not_before` with approved;
    `proposal` with returned: what is approved once an Admin submits exactly it. `redaction` with returned: what is
    taken out, on a `clause` and `legal_basis`. `basis` emergency is an approval with a reason, where the office knows
    that way. `capacity`: of a person who may decide in several, which.
    """

    version: Annotated[int, Field(ge=1)]
    content_sha256: Sha256
    decision: Choice
    reasons: Annotated[tuple[Reason, ...], Field(max_length=20)] = ()
    legal_basis: Annotated[Note, Field(max_length=300)] = ""
    until: date | None = None
    not_before: AwareDatetime | None = None
    clause: Clause | None = None
    duration: Annotated[Note, Field(max_length=300)] = ""
    proposal: Words | None = None
    redaction: Redaction | None = None
    basis: Literal["regular", "emergency"] = "regular"
    capacity: Annotated[str, Field(max_length=300)] = ""

    def ruling(self) -> Ruling:
        return Ruling(
            version=self.version,
            content_sha256=self.content_sha256,
            choice=self.decision,
            reasons=self.reasons,
            legal_basis=self.legal_basis,
            until=self.until,
            not_before=self.not_before,
            clause=self.clause,
            duration=self.duration,
            proposal=self.proposal,
            redaction=self.redaction,
            basis=self.basis,
        )


class StepBody(Body):
    """A step about one Version. `capacity`: of a person who may do it in several, which."""

    version: Annotated[int, Field(ge=1)]
    note: Note = ""
    capacity: Annotated[str, Field(max_length=300)] = ""

    def said(self) -> Said:
        return Said(self.version, self.note, self.capacity)


class HandoverBody(StepBody):
    """Disposisi: to which account, and why."""

    to: Annotated[str, Field(max_length=300)]


@dataclass(frozen=True, slots=True)
class Queue:
    reviews: list[Waiting]
    decided: list[Line]


@dataclass(frozen=True, slots=True)
class Answer:
    story: UUID
    version: int
    state: State
    content_sha256: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One Version before the leader. `may_decide` is for the person who asks."""

    story: UUID
    version: int
    cycle: int
    state: State
    content: Content
    content_sha256: str
    authors: tuple[str, ...]
    origins: tuple[Origin, ...]
    urgency: str
    practice: bool
    correction: bool
    submitted_at: datetime
    due: Due | None
    decided: Decided | None
    revocations: tuple[Revoked, ...]
    findings: tuple[Finding, ...]
    dispositions: tuple[Handover, ...]
    published: Published
    versions: tuple[Line, ...]
    may_decide: bool


@router.get("")
async def read_queue(request: Request, person: Reader) -> Queue:
    """What waits for the leader, the one due first at the top, and what was decided lately."""
    desk, limit = desk_of(request), request.app.state.settings.queue_limit
    return Queue(await web.queue(desk, limit=limit), await web.lately(desk, limit=limit))


@router.get("/{story}")
async def read_review(request: Request, person: Reader, story: UUID, version: int | None = None) -> Shown:
    """One Story as it lies before the leader: its newest Version, unless another is named."""
    found, due = await web.dossier(desk_of(request), story, version)
    review = found.review
    async with desk_of(request).db.connection() as conn:
        dispositions = tuple(await handed.of_version(conn, story, review.version))
    return Shown(
        story=review.story,
        version=review.version,
        cycle=review.cycle,
        state=review.state,
        content=found.content,
        content_sha256=review.content_sha256,
        authors=review.authors,
        origins=review.origins,
        urgency=review.urgency,
        practice=review.practice,
        correction=review.correction,
        submitted_at=review.submitted_at,
        due=due,
        decided=found.decided,
        revocations=found.revocations,
        findings=found.findings,
        dispositions=dispositions,
        published=found.published,
        versions=found.versions,
        may_decide=web.may_decide(review, person),
    )


@router.post("/{story}/decisions", status_code=201)
async def decide(request: Request, person: Leader, story: UUID, body: DecisionBody) -> Answer:
    """Decide on exactly the Version and content that were read; the first Decision wins."""
    desk, emergency = desk_of(request), request.app.state.settings.emergency_bypass
    ruling = body.ruling()
    return _answer(await web.decide(desk, story, ruling, person=person, capacity=body.capacity, emergency=emergency))


@router.post("/{story}/dispositions", status_code=201)
async def hand_over(request: Request, person: HandsOver, story: UUID, body: HandoverBody) -> Handover:
    """Lay the newest Version before another leader with a note; the clock runs on."""
    return await handing.hand_over(desk_of(request), story, body.said(), body.to, person=person)


@router.post("/{story}/withdraw-offer", status_code=201)
async def withdraw_offer(request: Request, person: Withdrawer, story: UUID, body: StepBody) -> Answer:
    """Take back words that were offered with a return, while no Admin has taken them."""
    return _answer(await afterwards.withdraw_offer(desk_of(request), story, body.said(), person=person))


@router.post("/{story}/revoke", status_code=201)
async def revoke(request: Request, person: Revoker, story: UUID, body: StepBody) -> Answer:
    """Take an approval back; what is public already is taken down by publisher."""
    return _answer(await afterwards.revoke(desk_of(request), story, body.said(), person=person))


@router.post("/{story}/confirm", status_code=201)
async def confirm(request: Request, person: Confirmer, story: UUID, body: StepBody) -> Answer:
    """Let an emergency approval stand: an official who neither gave it nor wrote the Version."""
    return _answer(await afterwards.confirm(desk_of(request), story, body.said(), person=person))


@router.get("/{story}/media/{sha256}")
async def picture(
    request: Request, person: Reader, story: UUID, sha256: Sha256, version: int | None = None
) -> RedirectResponse:
    """The way to one publishable picture of a Version, open for a while."""
    link = await web.picture_link(desk_of(request), request.app.state.files, story, sha256, version)
    return RedirectResponse(link, 303)


def _answer(review: Review) -> Answer:
    return Answer(review.story, review.version, review.state, review.content_sha256)
