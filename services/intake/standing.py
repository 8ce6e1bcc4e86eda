"""Where a Report stands, and what is left of the time of whoever has it now. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.intake.domain import Report
from services.intake.domain_progress import STAGE_OF, Progress, stage_of
from shared.remaining import Remaining, remaining_of
from shared.sla import Clock, Stage, Timekeeper

WORDS = {
    "intake": "Perlu dilengkapi", "editing": "Penyuntingan oleh Admin", "review": "Penyaringan oleh pimpinan",
    "publisher": "Publikasi",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """`stage` is None where nothing more happens by itself; `left` where no clock runs (LATIHAN has none)."""

    stage: Stage | None
    left: Remaining | None

    @property
    def words(self) -> str:
        return WORDS[self.stage] if self.stage else ""


def standing(
    report: Report, stories: Sequence[Progress], last: Clock | None, *, now: datetime, keeper: Timekeeper
) -> Standing:
    """`last` is the newest intake clock. The other stages' clocks are theirs: here they are derived from events."""
    stage: Stage | None = stage_of(report.state, stories)  # pyright: ignore[reportAssignmentType]
    if stage is None or last is None:
        return Standing(stage, None)
    if stage == "intake":
        return Standing(stage, remaining_of(last, now=now, keeper=keeper))
    began = _began(stage, stories, last)
    if began is None:
        return Standing(stage, None)
    clock = keeper.open(stage, item=str(report.id), cycle=1, at=began, lane=report.urgency)
    return Standing(stage, remaining_of(clock, now=now, keeper=keeper))


def _began(stage: Stage, stories: Sequence[Progress], last: Clock) -> datetime | None:
    """When the stage's clock opened; None of a Story of before these times were kept."""
    story = next((s for s in stories if STAGE_OF.get(s.fate) == stage), None)
    if story is None:
        return last.closed_at
    if stage == "review":
        return story.submitted_at
    if stage == "publisher" and story.decided_at and story.not_before:
        return max(story.decided_at, story.not_before)
    return story.decided_at
