"""The editing clocks: one per Report and Story, and one per return of a Story. Pure.

Practice is never counted, so it has none.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.editing.reports import Report
from services.editing.stories import Story
from shared.sla import Clock, Outcome, Timekeeper


class Book:
    """The open clocks of one transaction's items; `changed` holds what it opened, took or closed."""

    def __init__(self, keeper: Timekeeper, found: Iterable[Clock]) -> None:
        self.keeper = keeper
        self.running = {_key(c): c for c in found}
        self.changed: dict[tuple[str, int], Clock] = {}

    def open_report(self, report: Report) -> None:
        """Start the cycle in which the Report now lies on the desk."""
        if report.facts.practice:
            return
        self._put(
            self.keeper.open(
                "editing",
                item=str(report.id),
                cycle=report.cycle,
                at=report.opened_at,
                lane=report.facts.urgency,
                report=report.id,
                unit=report.unit,
            )
        )

    def enter_story(self, report: Report, story: Story) -> None:
        """The first Story takes the Report's own clock; a further one opens another with the same start."""
        if report.facts.practice:
            return
        own = self.running.get((str(report.id), report.cycle))
        if own is not None and own.story is None:
            self._put(replace(own, story=story.id))
            return
        self._put(
            self.keeper.open(
                "editing",
                item=f"{report.id}.{story.id}",
                cycle=1,
                at=report.opened_at,
                lane=report.facts.urgency,
                report=report.id,
                unit=report.unit,
                story=story.id,
                kind="correction" if story.is_correction else "regular",
            )
        )

    def open_returned(self, story: Story, *, cycle: int, at: datetime, unit: str | None) -> None:
        """Start the cycle of the Story itself that a return opens."""
        if story.practice:
            return
        self._put(
            self.keeper.open(
                "editing",
                item=str(story.id),
                cycle=cycle,
                at=at,
                lane=story.urgency,
                story=story.id,
                unit=unit,
                kind="correction" if story.correction else "regular",
            )
        )

    def close_report(self, report: UUID, *, at: datetime, outcome: Outcome) -> list[Clock]:
        return self._close([c for c in self.running.values() if c.report == report], at, outcome)

    def close_story(self, story: UUID, *, at: datetime, outcome: Outcome) -> list[Clock]:
        return self._close([c for c in self.running.values() if c.story == story], at, outcome)

    def _close(self, clocks: list[Clock], at: datetime, outcome: Outcome) -> list[Clock]:
        closed = [self.keeper.close(c, at=at, outcome=outcome) for c in clocks]
        for clock in closed:
            self.changed[_key(clock)] = clock
            del self.running[_key(clock)]
        return closed

    def _put(self, clock: Clock) -> None:
        self.running[_key(clock)] = self.changed[_key(clock)] = clock


def _key(clock: Clock) -> tuple[str, int]:
    return clock.item, clock.cycle
