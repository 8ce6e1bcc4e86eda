"""The contract: every event of every topic. JSON Schemas, AsyncAPI and the catalogue are made from here. Pure.

Writers are strict (unknown fields refused), readers tolerant (unknown fields ignored), but for `intake.requested`,
which is closed to its reader too, so that a typo is named.
"""

import re
from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, BeforeValidator, Field, StringConstraints

from shared.content import (
    Clause,
    ClockRecord,
    Code,
    Content,
    InformationClass,
    Line,
    Media,
    NotaDinas,
    Note,
    Official,
    Origin,
    Reason,
    Redaction,
    RequestedMedia,
    RequestRef,
    Sha256,
    Text,
    TotalRecord,
    Urgency,
    Value,
    Words,
)


def _day_or_moment(value: object) -> object:
    """Pydantic would read midnight without a zone as a day, and a bare number as seconds since 1970."""
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d([T ].+(Z|[+-]\d\d:?\d\d))?", value, re.I):
        raise ValueError("write a day (2026-11-23), or a time with its zone (2026-11-23T09:00+07:00)")
    if isinstance(value, (int, float)):
        raise ValueError("write a day (2026-11-23), or a time with its zone (2026-11-23T09:00+07:00)")  # noqa: TRY004
    return value


Clocks = tuple[ClockRecord, ...]
Moment = Annotated[AwareDatetime | date, BeforeValidator(_day_or_moment)]
Version = Annotated[int, Field(ge=1)]


class Event(Value):
    """A past fact. `name` is its type without prefix and version, `topic` the owner's topic without its namespace."""

    name: ClassVar[str]
    topic: ClassVar[str]
    major: ClassVar[int] = 1
    key_field: ClassVar[str]
    closed: ClassVar[bool] = False

    @property
    def key(self) -> str:
        """The record's key: the id of the item, as text."""
        return str(getattr(self, self.key_field))

    @classmethod
    def read(cls, data: bytes) -> "Event":
        """Parse as a reader does. Raises pydantic's ValidationError, which names the field."""
        return cls.model_validate_json(data, extra="forbid" if cls.closed else "ignore")


class Practice(Value):
    """Set on items marked LATIHAN: never counted, never public."""

    practice: bool = False


class IntakeRequested(Event, Practice):
    """Another system reports an activity."""

    name, topic, key_field, closed = "intake.requested", "intake-requests", "", True
    title: Line
    text: Annotated[Text, StringConstraints(min_length=1)]
    happened_at: Moment
    unit: Code | None = None
    place: Note = ""
    people: Note = ""
    reporter: Note = ""
    media: Annotated[tuple[RequestedMedia, ...], Field(max_length=100)] = ()
    urgency: Urgency = "regular"
    received_via: Code | None = None
    assigned_at: AwareDatetime | None = None
    nota_dinas: NotaDinas | None = None
    archive_code: Line | None = None
    supplements: UUID | None = None

    @property
    def key(self) -> str:
        """A request stands alone: it has no key of ours."""
        return ""


class Problem(Value):
    """What is wrong, in which field, in a sentence that says what to do."""

    field: str
    message: str


class Outcome(Event):
    """The answer to one request, on the sender's own topic."""

    topic, key_field = "intake-outcomes", "request_id"
    request_id: str
    at: AwareDatetime


class IntakeAccepted(Outcome):
    name = "intake.accepted"
    report: UUID
    received_at: AwareDatetime


class IntakeRefused(Outcome):
    name = "intake.refused"
    report: UUID | None = None
    problems: Annotated[tuple[Problem, ...], Field(min_length=1)]


class IntakeSentBack(Outcome):
    name = "intake.sent-back"
    report: UUID
    cycle: int
    reasons: tuple[Reason, ...]
    question: Note = ""


class IntakeDeclined(Outcome):
    name = "intake.declined"
    report: UUID
    story: UUID
    reasons: tuple[Reason, ...] = ()


class IntakePublished(Outcome):
    name = "intake.published"
    report: UUID
    story: UUID
    title: Line
    urls: dict[str, str]


class IntakeTakenDown(Outcome):
    name = "intake.taken-down"
    report: UUID
    story: UUID
    reason: Note


class OnReports(Event):
    topic, key_field = "reports", "report"
    report: UUID
    request: RequestRef | None = None


