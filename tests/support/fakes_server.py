"""The fakes of five channels as one server of their own, which tells what it was asked and what it shows.

`python -m tests.support.fakes_server PORT`; `alurwarta bench deliveries` starts it.
"""

import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.support import fake_facebook, fake_instagram, fake_telegram_channel, fake_x
from tests.support.fake_facebook import FakeFacebook
from tests.support.fake_instagram import FakeInstagram
from tests.support.fake_receiver import FakeReceiver
from tests.support.fake_telegram_channel import FakeTelegramChannel
from tests.support.fake_x import FakeX

VERSION = "v23.0"
WITHOUT_QUOTA = -1_000_000


@dataclass
class World:
    """The counterparts of one round, empty at its beginning. `calls` counts what they were asked, by kind."""

    key: bytes
    first: float = 0
    last: float = 0
    calls: Counter[str] = field(default_factory=Counter[str])
    app: ASGIApp = field(init=False)
    shown: dict[str, Callable[[], int]] = field(init=False)

    def __post_init__(self) -> None:
        facebook, x, telegram = FakeFacebook(), FakeX(), FakeTelegramChannel()
        instagram, receiver = FakeInstagram(slow=0, used=WITHOUT_QUOTA), FakeReceiver()
        receiver.receiver.key = self.key
        fakes = {"facebook": facebook, "instagram": instagram, "telegram": telegram, "x": x, "webhook": receiver}
        self.app = Starlette(routes=[Mount(f"/{name}", fake.app) for name, fake in fakes.items()])
        self.shown = {
            "facebook": lambda: len(facebook.public()),
            "instagram": lambda: len(instagram.posts),
            "telegram": lambda: len(telegram.posts()),
            "x": lambda: len(x.tweets),
            "webhook": lambda: len(receiver.receiver.shown),
        }

    async def take(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.first = self.first or time.monotonic()
        try:
            await self.app(scope, receive, send)
        finally:
            self.last = time.monotonic()
            self.calls[f"{scope['method']} {re.sub(r'/[0-9_]+', '/#', scope['path'])}"] += 1

    def told(self) -> dict[str, Any]:
        shown = {name: count() for name, count in self.shown.items()}
        return {"seconds": self.last - self.first, "calls": self.calls, "shown": shown}


@dataclass
class FakesServer:
    """One World after the other: `POST /anew` begins the next."""

    port: int
    world: World = field(default_factory=lambda: World(FakeReceiver().receiver.key))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        own = scope["path"] in ("/seen", "/anew", "/accounts")
        await (self._own if own else self.world.take)(scope, receive, send)

    async def _own(self, scope: Scope, receive: Receive, send: Send) -> None:
        routes = [
            Route("/seen", self._seen),
            Route("/anew", self._anew, methods=["POST"]),
            Route("/accounts", self._told),
        ]
        await Starlette(routes=routes)(scope, receive, send)

    def _seen(self, request: Request) -> JSONResponse:
        return JSONResponse(self.world.told())

    def _told(self, request: Request) -> JSONResponse:
        return JSONResponse(self._accounts())

    def _anew(self, request: Request) -> JSONResponse:
        self.world = World(self.world.key)
        return JSONResponse({})

    def _accounts(self) -> dict[str, Any]:
        """What an operator would give to `alurwarta channels connect`."""
        at, secret = f"http://127.0.0.1:{self.port}", FakeReceiver()
        secret.receiver.key = self.world.key
        graph, telegram = {"token": fake_facebook.TOKEN}, fake_telegram_channel
        keys: dict[str, str] = dict(
            zip(("consumer_key", "consumer_secret", "token", "token_secret"), fake_x.KEYS, strict=True)
        )
        return {
            "facebook": _account(graph, page=fake_facebook.PAGE, api=f"{at}/facebook/{VERSION}"),
            "instagram": _account(
                {"token": fake_instagram.TOKEN}, user=fake_instagram.USER, api=f"{at}/instagram/{VERSION}"
            ),
            "telegram": _account(
                {"token": telegram.TOKEN}, channel=telegram.CHANNEL, api=f"{at}/telegram", preview=f"{at}/telegram"
            ),
            "x": _account(keys, user=fake_x.USER, username=fake_x.NAME, api=f"{at}/x"),
            "webhook": _account({"secret": secret.receiver.secret}, url=f"{at}/webhook/"),
        }


def _account(secret: dict[str, str], **settings: str) -> dict[str, dict[str, str]]:
    return {"settings": settings, "secret": secret}


if __name__ == "__main__":
    given = int(sys.argv[1])
    uvicorn.run(FakesServer(given), host="127.0.0.1", port=given, log_level="critical", lifespan="off")
