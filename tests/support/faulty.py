"""A server on a free port of the loopback that breaks the calls it is told to break, as networks and channels do.

Not a channel: what the fakes of channels stand on.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Kind = Literal["prepare", "upload", "publish", "read"]
How = Literal[
    "silent-before", "silent-after", "limited", "error", "error-after", "expired", "malformed", "cut-after", "cut"
]
Answer = tuple[int, Mapping[str, str], Any]
ACTS: tuple[How, ...] = ("silent-after", "error-after", "malformed", "cut-after")
HTML = b"<html><body>Bad Gateway</body></html>"


class Fake(Protocol):
    """A channel's fake; `kind_of` tells what a call is for, `answers` are its documented errors."""

    @property
    def app(self) -> ASGIApp: ...

    @property
    def answers(self) -> Mapping[How, Answer]: ...

    def kind_of(self, method: str, path: str) -> Kind: ...


@dataclass
class Faulty:
    """Passes calls on, and breaks the next one of a kind as `break_next` said; `broken` counts those that it broke."""

    fake: Fake
    connections: Callable[[], set[Any]]
    waiting: list[tuple[How, Kind]] = field(default_factory=list[tuple[How, Kind]])
    broken: int = 0
    app: ASGIApp = field(init=False)

    def __post_init__(self) -> None:
        self.app = self.fake.app

    def break_next(self, how: How, kind: Kind, times: int = 1) -> None:
        self.waiting.extend((how, kind) for _ in range(times))

    def restore(self) -> None:
        self.waiting.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = self.fake.kind_of(scope["method"], scope["path"])
        breaking = next((broken for broken in self.waiting if broken[1] == kind), None)
        if breaking is None:
            await self.app(scope, receive, send)
            return
        self.waiting.remove(breaking)
        self.broken += 1
        how = breaking[0]
        if how in ACTS:
            await self.app(scope, receive, _nowhere)
        await self._end(how, scope, receive, send)

    async def _end(self, how: How, scope: Scope, receive: Receive, send: Send) -> None:
        match how:
            case "silent-before" | "silent-after":
                while (await receive())["type"] != "http.disconnect":
                    pass
            case "cut":
                await receive()  # the beginning of what is sent
                self._cut(scope)
            case "cut-after":
                self._cut(scope)
            case "malformed":
                await _answer(send, 200, {"content-type": "text/html"}, HTML)
            case "error" | "error-after":
                await _answer(send, 500, {"content-type": "text/html"}, HTML)
            case _:
                status, headers, body = self.fake.answers[how]
                await _answer(send, status, headers, json.dumps(body).encode())

    def _cut(self, scope: Scope) -> None:
        for connection in list(self.connections()):
            if connection.client == tuple(scope["client"]):
                connection.transport.abort()


async def _nowhere(message: Message) -> None:
    """What is answered gets lost."""


async def _answer(send: Send, status: int, headers: Mapping[str, str], body: bytes) -> None:
    told = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def listening(fake: Fake, kind: type[Faulty] = Faulty) -> AsyncGenerator[tuple[str, Faulty]]:
    """Its address, and what breaks it."""
    held: list[uvicorn.Server] = []
    faulty = kind(fake, lambda: held[0].server_state.connections)
    server = uvicorn.Server(
        uvicorn.Config(
            faulty, host="127.0.0.1", port=0, log_level="critical", lifespan="off", timeout_graceful_shutdown=1
        )
    )
    held.append(server)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", faulty
    finally:
        server.should_exit = True
        await serving
