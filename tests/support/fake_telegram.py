"""A fake of Telegram's Bot API, made from its public documentation, over a real socket. It is not Telegram.

https://core.telegram.org/bots/api#making-requests and #sendmessage
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

TOKEN = "123456:uji-token"
BLOCKED = (403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"})
NO_CHAT = (400, {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"})
SLOWER = (
    429,
    {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 77",
        "parameters": {"retry_after": 77},
    },
)
Answer = tuple[int, dict[str, Any]]


@dataclass
class FakeTelegram:
    """`messages` are those that it took over; each answer is used once, then all is well."""

    address: str = ""
    messages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    answers: deque[Answer] = field(default_factory=deque[Answer])

    async def send_message(self, request: Request) -> JSONResponse:
        if request.path_params["bot"] != f"bot{TOKEN}":
            return JSONResponse({"ok": False, "error_code": 401, "description": "Unauthorized"}, 401)
        if self.answers:
            status, body = self.answers.popleft()
            return JSONResponse(body, status)
        said = await request.json()
        assert {"chat_id", "text"} <= set(said)
        assert len(said["text"].encode("utf-16-le")) // 2 <= 4096
        self.messages.append(said)
        return JSONResponse({"ok": True, "result": {"message_id": len(self.messages)}})


@asynccontextmanager
async def fake_telegram() -> AsyncGenerator[FakeTelegram]:
    """Listen on a free port of the loopback."""
    made = FakeTelegram()
    app = Starlette(routes=[Route("/{bot}/sendMessage", made.send_message, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    made.address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.should_exit = True
        await serving
