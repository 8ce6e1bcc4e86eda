"""Removals: what has to be gone from a channel is asked of it, each channel at its own pace, until the end is known."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import structlog

from services.publisher import changes, removing, store, store_removals
from services.publisher.calling import Calling
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
AT_ONCE = 20
LEASE = timedelta(seconds=120)
SOON, PATIENCE = timedelta(seconds=1), timedelta(seconds=30)
NOT_OPEN = "Kanal ini tersambung, tetapi belum dapat dibuka oleh sistem."
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
        await asyncio.gather(self._rounds(), self._measures())

    async def _rounds(self) -> None:
        while True:
            if not await self.round():
                await asyncio.sleep(IDLE_SECONDS)

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
        tasks = await self._take()
        await asyncio.gather(*(self._remove(task) for task in tasks))
        return len(tasks)

    async def _take(self) -> list[Task]:
        if not self.board.is_ready:
            return []
        at = self.desk.now()
        async with self.desk.transaction() as conn:
            stories = await store.lock_to_remove(conn, at, AT_ONCE)
            found: list[Change] = []
            tasks: list[Task] = []
            names = {d.channel for story in stories.values() for _, d in due(story, at)}
            resting = await self.calling.resting(conn, names, at, lease=LEASE)
            for story in stories.values():
                after = story
                for p, d in due(story, at):
                    after, taken = self._taken(after, p, d, at, resting)
                    tasks += taken
                found.append(Change(story, after, at))
            await changes.commit(self.desk, conn, found)
        return tasks

    def _taken(
        self, story: Story, p: Publication, d: Delivery, at: datetime, resting: Resting
    ) -> tuple[Story, list[Task]]:
        channel, removal = self._channel(d.channel), d.removal
        if removal is None or (d.state == "sending" and not d.is_by_hand):
            # Whoever sends it comes to an end first.
            return removing.wait(story, p.version, d.channel, until=at + SOON), []
        if self.board.is_expected(d.channel):
            return removing.wait(story, p.version, d.channel, until=at + PATIENCE, reason=NOT_OPEN), []
        doing: Doing = "take-down" if removing.may_stand(d) else "discard"
        if channel is None or (doing == "discard" and not isinstance(channel, Discards)):
            return removing.leave_to_person(story, p.version, d.channel), []
        if doing == "take-down" and channel.capabilities.edit and removing.is_used(story, p.version, d.channel):
            return removing.wait(story, p.version, d.channel, until=at + PATIENCE), []
        until = resting.take(d.channel)
        if until is not None:
            reason = self.calling.told(until)
            return removing.wait(story, p.version, d.channel, until=until, reason=reason), []
        post = post_of(story, p, d, self.addresses, channel.capabilities)
        taken = removing.take(story, p.version, d.channel, until=at + LEASE)
        return taken, [Task(post, removal.tries + 1, doing)]

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
