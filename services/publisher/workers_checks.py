"""What is live is looked at again after an hour, a day and a week: a post that vanished is told of."""

import asyncio
from typing import TYPE_CHECKING, Literal

import httpx
import structlog

from services.publisher import changes, rechecking, store
from services.publisher.channels import Post
from services.publisher.consequences import Change
from services.publisher.domain import Delivery, Publication, Story
from services.publisher.posting import Addresses, post_of
from services.publisher.switchboard import Switchboard
from shared import metrics
from shared.desk import Desk

if TYPE_CHECKING:
    from datetime import datetime

log = structlog.get_logger(__name__)

IDLE_SECONDS = 10.0
AT_ONCE = 20
LOOK_SECONDS = 45.0
# What a site answers of a page that it does not have; a log-in wall says nothing of it.
GONE = (404, 410)
BUSY = (408, 425, 429)
Seen = Literal["there", "gone", "unknown"]


class Rechecks:
    """Takes what is due, asks the channel, or fetches the link that a person gave."""

    def __init__(self, desk: Desk, board: Switchboard, addresses: Addresses, stranger: httpx.AsyncClient) -> None:
        self.desk = desk
        self.board = board
        self.addresses = addresses
        self.stranger = stranger

    async def run(self) -> None:
        while True:
            if not await self.round():
                await asyncio.sleep(IDLE_SECONDS)

    async def round(self) -> int:
        """One look; returns how many were asked about."""
        at = self.desk.now()
        async with self.desk.db.transaction() as conn:
            stories = await store.lock_to_check(conn, at, AT_ONCE)
            due = [(s, p, d) for s in stories.values() for p, d in _due(s, at)]
            # Written first: who asks after us asks later, and a process that dies here asks again.
            held = {s.id: s for s in stories.values()}
            for s, p, d in due:
                held[s.id] = rechecking.not_seen(held[s.id], p.version, d.channel, at=at)
            await changes.commit(self.desk, conn, [Change(s, held[s.id], at) for s in stories.values()])
        for s, p, d in due:
            await self._check(s, p, d)
        return len(due)

    async def _check(self, story: Story, p: Publication, d: Delivery) -> None:
        if d.state != "live" or not p.may_show:
            return
        seen = await self._seen(story, p, d)
        metrics.CHANNEL_CHECKS.labels(d.channel, seen).inc()
        if seen == "unknown":
            return
        async with self.desk.transaction() as conn:
            before = (await store.lock(conn, [story.id]))[story.id]
            at = self.desk.now()
            now = before.find(p.version)
            if now is None or _moved_on(now, d):
                return
            after = (
                rechecking.still_there(before, p.version, d.channel, at=at)
                if seen == "there"
                else rechecking.vanish(before, p.version, d.channel)
            )
            await changes.commit(self.desk, conn, [Change(before, after, at)])

    async def _seen(self, story: Story, p: Publication, d: Delivery) -> Seen:
        channel = self.board.channels.get(d.channel)
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                if d.way == "attested" or channel is None or not channel.capabilities.lookup:
                    return await self._linked(d.url)
                post: Post = post_of(story, p, d, self.addresses, channel.capabilities)
                receipt = await channel.lookup(post)
        except Exception as e:
            log.info("a live post was not seen again", item=str(story.id), channel=d.channel, error=type(e).__name__)
            return "unknown"
        if receipt is None:
            return "gone"
        return "there" if receipt.way else "unknown"

    async def _linked(self, url: str) -> Seen:
        """A channel shows strangers little: only what says that it is gone is taken at its word."""
        answer = await self.stranger.get(url, follow_redirects=True)
        if answer.status_code in GONE:
            return "gone"
        return "unknown" if answer.status_code in BUSY or answer.is_server_error else "there"


def _due(story: Story, at: "datetime") -> list[tuple[Publication, Delivery]]:
    return [(p, d) for p in story.publications for d in p.deliveries if d.check_at is not None and d.check_at <= at]


def _moved_on(now: Publication, was: Delivery) -> bool:
    found = now.delivery(was.channel)
    return found is None or (found.state, found.url, found.tries) != (was.state, was.url, was.tries)
