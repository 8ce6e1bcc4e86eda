"""Clocks one by one, from the board: those that count, those that were late and why, those that still run."""

import json
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from services.review.compliance.figures import Scope
from services.review.compliance.keterangan import Closed, Keterangan
from services.review.compliance.store import SCOPED, scoped, told_apart
from shared.content import Official
from shared.sla import Clock
from shared.sop import OTHER, Sop

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection, Database

Place = tuple[datetime, str, str, int]
_START: Place = (datetime.fromisoformat("0001-01-02T00:00:00+00:00"), "", "", 0)
_TOLD = """
    SELECT c.stage, c.item, c.cycle, c.lane, c.unit, c.opened_at, c.due_at, c.closed_at, c.outcome, c.punctuality,
           c.working_seconds, c.elapsed_seconds, c.target_seconds, c.calendar_version, c.sop_version, c.outside_hours,
           c.report, c.story, c.held_by, c.capacity,
           coalesce((SELECT title FROM board_items i WHERE i.item = coalesce(c.story, c.report)), '') AS title,
           (SELECT json_agg(json_build_object('note', k.note, 'name', k.name, 'capacity', k.capacity, 'at', k.at)
                            ORDER BY k.id)
            FROM keterangan k WHERE (k.stage, k.item, k.cycle) = (c.stage, c.item, c.cycle)) AS keterangan"""
_PAGE = f"""{_TOLD} FROM ({SCOPED}) AS c
    WHERE (closed_at, stage, item, cycle) > ($7::timestamptz, $8::text, $9::text, $10::int) AND closed_at >= $7
    ORDER BY closed_at, stage, item, cycle LIMIT $11"""
_LATE = f"""{_TOLD} FROM ({SCOPED}) AS c
    WHERE punctuality = 'late' ORDER BY array_position($7::text[], stage), closed_at, item, cycle LIMIT $8"""
_OPEN_COLUMNS = (
    "stage", "item", "cycle", "lane", "opened_at", "due_at", "target_seconds", "sop_version", "calendar_version",
    "report", "story", "unit", "kind",
)  # fmt: skip


async def page(
    conn: "Connection", scope: Scope, *, sop: Sop, zone: ZoneInfo, after: Place | None, limit: int
) -> list[Closed]:
    """Counted clocks in the order of their closing, from after a place on."""
    rows = await conn.fetch(_PAGE, *scoped(scope, sop=sop, zone=zone), *(after or _START), limit)
    return [_closed(row, zone) for row in rows]


async def every(
    db: "Database", scope: Scope, *, sop: Sop, zone: ZoneInfo, chunk: int = 2_000
) -> AsyncGenerator[list[Closed]]:
    """All counted clocks in pieces; no connection is held while a slow reader takes one."""
    place: Place | None = None
    while True:
        async with db.connection() as conn:
            found = await page(conn, scope, sop=sop, zone=zone, after=place, limit=chunk)
        if found:
            yield found
        if len(found) < chunk:
            return
        place = place_of(found[-1])


def place_of(clock: Closed) -> Place:
    return clock.closed_at, clock.stage, clock.item, clock.cycle


async def late(conn: "Connection", scope: Scope, *, sop: Sop, zone: ZoneInfo, limit: int) -> list[Closed]:
    """The counted clocks that were late, by stage and time."""
    order = [row.stage for row in sorted(sop.stages, key=lambda row: row.number)]
    rows = await conn.fetch(_LATE, *scoped(scope, sop=sop, zone=zone), order, limit)
    return [_closed(row, zone) for row in rows]


async def closed(conn: "Connection", stage: str, item: str, cycle: int, zone: ZoneInfo) -> Closed | None:
    """One closed clock, counted or not."""
    row = await conn.fetchrow(
        f"{_TOLD} FROM compliance_clocks c WHERE stage = $1 AND item = $2 AND cycle = $3", stage, item, cycle
    )
    return _closed(row, zone) if row else None


async def add_keterangan(conn: "Connection", clock: Closed, note: str, *, by: Official, at: datetime) -> bool:
    """Keep what was said; False where the same person has said the same before."""
    added = await conn.fetchval(
        """INSERT INTO keterangan (stage, item, cycle, note, account, name, capacity, at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING id""",
        clock.stage,
        clock.item,
        clock.cycle,
        note.strip(),
        by.account,
        by.name,
        by.capacity,
        at,
    )
    return added is not None


async def running(conn: "Connection", scope: Scope, *, sop: Sop, limit: int) -> list[tuple[Clock, str]]:
    """Open clocks that would count, the one due first at the top, each with its item's title."""
    rows = await conn.fetch(
        f"""SELECT {", ".join(f"c.{name}" for name in _OPEN_COLUMNS)}, coalesce(i.title, '') AS title
            FROM board_clocks c LEFT JOIN board_items i ON i.item = coalesce(c.story, c.report)
            WHERE c.closed_at IS NULL AND c.kind = 'regular' AND i.practice IS NOT TRUE
              AND ($1::text IS NULL OR CASE WHEN c.unit = ANY($2::text[]) THEN c.unit ELSE '{OTHER}' END = $1)
              AND c.stage = ANY($3::text[])
            ORDER BY c.due_at, c.stage, c.item LIMIT $4""",  # noqa: S608  (our own names)
        scope.unit,
        told_apart(scope, sop),
        list(scope.stages),
        limit,
    )
    return [(Clock(**{name: row[name] for name in _OPEN_COLUMNS}), row["title"]) for row in rows]


def _closed(row: "asyncpg.Record", zone: ZoneInfo) -> Closed:
    facts = dict(row)
    for name in ("opened_at", "due_at", "closed_at"):
        facts[name] = facts[name].astimezone(zone)
    facts.pop("unit_told", None)
    said = json.loads(facts.pop("keterangan") or "[]")
    told = [k | {"at": datetime.fromisoformat(k["at"]).astimezone(zone)} for k in said]
    return Closed(**facts, keterangan=tuple(Keterangan(**k) for k in told))
