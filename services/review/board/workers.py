"""What goes on by itself on the board: running clocks are laid on a new calendar, as the ledgers' own are."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from services.review.board.fold import Key, Row
from services.review.board.store import COLUMNS, row_of, tell, write
from shared.calendar import OutsideCalendar
from shared.reproject import BATCH, PAUSE_SECONDS, laid_anew
from shared.sla import Clock, Timekeeper

if TYPE_CHECKING:
    from shared.db import Connection
    from shared.desk import Desk

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class BoardProjection:
    """Keeps the board's running clocks on the calendar in force. Every replica may run it."""

    desk: "Desk"

    async def run(self) -> None:
        while True:
            await self.once()
            await asyncio.sleep(PAUSE_SECONDS)

    async def once(self) -> int:
        """Lay all clocks of another calendar on this one; returns how many changed."""
        changed = 0
        async for moved in laid_anew(
            self.desk, find=_of_another_calendar, lay=_laid_on, key=lambda row: row.key, write=_write
        ):
            for before, now in moved:
                _say(before.clock, now.clock)
            changed += len(moved)
        return changed


async def _write(conn: "Connection", moved: Sequence[tuple[Row, Row]]) -> None:
    await write(conn, [now for _, now in moved])
    if moved:
        await tell(conn)


async def _of_another_calendar(conn: "Connection", keeper: Timekeeper, after: Key) -> list[Row]:
    # Skipped where a batch of events writes it now: the next look finds it.
    rows = await conn.fetch(
        f"""SELECT {", ".join(COLUMNS)} FROM board_clocks
            WHERE closed_at IS NULL AND (stage, item, cycle) > ($1, $2, $3)
              AND calendar_version <> CASE lane WHEN 'immediate' THEN $4 ELSE $5 END
            ORDER BY stage, item, cycle LIMIT $6 FOR UPDATE SKIP LOCKED""",  # noqa: S608  (our own column names)
        *after,
        keeper.wall.version,
        keeper.calendar.version,
        BATCH,
    )
    return [row_of(row) for row in rows]


def _laid_on(keeper: Timekeeper, row: Row) -> Row:
    try:
        clock = keeper.reproject(row.clock)
    except OutsideCalendar as error:
        log.warning("clock lies outside the calendar", stage=row.clock.stage, item=row.clock.item, why=str(error))
        return row
    return row if clock == row.clock else row._replace(clock=clock)


def _say(before: Clock, now: Clock) -> None:
    log.info(
        "clock of the board laid on another calendar",
        stage=now.stage,
        item=now.item,
        cycle=now.cycle,
        calendar_before=before.calendar_version,
        calendar_after=now.calendar_version,
        due_before=before.due_at.isoformat(),
        due_after=now.due_at.isoformat(),
        target_before=before.target_seconds,
        target_after=now.target_seconds,
    )
