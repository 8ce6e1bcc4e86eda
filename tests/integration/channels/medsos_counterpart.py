"""A channel's adapter with its counterpart, and the worker that calls it as services/publisher/sending.py does."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import httpx

from services.publisher.channels import Channel, Limited, NotSent, Post, Receipt, Rejected, Rest
from services.publisher.channels.facebook import Facebook
from services.publisher.channels.instagram import Instagram
from services.publisher.channels.oauth1 import OAuth1
from services.publisher.channels.telegram import Telegram
from services.publisher.channels.x import X
from services.publisher.channels.youtube import YouTube
from services.publisher.channels.youtube_api import Keys, YouTubeApi
from tests.integration.channels.medsos_samples import Clock, Files, a_post
from tests.support import fake_facebook, fake_instagram, fake_telegram_channel, fake_x, fake_youtube
from tests.support.faulty import Faulty, Kind, listening

# What one attempt came to, in the worker's words.
Outcome = Literal["live", "unseen", "not-sent", "limited", "rejected", "unknown", "there-not"]


class Crash(BaseException):
    """The process dies."""


@dataclass
class Counterpart:
    """One channel: `made` is its adapter, `public` and `kept` count what its fake shows the public, and all it has.

    `steps` are the kinds of calls that a publication makes there.
    """

    made: Channel
    post: Post
    faulty: Faulty
    http: httpx.AsyncClient
    clock: Clock
    files: Files
    public: Callable[[], int]
    urls: Callable[[], list[str]]
    steps: tuple[Kind, ...]


class Opening(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[Counterpart]: ...


@dataclass
class Notes:
    """The facts that a delivery keeps; `crash_at` is the step in which the process dies, before or after it is kept."""

    facts: dict[str, str] = field(default_factory=dict[str, str])
    submitted: int = 0
    crash_at: tuple[int, Literal["before", "after"]] | None = None
    steps: int = 0

    async def keep(self, **facts: str) -> None:
        self._crash("before")
        self.facts |= facts
        self._crash("after")
        self.steps += 1

    async def submit(self) -> None:
        self._crash("before")
        self.submitted += 1
        self._crash("after")
        self.steps += 1

    def _crash(self, side: Literal["before", "after"]) -> None:
        if self.crash_at == (self.steps, side):
            self.crash_at = None
            raise Crash


@dataclass
class Worker:
    """Sends, and where nobody knows how that ended, looks up before it sends again."""

    channel: Channel
    post: Post
    clock: Clock
    public: Callable[[], int] = lambda: 0
    crash_at: tuple[int, Literal["before", "after"]] | None = None
    outcomes: list[Outcome] = field(default_factory=list[Outcome])
    reasons: list[str] = field(default_factory=list[str])
    rests: list[Rest] = field(default_factory=list[Rest])
    receipt: Receipt | None = None
    notes: Notes = field(default_factory=Notes)

    async def run(self, rounds: int = 20) -> Outcome:
        """Until it is live or refused."""
        ended = await self.send()
        for _ in range(rounds):
            if ended in ("live", "rejected"):
                return ended
            self.clock.pass_(minutes=1)
            if ended == "limited":
                self.clock.at = max(r.until for r in self.rests)
            unclear = ended in ("unknown", "unseen")
            if unclear and not self.channel.capabilities.lookup:
                return ended
            ended = await (self.look() if unclear else self.send())
        return ended

    async def send(self) -> Outcome:
        self.notes.steps, before, there = 0, self.notes.submitted, self.public()
        self.notes.crash_at, self.crash_at = self.crash_at, None
        try:
            call = self.channel.edit if self.post.former and self.channel.capabilities.edit else self.channel.publish
            receipt = await call(self._now(), self.notes)
        except (Exception, Crash) as e:
            outcome = self._failed(e, submitted=self.notes.submitted > before)
        else:
            assert self.notes.submitted == before + 1 or there, "submitted exactly once, where it was not there"
            outcome = self._arrived(receipt)
        assert self.notes.submitted <= before + 1
        return self._told(outcome)

    async def look(self) -> Outcome:
        if not self.notes.submitted:
            return self._told("there-not")
        try:
            receipt = await self.channel.lookup(self._now())
        except Exception as e:
            self._limits(e)
            return self._told("unknown")
        return self._told("there-not" if receipt is None else self._arrived(receipt))

    def _now(self) -> Post:
        external = self.receipt.external_id if self.receipt else ""
        submitted = self.notes.submitted > 0
        return replace(self.post, facts=dict(self.notes.facts), submitted=submitted, external_id=external)

    def _failed(self, e: BaseException, *, submitted: bool) -> Outcome:
        self._limits(e)
        if isinstance(e, Limited):
            assert e.rest, "a limit without its time"
            return "limited"
        if isinstance(e, NotSent):
            return "not-sent"
        if isinstance(e, Rejected):
            return "rejected"
        return "unknown" if submitted or isinstance(e, Crash) else "not-sent"

    def _limits(self, e: BaseException) -> None:
        self.reasons.append(str(e))
        if isinstance(e, Limited):
            self.rests += e.rest

    def _arrived(self, receipt: Receipt) -> Outcome:
        self.receipt = receipt
        self.rests += receipt.rest
        return "live" if receipt.way else "unseen"

    def _told(self, outcome: Outcome) -> Outcome:
        """What is told is the truth."""
        self.outcomes.append(outcome)
        if outcome in ("not-sent", "limited", "rejected", "there-not"):
            assert self.public() == 0, f"told as {outcome}, and it is there"
        if outcome == "live":
            assert self.public() == 1, "told as live, and it is not there"
        return outcome


@asynccontextmanager
async def facebook() -> AsyncGenerator[Counterpart]:
    clock, files = Clock(), Files()
    fake = fake_facebook.FakeFacebook(now=clock)
    async with listening(fake) as (address, faulty), httpx.AsyncClient() as http:
        made = Facebook(http, files, clock, fake_facebook.PAGE, fake_facebook.TOKEN, f"{address}/v23.0")
        post = a_post("facebook", files.picture(), files.picture("Rumah.", seed=1))
        yield Counterpart(
            made, post, faulty, http, clock, files, lambda: len(fake.public()),
            lambda: [p["permalink_url"] for p in fake.public()], ("upload", "publish", "read"),
        )  # fmt: skip


@asynccontextmanager
async def instagram() -> AsyncGenerator[Counterpart]:
    clock, files = Clock(), Files()
    fake = fake_instagram.FakeInstagram(now=clock)
    async with listening(fake) as (address, faulty), httpx.AsyncClient() as http:
        made = Instagram(http, clock, fake_instagram.USER, fake_instagram.TOKEN, f"{address}/v23.0", 0.01)
        post = a_post("instagram", files.picture(), files.picture("Rumah.", seed=1))
        yield Counterpart(
            made, post, faulty, http, clock, files, lambda: len(fake.posts),
            lambda: [p["permalink"] for p in fake.posts], ("prepare", "publish", "read"),
        )  # fmt: skip


@asynccontextmanager
async def telegram() -> AsyncGenerator[Counterpart]:
    clock, files = Clock(), Files()
    fake = fake_telegram_channel.FakeTelegramChannel(now=clock)
    async with listening(fake) as (address, faulty), httpx.AsyncClient() as http:
        name = fake_telegram_channel.CHANNEL
        made = Telegram(http, files, clock, name, fake_telegram_channel.TOKEN, address, address)
        post = a_post("telegram", files.picture(), files.picture("Rumah.", seed=1))
        yield Counterpart(
            made, post, faulty, http, clock, files, lambda: len(fake.posts()),
            lambda: [f"https://t.me/{name}/{p['message_id']}" for p in fake.posts()], ("publish", "read"),
        )  # fmt: skip


@asynccontextmanager
async def x() -> AsyncGenerator[Counterpart]:
    clock, files = Clock(), Files()
    fake = fake_x.FakeX(now=clock)
    async with listening(fake) as (address, faulty), httpx.AsyncClient() as http:
        auth = OAuth1(*fake_x.KEYS, clock)
        made = X(http, files, clock, fake_x.USER, fake_x.NAME, auth, address, 0.01)
        post = a_post("x", files.picture(), files.picture("Rumah.", seed=1))
        yield Counterpart(
            made, post, faulty, http, clock, files, lambda: len(fake.tweets),
            lambda: [f"https://x.com/{fake_x.NAME}/status/{t['id']}" for t in fake.tweets],
            ("prepare", "upload", "publish", "read"),
        )  # fmt: skip


@asynccontextmanager
async def youtube() -> AsyncGenerator[Counterpart]:
    clock, files = Clock(), Files()
    fake = fake_youtube.FakeYouTube(now=clock)
    async with listening(fake) as (address, faulty), httpx.AsyncClient() as http:
        api = YouTubeApi(http, files, clock, Keys(*fake_youtube.KEYS), address, f"{address}/token")
        made = YouTube(http, files, clock, fake_youtube.CHANNEL, api, 0.01)
        post = a_post("youtube", files.video())
        yield Counterpart(
            made, post, faulty, http, clock, files, lambda: len(fake.public()),
            lambda: [f"https://www.youtube.com/watch?v={id_}" for id_ in fake.public()],
            ("prepare", "upload", "publish", "read"),
        )  # fmt: skip


CHANNELS: dict[str, Opening] = {
    "facebook": facebook,
    "instagram": instagram,
    "telegram": telegram,
    "x": x,
    "youtube": youtube,
}
