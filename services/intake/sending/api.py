"""The JSON API of drafts, for the page's script: it saves by itself, and asks where another device wrote."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from services.intake.sending import saving, store_drafts
from services.intake.sending.drafts import DraftBody, DraftSent, NewerDraft
from services.intake.web import body_as, vault_of
from shared.accounts import Person
from shared.web import desk_of, may, problem

Writer = Annotated[Person, may("report.send")]

router = APIRouter(prefix="/api/v1/drafts", include_in_schema=False)


@router.get("")
async def drafts(request: Request, person: Writer) -> dict[str, Any]:
    """One's own drafts, the newest first."""
    desk = desk_of(request)
    async with desk.db.connection() as conn:
        found = await store_drafts.of_account(conn, person.account)
    return {"drafts": [draft.shown(desk.clock.calendar.zone) for draft in found]}


@router.get("/{draft}")
async def draft(request: Request, draft: UUID, person: Writer) -> dict[str, Any]:
    desk = desk_of(request)
    return (await saving.read(desk, person, draft)).shown(desk.clock.calendar.zone)


@router.put("/{draft}")
async def save(request: Request, draft: UUID, person: Writer) -> JSONResponse:
    """Answers 409 `newer-draft` with the other writing, `already-sent` with the Report that it became."""
    desk, body = desk_of(request), await body_as(request, DraftBody)
    zone = desk.clock.calendar.zone
    try:
        saved = await saving.save(desk, person, draft, body)
    except NewerDraft as no:
        return problem(409, no.code, no.sentence, draft=no.theirs.shown(zone))
    except DraftSent as no:
        return problem(409, no.code, no.sentence, report=str(no.report))
    return JSONResponse({"version": saved.version, "updated_at": saved.updated_at.astimezone(zone).isoformat()})


@router.delete("/{draft}", status_code=204)
async def throw_away(request: Request, draft: UUID, person: Writer) -> Response:
    await saving.throw_away(desk_of(request), vault_of(request), person, draft)
    return Response(status_code=204)
