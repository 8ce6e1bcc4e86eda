"""Deliveries: taken up when due, sent once, looked up where it is unclear whether they arrived."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal
from uuid import UUID

import structlog

from services.publisher import changes, delivery, store, store_objects
from services.publisher.channels import ApprovalGone, Channel, NotSent, Post, Receipt, Rejected, patience
from services.publisher.consequences import Change
from services.publisher.domain import Delivery, Publication, Story
from services.publisher.objects import objects_of
from services.publisher.shelf import Step, change
from shared import metrics
from shared.desk import Desk

if TYPE_CHECKING:
    from shared.db import Connection

log = structlog.get_logger(__name__)

IDLE_SECONDS = 0.5
NOT_SEEN = "Alamatnya belum terbaca oleh umum."
SILENT = "Kanal tidak menjawab; akan diperiksa lagi."
UNKNOWN = "Kanal tidak menjawab, dan tidak dapat diperiksa oleh sistem."
NOT_LOOKED = "Sudah dikirim; kanal ini tidak dapat diperiksa oleh sistem."
NOT_THERE = "Belum ada di kanal; akan dikirim lagi."
STOOD = ("live", "unconfirmed", "superseded")


@dataclass(frozen=True, slots=True)
class Task:
    """One delivery that this worker has taken up, and what is to be done with it outside the transaction."""

    post: Post
    doing: Literal["send", "look"]


class Deliveries:
    """Takes up due deliveries, some at once; several processes share them by their leases."""

    def __init__(
        self, desk: Desk, channels: Mapping[str, Channel], *, public_url: str, lease_seconds: int, at_once: int
    ) -> None:
        self.desk = desk
        self.channels = channels
        self.public_url = public_url
        self.lease = timedelta(seconds=lease_seconds)
        self.at_once = at_once
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

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._bell.wait(), IDLE_SECONDS)
        except TimeoutError:
            return

    async def take(self, limit: int) -> list[Task]:
        """Commit what will be done next: `sending` with its list of objects, or the lease of a look-up."""
        if limit <= 0:
            return []
        at = self.desk.now()
        # Not the desk's transaction: most looks find nothing, and the relay need not hear of these.
        async with self.desk.db.transaction() as conn:
            stories = await store.lock_due(conn, at, limit)
            if not stories:
                return []
            deleting = await self._expect(conn, stories, at)
            found: list[Change] = []
            tasks: list[Task] = []
            for story in stories.values():
                after, taken = self._take_story(story, at, deleting)
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

    def _take_story(self, story: Story, at: datetime, deleting: set[str]) -> tuple[Story, list[Task]]:
        tasks: list[Task] = []
        for p, d in due(story, at):
            objects = objects_of(p.approval.content)
            if d.state == "waiting" and any(o.key in deleting for o in objects):
                story = delivery.postpone(story, p.version, d.channel, until=at + timedelta(seconds=1))
                continue
            looks_up = self._looks_up(d.channel)
            story = delivery.take(story, p.version, d.channel, at=at, until=at + self.lease, looks_up=looks_up)
            now = story.find(p.version)
            taken = now.delivery(d.channel) if now else None
            if taken is not None and taken.tries > d.tries and taken.next_at is not None:
                doing = "send" if taken.state == "sending" else "look"
                tasks.append(Task(post_of(story, p, taken, self.public_url), doing))
        return story, tasks

    def _looks_up(self, name: str) -> bool:
        """Whether what is unclear there can be looked up; of a channel that is not connected that is told then."""
        channel = self.channels.get(name)
        return channel is None or channel.capabilities.lookup

    async def deliver(self, task: Task) -> None:
        """Send or look up, and write down how it ended. An error here leaves the lease to end: then it is looked up."""
        post = task.post
        try:
            step = await self._outcome(task)
            await change(self.desk, post, step)
        except Exception as e:
            log.warning("delivery is left for its look-up", item=str(post.story), error=type(e).__name__)

    async def _outcome(self, task: Task) -> Step:
        channel = self.channels.get(task.post.channel)
        if channel is None:
            return _failed(task.post, delivery.UNKNOWN_CHANNEL)
        try:
            if task.doing == "send":
                return await self._send(channel, task.post)
            async with asyncio.timeout(self.lease.total_seconds() * 0.75):
                return _seen(task.post, await channel.lookup(task.post), looks_up=True)
        except NotSent as no:
            return _counted(task.post, "not-sent", _put_back(task.post, str(no)))
        except Rejected as no:
            return _counted(task.post, "rejected", _failed(task.post, str(no)))
        except ApprovalGone:
            return _put_back(task.post, "")
        except Exception as e:
            log.info("outcome unknown", item=str(task.post.story), channel=task.post.channel, error=type(e).__name__)
            looks_up = channel.capabilities.lookup
            return _counted(task.post, "unconfirmed", _unclear(task.post, SILENT if looks_up else UNKNOWN, looks_up))

    async def _send(self, channel: Channel, post: Post) -> Step:
        """Large files take longer than a lease, which is prolonged meanwhile, but not for ever."""
        longest = self.lease.total_seconds() * 0.75 + sum(map(patience, post.objects))
        send = channel.edit if post.replaces else channel.publish
        async with self._holding(post), asyncio.timeout(longest):
            return _seen(post, await send(post), looks_up=channel.capabilities.lookup)

    @asynccontextmanager
    async def _holding(self, post: Post) -> AsyncGenerator[None]:
        holding = asyncio.create_task(self._hold(post))
        try:
            yield
        finally:
            holding.cancel()
            await asyncio.wait([holding])

    async def _hold(self, post: Post) -> None:
        while True:
            await asyncio.sleep(self.lease.total_seconds() / 4)
            try:
                await change(self.desk, post, _prolonged(post, self.lease))
            except Exception as e:
                log.warning("the lease could not be prolonged", item=str(post.story), error=type(e).__name__)


def _seen(post: Post, receipt: Receipt | None, *, looks_up: bool) -> Step:
    if receipt is None:
        return _counted(post, "not-sent", _put_back(post, NOT_THERE))
    return _counted(post, "live" if receipt.way else "unconfirmed", _arrived(post, receipt, looks_up))


def _counted(post: Post, outcome: str, step: Step) -> Step:
    """`live` alone is a call that got onto the channel: the alert of a failing channel asks for it."""
    metrics.CHANNEL_CALLS.labels(post.channel, outcome).inc()
    return step


def post_of(story: Story, p: Publication, d: Delivery, public_url: str) -> Post:
    """What a channel is asked to show of this Publication."""
    older = (o.delivery(d.channel) for o in story.publications if o.version < p.version)
    replaces = any(o is not None and o.state in STOOD for o in older)
    content, url = p.approval.content, f"{public_url}/berita/{story.slug}"
    return Post(story.id, p.version, d.channel, d.tries, content.title, url, objects_of(content), replaces)


def due(story: Story, at: datetime) -> Iterator[tuple[Publication, Delivery]]:
    for publication in story.publications:
        for found in publication.deliveries:
            if found.next_at is not None and found.next_at <= at:
                yield publication, found


def _prolonged(post: Post, lease: timedelta) -> Step:
    return lambda s, at: delivery.prolong(s, post.version, post.channel, tries=post.tries, until=at + lease)


def _arrived(post: Post, receipt: Receipt, looks_up: bool) -> Step:
    way = receipt.way
    if way is None:
        return _unclear(post, NOT_SEEN if looks_up else NOT_LOOKED, looks_up)
    return lambda s, at: delivery.confirm(
        s, post.version, post.channel, tries=post.tries, url=receipt.url, way=way, at=at
    )


def _unclear(post: Post, reason: str, looks_up: bool) -> Step:
    return lambda s, at: delivery.doubt(
        s, post.version, post.channel, tries=post.tries, reason=reason, at=at, looks_up=looks_up
    )


def _put_back(post: Post, reason: str) -> Step:
    return lambda s, at: delivery.put_back(s, post.version, post.channel, tries=post.tries, reason=reason, at=at)


def _failed(post: Post, reason: str) -> Step:
    return lambda s, _: delivery.fail(s, post.version, post.channel, tries=post.tries, reason=reason)