class ReportReceived(OnReports, Practice):
    """Stage 1 is done: data informasi/berita lies before the Admin."""

    name = "report.received"
    unit: Code
    title: Line
    text: Text
    happened_at: AwareDatetime
    received_at: AwareDatetime
    place: Note = ""
    people: Note = ""
    reporter: Note = ""
    recorded_by: Official | None = None
    recorded_at: AwareDatetime | None = None
    media: tuple[Media, ...] = ()
    urgency: Urgency = "regular"
    received_via: Code | None = None
    assigned_at: AwareDatetime | None = None
    nota_dinas: NotaDinas | None = None
    archive_code: Line | None = None
    clocks: Clocks = ()


class ReportMediaChecked(OnReports):
    name = "report.media-checked"
    media: Media
    at: AwareDatetime


class ReportSupplemented(OnReports):
    """The answer to a report sent back, or an addition; `cycle` is the intake cycle that it closes, if any."""

    name = "report.supplemented"
    cycle: Annotated[int, Field(ge=1)] | None = None
    text: Text
    media: tuple[Media, ...] = ()
    received_at: AwareDatetime
    by: Official | None = None
    clocks: Clocks = ()


class ReportRefused(OnReports):
    name = "report.refused"
    problems: Annotated[tuple[Problem, ...], Field(min_length=1)]
    at: AwareDatetime
    clocks: Clocks = ()


class ReportWithdrawn(OnReports):
    name = "report.withdrawn"
    reason: Note
    by: Official | None = None
    at: AwareDatetime
    clocks: Clocks = ()


class MediaErased(OnReports):
    """A file was erased for good (UU PDP): readers drop it and its renditions, and keep the hash."""

    name = "media.erased"
    media: UUID
    sha256: Sha256
    renditions: tuple[Sha256, ...] = ()
    reason: Note
    erased_by: Official
    approved_by: Official
    at: AwareDatetime


class OnStories(Event):
    topic, key_field = "stories", "story"
    story: UUID


class StorySubmitted(OnStories, Practice):
    """Stage 2 is done: berita yang sudah diedit, whole, with every account that wrote in this Version's line."""

    name = "story.submitted"
    version: Version
    cycle: Annotated[int, Field(ge=1)]
    content: Content
    content_sha256: Sha256
    authors: Annotated[tuple[Line, ...], Field(min_length=1)]
    origins: Annotated[tuple[Origin, ...], Field(min_length=1)]
    urgency: Urgency = "regular"
    correction: bool = False
    submitted_by: Official
    submitted_at: AwareDatetime
    clocks: Clocks = ()


class StoryAbandoned(OnStories):
    name = "story.abandoned"
    reason: Note
    origins: tuple[Origin, ...] = ()
    by: Official
    at: AwareDatetime
    clocks: Clocks = ()


class ReportSentBack(Event):
    """The Admin asks the Unit: opens the next intake cycle."""

    name, topic, key_field = "report.sent-back", "stories", "report"
    report: UUID
    cycle: Annotated[int, Field(ge=2)]
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1)]
    question: Note = ""
    request: RequestRef | None = None
    by: Official
    at: AwareDatetime
    clocks: Clocks = ()


class Decision(Event):
    """The leader's answer on one exact Version; `mandate` is the letter by which a stand-in gave it."""

    topic, key_field = "decisions", "story"
    story: UUID
    version: Version
    content_sha256: Sha256
    cycle: Annotated[int, Field(ge=1)]
    origins: tuple[Origin, ...]
    decided_by: Official
    decided_at: AwareDatetime
    mandate: Note = ""
    clocks: Clocks = ()


class StoryApproved(Decision, Practice):
    """Stage 3 is done: berita siap dipublish, whole; `not_before` is the leader's embargo."""

    name = "story.approved"
    content: Content
    authors: tuple[Line, ...]
    urgency: Urgency = "regular"
    correction: bool = False
    not_before: AwareDatetime | None = None
    basis: Literal["regular", "emergency"] = "regular"


class StoryReturned(Decision):
    """With a `proposal` it is approved once an Admin submits exactly that: *setujui dengan perbaikan*.

    `proposal_sha256` is the hash of this Version's content with the proposal's words. With a `redaction` editing
    derives the next Version by itself, which only removes and counts as nobody's writing.
    """

    name = "story.returned"
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1)]
    proposal: Words | None = None
    proposal_sha256: Sha256 | None = None
    redaction: Redaction | None = None


class StoryDeclined(Decision):
    name = "story.declined"
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1)]


