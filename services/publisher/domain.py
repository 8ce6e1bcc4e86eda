"""Publications: an approved Version on its channels; their states and every transition between these. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, NamedTuple, cast
from uuid import UUID

from services.publisher.refusals import NotPossible
from shared.access import roles_of
from shared.content import Content, Official, Origin, Urgency

ApprovalState = Literal["valid", "void", "superseded", "revoked"]
State = Literal["ready", "publishing", "published", "superseded", "void", "taking-down", "taken-down"]
DeliveryState = Literal["waiting", "sending", "live", "unconfirmed", "failed", "void", "superseded", "taken-down"]
Way = Literal["fetched", "api", "attested"]
ScheduleState = Literal["none", "waiting", "missed", "started", "cancelled", "void"]

SITE = "site"
NO_SCHEDULE = "none"
STANDS: frozenset[ApprovalState] = frozenset({"valid", "superseded"})
OUT: frozenset[DeliveryState] = frozenset({"sending", "unconfirmed", "live"})
UNDERWAY: frozenset[State] = frozenset({"publishing", "published"})


class Transition(NamedTuple):
    """One arrow; `roles` are who may cause it by hand, none where only the system does."""

    item: Literal["approval", "publication", "delivery", "schedule"]
    before: str
    action: str
    after: str
    roles: tuple[str, ...] = ()


TRANSITIONS = (
    Transition("approval", "valid", "void", "void"),
    Transition("approval", "valid", "overtake", "superseded"),
    Transition("approval", "valid", "revoke", "revoked"),
    Transition("approval", "superseded", "revoke", "revoked"),
    Transition("publication", "ready", "publish", "publishing", roles_of("publication.publish")),
    Transition("publication", "ready", "void", "void"),
    Transition("publication", "publishing", "void", "void"),
    Transition("publication", "publishing", "complete", "published"),
    Transition("publication", "publishing", "waive", "published", roles_of("publication.waive")),
    Transition("publication", "publishing", "replace", "superseded"),
    Transition("publication", "published", "replace", "superseded"),
    Transition("publication", "publishing", "take-down", "taking-down", roles_of("publication.take-down")),
    Transition("publication", "published", "take-down", "taking-down", roles_of("publication.take-down")),
    Transition("publication", "taking-down", "clear", "taken-down"),
    Transition("publication", "taking-down", "void", "void"),
    Transition("delivery", "waiting", "send", "sending"),
    Transition("delivery", "waiting", "void", "void"),
    # A look-up that was under way when a person said "not there", and found it.
    Transition("delivery", "waiting", "confirm", "live"),
    Transition("delivery", "failed", "void", "void"),
    Transition("delivery", "sending", "put-back", "waiting"),
    Transition("delivery", "sending", "doubt", "unconfirmed"),
    Transition("delivery", "sending", "confirm", "live"),
    Transition("delivery", "sending", "fail", "failed"),
    Transition("delivery", "sending", "void", "void"),
    Transition("delivery", "unconfirmed", "doubt", "unconfirmed"),
    Transition("delivery", "unconfirmed", "confirm", "live"),
    Transition("delivery", "unconfirmed", "attest", "live", roles_of("publication.confirm")),
    Transition("delivery", "unconfirmed", "deny", "waiting", roles_of("publication.confirm")),
    Transition("delivery", "unconfirmed", "put-back", "waiting"),
    Transition("delivery", "unconfirmed", "fail", "failed"),
    Transition("delivery", "unconfirmed", "void", "void"),
    Transition("delivery", "failed", "retry", "waiting", roles_of("publication.retry")),
    Transition("delivery", "unconfirmed", "retry", "unconfirmed", roles_of("publication.retry")),
    Transition("delivery", "unconfirmed", "replace", "superseded"),
    Transition("delivery", "live", "replace", "superseded"),
    Transition("delivery", "unconfirmed", "take-down", "taken-down", roles_of("publication.take-down")),
    Transition("delivery", "live", "take-down", "taken-down", roles_of("publication.take-down")),
    Transition("schedule", NO_SCHEDULE, "set", "waiting", roles_of("publication.schedule")),
    Transition("schedule", "waiting", "set", "waiting", roles_of("publication.schedule")),
    Transition("schedule", "missed", "set", "waiting", roles_of("publication.schedule")),
    Transition("schedule", "cancelled", "set", "waiting", roles_of("publication.schedule")),
    Transition("schedule", "waiting", "cancel", "cancelled", roles_of("publication.schedule")),
    Transition("schedule", "missed", "cancel", "cancelled", roles_of("publication.schedule")),
    Transition("schedule", "waiting", "miss", "missed"),
    Transition("schedule", "waiting", "start", "started", roles_of("publication.publish")),
    Transition("schedule", "missed", "start", "started", roles_of("publication.publish")),
    Transition("schedule", "waiting", "void", "void"),
    Transition("schedule", "missed", "void", "void"),
)
_ARROWS: dict[tuple[str, str, str], Transition] = {(t.item, t.before, t.action): t for t in TRANSITIONS}


@dataclass(frozen=True, slots=True)
class Approval:
    """What the leader approved, whole, and whether that still stands."""

    cycle: int
    content: Content
    content_sha256: str
    origins: tuple[Origin, ...]
    authors: tuple[str, ...]
    decided_by: Official
    decided_at: datetime
    not_before: datetime | None
    urgency: Urgency
    practice: bool
    correction: bool
    basis: str
    event_id: str
    traceparent: str | None
    state: ApprovalState = "valid"

    @property
    def opens_at(self) -> datetime:
        """When the publishing clock starts: an embargo of the leader's moves it."""
        return max(self.decided_at, self.not_before or self.decided_at)


