"""Tells Prometheus how many files wait to be checked, and how long: a scanner or a store that is away shows here."""

import asyncio
from dataclasses import dataclass

from services.intake.files import store
from shared import metrics
from shared.desk import Desk

SECONDS = 10


@dataclass(frozen=True, slots=True)
class Waiting:
    """Looks every few seconds."""

    desk: Desk

    async def run(self) -> None:
        while True:
            await self.once()
            await asyncio.sleep(SECONDS)

    async def once(self) -> None:
        async with self.desk.db.connection() as conn:
            found = await store.waiting(conn)
        oldest = found["oldest"]
        metrics.MEDIA_WAITING.set(found["n"])
        metrics.MEDIA_WAITING_SECONDS.set((self.desk.now() - oldest).total_seconds() if oldest else 0)
