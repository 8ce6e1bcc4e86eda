"""The board's screens and their JSON alike: who may see an item, and its whole way at this moment."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from services.review.board import store_timeline, timeline
from services.review.board.fold import Row
from services.review.board.store_timeline import Count, Known
from services.review.board.timeline import Linked, Step, Timeline
from shared.refusal import NotFound, Refused
from shared.sop import STAGE_NAMED

if TYPE_CHECKING:
    from shared.accounts import Person
    from shared.db import Connection
    from shared.desk import Desk


class NoSuchStage(Refused):
    def __init__(self) -> None:
        super().__init__("no-such-stage", f"Tahap tidak dikenal. Pilih salah satu: {', '.join(STAGE_NAMED)}.")


class NoSuchWay(NotFound):
    def __init__(self) -> None:
        super().__init__("Perjalanan bahan atau berita ini")


async def way(desk: "Desk", item: UUID, person: "Person") -> Timeline:
    """The whole way of a Report or Story; a Bidang sees what its own Unit has a part in, and no other's Reports."""
    async with desk.db.connection() as conn:
        found = await store_timeline.known(conn, item)
        if found is None or not may_see(person, found):
            raise NoSuchWay
        linked = [one for one in await store_timeline.linked(conn, found) if _may_know(person, one)]
        rows = await _rows(conn, found, linked)
        steps = await _steps(conn, desk, found, linked, rows)
        stories = [i for i, kind in ((found.item, found.kind), *((o.item, o.kind) for o in linked)) if kind == "story"]
        totals = await store_timeline.totals(conn, stories)
    return Timeline(
        item=found.item,
        kind=found.kind,
        title=found.title,
        unit=found.unit,
        practice=found.practice,
        state=found.state,
        happened_at=found.happened_at,
        ended_at=found.ended_at,
        steps=steps,
        linked=tuple(linked),
        held=timeline.held(steps),
        totals=tuple(totals),
    )


def may_see(person: "Person", item: Known) -> bool:
    return any(person.reaches("timeline.read", unit) for unit in (*item.units, None))


def _may_know(person: "Person", other: Linked) -> bool:
    return other.kind == "story" or person.reaches("timeline.read", other.unit)


async def _rows(conn: "Connection", item: Known, linked: Sequence[Linked]) -> list[Row]:
    others = [one.item for one in linked]
    if item.kind == "report":
        return await store_timeline.clocks_of_report(conn, item.item, others)
    rows = await store_timeline.clocks_of_story(conn, item.item, others)
    # Of a Report that this person may not know, the clock that the Story took is not shown either.
    return [row for row in rows if row.clock.report is None or row.clock.report in others]


async def _steps(
    conn: "Connection", desk: "Desk", item: Known, linked: Sequence[Linked], rows: Sequence[Row]
) -> tuple[Step, ...]:
    at = desk.now()
    why = await store_timeline.returns(conn, [item.item, *(one.item for one in linked)])
    notes = await store_timeline.notes(conn, sorted({row.clock.item for row in rows}))
    titles = {one.item: one.title for one in linked if one.kind == "report"} if len(linked) > 1 else {}
    return timeline.in_order(
        timeline.step(
            row,
            desk.clock,
            at,
            title=titles.get(row.clock.report, "") if row.clock.report else "",
            reasons=why.get(row.key, ()),
            notes=notes.get(row.key, ()),
        )
        for row in rows
    )


async def under_way(
    desk: "Desk", *, stage: str | None, unit: str | None, limit: int
) -> tuple[list[tuple[Step, UUID]], list[Count]]:
    """All clocks that run, the one due first at the top, and how many there are by stage and Unit."""
    if stage is not None and stage not in STAGE_NAMED:
        raise NoSuchStage
    at = desk.now()
    async with desk.db.connection() as conn:
        found = await store_timeline.running(conn, stage=stage, unit=unit, limit=limit)
        counted = await store_timeline.counts(conn)
    return [(timeline.step(r.row, desk.clock, at, title=r.title), r.item) for r in found], counted
