"""Metrics about items: read from the database at each scrape, never counted in the process."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from shared.db import Database
from shared.ledger import EDGES
from shared.metrics import PREFIX
from shared.sla import Lane, Stage, Timekeeper

if TYPE_CHECKING:
    import asyncpg

    from shared.desk import Desk

_READ = """
    SELECT (SELECT count(*) FROM outbox WHERE sent_at IS NULL) AS outbox_depth,
           (SELECT coalesce(extract(epoch FROM now() - min(appended_at)), 0) FROM outbox WHERE sent_at IS NULL)
               AS outbox_age,
           (SELECT count(*) FROM outbox WHERE set_aside_at IS NOT NULL) AS outbox_set_aside,
           (SELECT count(*) FROM dead_letters WHERE state IN ('open', 'waiting', 'requested')) AS dead_letters"""
_OPEN = "SELECT lane, count(*) AS n, min(opened_at) AS oldest FROM clocks WHERE closed_at IS NULL GROUP BY lane"
# Past due on the wall is not yet late: due on Friday at closing time is still in time on Saturday.
_PAST_DUE = """
    SELECT lane, due_at, count(*) AS n FROM clocks
    WHERE closed_at IS NULL AND due_at < $1 GROUP BY lane, due_at"""


@dataclass(slots=True)
class Snapshot:
    """What the last scrape read."""

    numbers: "asyncpg.Record | None" = None
    totals: "list[asyncpg.Record]" = field(default_factory=list)
    open: "list[asyncpg.Record]" = field(default_factory=list)
    past_due: "list[asyncpg.Record]" = field(default_factory=list)


LANES: tuple[Lane, ...] = ("regular", "immediate")
_latest = Snapshot()


async def refresh(desk: "Desk") -> None:
    """Read the figures for the scrape that follows."""
    async with desk.db.connection() as conn:
        _latest.numbers = await conn.fetchrow(_READ)
        _latest.totals = await conn.fetch("SELECT * FROM clock_totals")
        _latest.open = await conn.fetch(_OPEN)
        _latest.past_due = await conn.fetch(_PAST_DUE, desk.now())


class ItemMetrics(Collector):
    """Turns the last snapshot into metric families."""

    def __init__(self, db: Database, service: Stage, keeper: Timekeeper, now: Callable[[], datetime]) -> None:
        self.db = db
        self.service: Stage = service
        self.keeper = keeper
        self.now = now

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        yield from _technical()
        yield from self._closed()
        yield from self._open()

    def _closed(self) -> Iterable[Metric]:
        labels = ["stage", "lane", "kind", "outcome", "punctuality"]
        closed = CounterMetricFamily(f"{PREFIX}closed", "Clocks closed", labels=labels)
        used = HistogramMetricFamily(
            f"{PREFIX}used_ratio", "Used working time divided by the target", labels=labels[:3]
        )
        seconds = CounterMetricFamily(f"{PREFIX}working_seconds", "Working seconds of closed clocks", labels=labels[:3])
        buckets: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0] * (len(EDGES) + 1))
        sums: dict[tuple[str, ...], int] = defaultdict(int)
        counts: dict[tuple[str, ...], int] = defaultdict(int)
        for row in _latest.totals:
            key = (row["stage"], row["lane"], row["kind"])
            buckets[key][row["edge"]] += row["closed"]
            sums[key] += row["working_seconds"]
            counts[*key, row["outcome"], row["punctuality"]] += row["closed"]
        for key, count in counts.items():
            closed.add_metric(list(key), count)
        for key, row in buckets.items():
            used.add_metric(list(key), _cumulated(row), sum_value=None)
            seconds.add_metric(list(key), sums[key])
        yield from (closed, used, seconds)

    def _open(self) -> Iterable[Metric]:
        labels = ["stage", "lane"]
        target = GaugeMetricFamily(f"{PREFIX}target_seconds", "The SOP's service time", labels=labels)
        items = GaugeMetricFamily(f"{PREFIX}open_items", "Clocks running", labels=labels)
        breached = GaugeMetricFamily(f"{PREFIX}breached_open", "Clocks running beyond their target", labels=labels)
        oldest = GaugeMetricFamily(
            f"{PREFIX}oldest_open_working_seconds", "Working seconds of the oldest running clock", labels=labels
        )
        found = {row["lane"]: row for row in _latest.open}
        at = self.now()
        for lane in LANES:
            row = found.get(lane)
            target.add_metric([self.service, lane], self.keeper.target_seconds(self.service, at=at, lane=lane))
            items.add_metric([self.service, lane], row["n"] if row else 0)
            calendar = self.keeper.calendar_of(lane)
            late = sum(r["n"] for r in _latest.past_due if r["lane"] == lane and calendar.elapsed(r["due_at"], at) > 0)
            breached.add_metric([self.service, lane], late)
            age = calendar.elapsed(min(row["oldest"], at), at) if row else 0
            oldest.add_metric([self.service, lane], age)
        yield from (target, items, breached, oldest)


def _technical() -> Iterable[Metric]:
    if _latest.numbers is not None:
        for name in ("outbox_depth", "outbox_age", "outbox_set_aside", "dead_letters"):
            suffix = "_seconds" if name == "outbox_age" else ""
            yield GaugeMetricFamily(f"{PREFIX}{name}{suffix}", name.replace("_", " "), float(_latest.numbers[name]))


def _cumulated(counts: list[int]) -> list[tuple[str, float]]:
    total, rows = 0, []
    for edge, count in zip([*map(str, EDGES), "+Inf"], counts, strict=True):
        total += count
        rows.append((edge, float(total)))
    return rows
