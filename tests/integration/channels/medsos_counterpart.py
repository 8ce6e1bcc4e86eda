"""Each social channel's adapter with its counterpart, a fake over a real socket."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import httpx

from services.publisher.channels import Channel, Post
from services.publisher.channels.facebook import Facebook
from services.publisher.channels.instagram import Instagram
from services.publisher.channels.oauth1 import OAuth1
from services.publisher.channels.telegram import Telegram
from services.publisher.channels.tiktok import TikTok
from services.publisher.channels.x import X
from services.publisher.channels.youtube import YouTube
from services.publisher.channels.youtube_api import Keys, YouTubeApi
from tests.integration.channels.medsos_samples import Clock, Files, a_post
from tests.support import fake_facebook, fake_instagram, fake_telegram_channel, fake_tiktok, fake_x, fake_youtube
from tests.support.faulty import Faulty, Kind, listening

# The kinds of calls that a publication makes on each.
STEPS: dict[str, tuple[Kind, ...]] = {
    "facebook": ("upload", "publish", "read"), "instagram": ("prepare", "publish", "read"),
    "telegram": ("publish", "read"), "tiktok": ("prepare", "publish", "read"),
    "x": ("prepare", "upload", "publish", "read"), "youtube": ("prepare", "upload", "publish", "read"),
}  # fmt: skip


@dataclass
class Counterpart:
    """One channel: `made` is its adapter, `public` counts what its fake shows the public, with `urls` and `texts`.

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
    texts: Callable[[], list[str]]
    steps: tuple[Kind, ...]


class Opening(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[Counterpart]: ...


@asynccontextmanager
async def facebook() -> AsyncGenerator[Counterpart]:
    clock, files = Clock(), Files()
    fake = fake_facebook.FakeFacebook(now=clock)
    async with listening(fake) as (address, faulty), httpx.AsyncClient() as http:
        made = Facebook(http, files, clock, fake_facebook.PAGE, fake_facebook.TOKEN, f"{address}/v23.0")
        post = a_post("facebook", files.picture(), files.picture("Rumah.", seed=1))
        yield Counterpart(
            made, post, faulty, http, clock, files, lambda: len(fake.public()),
            lambda: [p["permalink_url"] for p in fake.public()], lambda: [p["message"] for p in fake.public()],
            STEPS["facebook"],
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
            lambda: [p["permalink"] for p in fake.posts], lambda: [p["caption"] for p in fake.posts],
            STEPS["instagram"],
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
            lambda: [f"https://t.me/{name}/{p['message_id']}" for p in fake.posts()],
            lambda: [p["text"] for p in fake.posts()], STEPS["telegram"],
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
            lambda: [t["told"] for t in fake.tweets],
            STEPS["x"],
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
            lambda: [fake.videos[id_]["snippet"]["description"] for id_ in fake.public()],
            STEPS["youtube"],
        )  # fmt: skip


@asynccontextmanager
async def tiktok() -> AsyncGenerator[Counterpart]:
    clock, files = Clock(), Files()
    fake = fake_tiktok.FakeTikTok(now=clock)
    async with listening(fake) as (address, faulty), httpx.AsyncClient() as http:
        made = TikTok(http, files, clock, fake_tiktok.NAME, fake_tiktok.TOKEN, url=address, poll=0.01)
        post = a_post("tiktok", files.video())
        yield Counterpart(
            made, post, faulty, http, clock, files, lambda: len(fake.public()),
            lambda: [fake_tiktok.address(id_) for id_ in fake.public()],
            lambda: [u["told"]["title"] for u in fake.uploads.values() if u["post"] in fake.public()],
            STEPS["tiktok"],
        )  # fmt: skip


CHANNELS: dict[str, Opening] = {
    "facebook": facebook,
    "instagram": instagram,
    "telegram": telegram,
    "tiktok": tiktok,
    "x": x,
    "youtube": youtube,
}
