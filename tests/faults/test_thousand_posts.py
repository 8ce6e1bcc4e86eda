"""Many Stories on five channels at once, each call of which may break: nothing is lost, and nothing appears twice.

The channels are fakes over real sockets (tests/support), the publisher is the real one on PostgreSQL and the object
store. The short form (40 Stories) runs in CI; `ALURWARTA_LONG=1` takes 1,000. The seed is printed, and `ALURWARTA_SEED`
repeats it.
"""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.publisher.channels import Channel
from services.publisher.channels.facebook import Facebook
from services.publisher.channels.instagram import Instagram
from services.publisher.channels.oauth1 import OAuth1
from services.publisher.channels.telegram import Telegram
from services.publisher.channels.webhook import Receiver, Webhook
from services.publisher.channels.x import X
from services.publisher.objects import PublicObject
from shared.content import StoryMedia
from tests.integration.publisher.office import Office, office
from tests.support import fake_facebook, fake_instagram, fake_telegram_channel, fake_x
from tests.support.fake_receiver import FakeReceiver
from tests.support.faulty import Faulty, How, listening
from tests.support.stack import stack
from tests.support.webhook_receiver import WebhookReceiver
from tests.unit.publisher.samples import approved, content

LONG = bool(os.environ.get("ALURWARTA_LONG"))
STORIES = 1_000 if LONG else 40
SHARE = 0.1
BREAKS: tuple[How, ...] = (
    "silent-before", "silent-after", "limited", "error", "error-after", "expired", "malformed", "cut-after", "cut",
)  # fmt: skip
CHANNELS = ("facebook", "instagram", "telegram", "x", "webhook")
AT_A_TIME, STEP = 6, timedelta(minutes=2)
PATIENCE = 0.5  # seconds until a silent channel is given up
pytestmark = pytest.mark.timeout(3_600)


@dataclass
class Breaking(Faulty):
    """Breaks a share of all calls, of whatever kind."""

    dice: random.Random = field(default_factory=random.Random)
    share: float = 0.0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self.dice.random() < self.share:
            self.break_next(self.dice.choice(BREAKS), self.fake.kind_of(scope["method"], scope["path"]))
        await super().__call__(scope, receive, send)


@dataclass
class Outside:
    """The five channels as the public sees them: `shown` is the text of every public post."""

    made: dict[str, Channel]
    broken: list[Breaking]
    shown: dict[str, Callable[[], list[str]]]
    receiver: WebhookReceiver
    instagram: fake_instagram.FakeInstagram


@asynccontextmanager
async def outside(desk: Office, dice: random.Random) -> AsyncGenerator[Outside]:
    def now() -> datetime:
        return desk.at.astimezone(UTC)  # as these channels tell it

    def fetch(found: PublicObject) -> AsyncIterator[bytes]:
        return desk.store.stream(found.bucket, found.source_key)

    facebook, instagram = fake_facebook.FakeFacebook(now=now), fake_instagram.FakeInstagram(now=now)
    telegram, x = fake_telegram_channel.FakeTelegramChannel(now=now), fake_x.FakeX(now=now)
    receiver = FakeReceiver(WebhookReceiver(now=lambda: now().timestamp()))
    async with AsyncExitStack() as open_, httpx.AsyncClient(timeout=PATIENCE) as http:
        at, broken = dict[str, str](), list[Breaking]()
        fakes = dict(zip(CHANNELS, (facebook, instagram, telegram, x, receiver), strict=True))
        for name, fake in fakes.items():
            at[name], faulty = await open_.enter_async_context(listening(fake, Breaking))
            assert isinstance(faulty, Breaking)
            faulty.dice, faulty.share = dice, SHARE
            broken.append(faulty)
        tg = fake_telegram_channel
        made: dict[str, Channel] = {
            "facebook": Facebook(http, fetch, now, fake_facebook.PAGE, fake_facebook.TOKEN, f"{at['facebook']}/v23.0"),
            "instagram": Instagram(
                http, now, fake_instagram.USER, fake_instagram.TOKEN, f"{at['instagram']}/v23.0", 0.01
            ),
            "telegram": Telegram(http, fetch, now, tg.CHANNEL, tg.TOKEN, at["telegram"], at["telegram"]),
            "x": X(http, fetch, now, fake_x.USER, fake_x.NAME, OAuth1(*fake_x.KEYS, now), at["x"], 0.01),
            "webhook": Webhook(Receiver(at["webhook"] + "/", receiver.receiver.secret), http, now),
        }
        shown: dict[str, Callable[[], list[str]]] = {
            "facebook": lambda: [p["message"] for p in facebook.public()],
            "instagram": lambda: [p["caption"] for p in instagram.posts],
            "telegram": lambda: [p["text"] for p in telegram.posts()],
            "x": lambda: [t["told"] for t in x.tweets],
            "webhook": lambda: [told["title"] for told in receiver.receiver.shown.values()],
        }
        yield Outside(made, broken, shown, receiver.receiver, instagram)


