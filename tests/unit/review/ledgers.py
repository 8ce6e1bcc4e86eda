"""The ledgers of all four services in one place, as a tale goes on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from services.review.board.fold import Holder, Key, Row, key_of
from shared import ledger
from shared.content import ClockRecord, Origin
from shared.sla import Clock, Kind, Lane, Outcome, Stage
from tests.unit.review.samples import BAMBANG, KEEPER, RINA


@dataclass
class Report:
    id: UUID
    unit: str
    happened_at: datetime
    received_at: datetime
    cycle: int = 1
    opened_at: datetime | None = None

    @property
    def origin(self) -> Origin:
        return Origin(report=self.id, unit=self.unit, happened_at=self.happened_at, received_at=self.received_at)


@dataclass
class Ledgers:
    """Each clock with who ended it. Practice has none."""

    practice: bool = False
    lane: Lane = "regular"
    clocks: dict[Key, Row] = field(default_factory=dict[Key, Row])

    def open(
        self, stage: Stage, item: object, cycle: int, at: datetime, *, report: UUID | None = None,
        story: UUID | None = None, unit: str | None = None, kind: Kind = "regular",
    ) -> None:  # fmt: skip
        if not self.practice:
            clock = KEEPER.open(
                stage, item=str(item), cycle=cycle, at=at, lane=self.lane, report=report, story=story, unit=unit,
                kind=kind,
            )  # fmt: skip
            self.clocks[key_of(clock)] = Row(clock)

    def close(self, keys: Iterable[Key], at: datetime, outcome: Outcome, by: Holder) -> tuple[ClockRecord, ...]:
        closed: list[Clock] = []
        for key in keys:
            if not self.practice:
                closed.append(KEEPER.close(self.clocks[key].clock, at=at, outcome=outcome))
                self.clocks[key] = Row(closed[-1], by)
        return ledger.records(closed)

    def running(self, which: Callable[[Clock], bool]) -> list[Key]:
        return [key for key, row in self.clocks.items() if row.clock.is_open and which(row.clock)]

    def open_only(self, key: Key) -> list[Key]:
        return self.running(lambda c: key_of(c) == key)

    def forget(self, keys: Iterable[Key]) -> None:
        for key in keys:
            del self.clocks[key]

    def untaken(self) -> dict[Key, Row]:
        """The ledgers' clocks as others can know them: which Story took a Report's clock is told when it closes."""
        rows = dict(self.clocks)
        for key, (clock, by) in self.clocks.items():
            if clock.is_open and clock.report is not None and clock.story is not None:
                if clock.item == str(clock.report):
                    rows[key] = Row(replace(clock, story=None), by)
                else:
                    del rows[key]  # a split that was not submitted yet
        return rows


def rina() -> Holder:
    return Holder(RINA.name, RINA.capacity)


def bambang() -> Holder:
    return Holder(BAMBANG.name, BAMBANG.capacity)


def kind(correction: bool) -> Kind:
    return "correction" if correction else "regular"
