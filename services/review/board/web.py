"""The board's screens and their JSON alike: who may see an item, and its whole way at this moment."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.review.board import store_live, store_search, store_timeline, timeline
from services.review.board.fold import Row
from services.review.board.store_search import Hit
from services.review.board.store_timeline import Known
from services.review.board.timeline import Linked, Step, Timeline
from shared.refusal import NotFound, Refused
from shared.sop import STAGE_NAMED, STAGES, Stage

if TYPE_CHECKING:
    from shared.accounts import Person
    from shared.db import Connection
    from shared.desk import Desk


class NoSuchStage(Refused):
    def __init__(self) -> None:
        super().__init__("no-such-stage", f"Tahap tidak dikenal. Pilih salah satu: {', '.join(STAGE_NAMED)}.")


class NothingToSearch(Refused):
    def __init__(self) -> None:
        super().__init__("nothing-to-search", "Tulis sedikitnya satu kata atau nomor yang dicari.")


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


@dataclass(frozen=True, slots=True)
class Column:
    """One stage of the board: how many clocks run, since when the oldest, and those due first with their items."""

    stage: Stage
    number: int
    words: str
    clocks: int
    oldest: datetime | None
    lines: list[tuple[Step, UUID]]

    @property
    def overdue(self) -> int:
        """How many of the lines shown are overdue; they come first."""
        return sum(step.pace == "overdue" for step, _ in self.lines)


async def columns(desk: "Desk", *, stage: str | None, unit: str | None, limit: int) -> list[Column]:
    """The four stages, or the one that is named, each with all that runs there, the one due first at the top."""
    if stage is not None and stage not in STAGE_NAMED:
        raise NoSuchStage
    at = desk.now()
    made: list[Column] = []
    async with desk.db.connection() as conn:
        waiting = {w.stage: w for w in await store_live.waiting(conn, unit)}
        for code in STAGES:
            shown = stage in (None, code) and code in waiting
            found = await store_timeline.running(conn, stage=code, unit=unit, limit=limit) if shown else []
            lines = [(timeline.step(r.row, desk.clock, at, title=r.title), r.item) for r in found]
            count, oldest = (waiting[code].clocks, waiting[code].oldest) if code in waiting else (0, None)
            number = desk.clock.sop.row(code).number
            made.append(Column(code, number, timeline.STAGE_WORDS[code], count, oldest, lines))
    return made


def mark(columns: Sequence[Column], now: datetime) -> str:
    """What tells one picture of the board from another, as it is shown: to the minute."""
    shown = [
        (c.stage, c.clocks, c.oldest, [(item, step.title, step.pace, step.clock) for step, item in c.lines])
        for c in columns
    ]
    return hashlib.sha256(repr((now.replace(second=0, microsecond=0), shown)).encode()).hexdigest()[:16]


async def search(
    desk: "Desk", text: str, *, unit: str | None, before: UUID | None, person: "Person", limit: int
) -> list[Hit]:
    """Items by their words or numbers; a Bidang finds those alone in which its own Unit has a part."""
    own, words = person.bound_to("item.search"), store_search.words_of(text)
    if own == "":
        return []
    if not words:
        raise NothingToSearch
    async with desk.db.transaction() as conn:
        numbered = await store_search.by_number(conn, text.strip(), own=own) if before is None else []
        return numbered or await store_search.by_words(conn, words, unit=unit, own=own, before=before, limit=limit)
