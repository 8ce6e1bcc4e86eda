"""What goes on by itself: telling people, laying what waits on a new calendar, clearing away what is long done."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from services.intake.notices import steps, store, store_waiting
from services.intake.notices.rules import Channel
from services.intake.notices.waiting import Waiting, soon
from shared import metrics
from shared.calendar import OutsideCalendar
from shared.desk import Desk
from shared.reproject import BATCH, laid_anew
from shared.reproject import PAUSE_SECONDS as PROJECTION_SECONDS
from shared.sla import Timekeeper

log = structlog.get_logger(__name__)
PAUSE_SECONDS = 5
SWEEP_SECONDS = 3_600
KEPT = timedelta(days=90)


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
        changed = 0
        async for moved in laid_anew(
            self.desk,
            find=partial(store_waiting.of_another_calendar, limit=BATCH),
            lay=laid_on,
            key=lambda row: row.key,
            write=lambda conn, moved: store_waiting.write(conn, [now for _, now in moved]),
        ):
            changed += len(moved)
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
        made = row._replace(clock=clock, soon_at=soon(keeper, clock))
        return row if made == row else made
    except OutsideCalendar as error:
        log.warning("what waits lies outside the calendar", stage=row.clock.stage, item=row.clock.item, why=str(error))
        return row
