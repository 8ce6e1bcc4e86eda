"""Months as they were last counted, and their revisions as the database has them now: only what changed is counted."""

import asyncio
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from services.publisher.compliance import store
from services.publisher.compliance.figures import Month
from shared.db import Database

Revised = tuple[date, int]


@dataclass(slots=True)
class Counted:
    """One counting at a time in a process, so that many readers cost what one does."""

    _months: dict[date, tuple[int, ZoneInfo, Month]] = field(default_factory=dict[date, tuple[int, ZoneInfo, Month]])
    _counting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def of(self, db: Database, revised: list[Revised], zone: ZoneInfo) -> list[Month]:
        """The figures of these months, of these revisions or newer ones."""
        async with self._counting:
            return [await self._of(db, begins, revision, zone) for begins, revision in revised]

    async def _of(self, db: Database, begins: date, revision: int, zone: ZoneInfo) -> Month:
        known = self._months.get(begins)
        if known is not None and known[:2] == (revision, zone):
            return known[2]
        async with db.connection() as conn:
            found = await store.month(conn, begins, zone)
        self._months[begins] = revision, zone, found
        return found
