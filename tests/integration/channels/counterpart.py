"""The other side of a channel, real or a fake, as the suite of faults needs it."""

from typing import Literal, Protocol

from services.publisher.channels import Channel, Former, Post
from tests.support.faulty_proxy import FaultyProxy

Broken = Literal["access"]
"""What a proxy cannot break: the channel's right to post is taken away."""


class Counterpart(Protocol):
    """`proxy` stands before it; the counts and looks go past that."""

    proxy: FaultyProxy

    def channel(self) -> Channel:
        """A fresh one, as after a restart."""
        ...

    def post(self, version: int = 1, *, of: Post | None = None, former: Former | None = None) -> Post:
        """A Version to publish, with files where the channel takes some; of a new Story, or of that of another."""
        ...

    async def count(self, post: Post) -> int:
        """How many posts of this Story are there, in whatever state, those that nobody sees included."""
        ...

    async def shown(self, post: Post) -> int | None:
        """The Version of this Story that strangers see, None for none. Two at once fail."""
        ...

    async def leftovers(self, post: Post) -> int:
        """How many files lie there that no public post shows."""
        ...

    async def break_(self, what: Broken) -> None: ...

    async def restore(self) -> None:
        """All is well again, the proxy too."""
        ...