@dataclass(frozen=True, slots=True)
class Waiver:
    """An official does not wait for a channel, and says why."""

    by: Official
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the Admin wants an approved Version published. It moves no clock."""

    at: datetime
    by: Official
    set_at: datetime
    state: ScheduleState = "waiting"

    @property
    def is_on(self) -> bool:
        """It waits for its time, or for somebody to say what now."""
        return self.state in ("waiting", "missed")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One Version on one channel. `tries` counts how often it was taken up, and tells a late worker apart.

    `looks` counts the look-ups since it is unconfirmed; `confirmed_by` is who attested that it is live.
    """

    channel: str
    required: bool
    state: DeliveryState = "waiting"
    url: str = ""
    way: Way | None = None
    reason: str = ""
    tries: int = 0
    next_at: datetime | None = None
    looks: int = 0
    confirmed_by: Official | None = None
    waiver: Waiver | None = None

    @property
    def is_waived(self) -> bool:
        """Required, not live, and not waited for."""
        return self.required and self.waiver is not None and self.state != "live"


@dataclass(frozen=True, slots=True)
class Publication:
    """One approved Version and how far it is in public."""

    version: int
    approval: Approval
    state: State = "ready"
    deliveries: tuple[Delivery, ...] = ()
    visible: bool = False
    shown_at: datetime | None = None
    started_by: Official | None = None
    started_at: datetime | None = None
    published_at: datetime | None = None
    ended_by: Official | None = None
    ended_reason: str = ""
    schedule: Schedule | None = None

    @property
    def is_complete(self) -> bool:
        """Each required channel is live, or an official waived it."""
        return all(d.state == "live" or d.is_waived for d in self.deliveries if d.required)

    @property
    def is_out(self) -> bool:
        """Something of it is, or may be, in public."""
        return self.visible or any(d.state in OUT for d in self.deliveries)

    @property
    def may_show(self) -> bool:
        return self.state in UNDERWAY and self.approval.state in STANDS and not self.approval.practice

    def delivery(self, channel: str) -> Delivery | None:
        return next((d for d in self.deliveries if d.channel == channel), None)

    def with_delivery(self, delivery: Delivery) -> "Publication":
        others = (delivery if d.channel == delivery.channel else d for d in self.deliveries)
        return replace(self, deliveries=tuple(others))


@dataclass(frozen=True, slots=True)
class Gone:
    """Why a page that was public is no more."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Story:
    """All Versions of one Story that were approved, oldest first, and its one address."""

    id: UUID
    slug: str | None = None
    publications: tuple[Publication, ...] = ()
    revoked_early: frozenset[int] = frozenset()
    gone: Gone | None = None

    @property
    def newest(self) -> int:
        """The newest Version that any Decision told of."""
        return max((*(p.version for p in self.publications), *self.revoked_early), default=0)

    def find(self, version: int) -> Publication | None:
        return next((p for p in self.publications if p.version == version), None)

    def put(self, *publications: Publication) -> "Story":
        """The Story with these Publications added, or in the place of their former states."""
        found = {p.version: p for p in (*self.publications, *publications)}
        return replace(self, publications=tuple(found[v] for v in sorted(found)))


def move_approval(approval: Approval, action: str) -> Approval:
    return replace(approval, state=cast("ApprovalState", _after("approval", approval.state, action)))


def move_publication(publication: Publication, action: str) -> Publication:
    return replace(publication, state=cast("State", _after("publication", publication.state, action)))


def move_delivery(delivery: Delivery, action: str) -> Delivery:
    after = cast("DeliveryState", _after("delivery", delivery.state, action))
    return replace(delivery, state=after, looks=delivery.looks if after == "unconfirmed" else 0)


def move_schedule(schedule: Schedule, action: str) -> Schedule:
    return replace(schedule, state=cast("ScheduleState", _after("schedule", schedule.state, action)))


def ended_schedule(publication: Publication, action: Literal["start", "void"]) -> Schedule | None:
    """The schedule of a Publication that starts, or never will; one that was cancelled stays so."""
    schedule = publication.schedule
    return move_schedule(schedule, action) if schedule is not None and schedule.is_on else schedule


def _after(item: str, before: str, action: str) -> str:
    arrow = _ARROWS.get((item, before, action))
    if arrow is None:
        raise NotPossible(item, before, action)
    return arrow.after


def settled(deliveries: Iterable[Delivery], action: Literal["void", "replace", "take-down"]) -> tuple[Delivery, ...]:
    """Each delivery when its Publication ends. One that is being sent is left to its worker, who finds out."""
    ended: list[Delivery] = []
    for delivery in deliveries:
        chosen = "void" if delivery.state in ("waiting", "failed") else action
        can = ("delivery", delivery.state, chosen) in _ARROWS and delivery.state != "sending"
        ended.append(replace(move_delivery(delivery, chosen), next_at=None) if can else delivery)
    return tuple(ended)


def slug_of(title: str, story: UUID) -> str:
    """A Story's address: words of its title, and enough of its id to be alone (the end: a UUIDv7 begins with time)."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].rstrip("-")
    return f"{words}-{story.hex[-12:]}" if words else story.hex[-12:]
