"""What goes on by itself: telling people, laying what waits on a new calendar, clearing away what is long done."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.intake.notices import steps, store, store_waiting
from services.intake.notices.rules import Channel
from services.intake.notices.waiting import Key, Waiting, soon
from shared import metrics
from shared.calendar import OutsideCalendar
from shared.desk import Desk
from shared.reproject import newest
from shared.sla import Timekeeper

log = structlog.get_logger(__name__)
PAUSE_SECONDS = 5
PROJECTION_SECONDS = 60
SWEEP_SECONDS = 3_600
KEPT = timedelta(days=90)
BATCH = 500
FIRST: Key = ("", "", 0)


@dataclass(frozen=True, slots=True)
class Telling:
    """Tells people of what waits, and Prometheus how long messages wait."""

    desk: Desk
    channels: Collection[Channel]

    async def run(self) -> None:
        while True:
            while await steps.tell(self.desk, self.channels) == steps.BATCH:
                continue
            await self._measure()
            await asyncio.sleep(PAUSE_SECONDS)

    async def _measure(self) -> None:
        async with self.desk.db.connection() as conn:
            ages = await store.unsent(conn, self.channels, at=self.desk.now())
        for channel, age in ages.items():
            metrics.NOTICES_UNSENT_SECONDS.labels(channel).set(age)


@dataclass(frozen=True, slots=True)
class WaitingProjection:
    """Keeps what waits on the calendar in force."""

    desk: Desk

    async def run(self) -> None:
        while True:
            await self.once()
            await asyncio.sleep(PROJECTION_SECONDS)

    async def once(self) -> int:
        """Lay all that is of another calendar on this one; returns how many changed."""
        after: Key | None = FIRST
        changed = 0
        while after is not None:
            async with self.desk.db.transaction() as conn:
                if not await newest(conn, self.desk.clock):
                    return changed
                found = await store_waiting.of_another_calendar(conn, self.desk.clock, after, limit=BATCH)
                moved = [now for row in found if (now := laid_on(self.desk.clock, row)) != row]
                await store_waiting.write(conn, moved)
            changed += len(moved)
            after = found[-1].key if len(found) == BATCH else None
        return changed


@dataclass(frozen=True, slots=True)
class NoticeSweep:
    """Clears notices away that are long done; the audit and the ledgers keep what happened."""

    desk: Desk

    async def run(self) -> None:
        while True:
            while await self.once() == BATCH:
                continue
            await asyncio.sleep(SWEEP_SECONDS)

    async def once(self) -> int:
        async with self.desk.db.transaction() as conn:
            return await store.sweep(conn, before=self.desk.now() - KEPT, limit=BATCH)


def laid_on(keeper: Timekeeper, row: Waiting) -> Waiting:
    """Give what waits by the calendar in force."""
    try:
        clock = keeper.reproject(row.clock)
        return row._replace(clock=clock, soon_at=soon(keeper, clock))
    except OutsideCalendar as error:
        log.warning("what waits lies outside the calendar", stage=row.clock.stage, item=row.clock.item, why=str(error))
        return row
