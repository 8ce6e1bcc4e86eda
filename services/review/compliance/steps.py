"""What is asked of compliance, and by whom: the same for the JSON API, the pages, the PDF and the command."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from services.review.compliance import explaining, keterangan, store, store_clocks
from services.review.compliance.figures import Compliance, Scope
from services.review.compliance.keterangan import Closed
from services.review.compliance.picture import Explained, Picture, Running
from shared import audit, office_files
from shared.accounts import Person
from shared.audit import Entry
from shared.calendar import Calendar, OutsideCalendar, WorkCalendar
from shared.sla import Clock, Timekeeper
from shared.sop import Stage
from shared.web import Forbidden

if TYPE_CHECKING:
    from shared.db import Connection
    from shared.desk import Desk

RUNNING_LIMIT = 2_000


def unit_for(person: Person | None, unit: str | None) -> str | None:
    """The Unit that may be looked at: a Bidang sees its own alone. No person is another dashboard, by its key."""
    if person is None or person.bound_to("compliance.read") is None:
        return unit
    if person.unit is None or unit not in (None, person.unit):
        raise Forbidden
    return person.unit


async def figures(conn: "Connection", keeper: Timekeeper, scope: Scope) -> Compliance:
    return await store.figures(conn, scope, sop=keeper.sop, zone=keeper.calendar.zone)


async def picture(conn: "Connection", keeper: Timekeeper, scope: Scope, *, at: datetime, limit: int) -> Picture:
    """The figures, the late clocks explained, and those that are about to be."""
    sop, zone = keeper.sop, keeper.calendar.zone
    found = await figures(conn, keeper, scope)
    late = await store_clocks.late(conn, scope, sop=sop, zone=zone, limit=limit)
    open_ones = await store_clocks.running(conn, scope, sop=sop, limit=RUNNING_LIMIT)
    versions = sorted(explaining.versions_of(late, keeper))
    before = {version: await office_files.calendar_of(conn, version) for version in versions}
    return Picture(
        at,
        found,
        tuple(Explained(clock, explaining.words(clock, keeper, before)) for clock in late),
        _those(keeper, open_ones, at, keeper.overdue),
        _those(keeper, open_ones, at, keeper.due_soon),
        warnings(keeper.calendar, scope, at),
    )


def warnings(calendar: Calendar, scope: Scope, at: datetime) -> tuple[str, ...]:
    """What the calendar lacks in the years looked at and in this one; from November on, in the next too."""
    if not isinstance(calendar, WorkCalendar):
        return ()
    today = at.astimezone(calendar.zone).date()
    years = {scope.period.first.year, scope.period.last.year, today.year, today.year + (today.month >= 11)}
    return tuple(words for year in sorted(years) for words in calendar.days.missing(year))


async def explain(desk: "Desk", stage: Stage, item: str, cycle: int, note: str, *, person: Person) -> Closed:
    """Add a keterangan to a late clock; the clock itself stays as it is."""
    zone = desk.clock.calendar.zone
    async with desk.transaction() as conn:
        clock, at = await store_clocks.closed(conn, stage, item, cycle, zone), desk.now()
        keterangan.expect_explainable(clock, note, roles=person.roles, unit=person.unit)
        assert clock is not None
        if await store_clocks.add_keterangan(conn, clock, note, by=person.official, at=at):
            await audit.append(conn, [Entry("keterangan.added", f"{stage}/{item}/{cycle}", person.official)], at=at)
        said = await store_clocks.closed(conn, stage, item, cycle, zone)
    assert said is not None
    return said


def _those(
    keeper: Timekeeper, open_ones: list[tuple[Clock, str]], at: datetime, rule: Callable[[Clock, datetime], bool]
) -> tuple[Running, ...]:
    found: list[Running] = []
    for clock, title in open_ones:
        # The page of a calendar that has run out still tells what closed while it was in force.
        with suppress(OutsideCalendar):
            if rule(clock, at):
                used = keeper.calendar_of(clock.lane).elapsed(clock.opened_at, at)
                found.append(Running(clock, title, used))
    return tuple(found)
