"""One delivery outside any transaction: the call of its channel, and how it ended, written down."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

import structlog

from services.publisher import delivery, removing
from services.publisher.calling import Calling
from services.publisher.channels import (
    ApprovalGone,
    Capabilities,
    Channel,
    Doubtful,
    Limited,
    NotSent,
    Post,
    Processing,
    Receipt,
    Rejected,
    patience,
)
from services.publisher.domain import UNKNOWN_CHANNEL, Story
from services.publisher.posting import sent_of
from services.publisher.shelf import Step, change
from services.publisher.switchboard import Switchboard
from shared import metrics
from shared.desk import Desk

log = structlog.get_logger(__name__)

NOT_SEEN = "Alamatnya belum terbaca oleh umum."
SILENT = "Kanal tidak menjawab; akan diperiksa lagi."
UNKNOWN = "Kanal tidak menjawab, dan tidak dapat diperiksa oleh sistem."
NOT_LOOKED = "Sudah dikirim; kanal ini tidak dapat diperiksa oleh sistem."
NOT_THERE = "Belum ada di kanal; akan dikirim lagi."
NOT_CONNECTED = "Sudah dikirim sebelum kanalnya diputus dari sistem. Lihat sendiri apakah sudah ada di sana."
GONE = "Kanal menerima kiriman ini, tetapi sekarang tidak ada di sana. Periksa kanalnya, lalu kirim ulang bila perlu."
NOT_BEGUN = "Kanal belum terjangkau; akan dikirim lagi."


@dataclass(frozen=True, slots=True)
class Task:
    """One delivery that this worker has taken up, and what is to be done with it outside the transaction."""

    post: Post
    doing: Literal["send", "look"]


@dataclass(slots=True)
class Attempt:
    """The steps of one attempt, each written down under the Story's lock."""

    desk: Desk
    post: Post
    submitted: bool = False

    async def keep(self, **facts: str) -> None:
        post = self.post
        after = await change(
            self.desk, post, lambda s, _: delivery.keep(s, post.version, post.channel, tries=post.tries, facts=facts)
        )
        found = after.find(post.version) if after else None
        if found is None or not delivery.is_sent_by(found, post.channel, tries=post.tries):
            raise ApprovalGone

    async def submit(self) -> None:
        post = self.post
        after = await change(
            self.desk,
            post,
            lambda s, _: delivery.submit(s, post.version, post.channel, tries=post.tries, sent=sent_of(post)),
        )
        found = after.find(post.version) if after else None
        if found is None or not delivery.is_submitted(found, post.channel, tries=post.tries):
            raise ApprovalGone
        self.submitted = True


