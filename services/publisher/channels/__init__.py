"""A place of publication behind one small protocol; one file per channel.

A channel prepares what the public does not see yet, as often as it takes, and keeps what it made (`Steps.keep`). Then
it calls `Steps.submit` and, once, what makes the post public. A call ends in one of these ways: a Receipt; `NotSent`
(nothing is public, for certain: again later), `Limited` (the same, and when), `Processing` (the channel is at work on
it); `Rejected` (the same would be refused again); or any other exception, after which nobody knows: then it is looked
up, not sent again (`Doubtful` tells a person what is known). Another exception before `submit` is a `NotSent`.

Facts whose names begin with `done:` outlive *Kirim ulang*: what they name was shown for good, and is not shown twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable
from uuid import UUID

from services.publisher.domain import SENT, Way
from services.publisher.objects import PublicObject
from shared.content import Content, MediaKind

LEAST_SECONDS = 120.0
SLOWEST = 2_000_000  # bytes in a second, copied and hashed


@dataclass(frozen=True, slots=True)
class Attached:
    """One file of a post, in the copy that its channel takes; `url` is where strangers find that copy."""

    kind: MediaKind
    found: PublicObject
    url: str
    width: int | None
    height: int | None
    duration_ms: int | None
    alt: str
    caption: str


@dataclass(frozen=True, slots=True)
class Former:
    """What an older Version of the Story shows on this channel, as far as it is known."""

    version: int
    external_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Post:
    """What one channel is asked to show: a Version in the form that this channel needs; `url` is its public address.

    `text` is what was approved for this channel, or what its template makes of the Version, `link` included, by which
    it is found again. `former` where an older Version of the Story stands there already. `facts` were kept by an
    earlier attempt; `submitted` tells whether that one may have made it public, `external_id` is the channel's own name
    for it. `known_url` is where it is known to be: the channel told so, or a person did. `account` is the one
    that is connected: a page, a user, a site.
    """

    story: UUID
    version: int
    channel: str
    tries: int
    title: str
    url: str
    content: Content
    text: str = ""
    link: str = ""
    attached: tuple[Attached, ...] = ()
    objects: tuple[PublicObject, ...] = ()
    former: Former | None = None
    facts: Mapping[str, str] = field(default_factory=dict[str, str])
    submitted: bool = False
    external_id: str = ""
    known_url: str = ""
    account: str = ""

    @property
    def is_elsewhere(self) -> bool:
        """It was sent to another account than the one that is connected now."""
        return self.facts.get(f"{SENT}account", self.account) != self.account

    @property
    def key(self) -> str:
        """The idempotency key: from the intent, so that a second attempt has the same."""
        return f"{self.story}/{self.version}/{self.channel}"


@dataclass(frozen=True, slots=True)
class Rest:
    """Nobody calls before `until` what shares this limit: an app, or an account."""

    limit: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where it is; `way` is how it was seen that the public can read it, None while that is not seen.

    `rest` where the channel said that this was the last call for now.
    """

    url: str
    way: Way | None = None
    external_id: str = ""
    rest: tuple[Rest, ...] = ()


@dataclass(frozen=True, slots=True)
class MediaFit:
    """Which copies a channel takes, by type, in bytes, pixels, width by height, and milliseconds."""

    types: tuple[str, ...] = ()
    max_bytes: int | None = None
    max_width: int | None = None
    min_ratio: float | None = None
    max_ratio: float | None = None
    max_duration_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do. `max_text` in the channel's own count, None without limit.

    `way` is the strongest in which it can be seen that the public reads a post; `hosts` are those of its posts' links,
    none where they are not known. `alt` where alternative texts go along. `assisted` where a person may post instead of
    the system, `assisted_only` where no program may; `by_url` where it fetches files from our public addresses.
    `keeps_files` where an edit changes the words alone. `limits` are the names of the call limits that it shares with
    others.
    """

    max_text: int | None
    max_media: int | None
    edit: bool
    take_down: bool
    idempotency: bool
    lookup: bool
    proved_against: Literal["real", "fake"]
    way: Way = "api"
    hosts: tuple[str, ...] = ()
    least_media: int = 0
    alt: bool = False
    media: MediaFit = MediaFit()
    assisted_only: bool = False
    limits: tuple[str, ...] = ()
    assisted: bool = False
    by_url: bool = False
    keeps_files: bool = False


def patience(found: PublicObject) -> float:
    """Seconds that the work on one object may take: generous, for a store that is slow and busy."""
    return LEAST_SECONDS + found.size / SLOWEST


class NotSent(Exception):
    """Nothing is public, for certain: it may be sent again later."""


class Limited(NotSent):
    """The channel asked for fewer calls; it says until when."""

    def __init__(self, reason: str, *rest: Rest) -> None:
        super().__init__(reason)
        self.rest = rest


class Processing(NotSent):
    """The channel has it and is not done: ask again at `until`. It answered, so that this is no failure of it.

    From a look-up it says only that nothing can be told yet.
    """

    def __init__(self, reason: str, until: datetime) -> None:
        super().__init__(reason)
        self.until = until


class Rejected(Exception):
    """Nothing is public, and the same would be refused again: a person has to look. The reason is theirs to read."""


class Doubtful(Exception):
    """Nobody knows how it ended, or it ended in part; what is known of it is for a person to read.

    Also before this attempt's own `submit`: an earlier one may have shown a part.
    """


class ApprovalGone(Exception):
    """What was approved does not stand any more as it was, or another has taken over: nothing is shown."""


class Steps(Protocol):
    """What one attempt writes down between its steps, where a crash cannot reach it."""

    async def keep(self, **facts: str) -> None:
        """Remember what was made at the channel. Raises ApprovalGone where this attempt is not the one any more."""
        ...

    async def submit(self) -> None:
        """From here on the public may see it. Raises ApprovalGone where it must not."""
        ...


@runtime_checkable
class Discards(Protocol):
    """A channel that keeps what an attempt has made and nobody saw (drafts, uploads) until somebody removes it."""

    async def discard(self, post: Post) -> None:
        """Remove that (`post.facts`), and nothing that the public sees, neither of this Version nor of another."""
        ...


class Channel(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    async def publish(self, post: Post, steps: Steps) -> Receipt:
        """Show it."""
        ...

    async def lookup(self, post: Post) -> Receipt | None:
        """Whether this Version is there; None only where it certainly is not."""
        ...

    async def edit(self, post: Post, steps: Steps) -> Receipt:
        """Show it in the place of what this Story's older Version showed (`post.former`)."""
        ...

    async def take_down(self, post: Post) -> None:
        """Remove all that is there of it: the post, and what an attempt has made and nobody saw (its `facts`).

        The post is the one of `external_id`, else of `known_url` as far as the channel's links tell, else it is looked
        for. What is gone already is done. Raises `Rejected` where a person has to delete it (the channel never lets
        the system, or the link that a person gave matches nothing there), `Limited` with its rests, and anything else
        while it is not certain to be gone: then it is asked again.
        """
        ...
