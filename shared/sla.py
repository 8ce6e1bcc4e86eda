"""The clocks: what one stage took of its target, opened, closed and re-projected by pure rules."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.calendar import Calendar, WallCalendar
from shared.calendar_words import moment_words
from shared.sop import Lane, Sop, Stage, StageRow, Target, parse_sop

__all__ = [
    "Clock",
    "ClockAlreadyClosed",
    "Kind",
    "Lane",
    "Outcome",
    "Punctuality",
    "Sop",
    "Stage",
    "StageRow",
    "Target",
    "Timekeeper",
    "Total",
    "parse_sop",
]

Kind = Literal["regular", "correction"]
Punctuality = Literal["in_time", "late"]
Outcome = Literal[
    "completed", "returned", "sent-back", "declined", "withheld", "waived",
    "abandoned", "withdrawn", "refused", "revoked", "taken-down",
]  # fmt: skip
COUNTED: frozenset[Outcome] = frozenset({"completed", "returned", "sent-back", "declined", "withheld", "waived"})


# Behind a Story's id: the item of the clock by which an emergency approval is looked at later.
LATER_REVIEW = ".susulan"


class ClockAlreadyClosed(Exception):
    """A closed clock is a fact; it is not closed again."""

    def __init__(self, clock: "Clock") -> None:
        closed = moment_words(clock.closed_at) if clock.closed_at else ""
        super().__init__(f"Waktu {clock.stage} ke-{clock.cycle} untuk {clock.item} sudah ditutup pada {closed}.")
        self.clock = clock


@dataclass(frozen=True, slots=True)
class Clock:
    """The measured service time of one stage in one cycle of one item.

    `target_seconds` and `working_seconds` by the lane's calendar, `elapsed_seconds` by the clock on the wall;
    what is None is filled on closing, and then never changes.
    """

    stage: Stage
    item: str
    cycle: int
    lane: Lane
    opened_at: datetime
    due_at: datetime
    target_seconds: int
    sop_version: str
    calendar_version: str
    report: UUID | None = None
    story: UUID | None = None
    unit: str | None = None
    kind: Kind = "regular"
    closed_at: datetime | None = None
    outcome: Outcome | None = None
    punctuality: Punctuality | None = None
    working_seconds: int | None = None
    elapsed_seconds: int | None = None

    @property
    def is_open(self) -> bool:
        """Still running."""
        return self.closed_at is None

    @property
    def counted(self) -> bool:
        """In the compliance count: closed by the stage's own work, and no correction."""
        return self.kind == "regular" and self.outcome in COUNTED

    @property
    def outside_hours(self) -> bool:
        """Closed by work outside working time alone: in time, and counted apart, so that it embellishes no ratio."""
        return self.working_seconds == 0 and bool(self.elapsed_seconds)


@dataclass(frozen=True, slots=True)
class Total:
    """What a Story took from the earliest activity until the public could read it; no target is set for it."""

    opened_at: datetime
    closed_at: datetime
    working_seconds: int
    elapsed_seconds: int
    calendar_version: str


@dataclass(frozen=True, slots=True)
class Timekeeper:
    """Keeps clocks by one SOP: the regular lane by the office's calendar, the immediate lane by the wall's.

    Every `at` is the event's own time and carries a zone (the calendar refuses others with ValueError).
    """

    sop: Sop
    calendar: Calendar
    wall: WallCalendar = field(default_factory=WallCalendar)

    def calendar_of(self, lane: Lane) -> Calendar:
        """Give the calendar by which a lane is measured."""
        return self.wall if lane == "immediate" else self.calendar

    def target_seconds(self, stage: Stage, *, at: datetime, lane: Lane = "regular") -> int:
        """Give the target of a clock that would open at `at`."""
        return self.sop.target(stage, lane).seconds(self.calendar_of(lane), at)

    def open(
        self,
        stage: Stage,
        *,
        item: str,
        cycle: int,
        at: datetime,
        lane: Lane = "regular",
        report: UUID | None = None,
        story: UUID | None = None,
        unit: str | None = None,
        kind: Kind = "regular",
    ) -> Clock:
        """Start a clock at `at`, which may lie outside working time or, under an embargo, ahead."""
        calendar, target = self.calendar_of(lane), self.target_seconds(stage, at=at, lane=lane)
        due, versions = calendar.due(at, target), (self.sop.version, calendar.version)
        return Clock(stage, item, cycle, lane, at, due, target, *versions, report, story, unit, kind)

    def close(self, clock: Clock, *, at: datetime, outcome: Outcome) -> Clock:
        """Stop a clock, not before it opened; ClockAlreadyClosed when it was stopped before."""
        if not clock.is_open:
            raise ClockAlreadyClosed(clock)
        # The version written on a closed clock is that of the calendar which measured it.
        current = self.reproject(clock)
        working = self._used(clock, at)
        return replace(
            current,
            # In the office's own zone, so that its date is the office's.
            closed_at=max(at, clock.opened_at).astimezone(self.calendar.zone),
            outcome=outcome,
            punctuality="in_time" if working <= current.target_seconds else "late",
            working_seconds=working,
            elapsed_seconds=self.wall.elapsed(clock.opened_at, at),
        )

    def total(self, opened_at: datetime, closed_at: datetime) -> Total:
        """Measure a whole way by the office's calendar, whatever the lanes of its stages."""
        return Total(
            opened_at,
            closed_at,
            working_seconds=self.calendar.elapsed(opened_at, closed_at),
            elapsed_seconds=self.wall.elapsed(opened_at, closed_at),
            calendar_version=self.calendar.version,
        )

    def reproject(self, clock: Clock) -> Clock:
        """Lay an open clock on today's calendar; equal to what it was where nothing changes, as a closed one always.

        The target stays that of the SOP under which the clock opened.
        """
        if not clock.is_open or self._measured_as_now(clock):
            return clock
        calendar, target = self.calendar_of(clock.lane), clock.target_seconds
        if clock.sop_version == self.sop.version:
            # "1 hari" may have become a day of another length, or of another date.
            target = self.target_seconds(clock.stage, at=clock.opened_at, lane=clock.lane)
        due = calendar.due(clock.opened_at, target)
        return replace(clock, due_at=due, target_seconds=target, calendar_version=calendar.version)

    def _measured_as_now(self, clock: Clock) -> bool:
        versions = (clock.sop_version, clock.calendar_version)
        return versions == (self.sop.version, self.calendar_of(clock.lane).version)

    def due_soon(self, clock: Clock, at: datetime) -> bool:
        """Say whether an open clock has used the SOP's share of its target, and not more than all of it."""
        used = self._used(clock, at)
        soon = used * 100 >= clock.target_seconds * self.sop.due_soon_percent
        return clock.is_open and soon and used <= clock.target_seconds

    def overdue(self, clock: Clock, at: datetime) -> bool:
        """Say whether an open clock would be late if it closed now."""
        # Not `at > due_at`: due at 16:00 on Friday is still in time on Saturday, when no time has been used.
        return clock.is_open and self._used(clock, at) > clock.target_seconds

    def _used(self, clock: Clock, at: datetime) -> int:
        return self.calendar_of(clock.lane).elapsed(clock.opened_at, at)
