"""The human steps over HTTP, for the API and the pages alike: lock, decide, save, append."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import Request

from services.publisher import (
    answers,
    assisting,
    changes,
    delivery,
    removing,
    scheduling,
    starting,
    store,
    taking_down,
)
from services.publisher.consequences import Change
from services.publisher.domain import Story
from services.publisher.switchboard import Switchboard
from shared.accounts import Person
from shared.content import Official
from shared.media.store import Store
from shared.refusal import NotFound
from shared.sop import Sop
from shared.web import desk_of

Step = Callable[[Story, datetime], Story]


@dataclass(frozen=True, slots=True)
class Office:
    """What the screens are told at start: names, addresses, channels, where files lie, where to ring when work is due.

    `settle` is how long a look-up may take that was under way when a person answered.
    """

    name: str
    public_url: str
    media_url: str
    board: Switchboard
    objects: Store
    ring: Callable[[], None]
    settle: timedelta = timedelta(seconds=60)


def office_of(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


async def publish(request: Request, story: UUID, version: int, *, by: Person) -> None:
    who = by.acting("publication.publish")
    board, sop = office_of(request).board, desk_of(request).clock.sop
    await _change(
        request,
        story,
        lambda s, at: starting.publish(
            s,
            version,
            by=who,
            at=at,
            channels=board.names,
            by_hand=board.by_hand,
            required=_required(sop, s, version),
        ),
        by=who,
    )


def _required(sop: Sop, story: Story, version: int) -> frozenset[str]:
    found = story.find(version)
    return sop.required_for(found.approval.content.topic if found else None)


async def schedule(request: Request, story: UUID, version: int, publish_at: datetime, *, by: Person) -> None:
    who = by.acting("publication.schedule")
    zone = str(desk_of(request).clock.calendar.zone)
    await _change(
        request,
        story,
        lambda s, at: scheduling.set_time(s, version, publish_at=publish_at, by=who, at=at, zone=zone),
        by=who,
    )


async def unschedule(request: Request, story: UUID, version: int, *, by: Person) -> None:
    who = by.acting("publication.schedule")
    await _change(request, story, lambda s, _: scheduling.cancel(s, version), by=who)


async def take_down(request: Request, story: UUID, reason: str, *, by: Person) -> None:
    who = by.acting("publication.take-down")
    await _change(request, story, lambda s, at: taking_down.take_down(s, by=who, reason=reason, at=at), by=who)


async def retry(request: Request, story: UUID, channel: str, *, by: Person) -> None:
    who = by.acting("publication.retry")
    board = office_of(request).board
    looks_up, reached = board.looks_up(channel), channel in board.names
    await _change(
        request,
        story,
        lambda s, at: delivery.retry(s, channel, at=at, looks_up=looks_up, reached=reached),
        by=who,
    )


async def confirm(request: Request, story: UUID, version: int, channel: str, link: str, *, by: Person) -> None:
    """A person has seen the post at this link."""
    who = by.acting("publication.confirm")
    board = office_of(request).board
    url = answers.link_of(link, board.capabilities(channel).hosts)
    way, looks_up = board.way(channel), board.looks_up(channel)
    await _change(
        request,
        story,
        lambda s, at: answers.attest(s, version, channel, url=url, by=who, at=at, way=way, looks_up=looks_up),
        by=who,
    )


async def deny(request: Request, story: UUID, version: int, channel: str, *, by: Person) -> None:
    """A person has looked, and it is not there."""
    who = by.acting("publication.confirm")
    office = office_of(request)
    way, looks_up = office.board.way(channel), office.board.looks_up(channel)
    await _change(
        request,
        story,
        lambda s, at: answers.deny(
            s, version, channel, by=who, at=at, settle=office.settle, way=way, looks_up=looks_up
        ),
        by=who,
    )


async def take_on(request: Request, story: UUID, version: int, channel: str, *, by: Person, anyway: bool) -> None:
    """A person posts it by hand now."""
    who = by.acting("publication.post")
    await _change(request, story, lambda s, _: assisting.take_on(s, version, channel, by=who, anyway=anyway), by=who)


async def give_back(request: Request, story: UUID, version: int, channel: str, *, by: Person) -> None:
    """It was not posted after all."""
    who = by.acting("publication.post")
    await _change(request, story, lambda s, _: assisting.give_back(s, version, channel), by=who)


async def by_hand(request: Request, story: UUID, version: int, channel: str, *, by: Person) -> None:
    """A person will post what the system could not."""
    who = by.acting("publication.post")
    await _change(request, story, lambda s, _: assisting.by_hand(s, version, channel), by=who)


async def waive(request: Request, story: UUID, version: int, channel: str, reason: str, *, by: Person) -> None:
    who = by.acting("publication.waive")
    await _change(
        request,
        story,
        lambda s, at: answers.waive(s, version, channel, by=who, reason=reason, at=at),
        by=who,
    )


async def removed(request: Request, story: UUID, version: int, channel: str, *, by: Person) -> None:
    """A person has removed the post by hand."""
    who = by.acting("publication.take-down")
    await _change(request, story, lambda s, _: removing.removed(s, version, channel), by=who)


async def remove_again(request: Request, story: UUID, version: int, channel: str, *, by: Person) -> None:
    """The system tries once more to remove the post."""
    who = by.acting("publication.take-down")
    await _change(request, story, lambda s, at: removing.ask_again(s, version, channel, at=at), by=who)


async def _change(request: Request, story: UUID, step: Step, *, by: Official) -> None:
    desk = desk_of(request)
    async with desk.transaction() as conn:
        before = (await store.lock(conn, [story])).get(story)
        if before is None:
            raise NotFound("Berita ini")
        at = desk.now()
        await changes.commit(desk, conn, [Change(before, step(before, at), at, by)])
    office_of(request).ring()


def with_url(request: Request, row: dict[str, Any]) -> dict[str, Any]:
    """A row of the desk with the page's public address, where it has one."""
    slug = row.pop("slug")
    return {**row, "url": f"{office_of(request).public_url}/berita/{slug}" if slug else None}
