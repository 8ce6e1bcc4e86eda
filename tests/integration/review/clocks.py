"""Rows of the board as the tests of compliance put them there, and the same figures counted by hand."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.review.compliance.figures import Figures
from shared.sla import COUNTED, Clock, Outcome, Stage
from tests.integration.review.desk import Office
from tests.unit.review.samples import KEEPER

COLUMNS = (
    "stage", "item", "cycle", "lane", "kind", "report", "story", "unit", "opened_at", "due_at", "target_seconds",
    "sop_version", "calendar_version", "closed_at", "outcome", "punctuality", "working_seconds", "elapsed_seconds",
)  # fmt: skip


def at(text: str) -> datetime:
    """A moment of November 2026 in the office's zone, e.g. `03 09:30`."""
    return datetime.fromisoformat(f"2026-11-{text}:00+07:00")


@dataclass(frozen=True)
class Seen:
    """One clock on the board, its item's title, and who ended it."""

    clock: Clock
    title: str = "Serah terima kunci"
    practice: bool = False
    capacity: str = "Admin Publikasi"
    key: UUID = field(default_factory=uuid4)


def seen(
    stage: Stage, opened: str, closed: str | None, *, outcome: Outcome = "completed", unit: str | None = "perumahan",
    cycle: int = 1, **more: Any,
) -> Seen:  # fmt: skip
    """A clock measured by the office's own calendar from one moment to another; open where there is no other."""
    key = uuid4()
    of_report = stage in ("intake", "editing")
    whole = {name: more.pop(name) for name in ("title", "practice", "capacity") if name in more}
    clock = KEEPER.open(
        stage, item=str(key), cycle=cycle, at=at(opened), unit=unit,
        report=key if of_report else None, story=None if of_report else key, **more,
    )  # fmt: skip
    if closed is not None:
        clock = KEEPER.close(clock, at=at(closed), outcome=outcome)
    return Seen(clock, key=key, **whole)


def split(one: Seen) -> Seen:
    """The clock of a further Story that was compiled from the same Report."""
    return replace(one, clock=replace(one.clock, item=f"{one.key}.{uuid4()}"))


async def put(desk: Office, *those: Seen) -> None:
    """Lay clocks on the board."""
    places = ", ".join(f"${n}" for n in range(1, len(COLUMNS) + 3))
    for one in those:
        await desk.owner.execute(
            """INSERT INTO review.board_items (item, kind, title, unit, practice) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT DO NOTHING""",
            one.key, "report" if one.clock.report else "story", one.title, one.clock.unit, one.practice,
        )  # fmt: skip
        await desk.owner.execute(
            f"INSERT INTO review.board_clocks ({', '.join(COLUMNS)}, held_by, capacity) VALUES ({places})",
            *(getattr(one.clock, name) for name in COLUMNS), "Rina Wulandari", one.capacity,
        )  # fmt: skip


def nearest_rank(values: Sequence[int], share: float) -> int | None:
    """The value at place ceil(share * n), counted by hand."""
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else None


def by_hand(clocks: Sequence[Clock], stage: Stage) -> Figures:
    """What the figures of a stage must be, from its clocks one by one."""
    counted = [c for c in clocks if c.stage == stage and c.kind == "regular" and c.outcome in COUNTED]
    timed = [c for c in counted if not c.outside_hours]
    working, elapsed = [c.working_seconds or 0 for c in timed], [c.elapsed_seconds or 0 for c in timed]
    found = Figures(
        closed=len(counted),
        in_time=sum(c.punctuality == "in_time" for c in timed),
        late=sum(c.punctuality == "late" for c in timed),
        outside_hours=len(counted) - len(timed),
        median_working_seconds=nearest_rank(working, 0.5),
        p90_working_seconds=nearest_rank(working, 0.9),
        median_elapsed_seconds=nearest_rank(elapsed, 0.5),
        p90_elapsed_seconds=nearest_rank(elapsed, 0.9),
        worst_working_seconds=max(working, default=None),
        working_seconds=sum(c.working_seconds or 0 for c in counted),
        elapsed_seconds=sum(c.elapsed_seconds or 0 for c in counted),
    )
    judged = [c for c in clocks if c.counted and c.cycle == 1 and c.stage == {"intake": "editing"}.get(stage, stage)]
    if stage == "review":
        passed = [c for c in judged if c.outcome == "completed"]
    elif stage == "intake":
        judged = [c for c in judged if c.item == str(c.report)]
        passed = [c for c in judged if c.outcome != "sent-back"]
    else:
        return found
    return replace(found, first_pass=len(passed), first_pass_of=len(judged))
