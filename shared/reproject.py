"""Lays open clocks on a new calendar, and keeps what each was and became. Closed ones are facts and stay."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import structlog

from shared import ledger, office_files
from shared.calendar import OutsideCalendar
from shared.sla import Clock, Timekeeper

if TYPE_CHECKING:
    from datetime import datetime

    from shared.db import Connection
    from shared.desk import Desk

log = structlog.get_logger(__name__)
BATCH = 500
PAUSE_SECONDS = 60
Key = tuple[str, str, int]
T = TypeVar("T")
FIRST: Key = ("", "", 0)


@dataclass(frozen=True, slots=True)
class Projection:
    """The job that keeps open clocks on the calendar in force."""

    desk: "Desk"

    async def run(self) -> None:
        """Look for clocks of another calendar now and every minute, for ever."""
        while True:
            await reproject(self.desk)
            await asyncio.sleep(PAUSE_SECONDS)


async def reproject(desk: "Desk") -> int:
    """Lay all open clocks on the calendar in force; returns how many changed. Only the newest calendar may."""

    async def write(conn: "Connection", moved: Sequence[tuple[Clock, Clock]]) -> None:
        await ledger.save(conn, [now for _, now in moved])
        await _record(conn, moved, at=desk.now())

    changed = 0
    async for moved in laid_anew(desk, find=_of_another_calendar, lay=_laid_on, key=key_of, write=write):
        changed += len(moved)
    if changed:
        log.info("open clocks laid on another calendar", clocks=changed, calendar=desk.clock.calendar.version)
    return changed


async def laid_anew(
    desk: "Desk",
    *,
    find: Callable[["Connection", Timekeeper, Key], Awaitable[Sequence[T]]],
    lay: Callable[[Timekeeper, T], T],
    key: Callable[[T], Key],
    write: Callable[["Connection", Sequence[tuple[T, T]]], Awaitable[None]],
) -> AsyncGenerator[Sequence[tuple[T, T]]]:
    """Lay what another calendar measured on the one in force; gives what each committed batch was and became.

    `find` gives at most BATCH after a key, in its order; `lay` gives back the very row that it cannot lay.
    """
    after: Key | None = FIRST
    while after is not None:
        keeper = desk.clock
        async with desk.db.transaction() as conn:
            if not await newest(conn, keeper):
                return
            found = await find(conn, keeper, after)
            moved = [(row, now) for row in found if (now := lay(keeper, row)) is not row]
            await write(conn, moved)
        yield moved
        after = key(found[-1]) if len(found) == BATCH else None


def key_of(clock: Clock) -> Key:
    return clock.stage, clock.item, clock.cycle


async def newest(conn: "Connection", keeper: Timekeeper) -> bool:
    """A replica that still has the older file leaves the clocks alone, or the two would undo each other for ever."""
    return await office_files.newest(conn, "calendar") in (None, keeper.calendar.version)


async def _of_another_calendar(conn: "Connection", keeper: Timekeeper, after: Key) -> list[Clock]:
    return await ledger.load_where(
        conn,
        """closed_at IS NULL AND (stage, item, cycle) > ($1, $2, $3)
           AND calendar_version <> CASE lane WHEN 'immediate' THEN $4 ELSE $5 END
           ORDER BY stage, item, cycle LIMIT $6 FOR UPDATE SKIP LOCKED""",
        *after,
        keeper.wall.version,
        keeper.calendar.version,
        BATCH,
    )


def _laid_on(keeper: Timekeeper, clock: Clock) -> Clock:
    try:
        return keeper.reproject(clock)
    except OutsideCalendar as error:
        log.warning("clock lies outside the calendar", stage=clock.stage, item=clock.item, why=str(error))
        return clock


async def _record(conn: "Connection", moved: Sequence[tuple[Clock, Clock]], *, at: "datetime") -> None:
    rows = [
        (
            at, old.stage, old.item, old.cycle, old.calendar_version, new.calendar_version, old.due_at, new.due_at,
            old.target_seconds, new.target_seconds,
            f"calendar {old.calendar_version} was replaced by {new.calendar_version}",
        )
        for old, new in moved
    ]  # fmt: skip
    if rows:
        await conn.execute(_RECORD, *map(list, zip(*rows, strict=True)))


_RECORD = """
    INSERT INTO reprojections (at, stage, item, cycle, calendar_before, calendar_after, due_before, due_after,
        target_before, target_after, why)
    SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[],
        $7::timestamptz[], $8::timestamptz[], $9::bigint[], $10::bigint[], $11::text[])"""
