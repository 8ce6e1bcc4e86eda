"""What became of a Report: how far the Stories made of it are, and what its sender is told. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.content import Origin, RequestRef
from shared.events import (
    ApprovalRevoked,
    Decision,
    Event,
    IntakeDeclined,
    IntakePublished,
    IntakeTakenDown,
    Outcome,
    StoryAbandoned,
    StoryApproved,
    StoryCorrected,
    StoryDeclined,
    StoryPublished,
    StoryReturned,
    StorySubmitted,
    StoryTakenDown,
    StoryWithheld,
)

Fate = Literal[
    "submitted", "abandoned", "approved", "returned", "declined", "withheld", "revoked", "published", "taken-down"
]
STAGE_OF: dict[str, str] = {
    "submitted": "review", "returned": "editing", "revoked": "editing", "approved": "publisher",
}  # fmt: skip
DECISIONS: dict[type[Event], Fate] = {
    StoryApproved: "approved", StoryReturned: "returned", StoryDeclined: "declined", StoryWithheld: "withheld",
}  # fmt: skip
FOLLOWED = (
    StorySubmitted, StoryAbandoned, StoryApproved, StoryReturned, StoryDeclined, StoryWithheld, ApprovalRevoked,
    StoryPublished, StoryCorrected, StoryTakenDown,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Progress:
    """One Story, from three topics that come in any interleaving: each writes fields of its own."""

    story: UUID
    submitted_version: int | None = None
    abandoned: bool = False
    decided_version: int | None = None
    decision: Fate | None = None
    published_version: int | None = None
    title: str | None = None
    urls: dict[str, str] = field(default_factory=dict[str, str])
    taken_down: str | None = None
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    not_before: datetime | None = None

    @property
    def fate(self) -> Fate:
        """What stands, the strongest first: what the public can read, then the newest Version's Decision."""
        if self.taken_down is not None:
            return "taken-down"
        if self.published_version is not None:
            return "published"
        if self.abandoned:
            return "abandoned"
        if self.decision and (self.decided_version or 0) >= (self.submitted_version or 0):
            return self.decision
        return "submitted"


def follow(progress: Progress, event: Event) -> Progress:
    """Take in one event of another stage."""
    match event:
        case StorySubmitted():
            return replace(progress, submitted_version=event.version, abandoned=False, submitted_at=event.submitted_at)
        case StoryAbandoned():
            return replace(progress, abandoned=True)
        case Decision():
            return replace(
                progress,
                decided_version=event.version,
                decision=DECISIONS[type(event)],
                decided_at=event.decided_at,
                not_before=getattr(event, "not_before", None),
            )
        case ApprovalRevoked() if event.version == progress.decided_version:
            return replace(progress, decision="revoked", decided_at=event.at)
        case StoryPublished() | StoryCorrected():
            return replace(
                progress, published_version=event.version, title=event.title, urls=event.urls, taken_down=None
            )
        case StoryTakenDown() if not _was_replaced(progress, event):
            return replace(progress, taken_down=event.reason)
        case _:
            return progress


def outcome(before: Progress, event: Event, *, report: UUID, request: RequestRef) -> Outcome | None:
    """What the system that sent the Report is told of this event; nothing where it tells it nothing new."""
    match event:
        case StoryDeclined() | StoryWithheld():
            return IntakeDeclined(
                request_id=request.id, at=event.decided_at, report=report, story=event.story, reasons=event.reasons
            )
        case StoryPublished() | StoryCorrected():
            if before.fate == "published" and (before.title, before.urls) == (event.title, event.urls):
                return None
            return IntakePublished(
                request_id=request.id, at=event.at, report=report, story=event.story, title=event.title, urls=event.urls
            )
        case StoryTakenDown() if not _was_replaced(before, event):
            return IntakeTakenDown(
                request_id=request.id, at=event.at, report=report, story=event.story, reason=event.reason
            )
        case _:
            return None


def _was_replaced(progress: Progress, event: StoryTakenDown) -> bool:
    """Whether the public reads a newer Version already than the one that is now all cleared away."""
    return progress.taken_down is None and event.version < (progress.published_version or 0)


def origins_of(event: Event) -> tuple[Origin, ...]:
    """The Reports that an event of a Story is about."""
    found: tuple[Origin, ...] = getattr(event, "origins", ())
    return found


def stage_of(state: str, stories: Iterable[Progress]) -> str | None:
    """The stage where a Report now is; None when nothing more will happen to it by itself."""
    if state != "received":
        return "intake" if state == "sent-back" else None
    fates = [s.fate for s in stories]
    if not fates:
        return "editing"
    return next((STAGE_OF[f] for f in fates if f in STAGE_OF), None)
