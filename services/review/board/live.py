"""Tells open boards that something changed: for all of a process one look at the database now and then."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog
from sse_starlette import ServerSentEvent

from services.review.board import store_live
from shared.refusal import Transient

if TYPE_CHECKING:
    from shared.db import Database

log = structlog.get_logger(__name__)


@dataclass(eq=False, slots=True)
class Listener:
    """One open board of a session."""

    token_hash: bytes
    account: str
    signal: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False


@dataclass(slots=True)
class Live:
    """The open boards of one process. `look_seconds` between looks; sessions are looked at less often."""

    most: int = 200
    most_each: int = 5
    look_seconds: float = 2.0
    session_seconds: float = 10.0
    listeners: set[Listener] = field(default_factory=set[Listener])
    revision: int = -1
    _watching: "asyncio.Task[None] | None" = None

    def expect_room(self, account: str) -> None:
        """Raises Transient where too many listen already: that board asks again later, or by itself now and then."""
        mine = sum(one.account == account for one in self.listeners)
        if len(self.listeners) >= self.most or mine >= self.most_each:
            raise Transient("too many open boards")

    async def told(self, db: "Database", token: str, account: str) -> AsyncGenerator[ServerSentEvent]:
        """`papan` at once and whenever the board may have changed; `selesai` when the session is over."""
        listener = Listener(hashlib.sha256(token.encode()).digest(), account)
        self.listeners.add(listener)
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch(db))
        try:
            yield ServerSentEvent(event="papan", data=str(self.revision))
            while not listener.ended:
                await listener.signal.wait()
                listener.signal.clear()
                yield ServerSentEvent(event="selesai" if listener.ended else "papan", data=str(self.revision))
        finally:
            self.listeners.discard(listener)

    async def stop(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching

    async def _watch(self, db: "Database") -> None:
        """Look as long as anybody listens."""
        try:
            looks, settled = 0, True
            while self.listeners:
                try:
                    settled = await self._look(db, settled)
                    if looks % max(1, round(self.session_seconds / self.look_seconds)) == 0:
                        await self._drop_ended(db)
                    looks += 1
                except Exception as error:
                    log.warning("the board cannot be looked at", error=type(error).__name__)
                await asyncio.sleep(self.look_seconds)
        finally:
            self._watching = None

    async def _look(self, db: "Database", settled: bool) -> bool:
        """Tell of a change twice: what moved the revision may have committed only after it was seen."""
        async with db.connection() as conn:
            now = await store_live.revision(conn)
        changed = now != self.revision
        first, self.revision = self.revision < 0, now
        if (changed and not first) or not settled:
            _signal(list(self.listeners))
        return not changed or first

    async def _drop_ended(self, db: "Database") -> None:
        listening = list(self.listeners)
        async with db.connection() as conn:
            alive = await store_live.alive(conn, {one.token_hash for one in listening}, "board.read")
        ended = [one for one in listening if one.token_hash not in alive]
        for one in ended:
            one.ended = True
        _signal(ended)


def _signal(listeners: Sequence[Listener]) -> None:
    for one in listeners:
        one.signal.set()
