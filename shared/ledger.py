"""The ledger: clocks opened and closed in the transaction of the state change that they measure."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from shared.content import ClockRecord
from shared.sla import Clock

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

# Used time divided by target: `le="1"` is the compliance count, and a changed target breaks no series.
EDGES = (0.25, 0.5, 0.75, 0.9, 1.0, 1.1, 1.5, 2.0, 4.0)
OUTSIDE_HOURS = -1
COLUMNS = tuple(f.name for f in fields(Clock))


class ClockConflict(Exception):
    """A clock that was to be opened or closed is closed already: our bug, so nothing of the change may stay."""


async def load(
    conn: "Connection", *, reports: Iterable[object] = (), stories: Iterable[object] = (), items: Iterable[str] = ()
) -> list[Clock]:
    """The open clocks of the given reports, stories or items, oldest first."""
    return await load_where(
        conn,
        """closed_at IS NULL AND (report = ANY($1::uuid[]) OR story = ANY($2::uuid[]) OR item = ANY($3::text[]))
           ORDER BY opened_at, item, cycle""",
        list(reports),
        list(stories),
        list(items),
    )


async def load_where(conn: "Connection", condition: str, *arguments: object) -> list[Clock]:
    """The clocks that a condition of ours names, with the order and locks that it ends with."""
    rows = await conn.fetch(f"SELECT {', '.join(COLUMNS)} FROM clocks WHERE {condition}", *arguments)  # noqa: S608
    return [_clock(row) for row in rows]


async def save(conn: "Connection", clocks: Sequence[Clock]) -> None:
    """Write each clock as it now is, and count those that closed."""
    latest = {(c.stage, c.item, c.cycle): c for c in clocks}
    if not latest:
        return
    rows = [tuple(getattr(c, name) for name in COLUMNS) for c in latest.values()]
    done: str = await conn.execute(_SAVE, *map(list, zip(*rows, strict=True)))
    if int(done.rpartition(" ")[2]) != len(rows):
        raise ClockConflict(f"{len(rows)} clocks to write, {done}")
    closed = [c for c in latest.values() if c.closed_at is not None]
    await _count(conn, closed)
    await _count_days(conn, [c for c in closed if c.counted])


def record(clock: Clock) -> ClockRecord:
    """A closed clock as its stage-closing event carries it."""
    return ClockRecord.model_validate({name: getattr(clock, name) for name in COLUMNS})


def records(clocks: Iterable[Clock]) -> tuple[ClockRecord, ...]:
    return tuple(record(c) for c in clocks if c.closed_at is not None)


def edge(clock: Clock) -> int:
    """Which bucket of EDGES a closed clock falls into; the last one is above all edges, OUTSIDE_HOURS below."""
    if clock.outside_hours:
        return OUTSIDE_HOURS
    return bisect_left(EDGES, used_ratio(clock))


def used_ratio(clock: Clock) -> float:
    """Used working time divided by the target; 1 is still in time."""
    return (clock.working_seconds or 0) / clock.target_seconds if clock.target_seconds else 0.0


async def _count(conn: "Connection", closed: Sequence[Clock]) -> None:
    totals: dict[tuple[object, ...], list[float]] = defaultdict(lambda: [0, 0, 0.0])
    for c in closed:
        cell = totals[c.stage, c.lane, c.kind, str(c.outcome), str(c.punctuality), edge(c)]
        cell[0] += 1
        cell[1] += c.working_seconds or 0
        cell[2] += used_ratio(c)
    if totals:
        rows = [(*key, *cell) for key, cell in sorted(totals.items(), key=lambda item: repr(item[0]))]
        await conn.execute(_COUNT, *map(list, zip(*rows, strict=True)))


async def _count_days(conn: "Connection", counted: Sequence[Clock]) -> None:
    days: dict[tuple[object, ...], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for c in counted:
        assert c.closed_at is not None
        cell = days[c.closed_at.date(), c.stage, c.lane, c.unit or ""]
        cell[2 if c.outside_hours else (0 if c.punctuality == "in_time" else 1)] += 1
        cell[3] += c.working_seconds or 0
    if days:
        rows = [(*key, *cell) for key, cell in sorted(days.items(), key=lambda item: repr(item[0]))]
        await conn.execute(_COUNT_DAYS, *map(list, zip(*rows, strict=True)))


def _clock(row: "asyncpg.Record") -> Clock:
    return Clock(**dict(row))


_TYPES = {
    "cycle": "int", "report": "uuid", "story": "uuid", "opened_at": "timestamptz", "due_at": "timestamptz",
    "closed_at": "timestamptz", "target_seconds": "bigint", "working_seconds": "bigint", "elapsed_seconds": "bigint",
}  # fmt: skip
_CHANGING = ("due_at", "target_seconds", "calendar_version", "story", "closed_at", "outcome", "punctuality",
             "working_seconds", "elapsed_seconds")  # fmt: skip
_SAVE = f"""
    INSERT INTO clocks ({", ".join(COLUMNS)})
    SELECT * FROM unnest({", ".join(f"${i}::{_TYPES.get(name, 'text')}[]" for i, name in enumerate(COLUMNS, 1))})
    ON CONFLICT (stage, item, cycle) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _CHANGING)}
    WHERE clocks.closed_at IS NULL"""  # noqa: S608  (our own column names)
_COUNT = """
    INSERT INTO clock_totals AS t (stage, lane, kind, outcome, punctuality, edge, closed, working_seconds,
        ratio_sum)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::bigint[],
                         $8::bigint[], $9::float8[])
    ON CONFLICT (stage, lane, kind, outcome, punctuality, edge)
    DO UPDATE SET closed = t.closed + excluded.closed, working_seconds = t.working_seconds + excluded.working_seconds,
                  ratio_sum = t.ratio_sum + excluded.ratio_sum"""
_COUNT_DAYS = """
    INSERT INTO clock_days AS d (day, stage, lane, unit, in_time, late, outside_hours, working_seconds)
    SELECT * FROM unnest($1::date[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[],
                         $8::bigint[])
    ON CONFLICT (day, stage, lane, unit)
    DO UPDATE SET in_time = d.in_time + excluded.in_time, late = d.late + excluded.late,
                  outside_hours = d.outside_hours + excluded.outside_hours,
                  working_seconds = d.working_seconds + excluded.working_seconds"""
