"""A proxy on real sockets between a channel and its server, which breaks a call in the way that a test names.

HTTP/1.1, one call per connection. What a rule does not match goes through as it is.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

Fault = Literal[
    "pass",
    "cut-request",  # the connection ends in the middle of the request's body
    "hang-up",  # the server acted, and the connection ends without its answer
    "swallow",  # the server acted, and nobody answers: a time-out
    "never",  # the server hears nothing, and nobody answers: a time-out
    "refuse",  # the server hears nothing, and the connection ends
    "limit",  # 429 with Retry-After, and the server hears nothing
    "error",  # 500, and the server hears nothing
    "error-after",  # the server acted, and the answer is 500
    "malformed",  # the server acted, and its answer is no JSON any more
    "slow",  # the answer comes after `seconds`
]
ANSWERS = {
    "limit": b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: %d\r\n",
    "error": b"HTTP/1.1 500 Internal Server Error\r\n",
    "error-after": b"HTTP/1.1 500 Internal Server Error\r\n",
    "malformed": b"HTTP/1.1 200 OK\r\n",
}
HALF_JSON = b'{"id": 1, "slu'


@dataclass
class Rule:
    """Which calls fail, and how: of this method, `part` in their address; not the first `skip`, so many `times`."""

    fault: Fault
    method: str = ""
    part: str = ""
    skip: int = 0
    times: int = 1_000_000

    def takes(self, call: "Call") -> bool:
        if (self.method and call.method != self.method) or self.part not in call.target:
            return False
        self.skip -= 1
        if self.skip >= 0 or self.times <= 0:
            return False
        self.times -= 1
        return True


@dataclass(frozen=True)
class Call:
    """The head of a request, and its body."""

    head: bytes
    body: bytes

    @property
    def method(self) -> str:
        return self.head.split(b" ", 1)[0].decode()

    @property
    def target(self) -> str:
        return self.head.split(b" ", 2)[1].decode()


@dataclass
class FaultyProxy:
    """`calls` are all that came, `method target`; `wait` is what `limit` asks for and `slow` takes, in seconds."""

    host: str
    upstream: int
    port: int = 0
    rules: list[Rule] = field(default_factory=list[Rule])
    calls: list[str] = field(default_factory=list[str])
    wait: float = 7
    _open: set["asyncio.Task[None]"] = field(default_factory=set["asyncio.Task[None]"])

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def fail(self, fault: Fault, *, method: str = "", part: str = "", skip: int = 0, times: int = 1_000_000) -> None:
        self.rules.append(Rule(fault, method, part, skip, times))

    def heal(self) -> None:
        self.rules.clear()

    def heard(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def close(self) -> None:
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            call = await _call(reader)
            self.calls.append(f"{call.method} {call.target}")
            answer = await self._answer(self._fault(call), call)
            if answer is None:
                await reader.read()  # until whoever asked has enough
            else:
                writer.write(answer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _fault(self, call: Call) -> Fault:
        for rule in self.rules:
            if rule.takes(call):
                return rule.fault
        return "pass"

    async def _answer(self, fault: Fault, call: Call) -> bytes | None:
        """The bytes to send back; empty to end the connection, None to leave it open and silent."""
        if fault == "never":
            return None
        if fault == "refuse":
            return b""
        if fault in ("limit", "error"):
            return self._made(fault, b'{"code": "x", "message": "uji"}')
        if fault == "cut-request":
            await self._forward(call.head + call.body[: len(call.body) // 2], whole=False)
            return b""
        return await self._acted(fault, await self._forward(call.head + call.body))

    async def _acted(self, fault: Fault, answer: bytes) -> bytes | None:
        if fault == "swallow":
            return None
        if fault == "hang-up":
            return b""
        if fault in ("error-after", "malformed"):
            return self._made(fault, HALF_JSON)
        if fault == "slow":
            await asyncio.sleep(self.wait)
        return answer

    def _made(self, fault: Fault, body: bytes) -> bytes:
        head = ANSWERS[fault] % int(self.wait) if fault == "limit" else ANSWERS[fault]
        rest = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        return head + rest.encode() + body

    async def _forward(self, data: bytes, *, whole: bool = True) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        try:
            writer.write(data)
            await writer.drain()
            return await reader.read() if whole else b""
        finally:
            writer.close()


async def _call(reader: asyncio.StreamReader) -> Call:
    """Read one whole request; its answer will end the connection."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head[:-4].split(b"\r\n")
    named = {k.strip().lower(): v.strip() for k, _, v in (line.partition(b":") for line in lines[1:])}
    if named.get(b"transfer-encoding", b"").lower() == b"chunked":
        body = await _chunked(reader)
    else:
        body = await reader.readexactly(int(named.get(b"content-length", b"0")))
    kept = [
        line
        for line in lines
        if not line.lower().startswith((b"connection:", b"transfer-encoding:", b"content-length:"))
    ]
    length = [b"Content-Length: %d" % len(body)] if body else []
    return Call(b"\r\n".join([*kept, *length, b"Connection: close", b"", b""]), body)


async def _chunked(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)
    return body


@asynccontextmanager
async def faulty_proxy(upstream: int, *, host: str = "127.0.0.1") -> AsyncGenerator[FaultyProxy]:
    """In front of a port of the loopback, on a free port of its own."""
    made = FaultyProxy(host, upstream)
    server = await asyncio.start_server(made.heard, "127.0.0.1", 0, limit=2**20)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await made.close()
