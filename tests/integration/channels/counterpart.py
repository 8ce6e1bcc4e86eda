"""The other side of a channel, real or a fake, as the suite of faults needs it."""

from dataclasses import dataclass
from typing import Literal, Protocol

from services.publisher.channels import Channel, Former, Post
from tests.support.faulty_proxy import FaultyProxy

Broken = Literal["access"]
"""What a proxy cannot break: the channel's right to post is taken away."""


@dataclass(frozen=True)
class Seen:
    """`posts` are those of a Story in whatever state, those that nobody sees included; `version` is what strangers see.

    `leftovers` are files that no public post shows.
    """

    posts: int
    version: int | None
    leftovers: int


NOTHING = Seen(0, None, 0)


class Counterpart(Protocol):
    """`proxy` stands before it; looks go past that."""

    proxy: FaultyProxy

    def channel(self) -> Channel:
        """A fresh one, as after a restart."""
        ...

    def post(self, version: int = 1, *, of: Post | None = None, former: Former | None = None) -> Post:
        """A Version to publish, with files where the channel takes some; of a new Story, or of that of another."""
        ...

    async def look(self, post: Post) -> Seen:
        """All that is there of its Story. Two that strangers see at once fail."""
        ...

    async def break_(self, what: Broken) -> None: ...

    async def restore(self) -> None:
        """All is well again, the proxy too."""
        ...
