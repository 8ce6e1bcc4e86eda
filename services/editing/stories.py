"""A Story: compiled from Reports, saved in Versions, submitted, answered. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from services.editing.domain import (
    AlreadyInStory,
    AlreadySubmitted,
    MixedPractice,
    NoReportLeft,
    NothingSaved,
    StaleVersion,
    StoryState,
    allowed,
)
from services.editing.reports import Report, origins
from shared.content import ClockRecord, Content, Note, Official, Reason, Urgency, Value
from shared.events import (
    ApprovalRevoked,
    Decision,
    StoryApproved,
    StoryDeclined,
    StoryPublished,
    StoryReturned,
    StorySubmitted,
    StoryTakenDown,
    StoryWithheld,
)

Clocks = tuple[ClockRecord, ...]


class Answer(Value):
    """What the leader last said, for the Admin to read."""

    kind: Literal["approved", "returned", "declined", "withheld", "revoked"]
    version: int
    reasons: tuple[Reason, ...] = ()
    note: Note = ""
    by: Official | None = None
    at: AwareDatetime


@dataclass(frozen=True, slots=True)
class Saved:
    """One Version, as it was saved; it never changes. `derived`: made from the one before by taking out alone."""

    story: UUID
    version: int
    content: Content
    content_sha256: str
    author: Official
    reason: str
    saved_at: datetime
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """`version` is the newest saved (0: none yet), `submitted_version` the newest that the leader was given.

    `published_version` is what the public reads, `cycle` how often the Story was submitted.
    """

    id: UUID
    state: StoryState
    title: str
    urgency: Urgency
    practice: bool
    reports: tuple[UUID, ...]
    created_by: str
    created_at: datetime
    version: int = 0
    submitted_version: int = 0
    published_version: int | None = None
    taken_down: bool = False
    correction: bool = False
    cycle: int = 0
    answer: Answer | None = None

    @property
    def is_correction(self) -> bool:
        """Whether what is submitted now would correct what the public reads."""
        return self.published_version is not None


def compile_story(story: UUID, reports: Sequence[Report], *, by: Official, at: datetime) -> Story:
    """Begin a Story from its Reports: one of them immediate makes it so."""
    if len({r.facts.practice for r in reports}) > 1:
        raise MixedPractice
    return Story(
        id=story,
        state="draft",
        title=reports[0].facts.title,
        urgency="immediate" if any(r.facts.urgency == "immediate" for r in reports) else "regular",
        practice=reports[0].facts.practice,
        reports=tuple(r.id for r in reports),
        created_by=by.account,
        created_at=at,
    )


def add_report(story: Story, report: Report) -> Story:
    allowed("story", story.state, "add-report")
    if report.id in story.reports:
        raise AlreadyInStory
    if report.facts.practice != story.practice:
        raise MixedPractice
    urgency = "immediate" if report.facts.urgency == "immediate" else story.urgency
    return replace(story, reports=(*story.reports, report.id), urgency=urgency)


def save(story: Story, *, expected_version: int, title: str) -> Story:
    """Count one more Version on top of the one that its author had before them."""
    allowed("story", story.state, "save")
    if expected_version != story.version:
        raise StaleVersion(story.version)
    return replace(story, version=story.version + 1, title=title)


def submit(story: Story, *, version: int) -> Story:
    """Give the newest Version to the leader; each Version is given once."""
    allowed("story", story.state, "submit")
    if story.version == 0:
        raise NothingSaved
    if version != story.version:
        raise StaleVersion(story.version)
    if version <= story.submitted_version:
        raise AlreadySubmitted(version)
    return replace(
        story, state="submitted", submitted_version=version, cycle=story.cycle + 1, correction=story.is_correction
    )


def submitted(
    story: Story, saved: Saved, reports: Sequence[Report], *, authors: tuple[str, ...], by: Official, at: datetime,
    clocks: Clocks,
) -> StorySubmitted:  # fmt: skip
    """The event of a submission, with the whole content."""
    come_from = origins(reports)
    if not come_from:
        raise NoReportLeft
    return StorySubmitted(
        story=story.id,
        version=saved.version,
        cycle=story.cycle,
        content=saved.content,
        content_sha256=saved.content_sha256,
        authors=authors,
        origins=come_from,
        urgency=story.urgency,
        practice=story.practice,
        correction=story.correction,
        submitted_by=by,
        submitted_at=at,
        clocks=clocks,
    )


def abandon(story: Story) -> Story:
    """Give it up; giving a correction up leaves the Story as the public knows it."""
    allowed("story", story.state, "abandon")
    return replace(story, state="published" if story.is_correction else "abandoned")


def decided(story: Story, event: Decision) -> Story:
    """Take the leader's Decision; on a Version that is no longer the newest submitted it changes nothing."""
    if story.state != "submitted" or event.version != story.submitted_version:
        return story
    story = replace(story, answer=_answer(event))
    match event:
        case StoryApproved():
            return replace(story, state="approved")
        case StoryReturned():
            return replace(story, state="returned")
        case StoryDeclined():
            return _back_to_public(story, otherwise="declined")
        case StoryWithheld():
            return _back_to_public(story, otherwise="withheld")
        case _:
            return story


def revoked(story: Story, event: ApprovalRevoked) -> Story:
    """Take an official's revocation before publication; what is already public, the publisher takes down."""
    if event.reason != "official" or story.state != "approved" or event.version != story.submitted_version:
        return story
    answer = Answer(kind="revoked", version=event.version, note=event.note, by=event.by, at=event.at)
    return _back_to_public(replace(story, answer=answer), otherwise="draft")


def published(story: Story, event: StoryPublished) -> Story:
    """Learn what the public reads now; it may come before the Decision that allowed it, on another topic."""
    story = replace(story, published_version=event.version, taken_down=False)
    newest = event.version == story.submitted_version
    if story.state in ("draft", "declined", "withheld", "published", "taken-down"):
        return replace(story, state="published")
    if newest and story.state in ("submitted", "approved"):
        return replace(story, state="published")
    return story


def taken_down(story: Story, event: StoryTakenDown) -> Story:
    """Learn that the public reads it no more; a newer Version before the leader goes its own way."""
    if event.version < (story.published_version or 0):
        return story  # a newer Version took its place before it was all cleared away
    pending = story.state in ("submitted", "approved", "returned") and event.version < story.submitted_version
    story = replace(story, published_version=None, taken_down=True)
    if pending or story.state in ("abandoned", "returned"):
        return story
    return replace(story, state="taken-down")


def _back_to_public(story: Story, *, otherwise: StoryState) -> Story:
    """A correction that comes to nothing leaves the Story as the public knows it."""
    if story.published_version is not None:
        return replace(story, state="published")
    return replace(story, state="taken-down" if story.taken_down else otherwise)


def _answer(event: Decision) -> Answer:
    reasons = event.reasons if isinstance(event, StoryReturned | StoryDeclined | StoryWithheld) else ()
    note = event.legal_basis if isinstance(event, StoryWithheld) else ""
    kind: Literal["approved", "returned", "declined", "withheld"] = "approved"
    match event:
        case StoryReturned():
            kind = "returned"
        case StoryDeclined():
            kind = "declined"
        case StoryWithheld():
            kind = "withheld"
        case _:
            pass
    return Answer(
        kind=kind, version=event.version, reasons=reasons, note=note, by=event.decided_by, at=event.decided_at
    )
