"""Clients that ask for pages one after the other over open connections, and how long each answer took."""

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Asked:
    """What one round saw: milliseconds of each answer, and how long the round took."""

    answers: list[float] = field(default_factory=list[float])
    seconds: float = 0
    bytes: int = 0

    @property
    def rate(self) -> float:
        return len(self.answers) / self.seconds


class NotAnswered(Exception):
    """A page did not come as expected."""


async def ask(address: str, paths: Sequence[str], *, clients: int, seconds: float) -> Asked:
    """So many clients ask for these paths in turns, until the time is over."""
    found, turns = Asked(), itertools.cycle(paths)
    began = time.perf_counter()
    await asyncio.gather(*(_client(address, turns, began + seconds, found) for _ in range(clients)))
    found.seconds = time.perf_counter() - began
    return found


async def _client(address: str, paths: Iterator[str], end: float, found: Asked) -> None:
    host = urlsplit(address)
    reader, writer = await asyncio.open_connection(host.hostname, host.port)
    try:
        while (began := time.perf_counter()) < end:
            writer.write(f"GET {next(paths)} HTTP/1.1\r\nHost: {host.netloc}\r\n\r\n".encode())
            found.bytes += len(await _answer(reader))
            found.answers.append((time.perf_counter() - began) * 1000)
    finally:
        writer.close()


async def page(address: str, path: str) -> bytes:
    """One page."""
    host = urlsplit(address)
    reader, writer = await asyncio.open_connection(host.hostname, host.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host.netloc}\r\n\r\n".encode())
    try:
        return await _answer(reader)
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise NotAnswered(head[:200].decode())
    _, found, rest = head.partition(b"content-length:")
    if not found:
        raise NotAnswered("an answer without its length")
    return await reader.readexactly(int(rest.split(b"\r\n", 1)[0]))
