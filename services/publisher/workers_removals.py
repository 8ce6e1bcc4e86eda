"""Removals: what has to be gone from a channel is asked of it, each channel at its own pace, until the end is known."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import structlog

from services.publisher import changes, removing, store, store_removals
from services.publisher.calling import NOT_OPEN, Calling
from services.publisher.channels import Channel, Discards, Limited, Post, Rejected
from services.publisher.consequences import Change
from services.publisher.domain import Delivery, Publication, Story
from services.publisher.posting import Addresses, post_of
from services.publisher.shelf import Step, change
from services.publisher.store_rests import Resting
from services.publisher.switchboard import Switchboard
from shared import metrics
from shared.desk import Desk

log = structlog.get_logger(__name__)

IDLE_SECONDS, MEASURE_SECONDS = 1.0, 15.0
NONE: Mapping[str, int] = {}
AT_ONCE, LOOKED_AT = 5, 40
LEASE = timedelta(seconds=120)
SOON, PATIENCE = timedelta(seconds=1), timedelta(seconds=30)
Doing = Literal["take-down", "discard"]
SILENT = "Kanal belum memastikan bahwa kiriman ini hilang."


@dataclass(frozen=True, slots=True)
class Task:
    """One removal that this worker has taken up; `tries` tells it from a later one.

    What the public never saw is discarded: a take-down would look for the post, and could find another Version's.
    """

    post: Post
    tries: int
    doing: Doing


class Removals:
    """Takes up what is due; several processes share it by their leases, and asking twice has one effect."""

    def __init__(self, desk: Desk, board: Switchboard, addresses: Addresses) -> None:
        self.desk = desk
        self.board = board
        self.addresses = addresses
        self.calling = Calling(desk, board)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as both:
            both.create_task(self._rounds())
            both.create_task(self._measures())

    async def _rounds(self) -> None:
        running: dict[asyncio.Task[None], str] = {}
        try:
            while True:
                for task in await self.take(Counter(running.values())):
                    running[asyncio.create_task(self._remove(task))] = task.post.channel
                await asyncio.sleep(IDLE_SECONDS)
                running = {t: channel for t, channel in running.items() if not t.done()}
        finally:
            for task in running:
                task.cancel()

    async def _measures(self) -> None:
        while True:
            await self.measure()
            await asyncio.sleep(MEASURE_SECONDS)

    async def measure(self) -> None:
        """How long what has to be gone stands on each channel, also where a person is to remove it."""
        async with self.desk.db.connection() as conn:
            oldest = await store_removals.oldest(conn)
        metrics.CHANNEL_REMOVAL_SECONDS.clear()
        for channel, since in oldest.items():
            metrics.CHANNEL_REMOVAL_SECONDS.labels(channel).set((self.desk.now() - since).total_seconds())

    async def round(self) -> int:
        """One look; returns how many were asked of their channels."""
        tasks = await self.take()
        await asyncio.gather(*(self._remove(task) for task in tasks))
        return len(tasks)

    async def take(self, busy: Mapping[str, int] = NONE) -> list[Task]:
        """So many of each channel, less those that are `busy`."""
        if not self.board.is_ready:
            return []
        at = self.desk.now()
        async with self.desk.db.transaction() as conn:
            stories = await store.lock_to_remove(conn, at, LOOKED_AT)
            if not stories:
                return []
            calling = {d.channel for s in stories.values() for p, d in due(s, at) if self._instead(s, p, d, at) is None}
            resting = await self.calling.resting(conn, calling, at, lease=LEASE)
            free = Counter({name: AT_ONCE - busy.get(name, 0) for name in calling})
            found: list[Change] = []
            tasks: list[Task] = []
            for story in stories.values():
                after = story
                for p, d in due(story, at):
                    after, taken = self._taken(after, p, d, at, resting, free)
                    tasks += taken
                found.append(Change(story, after, at))
            await changes.commit(self.desk, conn, found)
        self.desk.wake()
        return tasks

    def _taken(
        self, story: Story, p: Publication, d: Delivery, at: datetime, resting: Resting, free: Counter[str]
    ) -> tuple[Story, list[Task]]:
        instead = self._instead(story, p, d, at)
        if instead is not None:
            return instead, []
        if free[d.channel] <= 0:
            return story, []
        until = resting.take(d.channel)
        if until is not None:
            reason = self.calling.told(until)
            return removing.wait(story, p.version, d.channel, until=until, reason=reason), []
        free[d.channel] -= 1
        post = post_of(story, p, d, self.addresses, self.board.capabilities(d.channel))
        taken = removing.take(story, p.version, d.channel, until=at + LEASE)
        tries = d.removal.tries + 1 if d.removal else 1
        return taken, [Task(post, tries, "take-down" if removing.may_stand(d) else "discard")]

    def _instead(self, story: Story, p: Publication, d: Delivery, at: datetime) -> Story | None:
        """What becomes of a removal for which the channel is not asked now; None where it is."""
        version, name = p.version, d.channel
        if d.state == "sending" and not d.is_by_hand:
            # Whoever sends it comes to an end first.
            return removing.wait(story, version, name, until=at + SOON)
        if self.board.is_expected(name):
            return removing.wait(story, version, name, until=at + PATIENCE, reason=NOT_OPEN)
        channel, stands = self._channel(name), removing.may_stand(d)
        if channel is None or d.state == "sending" or not (stands or isinstance(channel, Discards)):
            return removing.leave_to_person(story, version, name)
        if not d.made.is_at(self.addresses.account_of(name)):
            return removing.leave_to_person(story, version, name)
        if removing.is_in_use(story, version, name):
            return removing.wait(story, version, name, until=at + SOON)
        newer = removing.successor(story, version, name)
        if newer is not None and channel.capabilities.edit and removing.is_same(story, version, newer, name):
            return removing.taken_over(story, newer, name, keeps_files=channel.capabilities.keeps_files, at=at)
        return None

    def _channel(self, name: str) -> Channel | None:
        channel = self.board.channels.get(name)
        return channel if channel is not None and channel.capabilities.take_down else None

    async def _remove(self, task: Task) -> None:
        """Ask, and write down how it ended; an error here leaves the lease to end: then it is asked again."""
        post = task.post
        try:
            await change(self.desk, post, await self._outcome(task))
        except Exception as e:
            log.warning("a removal will be tried again", item=str(post.story), error=type(e).__name__)

    async def _outcome(self, task: Task) -> Step:
        id_, version, name, tries = task.post.story, task.post.version, task.post.channel, task.tries
        channel = self._channel(name)
        if channel is None:
            return lambda s, at: removing.wait(s, version, name, until=at)
        try:
            async with asyncio.timeout(LEASE.total_seconds() * 0.75):
                if task.doing == "take-down":
                    await channel.take_down(task.post)
                elif isinstance(channel, Discards):
                    await channel.discard(task.post)
        except Limited as no:
            await self.calling.rest(name, *no.rest)
            until, reason = max(r.until for r in no.rest), str(no)
            _count(name, "limited")
            return lambda s, at: removing.again(s, version, name, tries=tries, at=at, reason=reason, until=until)
        except Rejected as no:
            await self.calling.answered(name)
            refusal = str(no)
            _count(name, "refused")
            return lambda s, _: removing.refuse(s, version, name, tries=tries, reason=refusal)
        except Exception as e:
            log.warning("a post is not removed", item=str(id_), channel=name, error=type(e).__name__)
            await self.calling.failing(name)
            _count(name, "not-removed")
            return lambda s, at: removing.again(s, version, name, tries=tries, at=at, reason=SILENT)
        await self.calling.answered(name)
        _count(name, "removed")
        return lambda s, at: removing.done(s, version, name, tries=tries, at=at)


def due(story: Story, at: datetime) -> Iterator[tuple[Publication, Delivery]]:
    for publication in story.publications:
        for found in publication.deliveries:
            if found.removal is not None and found.removal.at is not None and found.removal.at <= at:
                yield publication, found


def _count(channel: str, outcome: str) -> None:
    metrics.CHANNEL_REMOVALS.labels(channel, outcome).inc()
