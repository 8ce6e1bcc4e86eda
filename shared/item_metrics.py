"""Metrics about items: read from the database at each scrape, never counted in the process."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any, get_args

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from shared import metrics
from shared.calendar import OutsideCalendar, WorkCalendar
from shared.ledger import EDGES, OUTSIDE_HOURS
from shared.metrics import PREFIX, Family
from shared.office_files import KINDS
from shared.outbox import WAITING
from shared.sla import COUNTED, Kind, Lane, Outcome, Punctuality, Stage, Timekeeper
from shared.sop import JOINT, OTHER

if TYPE_CHECKING:
    import asyncpg

    from shared.desk import Desk

LANES: tuple[Lane, ...] = get_args(Lane)
ITEM_KINDS: tuple[Kind, ...] = get_args(Kind)
WINDOWS = {"1d": 1, "7d": 7, "30d": 30}
NOVEMBER = 11
FAR = timedelta(days=60)
_TECHNICAL = f"""
    SELECT waiting.depth, waiting.age,
           (SELECT count(*) FROM outbox WHERE set_aside_at IS NOT NULL) AS set_aside,
           (SELECT count(*) FROM dead_letters WHERE state IN ('open', 'waiting', 'requested')) AS dead_letters
    FROM (SELECT count(*) AS depth, coalesce(extract(epoch FROM now() - min(appended_at)), 0) AS age
          FROM outbox o WHERE {WAITING}) AS waiting"""  # noqa: S608  (ours)
_OPEN = (
    "SELECT lane, count(*) AS n, min(opened_at) AS oldest FROM clocks "
    "WHERE closed_at IS NULL AND kind = 'regular' GROUP BY lane"
)
# Past due on the wall is not yet late: due on Friday at closing time is still in time on Saturday.
_PRESSING = """
    SELECT lane, opened_at, due_at, target_seconds, count(*) AS n FROM clocks
    WHERE closed_at IS NULL AND kind = 'regular' AND due_at <= $1 GROUP BY lane, opened_at, due_at, target_seconds"""
_DAYS = """
    SELECT $1::date - day AS age, unit, sum(in_time) AS in_time, sum(late) AS late FROM clock_days
    WHERE day > $1::date - 30 AND day <= $1::date GROUP BY day, unit"""


@dataclass(slots=True)
class Snapshot:
    """What one scrape read."""

    at: datetime
    technical: "asyncpg.Record"
    totals: "list[asyncpg.Record]"
    days: "list[asyncpg.Record]"
    open: "dict[str, asyncpg.Record]"
    pressing: "list[asyncpg.Record]"


@dataclass(slots=True)
class ItemMetrics(Collector):
    """Turns the last snapshot into metric families; the same in every replica and after any restart."""

    service: Stage
    keeper: Timekeeper
    refused_files: Iterable[str] = ()
    _latest: Snapshot | None = field(default=None, init=False)

    async def refresh(self, desk: "Desk") -> None:
        """Read the figures for the scrape that follows. The cost does not grow with the closed clocks."""
        at = desk.now()
        horizon = max(self._horizon(lane, at) for lane in LANES)
        async with desk.db.connection() as conn:
            technical = await conn.fetchrow(_TECHNICAL)
            assert technical is not None
            self._latest = Snapshot(
                at,
                technical,
                await conn.fetch("SELECT * FROM clock_totals"),
                await conn.fetch(_DAYS, at.astimezone(self.keeper.calendar.zone).date()),
                {row["lane"]: row for row in await conn.fetch(_OPEN)},
                await conn.fetch(_PRESSING, horizon),
            )

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        if (found := self._latest) is None:
            return
        yield from self._closed(found)
        yield from self._compliance(found)
        yield from self._open(found)
        yield from self._technical(found)

    def _closed(self, found: Snapshot) -> Iterator[Metric]:
        closed, apart = _family(metrics.CLOSED), _family(metrics.CLOSED_OUTSIDE_HOURS)
        used, seconds = _family(metrics.USED_RATIO), _family(metrics.WORKING_SECONDS)
        for lane, kind in product(LANES, ITEM_KINDS):
            rows = [row for row in found.totals if (row["lane"], row["kind"]) == (lane, kind)]
            labels = [self.service, lane, kind]
            counts = _sums(rows, "closed", "outcome", "punctuality")
            for outcome, punctuality in product(get_args(Outcome), get_args(Punctuality)):
                closed.add_metric([*labels, outcome, punctuality], counts.get((outcome, punctuality), 0))
            counted = [row for row in rows if row["outcome"] in COUNTED]
            apart.add_metric(labels, sum(r["closed"] for r in counted if r["edge"] == OUTSIDE_HOURS))
            measured = [row for row in counted if row["edge"] != OUTSIDE_HOURS]
            buckets = _cumulated(_sums(measured, "closed", "edge"))
            used.add_metric(labels, buckets, sum_value=sum(r["ratio_sum"] for r in measured))
            seconds.add_metric(labels, sum(r["working_seconds"] for r in measured))
        yield from (closed, apart, used, seconds)

    def _compliance(self, found: Snapshot) -> Iterator[Metric]:
        ratio, n = _family(metrics.COMPLIANCE_RATIO), _family(metrics.COMPLIANCE_N)
        unit_ratio, unit_n = _family(metrics.UNIT_COMPLIANCE_RATIO), _family(metrics.UNIT_COMPLIANCE_N)
        listed = (*self.keeper.sop.units, JOINT, OTHER)
        for window, days in WINDOWS.items():
            rows = [row for row in found.days if row["age"] < days]
            _add_ratio(ratio, n, [self.service, window], rows)
            by_unit: dict[str, list[Any]] = defaultdict(list)
            for row in rows:
                by_unit[row["unit"] if row["unit"] in listed else OTHER].append(row)
            for unit in listed:
                _add_ratio(unit_ratio, unit_n, [self.service, window, unit], by_unit[unit])
        yield from (ratio, n, unit_ratio, unit_n)

    def _open(self, found: Snapshot) -> Iterator[Metric]:
        target, items = _family(metrics.TARGET_SECONDS), _family(metrics.OPEN_ITEMS)
        oldest = _family(metrics.OLDEST_OPEN)
        soon, breached = _family(metrics.DUE_SOON), _family(metrics.BREACHED_OPEN)
        for lane in LANES:
            labels, row = [self.service, lane], found.open.get(lane)
            target.add_metric(labels, self._target(lane, found.at))
            items.add_metric(labels, row["n"] if row else 0)
            oldest.add_metric(labels, self._used(lane, row["oldest"], found.at) if row else 0)
            late, near = self._pressing(found, lane)
            breached.add_metric(labels, late)
            soon.add_metric(labels, near)
        hours = _family(metrics.WORKING_HOURS_OPEN)
        hours.add_metric([], self._is_open(found.at))
        yield from (target, items, oldest, soon, breached, hours)

    def _pressing(self, found: Snapshot, lane: Lane) -> tuple[int, int]:
        """How many are beyond their target, and how many near it."""
        late, near = 0, 0
        percent = self.keeper.sop.due_soon_percent
        for row in found.pressing:
            if row["lane"] != lane:
                continue
            if self._used(lane, row["due_at"], found.at) > 0:
                late += row["n"]
            elif self._used(lane, row["opened_at"], found.at) * 100 >= row["target_seconds"] * percent:
                near += row["n"]
        return late, near

    def _technical(self, found: Snapshot) -> Iterator[Metric]:
        told: dict[Family, float] = {
            metrics.OUTBOX_DEPTH: found.technical["depth"],
            metrics.OUTBOX_AGE: found.technical["age"],
            metrics.OUTBOX_SET_ASIDE: found.technical["set_aside"],
            metrics.DEAD_LETTERS: found.technical["dead_letters"],
            metrics.CALENDAR_WARNINGS: self._calendar_warnings(found.at),
        }
        for family, value in told.items():
            metric = _family(family)
            metric.add_metric([], float(value))
            yield metric
        refused = _family(metrics.OFFICE_FILE_REFUSED)
        for kind in KINDS:
            refused.add_metric([kind], float(kind in self.refused_files))
        yield refused

    def _is_open(self, at: datetime) -> float:
        try:
            return float(self.keeper.calendar.is_open(at))
        except OutsideCalendar:
            return 0.0

    def _calendar_warnings(self, at: datetime) -> int:
        calendar = self.keeper.calendar
        if not isinstance(calendar, WorkCalendar):
            return 0
        today = at.astimezone(calendar.zone)
        ends_soon = calendar.days.last - today.date() < FAR
        return len(calendar.missing(today.year, today.year + (today.month >= NOVEMBER))) + ends_soon

    def _horizon(self, lane: Lane, at: datetime) -> datetime:
        """Until when a clock may be due that has used some of its target by now."""
        try:
            return self._calendar(lane).due(at, self.keeper.target_seconds(self.service, at=at, lane=lane))
        except OutsideCalendar:
            return at + FAR

    def _calendar(self, lane: Lane) -> Any:
        return self.keeper.calendar_of(lane)

    def _target(self, lane: Lane, at: datetime) -> float:
        """NaN where the calendar ends before: what is open must be told all the same."""
        try:
            return self.keeper.target_seconds(self.service, at=at, lane=lane)
        except OutsideCalendar:
            return float("nan")

    def _used(self, lane: Lane, since: datetime, at: datetime) -> int:
        try:
            return self._calendar(lane).elapsed(min(since, at), at)
        except OutsideCalendar:
            return 0


def _family(declared: Family) -> Any:
    kinds = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily, "histogram": HistogramMetricFamily}
    return kinds[declared.kind](f"{PREFIX}{declared.name}", declared.help, labels=list(declared.labels))


def _sums(rows: Iterable["asyncpg.Record"], what: str, *by: str) -> dict[tuple[Any, ...], int]:
    sums: dict[tuple[Any, ...], int] = defaultdict(int)
    for row in rows:
        sums[tuple(row[name] for name in by)] += row[what]
    return sums


def _cumulated(counts: Mapping[tuple[Any, ...], int]) -> list[tuple[str, float]]:
    total, rows = 0, list[tuple[str, float]]()
    for n, edge in enumerate([*map(str, EDGES), "+Inf"]):
        total += counts.get((n,), 0)
        rows.append((edge, float(total)))
    return rows


def _add_ratio(ratio: Any, n: Any, labels: list[str], rows: Iterable["asyncpg.Record"]) -> None:
    in_time, late = sum(row["in_time"] for row in rows), sum(row["late"] for row in rows)
    counted = in_time + late
    n.add_metric(labels, float(counted))
    ratio.add_metric(labels, float(in_time) / float(counted) if counted else float("nan"))