@dataclass(slots=True)
class Sending:
    """Sends and looks up by the channels of the switchboard. `spread` gives shares of a pause between 0 and 1."""

    desk: Desk
    board: Switchboard
    lease: timedelta
    calling: Calling
    spread: random.Random = field(default_factory=random.Random)

    async def deliver(self, task: Task) -> None:
        """Send or look up, and write down how it ended. An error here leaves the lease to end: then it is looked up."""
        post = task.post
        try:
            step = await self._outcome(task)
            await change(self.desk, post, step)
        except Exception as e:
            log.warning("delivery is left for its look-up", item=str(post.story), error=type(e).__name__)

    async def _outcome(self, task: Task) -> Step:
        channel = self.board.channels.get(task.post.channel)
        moved = task.doing == "look" and task.post.is_elsewhere
        if task.doing == "look" and task.post.submitted and (channel is None or moved):
            return _unclear(task.post, NOT_CONNECTED, looks_up=False)
        if channel is None:
            return _failed(task.post, UNKNOWN_CHANNEL)
        return await (self._send(channel, task.post) if task.doing == "send" else self._look(channel, task.post))

    async def _send(self, channel: Channel, post: Post) -> Step:
        attempt = Attempt(self.desk, post)
        try:
            receipt = await self._called(channel, post, attempt)
        except Limited as no:
            await self.calling.rest(post.channel, *no.rest)
            return _counted(post, "limited", self._put_back(post, str(no), until=max(r.until for r in no.rest)))
        except Processing as no:
            await self.calling.answered(post.channel)
            return _counted(post, "processing", self._put_back(post, str(no), until=no.until))
        except NotSent as no:
            await self.calling.failing(post.channel)
            return _counted(post, "not-sent", self._put_back(post, str(no)))
        except Rejected as no:
            await self.calling.answered(post.channel)
            return _counted(post, "rejected", _failed(post, str(no)))
        except Doubtful as no:
            await self.calling.answered(post.channel)
            return _counted(post, "unconfirmed", _partly(channel, post, str(no)))
        except ApprovalGone:
            return self._put_back(post, "")
        except Exception as e:
            log.info("outcome unknown", item=str(post.story), channel=post.channel, error=type(e).__name__)
            await self.calling.failing(post.channel)
            if not attempt.submitted:
                return _counted(post, "not-sent", self._put_back(post, NOT_BEGUN))
            return _counted(post, "unconfirmed", _silent(channel, post))
        await self.calling.answered(post.channel)
        await self.calling.rest(post.channel, *receipt.rest)
        return _counted(
            post,
            _word(receipt),
            _arrived(post, receipt, can=channel.capabilities),
        )

    async def _called(self, channel: Channel, post: Post, attempt: Attempt) -> Receipt:
        """Large files take longer than a lease, which is prolonged meanwhile, but not for ever."""
        longest = self.lease.total_seconds() * 0.75 + sum(map(patience, post.objects))
        send = channel.edit if post.former is not None and channel.capabilities.edit else channel.publish
        async with self._holding(post), asyncio.timeout(longest):
            return await send(post, attempt)

    async def _look(self, channel: Channel, post: Post) -> Step:
        """What was never submitted is not there; of the rest the channel is asked, whose silence says nothing."""
        if not post.submitted:
            return _counted(post, "not-sent", self._put_back(post, NOT_THERE))
        try:
            async with asyncio.timeout(self.lease.total_seconds() * 0.75):
                receipt = await channel.lookup(post)
        except Exception as e:
            log.info("look-up without an answer", item=str(post.story), channel=post.channel, error=type(e).__name__)
            if isinstance(e, Limited):
                await self.calling.rest(post.channel, *e.rest)
            elif not isinstance(e, Processing | Rejected | Doubtful):
                await self.calling.failing(post.channel)
            reason = str(e) if isinstance(e, Limited | Processing | Rejected | Doubtful) else ""
            return _counted(post, "unconfirmed", _silent(channel, post, reason))
        await self.calling.answered(post.channel)
        if receipt is None and post.external_id:
            # It was taken once: somebody removed it, and sending it again is for a person to decide.
            return _counted(post, "rejected", _failed(post, GONE))
        if receipt is None:
            return _counted(post, "not-sent", self._put_back(post, NOT_THERE))
        return _counted(post, _word(receipt), _arrived(post, receipt, can=channel.capabilities))

    def _put_back(self, post: Post, reason: str, *, until: datetime | None = None) -> Step:
        # Not all at once when a channel is back.
        apart = timedelta(seconds=self.spread.random() * min(post.tries, 10))
        return lambda s, at: delivery.put_back(
            s, post.version, post.channel, tries=post.tries, reason=reason, at=at,
            until=None if until is None else until + apart,
        )  # fmt: skip

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


def _word(receipt: Receipt) -> str:
    return "live" if receipt.way else "unconfirmed"


def _counted(post: Post, outcome: str, step: Step) -> Step:
    """`live` alone is a call that got onto the channel: the alert of a failing channel asks for it."""
    metrics.CHANNEL_CALLS.labels(post.channel, outcome).inc()
    return step


def _prolonged(post: Post, lease: timedelta) -> Step:
    return lambda s, at: delivery.prolong(s, post.version, post.channel, tries=post.tries, until=at + lease)


def _arrived(post: Post, receipt: Receipt, *, can: Capabilities) -> Step:
    way = receipt.way
    if way is None:
        reason = NOT_SEEN if can.lookup else NOT_LOOKED
        return _unclear(post, reason, looks_up=can.lookup, external_id=receipt.external_id, received=True)

    def confirmed(story: Story, at: datetime) -> Story:
        after = delivery.confirm(
            story, post.version, post.channel, tries=post.tries, url=receipt.url, way=way, at=at,
            external_id=receipt.external_id,
        )  # fmt: skip
        # What it edited is what an older Version was to lose there.
        if not can.edit:
            return after
        return removing.taken_over(after, post.version, post.channel, keeps_files=can.keeps_files, at=at)

    return confirmed


def _silent(channel: Channel, post: Post, reason: str = "") -> Step:
    looks_up = channel.capabilities.lookup
    return _unclear(post, reason or (SILENT if looks_up else UNKNOWN), looks_up=looks_up)


def _partly(channel: Channel, post: Post, reason: str) -> Step:
    """Something of it may be there, of this attempt or of one before."""
    return _unclear(post, reason, looks_up=channel.capabilities.lookup, received=True)


def _unclear(post: Post, reason: str, *, looks_up: bool, external_id: str = "", received: bool = False) -> Step:
    return lambda s, at: delivery.doubt(
        s, post.version, post.channel, tries=post.tries, reason=reason, at=at, looks_up=looks_up,
        external_id=external_id, received=received,
    )  # fmt: skip


def _failed(post: Post, reason: str) -> Step:
    return lambda s, _: delivery.fail(s, post.version, post.channel, tries=post.tries, reason=reason)
