"""The publisher's JSON API for staff: what waits, what is public; publish, schedule, confirm, waive, take down."""

from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from services.publisher import desk_view, steps
from services.publisher.standing import Standing
from services.publisher.store_desk import Group, Place
from shared.accounts import Person
from shared.content import Code
from shared.web import may

Version = Annotated[int, Field(ge=1, lt=2**31)]
# No NUL, which cannot be stored.
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1_000, pattern=r"^[^\x00]*$")]
Link = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)]
Words = Annotated[str, Query(max_length=200)]

router = APIRouter(prefix="/api/v1/publications")


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OfVersion(Input):
    version: Version


class Schedule(OfVersion):
    at: AwareDatetime


class Confirm(OfVersion):
    url: Link


class TakeOn(OfVersion):
    anyway: bool = False


class Waive(OfVersion):
    reason: Why


class TakeDown(Input):
    reason: Why


@router.get("")
async def publications(
    request: Request,
    _: Annotated[Person, may("publication.read")],
    state: Literal["at-work", "done", "all"] = "all",
    group: Group | None = None,
    q: Words = "",
    after: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = desk_view.PER_PAGE,
) -> dict[str, Any]:
    """Publications: at work by due time, done from the newest end, page by page (`next` is the next page's `after`)."""
    found: list[dict[str, Any]] = []
    if state != "done" and not after:
        found += await desk_view.at_work(request, group=group, words=q)
    place: str | None = None
    if state != "at-work" and group is None:
        rows, place = await desk_view.done(request, after=Place.of(after) if after else None, words=q, limit=limit)
        found += rows
    counts = await desk_view.counts(request)
    return {"publications": [_row(row) for row in found], "counts": counts, "next": place}


@router.get("/{story}")
async def publication(request: Request, story: UUID, _: Annotated[Person, may("publication.read")]) -> dict[str, Any]:
    """All Versions of one Story, and the content of the newest one that was approved."""
    return await story_of(request, story)


async def story_of(request: Request, story: UUID) -> dict[str, Any]:
    found, versions = await desk_view.whole(request, story)
    content = found.publications[-1].approval.content.model_dump(mode="json")
    return {"story": story, "url": versions[0]["url"], "publications": [_row(v) for v in versions], "content": content}


@router.post("/{story}/publish", status_code=202)
async def publish(
    request: Request, story: UUID, body: OfVersion, person: Annotated[Person, may("publication.publish")]
) -> dict[str, Any]:
    """Start exactly this approved Version on its channels; follow it with GET. Again changes nothing."""
    await steps.publish(request, story, body.version, by=person)
    return await story_of(request, story)


@router.post("/{story}/schedule")
async def schedule(
    request: Request, story: UUID, body: Schedule, person: Annotated[Person, may("publication.schedule")]
) -> dict[str, Any]:
    """Set or change when the system publishes this approved Version. It moves no clock."""
    await steps.schedule(request, story, body.version, body.at, by=person)
    return await story_of(request, story)


@router.post("/{story}/unschedule")
async def unschedule(
    request: Request, story: UUID, body: OfVersion, person: Annotated[Person, may("publication.schedule")]
) -> dict[str, Any]:
    """Cancel the set time."""
    await steps.unschedule(request, story, body.version, by=person)
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
    request: Request, story: UUID, channel: Code, person: Annotated[Person, may("publication.retry")]
) -> dict[str, Any]:
    """Send a failed delivery again, or look an unconfirmed one up now."""
    await steps.retry(request, story, channel, by=person)
    return await story_of(request, story)


@router.post("/{story}/channels/{channel}/confirm")
async def confirm(
    request: Request, story: UUID, channel: Code, body: Confirm, person: Annotated[Person, may("publication.confirm")]
) -> dict[str, Any]:
    """Attest, by the post's link, that the public reads it there; only where the system cannot see that itself."""
    await steps.confirm(request, story, body.version, channel, body.url, by=person)
    return await story_of(request, story)


@router.post("/{story}/channels/{channel}/deny", status_code=202)
async def deny(
    request: Request, story: UUID, channel: Code, body: OfVersion, person: Annotated[Person, may("publication.confirm")]
) -> dict[str, Any]:
    """Say that it is not there, so that it is sent again."""
    await steps.deny(request, story, body.version, channel, by=person)
    return await story_of(request, story)


@router.post("/{story}/channels/{channel}/take-on")
async def take_on(
    request: Request, story: UUID, channel: Code, body: TakeOn, person: Annotated[Person, may("publication.post")]
) -> dict[str, Any]:
    """Post it by hand now; nobody else does meanwhile. `anyway` takes over what another has in hand."""
    await steps.take_on(request, story, body.version, channel, by=person, anyway=body.anyway)
    return await story_of(request, story)


@router.post("/{story}/channels/{channel}/give-back")
async def give_back(
    request: Request, story: UUID, channel: Code, body: OfVersion, person: Annotated[Person, may("publication.post")]
) -> dict[str, Any]:
    """Say that it was not posted after all."""
    await steps.give_back(request, story, body.version, channel, by=person)
    return await story_of(request, story)


@router.post("/{story}/channels/{channel}/by-hand")
async def by_hand(
    request: Request, story: UUID, channel: Code, body: OfVersion, person: Annotated[Person, may("publication.post")]
) -> dict[str, Any]:
    """Post by hand what the system could not send."""
    await steps.by_hand(request, story, body.version, channel, by=person)
    return await story_of(request, story)


@router.post("/{story}/channels/{channel}/waive")
async def waive(
    request: Request, story: UUID, channel: Code, body: Waive, person: Annotated[Person, may("publication.waive")]
) -> dict[str, Any]:
    """Do not wait for this required channel."""
    await steps.waive(request, story, body.version, channel, body.reason, by=person)
    return await story_of(request, story)


@router.post("/{story}/channels/{channel}/removed")
async def removed(
    request: Request,
    story: UUID,
    channel: Code,
    body: OfVersion,
    person: Annotated[Person, may("publication.take-down")],
) -> dict[str, Any]:
    """Say that the post was removed by hand, after a take-down that the system could not do there."""
    await steps.removed(request, story, body.version, channel, by=person)
    return await story_of(request, story)


@router.post("/{story}/channels/{channel}/remove-again", status_code=202)
async def remove_again(
    request: Request,
    story: UUID,
    channel: Code,
    body: OfVersion,
    person: Annotated[Person, may("publication.take-down")],
) -> dict[str, Any]:
    """Have the system try once more to remove a post, after what kept the channel from it was mended."""
    await steps.remove_again(request, story, body.version, channel, by=person)
    return await story_of(request, story)


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """A row as JSON: of the time left its figures, of each channel all that is known and what can be done."""
    left, channels = row["left"], row.get("channels")
    told = {**row, "left": asdict(left) if left else None}
    if channels is not None:
        told.pop("channels")
        told["deliveries"] = [_channel(found) for found in channels]
    return told


def _channel(found: Standing) -> dict[str, Any]:
    return {**asdict(found.delivery), "since": found.since, "advice": found.advice, "can": found.doable}
