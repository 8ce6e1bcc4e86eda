"""What a scrape of one service costs with few and with very many closed clocks, interleaved in one run."""

import asyncio
import statistics
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from uuid_utils.compat import uuid7

from deploy.bench.installation import installation
from deploy.prepare import HOUSE
from shared import db
from shared.desk import Desk, Rules
from shared.exposition import Exposition
from shared.item_metrics import ItemMetrics
from shared.office_files import of_files
from shared.outbox import Outbox
from shared.sla import Clock

if TYPE_CHECKING:
    from shared.db import Database

OPEN, ROUNDS = 100, 25
SOP, CALENDAR = HOUSE / "deploy" / "sop.toml", HOUSE / "deploy" / "calendar.toml"
_FILL = """
    INSERT INTO clocks (stage, item, cycle, lane, kind, story, unit, opened_at, due_at, target_seconds, sop_version,
        calendar_version, closed_at, outcome, punctuality, working_seconds, elapsed_seconds)
    SELECT $1, $2 || n, 1, 'regular', 'regular', NULL, $3, $4, $5, $6, $7, $8,
        CASE WHEN $9 THEN $4::timestamptz + interval '1 hour' END, CASE WHEN $9 THEN 'completed' END,
        CASE WHEN $9 THEN 'in_time' END, CASE WHEN $9 THEN 3600 END, CASE WHEN $9 THEN 3600 END
    FROM generate_series(1, $10::int) AS n"""
_TOTALS = """
    INSERT INTO clock_totals (stage, lane, kind, outcome, punctuality, edge, closed, working_seconds, ratio_sum)
    SELECT $1, 'regular', 'regular', outcome, 'in_time', edge, $2, 3600 * $2::bigint, 0.5 * $2
    FROM unnest(ARRAY['completed', 'returned', 'declined', 'withheld']) AS outcome, generate_series(0, 9) AS edge"""
_DAYS = """
    INSERT INTO clock_days (day, stage, lane, unit, in_time)
    SELECT $2::date - n, $1, 'regular', unit, 10
    FROM generate_series(0, 400) AS n, unnest(ARRAY['perumahan', 'permukiman', 'pertanahan', 'sekretariat']) AS unit"""


@dataclass(frozen=True, slots=True)
class Told:
    """Milliseconds of one scrape, the median of the rounds."""

    few: int
    many: int
    few_ms: float
    many_ms: float

    @property
    def ratio(self) -> float:
        """1 where the closed clocks cost nothing."""
        return self.many_ms / self.few_ms


async def measure(many: int, few: int = 10, *, tell: Callable[[str], None]) -> Told:
    """Make two installations and scrape each in turn; raises NoServers."""
    async with AsyncExitStack() as stack:
        desks = [await _desk(stack, closed, tell) for closed in (few, many)]
        times: list[list[float]] = [[], []]
        for _ in range(ROUNDS):
            for desk, taken in zip(desks, times, strict=True):
                taken.append(await _scrape(desk))
    few_ms, many_ms = (1000 * statistics.median(taken) for taken in times)
    return Told(few, many, few_ms, many_ms)


async def fill(database: "Database", like: Clock, closed: int, *, still_open: int = 0) -> None:
    """Put so many clocks like this one into the ledger."""
    async with database.transaction() as conn:
        for name, count, done in (("closed-", closed, True), ("open-", still_open, False)):
            await conn.execute(
                _FILL, like.stage, name, like.unit, like.opened_at, like.due_at, like.target_seconds,
                like.sop_version, like.calendar_version, done, count,
            )  # fmt: skip
    async with database.connection() as conn:
        await conn.execute("ANALYZE clocks")


async def _desk(stack: AsyncExitStack, closed: int, tell: Callable[[str], None]) -> Desk:
    made = await stack.enter_async_context(installation(kafka=False, media=False))
    # The owner's access: only the owner of a table may tell its statistics.
    database = await db.connect(made.owner_dsn, "review")
    stack.push_async_callback(database.close)
    at = datetime.now(UTC)
    desk = Desk(
        "review",
        database,
        Outbox("review", uuid7, lambda: at),
        Rules(of_files(SOP, CALENDAR)),
        lambda: at,
        uuid7,
        lambda: None,
    )
    clock = desk.clock.open("review", item="x", cycle=1, at=at - timedelta(hours=30), unit="perumahan")
    tell(f"filling {closed} closed clocks")
    await fill(database, clock, closed, still_open=OPEN)
    async with database.connection() as conn:
        await conn.execute(_TOTALS, "review", closed // 40 + 1)
        await conn.execute(_DAYS, "review", at.date())
        await conn.execute("ANALYZE")
    return desk


async def _scrape(desk: Desk) -> float:
    began = time.perf_counter()
    items = ItemMetrics("review", desk.clock)
    await items.refresh(desk)
    Exposition(desk.clock.sop.office_code, items).text()
    return time.perf_counter() - began


def run(many: int, tell: Callable[[str], None]) -> Told:
    """Measure; raises NoServers."""
    return asyncio.run(measure(many, tell=tell))
