"""What a leader sees on opening the queue and one berita: what is new to them, what changed, what is next."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from services.review import store_read, store_seen, web
from services.review.handover import store as handed_over
from services.review.handover.rules import Handover
from services.review.register import store as register
from services.review.register.rules import Proposal
from services.review.store_read import Dossier, Line
from services.review.store_seen import Place, Sender
from services.review.web import Due, Waiting
from shared.content_difference import Difference, difference

if TYPE_CHECKING:
    from shared.accounts import Person
    from shared.db import Connection
    from shared.desk import Desk


@dataclass(frozen=True, slots=True)
class Queued:
    """One card of the queue. `seen` is the newest Version that this person has opened."""

    waiting: Waiting
    seen: int | None
    handed: Handover | None = None

    @property
    def new(self) -> bool:
        return self.seen is None

    @property
    def changed(self) -> bool:
        return self.seen is not None and self.seen < self.waiting.line.version


@dataclass(frozen=True, slots=True)
class Compared:
    """The Version beside an older one: the last that this person has `seen`, else the one before it."""

    older: Line
    seen: bool
    difference: Difference


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a Story stands in the queue; `number` is None for one that does not wait."""

    number: int | None
    count: int
    before: Place | None
    after: Place | None


@dataclass(frozen=True, slots=True)
class Opened:
    """One Version as it is read: all of the dossier, and what helps to decide on it."""

    found: Dossier
    due: Due | None
    compared: Compared | None
    turn: Turn
    senders: Mapping[UUID, Sender]
    handed: Sequence[Handover] = ()
    proposals: Sequence[Proposal] = ()


async def queue(desk: "Desk", *, limit: int, person: "Person") -> list[Queued]:
    """What waits, with what of it this person has not read yet."""
    waiting = await web.queue(desk, limit=limit)
    async with desk.db.connection() as conn:
        seen = await store_seen.newest(conn, person.account, [w.line.story for w in waiting])
        handed = await handed_over.newest(conn, [w.line.story for w in waiting])
    return [Queued(w, seen.get(w.line.story), handed.get((w.line.story, w.line.version))) for w in waiting]


async def opened(
    desk: "Desk", story: UUID, version: int | None, *, beside: int | None, person: "Person", limit: int
) -> Opened:
    """Open one Version; of one who may decide it is noted which they have read."""
    found, due = await web.dossier(desk, story, version)
    async with desk.db.connection() as conn:
        compared = await _beside(conn, found, beside, person)
        turn = turn_of(story, await store_seen.order(conn, limit=limit))
        senders = await store_seen.senders(conn, [o.report for o in found.review.origins])
        handed = await handed_over.of_version(conn, story, found.review.version)
        proposals = await register.of_story(conn, story)
        if person.may("review.decide"):
            await store_seen.mark(conn, person.account, story, found.review.version, desk.now())
    return Opened(found, due, compared, turn, senders, handed, proposals)


async def compared(desk: "Desk", found: Dossier, older: int) -> Compared | None:
    """A Version beside another one, by its number."""
    async with desk.db.connection() as conn:
        return await _compared(conn, found, older, seen=True)


async def _beside(conn: "Connection", found: Dossier, beside: int | None, person: "Person") -> Compared | None:
    story, version = found.review.story, found.review.version
    if beside is not None:
        return await _compared(conn, found, beside, seen=False)
    last = await store_seen.last_before(conn, person.account, story, version)
    before = max((line.version for line in found.versions if line.version < version), default=None)
    older = last or before
    return None if older is None else await _compared(conn, found, older, seen=last is not None)


async def _compared(conn: "Connection", found: Dossier, older: int, *, seen: bool) -> Compared | None:
    line = next((one for one in found.versions if one.version == older != found.review.version), None)
    content = await store_read.content(conn, found.review.story, older) if line else None
    if line is None or content is None:
        return None
    # Some thousand words to compare must not hold up everybody else.
    return Compared(line, seen, await asyncio.to_thread(difference, content, found.content))


def turn_of(story: UUID, order: Sequence[Place]) -> Turn:
    """The place of a Story in the queue, and its neighbours; of one outside it, the first that waits."""
    number = next((n for n, place in enumerate(order) if place.story == story), None)
    if number is None:
        return Turn(None, len(order), None, order[0] if order else None)
    around = [None, *order, None]
    return Turn(number + 1, len(order), around[number], around[number + 2])