class StoryWithheld(Decision):
    """Usulkan dikecualikan: a proposal under UU KIP 14/2008 article 17."""

    name = "story.withheld"
    legal_basis: Line
    information_class: InformationClass = "dikecualikan"
    reasons: tuple[Reason, ...] = ()
    until: date | None = None
    clause: Clause | None = None
    duration: Note = ""


class StoryHandedOver(Event):
    """Disposisi: a Version laid before another leader with a note; its clock runs on."""

    name, topic, key_field = "story.handed-over", "decisions", "story"
    story: UUID
    version: Version
    to: Official
    note: Note = ""
    by: Official
    mandate: Note = ""
    at: AwareDatetime


class OfferWithdrawn(Event):
    """A leader takes the words back with which a Version was returned (*setujui dengan perbaikan*)."""

    name, topic, key_field = "offer.withdrawn", "decisions", "story"
    story: UUID
    version: Version
    note: Note = ""
    by: Official
    mandate: Note = ""
    at: AwareDatetime


class ApprovalConfirmed(Event):
    """Another official looked at an emergency approval later and lets it stand."""

    name, topic, key_field = "approval.confirmed", "decisions", "story"
    story: UUID
    version: Version
    note: Note = ""
    by: Official
    mandate: Note = ""
    at: AwareDatetime
    clocks: Clocks = ()


class ApprovalRevoked(Event):
    name, topic, key_field = "approval.revoked", "decisions", "story"
    story: UUID
    version: Version
    reason: Literal["superseded", "abandoned", "official"]
    note: Note = ""
    by: Official | None = None
    mandate: Note = ""
    at: AwareDatetime
    clocks: Clocks = ()


class OnPublications(Event):
    topic, key_field = "publications", "story"
    story: UUID
    version: Version
    at: AwareDatetime
    origins: tuple[Origin, ...] = ()


class DeliveryLive(OnPublications):
    """One channel is confirmed readable by the public; `way` says how strongly."""

    name = "delivery.live"
    channel: Code
    url: str
    way: Literal["fetched", "api", "attested"]
    confirmed_by: Official | None = None


class DeliveryFailed(OnPublications):
    name = "delivery.failed"
    channel: Code
    reason: Note


class StoryPublished(OnPublications, Practice):
    """Stage 4 is done: every required channel is live. Sent once per Version."""

    name = "story.published"
    title: Line
    urls: dict[str, str]
    published_by: Official
    waived: dict[str, Note] = Field(default={})
    clocks: Clocks = ()
    total: TotalRecord | None = None


class StoryCorrected(OnPublications):
    name = "story.corrected"
    previous_version: Version
    title: Line
    urls: dict[str, str]
    what_changed: Note = ""
    clocks: Clocks = ()


class StoryTakenDown(OnPublications):
    name = "story.taken-down"
    reason: Note
    by: Official | None = None
    channels: dict[str, Literal["done", "impossible", "failed"]] = Field(default={})
    clocks: Clocks = ()


class AuditAnchored(Event):
    """The head of one service's audit chain, kept by the others so that a rewrite shows."""

    name, key_field = "audit.anchored", "service"
    topic = "reports"
    service: Literal["intake", "editing", "review", "publisher"]
    sealed: Annotated[int, Field(ge=0)]
    hash: Sha256
    at: AwareDatetime


CATALOGUE: dict[str, type[Event]] = {
    kind.name: kind
    for kind in (
        IntakeRequested, IntakeAccepted, IntakeRefused, IntakeSentBack, IntakeDeclined, IntakePublished,
        IntakeTakenDown, ReportReceived, ReportMediaChecked, ReportSupplemented, ReportRefused, ReportWithdrawn,
        MediaErased, StorySubmitted, StoryAbandoned, ReportSentBack, StoryApproved, StoryReturned, StoryDeclined,
        StoryWithheld, StoryHandedOver, OfferWithdrawn, ApprovalConfirmed, ApprovalRevoked, DeliveryLive,
        DeliveryFailed, StoryPublished, StoryCorrected, StoryTakenDown, AuditAnchored,
    )
}  # fmt: skip

OWNED_TOPIC = {"intake": "reports", "editing": "stories", "review": "decisions", "publisher": "publications"}
PREFIX = "alurwarta."


def type_name(kind: type[Event]) -> str:
    """The CloudEvents `type`, e.g. `alurwarta.report.received.v1`."""
    return f"{PREFIX}{kind.name}.v{kind.major}"
