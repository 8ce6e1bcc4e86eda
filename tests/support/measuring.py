"""Clocks, a desk with a time of its own, and /metrics read as Prometheus reads it: for tests of what is measured."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from prometheus_client.parser import text_string_to_metric_families
from uuid_utils.compat import uuid7

from shared import ledger
from shared.db import Database
from shared.desk import Desk, Rules
from shared.exposition import Exposition
from shared.item_metrics import ItemMetrics
from shared.outbox import Outbox
from shared.sla import Clock, Lane, Outcome, Timekeeper

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def desk_of(db: Database, keeper: Timekeeper, at: datetime, service: Any = "review") -> Desk:
    """A desk whose time stands still."""
    return Desk(service, db, Outbox(service, uuid7, lambda: at), Rules(keeper), lambda: at, uuid7, lambda: None)


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of /metrics."""

    series: Series

    def __call__(self, name: str, **labels: str) -> float:
        """The value of exactly one series, named by some of its labels."""
        found = [
            v
            for (n, told), v in self.series.items()
            if n == f"alurwarta_{name}" and labels.items() <= dict(told).items()
        ]
        assert len(found) == 1, f"{name} {labels}: {len(found)} series"
        return found[0]

    def sum(self, name: str, **labels: str) -> float:
        """The sum of all series of these labels."""
        return sum(
            v
            for (n, told), v in self.series.items()
            if n == f"alurwarta_{name}" and labels.items() <= dict(told).items()
        )


def read(text: str) -> Page:
    """Parse an exposition; a series told twice is a mistake."""
    series: Series = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = sample.name, frozenset(sample.labels.items())
            assert key not in series, key
            series[key] = sample.value
    return Page(series)


async def scrape(desk: Desk, refused: Iterable[str] = ()) -> Page:
    """What /metrics would say now; a new collector each time, as after a restart or in another replica."""
    items = ItemMetrics(desk.service, desk.clock, refused_files=refused)  # pyright: ignore[reportArgumentType]
    await items.refresh(desk)
    return read(Exposition(desk.clock.sop.office_code, items).text().decode())


def opened(desk: Desk, name: str, at: datetime, *, lane: Lane = "regular", unit: str | None = "perumahan") -> Clock:
    """A review clock of a Story of that name."""
    story = uuid5(NAMESPACE_URL, name)
    return desk.clock.open("review", item=str(story), cycle=1, at=at, lane=lane, story=story, unit=unit)


async def save(desk: Desk, *clocks: Clock) -> None:
    async with desk.db.transaction() as conn:
        await ledger.save(conn, clocks)


async def close(desk: Desk, clock: Clock, at: datetime, outcome: Outcome = "completed", **more: Any) -> Clock:
    """Close and save; `more` changes the clock first."""
    closed = desk.clock.close(replace(clock, **more), at=at, outcome=outcome)
    await save(desk, closed)
    return closed
