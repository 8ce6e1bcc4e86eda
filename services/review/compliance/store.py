"""The figures of compliance, counted by the database: one pass over the period, by the index of closing times."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from services.review.compliance.figures import Compliance, Figures, Line, Returns, Scope, assemble
from shared.sla import COUNTED
from shared.sop import JOINT, OTHER, STAGE_NAMED, Sop

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

# $1, $2: the period's midnights; $3: outcomes; $4: Units told apart, all others being one; $5: Unit; $6: stages.
SCOPED = f"""
    SELECT *, CASE WHEN unit = ANY($4) THEN unit ELSE '{OTHER}' END AS unit_told
    FROM compliance_clocks
    WHERE closed_at >= $1 AND closed_at < $2 AND outcome = ANY($3::text[])
      AND ($5::text IS NULL OR CASE WHEN unit = ANY($4::text[]) THEN unit ELSE '{OTHER}' END = $5)
      AND stage = ANY($6::text[])"""  # noqa: S608  (our own constant)
_MEASURED = """
           percentile_disc(0.5) WITHIN GROUP (ORDER BY working_seconds) FILTER (WHERE NOT outside_hours)
               AS median_working_seconds,
           percentile_disc(0.9) WITHIN GROUP (ORDER BY working_seconds) FILTER (WHERE NOT outside_hours)
               AS p90_working_seconds,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY elapsed_seconds) FILTER (WHERE NOT outside_hours)
               AS median_elapsed_seconds,
           percentile_disc(0.9) WITHIN GROUP (ORDER BY elapsed_seconds) FILTER (WHERE NOT outside_hours)
               AS p90_elapsed_seconds,
           max(working_seconds) FILTER (WHERE NOT outside_hours) AS worst_working_seconds,
           coalesce(sum(working_seconds), 0)::bigint AS working_seconds,
           coalesce(sum(elapsed_seconds), 0)::bigint AS elapsed_seconds"""
LINES = f"""
    WITH told AS (SELECT *, (closed_at AT TIME ZONE $7)::date AS day, coalesce(capacity, '') AS office,
                         -- A Report is judged once, however many Stories it was split over.
                         cycle = 1 AND (stage = 'review' OR stage = 'editing' AND item = report::text) AS judged
                  FROM ({SCOPED}) AS scoped)
    SELECT stage, day, unit_told AS unit, office, GROUPING(day, unit_told, office) AS broken,
           count(*) AS closed,
           count(*) FILTER (WHERE punctuality = 'in_time' AND NOT outside_hours) AS in_time,
           count(*) FILTER (WHERE punctuality = 'late' AND NOT outside_hours) AS late,
           count(*) FILTER (WHERE outside_hours) AS outside_hours, {_MEASURED},
           count(*) FILTER (WHERE judged AND CASE stage WHEN 'review' THEN outcome = 'completed'
                                                       ELSE outcome <> 'sent-back' END) AS first_pass,
           count(*) FILTER (WHERE judged) AS first_pass_of
    FROM told GROUP BY GROUPING SETS ((stage), (stage, day), (stage, unit_told), (stage, office))"""  # noqa: S608
_TOTAL = f"""
    SELECT count(*) AS closed, count(*) AS in_time, {_MEASURED.replace("FILTER (WHERE NOT outside_hours)", "")}
    FROM board_totals t
    WHERE closed_at >= $1 AND closed_at < $2
      AND ($4::text IS NULL OR CASE WHEN unit = ANY($3::text[]) THEN unit ELSE '{OTHER}' END = $4)
      AND NOT EXISTS (SELECT FROM board_items i WHERE i.practice AND i.item = t.story)"""  # noqa: S608
_RETURNS = f"""
    SELECT stage, outcome, code, count(*) AS count
    FROM board_returns r
    WHERE at >= $1 AND at < $2
      AND ($4::text IS NULL OR CASE WHEN unit = ANY($3::text[]) THEN unit ELSE '{OTHER}' END = $4)
      AND stage = ANY($5::text[])
      AND NOT EXISTS (SELECT FROM board_items i WHERE i.practice AND i.item = r.item)
    GROUP BY stage, outcome, code ORDER BY stage, count(*) DESC, code"""  # noqa: S608
_DAY, _UNIT, _OFFICE = 0b011, 0b101, 0b110  # what GROUPING says of the rows of each
_FIGURES = (
    "closed", "in_time", "late", "outside_hours", "median_working_seconds", "p90_working_seconds",
    "median_elapsed_seconds", "p90_elapsed_seconds", "worst_working_seconds", "working_seconds", "elapsed_seconds",
    "first_pass", "first_pass_of",
)  # fmt: skip


async def figures(conn: "Connection", scope: Scope, *, sop: Sop, zone: ZoneInfo) -> Compliance:
    """Count everything of one scope. One stage needs editing's clocks too: there intake's Reports are judged."""
    opens, closes = scope.period.bounds(zone)
    known = told_apart(scope, sop)
    lines = await conn.fetch(LINES, *scoped(scope, sop=sop, zone=zone, more=("editing",)), zone.key)
    returns = await conn.fetch(_RETURNS, opens, closes, known, scope.unit, list(scope.stages))
    total = await conn.fetchrow(_TOTAL, opens, closes, known, scope.unit)
    assert total is not None
    return assemble(
        scope,
        [_line(row) for row in lines],
        [Returns(STAGE_NAMED[r["stage"]], r["outcome"], r["code"], r["count"]) for r in returns],
        _figures(total),
    )


def scoped(scope: Scope, *, sop: Sop, zone: ZoneInfo, more: Sequence[str] = ()) -> tuple[Any, ...]:
    """The parameters of SCOPED."""
    stages = sorted({*scope.stages, *more})
    return (*scope.period.bounds(zone), sorted(COUNTED), told_apart(scope, sop), scope.unit, stages)


def told_apart(scope: Scope, sop: Sop) -> list[str]:
    """The Units with figures of their own; the rest is one."""
    return sorted({*sop.units, JOINT, *({scope.unit} - {OTHER} if scope.unit else ())})


def _line(row: "asyncpg.Record") -> Line:
    of = row["broken"]
    return Line(
        STAGE_NAMED[row["stage"]],
        _figures(row),
        day=row["day"] if of == _DAY else None,
        unit=row["unit"] if of == _UNIT else None,
        office=row["office"] if of == _OFFICE else None,
    )


def _figures(row: "asyncpg.Record") -> Figures:
    return Figures(**{name: row[name] for name in _FIGURES if name in row.keys()})  # noqa: SIM118  (a Record)
