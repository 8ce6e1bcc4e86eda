"""The publisher's JSON API for staff: what waits, what is public; publish, take down, try again."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.publisher import steps, store, store_pages
from shared.accounts import Person
from shared.refusal import NotFound
from shared.web import desk_of, may

AT_WORK = ("ready", "publishing", "taking-down")
DONE = ("published", "superseded", "void", "taken-down")
MOST = 200
Version = Annotated[int, Field(ge=1, lt=2**31)]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1_000)]

router = APIRouter(prefix="/api/v1/publications")


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Publish(Input):
    version: Version


class TakeDown(Input):
    reason: Why


@router.get("")
async def publications(
    request: Request, _: Annotated[Person, may("publication.read")], state: Literal["at-work", "done", "all"] = "all"
) -> dict[str, Any]:
    """Publications, what is due first on top."""
    states = {"at-work": AT_WORK, "done": DONE, "all": AT_WORK + DONE}[state]
    async with desk_of(request).db.connection() as conn:
        rows = await store_pages.desk(conn, states=states, limit=MOST)
    return {"publications": [steps.with_url(request, row) for row in rows]}


@router.get("/{story}")
async def publication(request: Request, story: UUID, _: Annotated[Person, may("publication.read")]) -> dict[str, Any]:
    """All Versions of one Story, and the content of the newest one that was approved."""
    return await story_of(request, story)


async def story_of(request: Request, story: UUID) -> dict[str, Any]:
    async with desk_of(request).db.connection() as conn:
        rows = await store_pages.desk_of(conn, story)
        found = await store.read(conn, story)
    if found is None or not rows:
        raise NotFound("Berita ini")
    versions = [steps.with_url(request, row) for row in rows]
    content = found.publications[-1].approval.content.model_dump(mode="json")
    return {"story": story, "url": versions[0]["url"], "publications": versions, "content": content}


@router.post("/{story}/publish", status_code=202)
async def publish(
    request: Request, story: UUID, body: Publish, person: Annotated[Person, may("publication.publish")]
) -> dict[str, Any]:
    """Start exactly this approved Version on its channels; follow it with GET."""
    await steps.publish(request, story, body.version, by=person)
    return await story_of(request, story)


@router.post("/{story}/take-down", status_code=202)
async def take_down(
    request: Request, story: UUID, body: TakeDown, person: Annotated[Person, may("publication.take-down")]
) -> dict[str, Any]:
    """Hide the page at once, and take all else down that is public of this Story."""
    await steps.take_down(request, story, body.reason, by=person)
    return await story_of(request, story)


@router.post("/{story}/channels/{channel}/retry", status_code=202)
async def retry(
    request: Request, story: UUID, channel: str, person: Annotated[Person, may("publication.retry")]
) -> dict[str, Any]:
    """Send a failed delivery again, or look an unconfirmed one up now."""
    await steps.retry(request, story, channel, by=person)
    return await story_of(request, story)
