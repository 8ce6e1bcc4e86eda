"""Pages as they were last made, and what the database says of them now: none is sent without having asked it."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from services.publisher import store_pages
from shared.db import Database

T = TypeVar("T")
OVERHEAD = 500  # bytes that one page costs beside its own


class Made(NamedTuple):
    """What is sent: bytes, a strong tag of exactly these, their type, and when they changed where that is known."""

    body: bytes
    tag: str
    media_type: str
    modified_at: datetime | None = None


@dataclass(slots=True)
class Kept:
    """Pages by what they were made of, the least asked for forgotten first.

    A key holds the revision of all that the page shows, so that a page which changed is not found; `made_under` is
    what all pages depend on, such as the names of the office's Bidang.
    """

    most_bytes: int
    bytes: int = 0
    _made_under: object = None
    _pages: OrderedDict[Hashable, Made] = field(default_factory=OrderedDict[Hashable, Made])

    def get(self, key: Hashable, *, made_under: object) -> Made | None:
        if self._made_under is not made_under:
            self._pages.clear()
            self.bytes, self._made_under = 0, made_under
        found = self._pages.get(key)
        if found is not None:
            self._pages.move_to_end(key)
        return found

    def put(self, key: Hashable, made: Made) -> None:
        if key in self._pages:
            return
        self._pages[key] = made
        self.bytes += len(made.body) + OVERHEAD
        while self.bytes > self.most_bytes:
            _, forgotten = self._pages.popitem(last=False)
            self.bytes -= len(forgotten.body) + OVERHEAD


@dataclass(slots=True)
class Revisions:
    """Which revision of a page is visible: those who ask at the same moment are answered by one query.

    It begins after each of them came, so that nobody hears of a page that was hidden before they asked.
    """

    _waiting: list[tuple[str, "asyncio.Future[int | None]"]] = field(
        default_factory=list[tuple[str, "asyncio.Future[int | None]"]]
    )
    _asking: "asyncio.Task[None] | None" = None

    async def of(self, db: Database, slug: str) -> int | None:
        answer: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((slug, answer))
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask(db))
        return await answer

    async def _ask(self, db: Database) -> None:
        while self._waiting:
            asked, self._waiting = self._waiting, []
            try:
                async with db.connection() as conn:
                    found = await store_pages.revisions(conn, list({slug for slug, _ in asked}))
            except Exception as error:  # each asker is told, and answers as for any other query
                _tell(asked, error)
            else:
                for slug, answer in asked:
                    if not answer.done():
                        answer.set_result(found.get(slug))


@dataclass(slots=True)
class Together(Generic[T]):
    """The same question of many at the same moment is asked once, and again for those who came while it was asked."""

    _waiting: dict[Hashable, list["asyncio.Future[T]"]] = field(
        default_factory=dict[Hashable, list["asyncio.Future[T]"]]
    )
    _asking: dict[Hashable, "asyncio.Task[None]"] = field(default_factory=dict[Hashable, "asyncio.Task[None]"])

    async def of(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(answer)
        if key not in self._asking:
            self._asking[key] = asyncio.create_task(self._ask(key, ask))
        return await answer

    async def _ask(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> None:
        try:
            while asked := self._waiting.pop(key, None):
                await _answered(asked, ask)
        finally:
            del self._asking[key]


async def _answered(asked: list["asyncio.Future[T]"], ask: Callable[[], Awaitable[T]]) -> None:
    try:
        found = await ask()
    except Exception as error:  # each asker is told, and answers as for any other query
        for answer in asked:
            if not answer.done():
                answer.set_exception(error)
    else:
        for answer in asked:
            if not answer.done():
                answer.set_result(found)


def _tell(asked: list[tuple[str, "asyncio.Future[int | None]"]], error: Exception) -> None:
    for _, answer in asked:
        if not answer.done():
            answer.set_exception(error)
