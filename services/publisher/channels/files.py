"""The bytes of a post's files on their way to a channel; those of videos never all at once in memory."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from uuid import uuid4

from services.publisher.objects import PublicObject
from shared.refusal import Transient

Fetch = Callable[[PublicObject], AsyncIterator[bytes]]


async def whole(fetch: Fetch, found: PublicObject) -> bytes:
    """A picture."""
    data = b"".join([part async for part in fetch(found)])
    if len(data) != found.size:
        raise Transient("a file is not as long as it was")
    return data


async def slices(fetch: Fetch, found: PublicObject, size: int, *, start: int = 0) -> AsyncGenerator[bytes]:
    """A file in parts of `size` bytes from `start` on, the last one shorter."""
    held, skip, count = bytearray(), start, 0
    async for piece in fetch(found):
        count += len(piece)
        held += piece[skip:] if skip < len(piece) else b""
        skip = max(0, skip - len(piece))
        while len(held) >= size:
            yield bytes(held[:size])
            del held[:size]
    if count != found.size:
        raise Transient("a file is not as long as it was")
    if held:
        yield bytes(held)


class Form:
    """A multipart form (RFC 7578) whose files are streamed; `headers` and `body` are for httpx."""

    def __init__(self, fetch: Fetch, fields: dict[str, str], files: dict[str, PublicObject]) -> None:
        self._fetch = fetch
        self._boundary = uuid4().hex
        self._fields = "".join(self._head(name) + f"\r\n{value}\r\n" for name, value in fields.items()).encode()
        self._files = {self._file_head(name, found).encode(): found for name, found in files.items()}
        self._end = f"--{self._boundary}--\r\n".encode()

    @property
    def headers(self) -> dict[str, str]:
        length = len(self._fields) + len(self._end) + sum(len(h) + f.size + 2 for h, f in self._files.items())
        return {"Content-Type": f"multipart/form-data; boundary={self._boundary}", "Content-Length": str(length)}

    async def body(self) -> AsyncGenerator[bytes]:
        yield self._fields
        for head, found in self._files.items():
            yield head
            async for piece in self._fetch(found):
                yield piece
            yield b"\r\n"
        yield self._end

    def _head(self, name: str) -> str:
        return f'--{self._boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n'

    def _file_head(self, name: str, found: PublicObject) -> str:
        told = f'--{self._boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{found.key}"\r\n'
        return f"{told}Content-Type: {found.content_type}\r\n\r\n"


class Reading:
    """A file that is read once, in as many parts as a channel asks for, each streamed."""

    def __init__(self, fetch: Fetch, found: PublicObject) -> None:
        self._pieces = fetch(found)
        self._held = b""

    async def take(self, count: int) -> AsyncGenerator[bytes]:
        """The next `count` bytes."""
        while count > 0:
            if not self._held:
                self._held = await anext(self._pieces, b"")
            if not self._held:
                raise Transient("a file is not as long as it was")
            piece, self._held = self._held[:count], self._held[count:]
            count -= len(piece)
            yield piece
