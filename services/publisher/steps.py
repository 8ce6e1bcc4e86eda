"""The human steps over HTTP, for the API and the pages alike: lock, decide, save, append."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Request

from services.publisher import changes, delivery, store
from services.publisher.consequences import Change
from services.publisher.domain import Story
from shared.accounts import Person
from shared.refusal import NotFound
from shared.web import desk_of


@dataclass(frozen=True, slots=True)
class Office:
    """What the screens are told at start: names, addresses, and where to ring when something became due."""

    name: str
    public_url: str
    media_url: str
    channels: frozenset[str]
    required: frozenset[str]
    ring: Callable[[], None]


def office_of(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


async def publish(request: Request, story: UUID, version: int, *, by: Person) -> None:
    office = office_of(request)
    await _change(
        request,
        story,
        lambda s, at: delivery.publish(
            s, version, by=by.official, at=at, channels=office.channels, required=office.required
        ),
        by=by,
    )


async def take_down(request: Request, story: UUID, reason: str, *, by: Person) -> None:
    await _change(request, story, lambda s, at: delivery.take_down(s, by=by.official, reason=reason, at=at), by=by)


async def retry(request: Request, story: UUID, channel: str, *, by: Person) -> None:
    await _change(request, story, lambda s, at: delivery.retry(s, channel, at=at), by=by)


async def _change(request: Request, story: UUID, step: Callable[[Story, datetime], Story], *, by: Person) -> None:
    desk = desk_of(request)
    async with desk.transaction() as conn:
        before = (await store.lock(conn, [story])).get(story)
        if before is None:
            raise NotFound("Berita ini")
        at = desk.now()
        await changes.commit(desk, conn, [Change(before, step(before, at), at, by.official)])
    office_of(request).ring()


def with_url(request: Request, row: dict[str, Any]) -> dict[str, Any]:
    """A row of the desk with the page's public address, where it has one."""
    slug = row.pop("slug")
    return {**row, "url": f"{office_of(request).public_url}/berita/{slug}" if slug else None}
