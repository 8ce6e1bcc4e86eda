"""The table of closed clocks: written once each, and counted a month at a time."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from services.publisher.compliance.figures import Figures, Month
from services.publisher.compliance.fold import Told
from shared.sop import STAGE_NAMED

if TYPE_CHECKING:
    from shared.db import Connection

COLUMNS = (
    "stage", "item", "cycle", "report", "story", "closed_at", "punctuality", "working_seconds", "elapsed_seconds",
)  # fmt: skip


async def add(conn: "Connection", told: Told, zone: ZoneInfo) -> None:
    """Write what is new of it, and give each month that it changes another revision, in the same transaction."""
    months: set[date] = set()
    if told.practice:
        months |= {row["month"] for row in await conn.fetch(_PRACTICE, sorted(told.practice), zone.key)}
    if told.clocks:
        rows = [tuple(getattr(clock, name) for name in COLUMNS) for clock in told.clocks]
        columns = map(list, zip(*rows, strict=True))
        months |= {row["month"] for row in await conn.fetch(_ADD, *columns, zone.key)}
    if months:
        await conn.execute(_REVISE, sorted(months))


async def revisions(conn: "Connection") -> list[tuple[date, int]]:
    """Every month in which something closed, the newest first, and the revision of its figures."""
    rows = await conn.fetch("SELECT month, revision FROM service_months ORDER BY month DESC")
    return [(row["month"], row["revision"]) for row in rows]


async def month(conn: "Connection", begins: date, zone: ZoneInfo) -> Month:
    """Count one month of the office."""
    ends = date(begins.year + begins.month // 12, begins.month % 12 + 1, 1)
    bounds: Sequence[datetime] = [datetime.combine(day, time(), zone) for day in (begins, ends)]
    rows = await conn.fetch(_MONTH, *bounds)
    return Month(
        begins,
        {STAGE_NAMED[r["stage"]]: Figures(r["in_time"], r["late"], r["outside_hours"], r["median"]) for r in rows},
    )


_PRACTICE = """
    WITH fresh AS (
        INSERT INTO practice_items SELECT * FROM unnest($1::uuid[]) ON CONFLICT DO NOTHING RETURNING item)
    SELECT DISTINCT date_trunc('month', t.closed_at AT TIME ZONE $2)::date AS month
    FROM service_times t JOIN fresh f ON f.item = t.report OR f.item = t.story"""
_ADD = f"""
    WITH added AS (
        INSERT INTO service_times ({", ".join(COLUMNS)})
        SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::uuid[], $5::uuid[], $6::timestamptz[], $7::text[],
                             $8::bigint[], $9::bigint[])
        ON CONFLICT DO NOTHING RETURNING closed_at)
    SELECT DISTINCT date_trunc('month', closed_at AT TIME ZONE $10)::date AS month FROM added"""  # noqa: S608
_REVISE = """
    INSERT INTO service_months AS m (month) SELECT * FROM unnest($1::date[]) AS changed ORDER BY changed
    ON CONFLICT (month) DO UPDATE SET revision = excluded.revision"""
# The same rule as review's compliance_clocks: 0 working seconds are apart, and practice counts for nothing.
_MONTH = """
    SELECT stage,
           count(*) FILTER (WHERE NOT outside AND punctuality = 'in_time') AS in_time,
           count(*) FILTER (WHERE NOT outside AND punctuality = 'late') AS late,
           count(*) FILTER (WHERE outside) AS outside_hours,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY working_seconds) FILTER (WHERE NOT outside) AS median
    FROM (SELECT *, working_seconds = 0 AND elapsed_seconds > 0 AS outside FROM service_times
          WHERE closed_at >= $1 AND closed_at < $2) t
    WHERE NOT EXISTS (SELECT FROM practice_items p WHERE p.item = t.report)
      AND NOT EXISTS (SELECT FROM practice_items p WHERE p.item = t.story)
    GROUP BY stage"""
