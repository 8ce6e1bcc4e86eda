"""Work that takes long, in lanes: some at once, the next as soon as one is done. Every replica may run it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

import structlog

from shared.consume import backoff

log = structlog.get_logger(__name__)

T = TypeVar("T")
LEASE = timedelta(minutes=10)
RENEW_SECONDS = 60.0
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 1.0


@dataclass(frozen=True, slots=True)
class Lane(Generic[T]):
    """`take` takes up to so many that are due, with a lease; `work` ends one, and never raises."""

    take: Callable[[int], Awaitable[Sequence[T]]]
    work: Callable[[T], Awaitable[None]]
    at_once: int

    async def run(self) -> None:
        running: set[asyncio.Task[None]] = set()
        pause = SHORTEST_PAUSE
        try:
            while True:
                free = self.at_once - len(running)
                taken = await self.take(free) if free else ()
                running |= {asyncio.create_task(self._one(item)) for item in taken}
                pause = SHORTEST_PAUSE if taken else min(pause * 2, LONGEST_PAUSE)
                await _rest(running, pause, full=len(running) >= self.at_once)
                running = {task for task in running if not task.done()}
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def once(self) -> int:
        """Do some that are due to the end; returns how many."""
        taken = await self.take(self.at_once)
        await asyncio.gather(*(self.work(item) for item in taken))
        return len(taken)

    async def _one(self, item: T) -> None:
        await self.work(item)


async def _rest(running: set[asyncio.Task[None]], pause: float, *, full: bool) -> None:
    """Until one is done, or for a pause where there is room for more."""
    if not running:
        await asyncio.sleep(pause)
        return
    await asyncio.wait(running, timeout=None if full else pause, return_when=asyncio.FIRST_COMPLETED)


@asynccontextmanager
async def held(renew: Callable[[timedelta], Awaitable[None]]) -> AsyncGenerator[None]:
    """Keep a lease as long as the work goes on, which may be hours; a renewal that fails is tried again."""

    async def hold() -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                await renew(LEASE)
            except Exception as e:
                log.warning("lease was not renewed, will be tried again", error=type(e).__name__)

    holding = asyncio.create_task(hold())
    try:
        yield
    finally:
        holding.cancel()


def postponed(what: str, attempts: int, error: Exception) -> timedelta:
    """Say that something is tried again, and give how long to wait: what is away refuses nothing."""
    pause = timedelta(seconds=backoff(attempts, first=0.5, most=300))
    log.warning(
        "will be tried again", what=what, attempts=attempts, error=type(error).__name__, detail=str(error)[:200]
    )
    return pause
