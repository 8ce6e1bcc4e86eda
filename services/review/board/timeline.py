"""An item's way through the stages as people read it: each clock with its pace, its holder, why it came back. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.review.board.facts import ItemKind
from services.review.board.fold import Row
from services.review.board.heading import Return, Total
from shared.remaining import Remaining, remaining_of
from shared.sla import LATER_REVIEW, Clock, Stage, Timekeeper
from shared.sop import STAGES, Sop

Pace = Literal["in-time", "late", "due-soon", "overdue", "waiting"]
STAGE_WORDS: dict[Stage, str] = {
    "intake": "Pelaporan bahan", "editing": "Penyuntingan", "review": "Penyaringan", "publisher": "Publikasi",
}  # fmt: skip
OUTCOME_WORDS: dict[str, str] = {
    "completed": "selesai", "returned": "dikembalikan ke Admin", "sent-back": "dikembalikan ke Bidang",
    "declined": "tidak dimuat", "withheld": "diusulkan dikecualikan", "waived": "dibebaskan pejabat dengan alasan",
    "abandoned": "dihentikan", "withdrawn": "bahan ditarik", "refused": "ditolak dalam pemeriksaan",
    "revoked": "dicabut atau diganti versi baru", "taken-down": "diturunkan",
}  # fmt: skip
COMPLETED: dict[Stage, str] = {
    "intake": "bahan diterima", "editing": "diajukan ke pimpinan", "review": "disetujui",
    "publisher": "terbaca oleh umum",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Note:
    """Keterangan on a late clock: why, by whom, when."""

    note: str
    name: str
    capacity: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Linked:
    """An item with which another shares its way."""

    item: UUID
    kind: ItemKind
    title: str
    unit: str | None
    state: str


@dataclass(frozen=True, slots=True)
class Step:
    """One clock. Of a running one, `working_seconds` and `elapsed_seconds` are those until now."""

    stage: Stage
    number: int
    cycle: int
    clock: Clock
    pace: Pace
    working_seconds: int
    elapsed_seconds: int
    outside_hours: bool
    outcome: str | None
    held_by: str | None
    capacity: str | None
    title: str = ""
    reasons: tuple[Return, ...] = ()
    notes: tuple[Note, ...] = ()
    left: Remaining | None = None

    @property
    def stage_words(self) -> str:
        """Name the stage as screens do."""
        return STAGE_WORDS[self.stage]

    @property
    def cycle_words(self) -> str:
        """Name the pass through the stage; the first of most needs no word."""
        if self.clock.item.endswith(LATER_REVIEW):
            return "penyaringan susulan"
        if self.stage == "review":
            return f"pengajuan ke-{self.cycle}"
        return f"perbaikan ke-{self.cycle - 1}" if self.cycle > 1 and self.stage != "publisher" else ""

    @property
    def office(self) -> str:
        """Whose work the stage is, in a word."""
        return {"intake": "Bidang", "review": "Pimpinan"}.get(self.stage, "Admin")


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that is known of an item's time. `held` sums the counted seconds by stage, in the SOP's order."""

    item: UUID
    kind: ItemKind
    title: str
    unit: str | None
    practice: bool
    state: str
    happened_at: datetime | None
    ended_at: datetime | None
    steps: tuple[Step, ...]
    linked: tuple[Linked, ...]
    held: dict[Stage, int]
    totals: tuple[Total, ...] = ()


def outcome_words(step: Step) -> str:
    """Say what ended a clock, as people do; what still runs has no outcome."""
    if step.outcome is None:
        return ""
    return COMPLETED[step.stage] if step.outcome == "completed" else OUTCOME_WORDS[step.outcome]


def step(
    row: Row, keeper: Timekeeper, at: datetime, *, title: str = "", reasons: Sequence[Return] = (),
    notes: Sequence[Note] = (),
) -> Step:  # fmt: skip
    """Lay one row of the board out at a moment."""
    clock = row.clock
    working, elapsed = clock.working_seconds, clock.elapsed_seconds
    if working is None or elapsed is None:
        working = keeper.calendar_of(clock.lane).elapsed(clock.opened_at, at)
        elapsed = keeper.wall.elapsed(clock.opened_at, at)
    return Step(
        stage=clock.stage,
        number=keeper.sop.row(clock.stage).number,
        cycle=clock.cycle,
        clock=clock,
        pace=pace(clock, keeper, at),
        working_seconds=working,
        elapsed_seconds=elapsed,
        outside_hours=clock.outside_hours,
        outcome=clock.outcome,
        held_by=row.holder.held_by,
        capacity=row.holder.capacity,
        title=title,
        reasons=tuple(reasons),
        notes=tuple(notes),
        left=remaining_of(clock, now=at, keeper=keeper),
    )


def pace(clock: Clock, keeper: Timekeeper, at: datetime) -> Pace:
    """Say how a clock stands against its target; `waiting` is one that an embargo lets begin later."""
    if not clock.is_open:
        return "late" if clock.punctuality == "late" else "in-time"
    if clock.opened_at > at:
        return "waiting"
    if keeper.overdue(clock, at):
        return "overdue"
    return "due-soon" if keeper.due_soon(clock, at) else "in-time"


def in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Sort steps as they came about; what opened at one moment by the order of the stages."""
    return tuple(sorted(steps, key=lambda s: (s.clock.opened_at, STAGES.index(s.stage), s.cycle, s.clock.item)))


def held(steps: Iterable[Step]) -> dict[Stage, int]:
    """Sum the counted time by stage, in the SOP's order."""
    sums: dict[Stage, int] = {}
    for one in sorted(steps, key=lambda step: STAGES.index(step.stage)):
        sums[one.stage] = sums.get(one.stage, 0) + one.working_seconds
    return sums


def unit_words(sop: Sop, unit: str | None) -> str:
    """Name a Unit as screens do."""
    return sop.unit_words(unit) if unit else ""
