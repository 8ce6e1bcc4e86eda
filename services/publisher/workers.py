"""Deliveries: taken up when due, sent once, looked up where it is unclear whether they arrived."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

import structlog

from services.publisher import assisting, changes, delivery, removing, store, store_objects
from services.publisher.calling import NOT_OPEN, Calling
from services.publisher.consequences import Change
from services.publisher.domain import SITE, Delivery, Publication, Story
from services.publisher.objects import objects_of
from services.publisher.posting import Addresses, post_of
from services.publisher.sending import Sending, Task
from services.publisher.store_rests import Resting
from services.publisher.switchboard import Switchboard
from shared.desk import Desk
from shared.refusal import Refused

if TYPE_CHECKING:
    from shared.db import Connection

log = structlog.get_logger(__name__)

IDLE_SECONDS = 0.5
NONE: Mapping[str, int] = {}
SOON, PATIENCE = timedelta(seconds=1), timedelta(seconds=30)


class Taken(NamedTuple):
    """What is to be done outside the transaction; `moved` where the look found anything due."""

    tasks: list[Task]
    moved: bool


NOTHING = Taken([], moved=False)


class Deliveries:
    """Takes up due deliveries, `at_once` of each channel; several processes share them by their leases."""

    def __init__(
        self, desk: Desk, board: Switchboard, addresses: Addresses, *, lease_seconds: int, at_once: int
    ) -> None:
        self.desk = desk
        self.board = board
        self.addresses = addresses
        self.at_once = at_once
        self.calling = Calling(desk, board)
        self.sending = Sending(desk, board, timedelta(seconds=lease_seconds), self.calling)
        self._bell = asyncio.Event()

    def ring(self) -> None:
        """Something became due: do not wait for the next look."""
        self._bell.set()

    async def run(self) -> None:
        running: dict[asyncio.Task[None], str] = {}
        try:
            while True:
                self._bell.clear()
                found = await self.take(self.at_once, Counter(running.values()))
                for task in found.tasks:
                    delivering = asyncio.create_task(self.deliver(task))
                    delivering.add_done_callback(lambda _: self.ring())
                    running[delivering] = task.post.channel
                if not found.moved:
                    await self._rest()
                running = {t: channel for t, channel in running.items() if not t.done()}
        finally:
            for task in running:
                task.cancel()

    async def deliver(self, task: Task) -> None:
        await self.sending.deliver(task)

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._bell.wait(), IDLE_SECONDS)
        except TimeoutError:
            return

    async def take(self, limit: int, busy: Mapping[str, int] = NONE) -> Taken:
        """Commit what will be done next: `sending` with its list of objects, or the lease of a look-up.

        So many of each channel, less those that are `busy`: one that is slow keeps none of the others waiting.
        """
        if not self.board.is_ready:
            return NOTHING
        at = self.desk.now()
        free = {name: max(limit - busy.get(name, 0), 0) for name in {SITE, *self.board.known, *self.board.channels}}
        # Not the desk's transaction: most looks find nothing, and the relay need not hear of these.
        async with self.desk.db.transaction() as conn:
            stories = await store.lock_due(conn, at, free, limit)
            if not stories:
                return NOTHING
            deleting = await self._expect(conn, stories, at)
            ready = self._ready(stories, at, deleting)
            resting = await self.calling.resting(conn, ready, at, lease=self.sending.lease)
            places = Places(free, limit, resting, {channel: first for channel, (_, first) in ready.items()})
            found: list[Change] = []
            tasks: list[Task] = []
            for story in stories.values():
                after, taken = self._take_one(story, at, deleting, places)
                found.append(Change(story, after, at))
                tasks += taken
            await changes.commit(self.desk, conn, found)
            sending = [t.post for t in tasks if t.doing == "send"]
            await store_objects.refer(conn, [(p.story, p.version, o) for p in sending for o in p.objects])
        self.desk.wake()
        return Taken(tasks, any(c.before is not c.after for c in found))

    def _ready(
        self, stories: Mapping[UUID, Story], at: datetime, deleting: set[str]
    ) -> dict[str, tuple[tuple[int, float], tuple[UUID, int]]]:
        """The channels that something waits for with nothing in its way but a rest, each with the one that tries it.

        Not always the same one, for what a channel failed with may be its fault.
        """
        found: dict[str, tuple[tuple[int, float], tuple[UUID, int]]] = {}
        for story in stories.values():
            for p, d in due(story, at):
                if p.may_show and self._later(story, p, d, at, deleting) is None:
                    rank = (d.tries, self.sending.spread.random()), (story.id, p.version)
                    found[d.channel] = min(found.get(d.channel, rank), rank)
        return found

    def _take_one(self, story: Story, at: datetime, deleting: set[str], places: "Places") -> tuple[Story, list[Task]]:
        """What is wrong with one Story holds up none of the others."""
        try:
            return self._take_story(story, at, deleting, places)
        except Refused as e:
            log.exception("a delivery cannot be taken up", item=str(story.id), error=type(e).__name__)
            for p, d in due(story, at):
                story = delivery.postpone(story, p.version, d.channel, until=at + PATIENCE, reason=d.reason)
            return story, []

    async def _expect(self, conn: "Connection", stories: Mapping[UUID, Story], at: datetime) -> set[str]:
        keys = {
            o.key
            for story in stories.values()
            for p, d in due(story, at)
            if d.state == "waiting" and p.may_show
            for o in objects_of(p.approval.content)
        }
        return await store_objects.expect(conn, keys) if keys else set()

    def _take_story(self, story: Story, at: datetime, deleting: set[str], places: "Places") -> tuple[Story, list[Task]]:
        tasks: list[Task] = []
        for version, channel in [(p.version, d.channel) for p, d in due(story, at)]:
            # As it is now: what became of another may have ended it.
            p = story.find(version)
            d = p.delivery(channel) if p else None
            if p is None or d is None or d.next_at is None or d.next_at > at or not places.free(channel):
                continue
            later = self._later(story, p, d, at, deleting) or self._resting(story, p, d, places)
            if later is not None:
                until, reason = later
                story = delivery.postpone(story, version, channel, until=until, reason=reason)
                continue
            if d.state == "waiting" and channel not in self.board.channels and channel in self.board.by_hand:
                story = assisting.hand_over(story, version, channel)
                continue
            looks_up = self._looks_up(channel)
            story = delivery.take(story, version, channel, at=at, until=at + self.sending.lease, looks_up=looks_up)
            now = story.find(version)
            taken = now.delivery(channel) if now else None
            if now is not None and taken is not None and taken.tries > d.tries and taken.next_at is not None:
                post = post_of(story, now, taken, self.addresses, self.board.capabilities(channel))
                places.take(channel)
                tasks.append(Task(post, "send" if taken.state == "sending" else "look"))
        return story, tasks

    def _resting(self, story: Story, p: Publication, d: Delivery, places: "Places") -> tuple[datetime, str] | None:
        until = places.rests(d.channel, (story.id, p.version)) if p.may_show else None
        return None if until is None else (until, self.calling.told(until))

    def _later(
        self, story: Story, p: Publication, d: Delivery, at: datetime, deleting: set[str]
    ) -> tuple[datetime, str] | None:
        """Until when a delivery is left alone, and why; None where nothing of ours is in its way."""
        if not p.may_show:
            return None
        if d.state == "waiting" and any(o.key in deleting for o in objects_of(p.approval.content)):
            return at + SOON, d.reason
        if d.state == "waiting" and d.channel != SITE and delivery.is_under_way_before(story, p.version, d.channel):
            return at + SOON, "Menunggu versi sebelumnya selesai dikirim ke kanal ini."
        if d.state == "waiting" and removing.holds(story, p, d.channel, at):
            return at + SOON, "Menunggu kiriman sebelumnya dihapus dari kanal ini."
        if self.board.is_expected(d.channel):
            return at + PATIENCE, NOT_OPEN
        site = p.delivery(SITE)
        comes = site is not None and site.state in ("waiting", "sending", "unconfirmed") and not p.visible
        # A person who posts there needs no address of ours for that.
        fetches = d.channel in self.board.channels and self.board.capabilities(d.channel).by_url
        if d.state == "waiting" and comes and fetches:
            return at + SOON, "Menunggu halaman di situs tampil."
        return None

    def _looks_up(self, name: str) -> bool:
        """Whether what is unclear there can be looked up; of a channel that is not connected that is told then."""
        channel = self.board.channels.get(name)
        return channel is None or channel.capabilities.lookup


@dataclass(slots=True)
class Places:
    """How many deliveries each channel may still take in this look, and which of them rest.

    `first` is the delivery that tries a channel which failed again and again.
    """

    left: dict[str, int]
    others: int
    resting: Resting
    first: Mapping[str, tuple[UUID, int]]

    def free(self, channel: str) -> bool:
        return self.left.get(channel, self.others) > 0

    def take(self, channel: str) -> None:
        self.left[channel] = self.left.get(channel, self.others) - 1

    def rests(self, channel: str, delivery: tuple[UUID, int]) -> datetime | None:
        """Until when; None where this one may call."""
        if channel in self.resting.trying and self.first.get(channel) != delivery:
            return self.resting.until[channel]
        return self.resting.take(channel)


def due(story: Story, at: datetime) -> Iterator[tuple[Publication, Delivery]]:
    for publication in story.publications:
        for found in publication.deliveries:
            if found.next_at is not None and found.next_at <= at:
                yield publication, found
