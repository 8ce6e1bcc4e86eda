"""Publications: an approved Version on its channels, and the states of each. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.content import Content, Official, Origin, Urgency

ApprovalState = Literal["valid", "void", "superseded", "revoked"]
State = Literal["ready", "publishing", "published", "superseded", "void", "taking-down", "taken-down"]
DeliveryState = Literal["waiting", "sending", "live", "unconfirmed", "failed", "void", "superseded", "taken-down"]
Way = Literal["fetched", "api", "attested"]
Mode = Literal["connected", "assisted"]
# Why a post must be gone from its channel: it comes down, it shows an erased file, or an attempt left it unfinished.
RemovalCause = Literal["taken-down", "erased", "left-over"]
RemovalState = Literal["due", "by-hand", "refused", "done"]
ScheduleState = Literal["none", "waiting", "missed", "started", "cancelled", "void"]

SITE = "site"
NO_SCHEDULE = "none"
UNKNOWN_CHANNEL = "Kanal ini belum tersambung pada sistem."
STANDS: frozenset[ApprovalState] = frozenset({"valid", "superseded"})
OUT: frozenset[DeliveryState] = frozenset({"sending", "unconfirmed", "live"})
UNDERWAY: frozenset[State] = frozenset({"publishing", "published"})


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


# Facts of parts that are out already: they are not shown twice, and stay when it is sent again.
DONE = "done:"
# Facts of what was submitted, by which it is found again: its link, text and account.
SENT = "sent:"
# How often it was removed and sent anew: an idempotency key of its own each time.
ROUND = "round"


@dataclass(frozen=True, slots=True)
class Made:
    """What is known to stand at the channel: its own name for the post, and what an attempt wrote down.

    `submitted`: the attempt came to the step that makes it public. While it did not, nothing is.
    """

    external_id: str = ""
    submitted: bool = False
    facts: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def done(self) -> dict[str, str]:
        """Parts that are out for good, whatever becomes of the rest."""
        return {name: fact for name, fact in self.facts.items() if name.startswith(DONE)}

    @property
    def unseen(self) -> dict[str, str]:
        """What attempts have made and the public does not see: drafts, uploads."""
        return {name: fact for name, fact in self.facts.items() if not name.startswith((DONE, SENT)) and name != ROUND}

    def is_at(self, account: str) -> bool:
        """Whether it stands at this account of the channel, as far as that was written down."""
        return self.facts.get(f"{SENT}account", account) == account

    @property
    def lasting(self) -> dict[str, str]:
        """What holds for the next attempt, whatever this one made."""
        return self.done | ({ROUND: self.facts[ROUND]} if ROUND in self.facts else {})


NOTHING_MADE = Made()


@dataclass(frozen=True, slots=True)
class Removal:
    """A post has to be gone from its channel: `due` is tried at `at`, `by-hand` and `refused` are left to a person."""

    cause: RemovalCause
    state: RemovalState = "due"
    at: datetime | None = None
    tries: int = 0
    reason: str = ""
    since: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.state != "done"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One Version on one channel. `tries` counts how often it was taken up, and tells a late worker apart.

    `looks` counts the look-ups since it is unconfirmed; `confirmed_by` is who attested that it is live. What is of mode
    `assisted` is posted by a person, `held_by` one at a time. `check_at` is when a live one is looked at again, which
    was done `checks` times. `removal` is set where it has to be gone from there.
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
    mode: Mode = "connected"
    held_by: Official | None = None
    made: Made = NOTHING_MADE
    check_at: datetime | None = None
    checks: int = 0
    removal: Removal | None = None

    @property
    def is_by_hand(self) -> bool:
        return self.mode == "assisted"

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


def slug_of(title: str, story: UUID) -> str:
    """A Story's address: words of its title, and enough of its id to be alone (the end: a UUIDv7 begins with time)."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].rstrip("-")
    return f"{words}-{story.hex[-12:]}" if words else story.hex[-12:]
