"""A place of publication behind one small protocol; one file per channel.

A channel's call ends in one of four ways: a Receipt, `NotSent` (nothing arrived, for certain), `Rejected` (nothing
arrived and nothing will), or any other exception, after which nobody knows: then it is looked up, not sent again.
"""

from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID

from services.publisher.domain import Way
from services.publisher.objects import PublicObject

LEAST_SECONDS = 120.0
SLOWEST = 2_000_000  # bytes in a second, copied and hashed


@dataclass(frozen=True, slots=True)
class Post:
    """What one channel is asked to show: a Version in the form that this channel needs; `url` is its public address.

    `replaces` where an older Version of the Story stands there already.
    """

    story: UUID
    version: int
    channel: str
    tries: int
    title: str
    url: str
    objects: tuple[PublicObject, ...] = ()
    replaces: bool = False

    @property
    def key(self) -> str:
        """The idempotency key: from the intent, so that a second attempt has the same."""
        return f"{self.story}/{self.version}/{self.channel}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where it is; `way` is how it was seen that the public can read it, None while that is not seen."""

    url: str
    way: Way | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do. `max_text` in the channel's own count, None without limit.

    `way` is the strongest in which it can be seen that the public reads a post; `hosts` are those of its posts' links,
    none where they are not known.
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


def patience(found: PublicObject) -> float:
    """Seconds that the work on one object may take: generous, for a store that is slow and busy."""
    return LEAST_SECONDS + found.size / SLOWEST


class NotSent(Exception):
    """Nothing arrived, for certain: it may be sent again later."""


class Rejected(Exception):
    """Nothing arrived, and the same would be refused again: a person has to look. The reason is theirs to read."""


class ApprovalGone(Exception):
    """What was approved does not stand any more as it was, or another has taken over: nothing is shown."""


class Channel(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    async def publish(self, post: Post) -> Receipt:
        """Show it."""
        ...

    async def lookup(self, post: Post) -> Receipt | None:
        """Whether it is there; None only where it certainly is not."""
        ...

    async def edit(self, post: Post) -> Receipt:
        """Show it in the place of what this Story's older Version showed."""
        ...

    async def take_down(self, post: Post) -> None:
        """Remove it, where the channel is capable of that; raises while it is not certain to be gone."""
        ...
