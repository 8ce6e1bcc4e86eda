"""Deliveries: taken up when due, sent once, looked up where it is unclear whether they arrived."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from services.publisher import assisting, changes, delivery, store, store_objects, store_rests
from services.publisher.consequences import Change
from services.publisher.domain import SITE, Delivery, Publication, Story
from services.publisher.objects import objects_of
from services.publisher.posting import Addresses, post_of
from services.publisher.sending import Sending, Task
from services.publisher.store_rests import Resting
from services.publisher.switchboard import Switchboard
from shared.desk import Desk
from shared.words import moment

if TYPE_CHECKING:
    from shared.db import Connection

IDLE_SECONDS = 0.5
SOON, PATIENCE = timedelta(seconds=1), timedelta(seconds=30)


class Deliveries:
    """Takes up due deliveries, some at once; several processes share them by their leases."""

    def __init__(
        self, desk: Desk, board: Switchboard, addresses: Addresses, *, lease_seconds: int, at_once: int
    ) -> None:
        self.desk = desk
        self.board = board
        self.addresses = addresses
        self.at_once = at_once
        self.sending = Sending(desk, board, timedelta(seconds=lease_seconds))
        self._bell = asyncio.Event()

    def ring(self) -> None:
        """Something became due: do not wait for the next look."""
        self._bell.set()

    async def run(self) -> None:
        running: set[asyncio.Task[None]] = set()
        try:
            while True:
                self._bell.clear()
                tasks = await self.take(self.at_once - len(running))
                for task in tasks:
                    delivering = asyncio.create_task(self.deliver(task))
                    delivering.add_done_callback(lambda _: self.ring())
                    running.add(delivering)
                if not tasks:
                    await self._rest()
                running = {t for t in running if not t.done()}
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

    async def take(self, limit: int) -> list[Task]:
        """Commit what will be done next: `sending` with its list of objects, or the lease of a look-up."""
        if limit <= 0 or not self.board.is_ready:
            return []
        at = self.desk.now()
        # Not the desk's transaction: most looks find nothing, and the relay need not hear of these.
        async with self.desk.db.transaction() as conn:
            stories = await store.lock_due(conn, at, limit)
            if not stories:
                return []
            deleting = await self._expect(conn, stories, at)
            resting = await self._resting(conn, stories, at)
            found: list[Change] = []
            tasks: list[Task] = []
            for story in stories.values():
                after, taken = self._take_story(story, at, deleting, resting)
                found.append(Change(story, after, at))
                tasks += taken
            await changes.commit(self.desk, conn, found)
            sending = [t.post for t in tasks if t.doing == "send"]
            await store_objects.refer(conn, [(p.story, p.version, o) for p in sending for o in p.objects])
        self.desk.wake()
        return tasks

    async def _expect(self, conn: "Connection", stories: Mapping[UUID, Story], at: datetime) -> set[str]:
        keys = {
            o.key
            for story in stories.values()
            for p, d in due(story, at)
            if d.state == "waiting" and p.may_show
            for o in objects_of(p.approval.content)
        }
        return await store_objects.expect(conn, keys) if keys else set()

    async def _resting(self, conn: "Connection", stories: Mapping[UUID, Story], at: datetime) -> Resting:
        """Which channels nobody may call at this moment; one that failed so often is tried with one delivery."""
        names = {d.channel for story in stories.values() for _, d in due(story, at)} - {SITE}
        limits = {name: (name, *self.board.capabilities(name).limits) for name in names}
        return (
            await store_rests.resting(conn, limits, at=at, lease=self.sending.lease) if limits else Resting({}, set())
        )

    def _take_story(self, story: Story, at: datetime, deleting: set[str], resting: Resting) -> tuple[Story, list[Task]]:
        tasks: list[Task] = []
        for p, d in due(story, at):
            later = self._later(p, d, at, deleting, resting)
            if later is not None:
                until, reason = later
                story = delivery.postpone(story, p.version, d.channel, until=until, reason=reason)
                continue
            if d.state == "waiting" and d.channel not in self.board.channels and d.channel in self.board.by_hand:
                story = assisting.hand_over(story, p.version, d.channel)
                continue
            looks_up = self._looks_up(d.channel)
            story = delivery.take(story, p.version, d.channel, at=at, until=at + self.sending.lease, looks_up=looks_up)
            now = story.find(p.version)
            taken = now.delivery(d.channel) if now else None
            if now is not None and taken is not None and taken.tries > d.tries and taken.next_at is not None:
                post = post_of(story, now, taken, self.addresses, self.board.capabilities(d.channel))
                tasks.append(Task(post, "send" if taken.state == "sending" else "look"))
        return story, tasks

    def _later(
        self, p: Publication, d: Delivery, at: datetime, deleting: set[str], resting: Resting
    ) -> tuple[datetime, str] | None:
        """Until when a delivery is left alone, and why; None where it can be taken up."""
        if not p.may_show:
            return None
        if d.state == "waiting" and any(o.key in deleting for o in objects_of(p.approval.content)):
            return at + SOON, d.reason
        if self.board.is_expected(d.channel):
            return at + PATIENCE, "Kanal ini tersambung, tetapi belum dapat dibuka oleh sistem."
        site = p.delivery(SITE)
        comes = site is not None and site.state in ("waiting", "sending", "unconfirmed") and not p.visible
        # A person who posts there needs no address of ours for that.
        fetches = d.channel in self.board.channels and self.board.capabilities(d.channel).by_url
        if d.state == "waiting" and comes and fetches:
            return at + SOON, "Menunggu halaman di situs tampil."
        until = resting.take(d.channel)
        if until is None:
            return None
        return until, f"Kanal meminta jeda sampai {moment(until, str(self.desk.clock.calendar.zone))}."

    def _looks_up(self, name: str) -> bool:
        """Whether what is unclear there can be looked up; of a channel that is not connected that is told then."""
        channel = self.board.channels.get(name)
        return channel is None or channel.capabilities.lookup


def due(story: Story, at: datetime) -> Iterator[tuple[Publication, Delivery]]:
    for publication in story.publications:
        for found in publication.deliveries:
            if found.next_at is not None and found.next_at <= at:
                yield publication, found