@dataclass
class Newsroom:
    """Stories that are started some at a time, each with a title of its own; `titles` are of those that are.

    All at once would be more posts in one minute than a look-up reads of a channel's newest.
    """

    desk: Office
    picture: StoryMedia
    left: int
    titles: dict[UUID, str] = field(default_factory=dict[UUID, str])

    async def begin(self) -> None:
        for _ in range(min(AT_A_TIME, self.left)):
            self.left -= 1
            title = f"Rumah nomor {self.left:04d} selesai"
            whole = content(title, lead="", body=(), media=(self.picture,), channels=("site", *CHANNELS))
            event = approved(uuid4(), content=whole, at=self.desk.at)
            await self.desk.hear(event)
            assert (await self.desk.start(event.story)).status_code == 202
            self.titles[event.story] = title


async def settle(newsroom: Newsroom, there: Outside) -> int:
    """Let the publisher work, and people answer what they are asked, until all is live; returns how many attempts."""
    desk, attempts = newsroom.desk, 0
    while True:
        tasks = (await desk.deliveries.take(48)).tasks
        await asyncio.gather(*(desk.deliveries.deliver(task) for task in tasks))
        attempts += len(tasks)
        if tasks:
            continue
        rows = await desk.rows(
            "SELECT story, channel, state, next_at FROM publisher.deliveries WHERE state <> 'live' ORDER BY 1, 2"
        )
        if not rows and not newsroom.left:
            return attempts
        await answer(desk, there, rows)
        await newsroom.begin()
        desk.at += STEP
        there.instagram.used = max(0, there.instagram.used - AT_A_TIME)  # a rolling day, at some speed


async def answer(desk: Office, there: Outside, rows: Any) -> None:
    """What only people can: send again what was refused, and look where the system cannot."""
    for row in rows:
        path = f"/api/v1/publications/{row['story']}/channels/{row['channel']}"
        if row["state"] == "failed":
            await desk.call("tono", "POST", f"{path}/retry", json={})
        elif row["state"] == "unconfirmed" and row["next_at"] is None:
            if str(row["story"]) in there.receiver.shown:
                body = {"version": 1, "url": f"https://portal.test/{row['story']}"}
                await desk.call("tono", "POST", f"{path}/confirm", json=body)
            else:
                await desk.call("tono", "POST", f"{path}/deny", json={"version": 1})


async def test_whatever_breaks_each_story_appears_once_on_each_channel() -> None:
    seed = int(os.environ.get("ALURWARTA_SEED") or random.randrange(2**32))
    print("seed", seed)
    async with stack(kafka=False) as house, office(house) as desk, outside(desk, random.Random(seed)) as there:
        desk.board.fixed = {desk.site.name: desk.site, **there.made}
        newsroom = Newsroom(desk, await desk.photo(), STORIES)
        began = time.monotonic()
        attempts = await settle(newsroom, there)
        took = time.monotonic() - began
        titles = list(newsroom.titles.values())
        broken = sum(faulty.broken for faulty in there.broken)
        print(
            f"{STORIES * 6} deliveries in {attempts} attempts, {broken} calls broken, {STORIES * 6 / took:.0f} a second"
        )
        assert broken >= STORIES // 4
        for channel, shown in there.shown.items():
            found = Counter(title for text in shown() for title in titles if title in text)
            assert found == Counter(titles), channel
        live = await desk.rows("SELECT count(*) AS n FROM publisher.deliveries WHERE state = 'live' AND url <> ''")
        assert live[0]["n"] == STORIES * 6
        assert await desk.rows("SELECT FROM publisher.publications WHERE state <> 'published'") == []
