"""A second channel behind the same protocol, as a social network might behave: it answers, is silent, or says no."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from services.publisher.channels import Capabilities, Limited, MediaFit, NotSent, Post, Receipt, Rejected, Rest, Steps
from services.publisher.domain import Way

NEVER = datetime.max.replace(tzinfo=UTC)
Mood = Literal["well", "silent", "silent-after", "no", "unseen", "limited", "look-limited", "cut-before", "not-sent"]


@dataclass
class Medsos:
    """`mood` is how the next calls end: `silent-after` posts and times out; `unseen` cannot say if the public reads.

    `cut-before` is cut off while it prepares; `limited` asks for rest until `rested`.
    """

    lookup_there: bool = False
    can_remove: bool = False
    mood: Mood = "well"
    name: str = "medsos"
    way: Way = "api"
    posts: list[str] = field(default_factory=list[str])
    looks: int = 0
    holds: bool = False
    refuses: bool = False
    fails: str = ""
    links: dict[str, str] = field(default_factory=dict[str, str])
    removed_links: dict[str, str] = field(default_factory=dict[str, str])
    types: tuple[str, ...] = ()
    rested: datetime = NEVER
    seen_facts: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            max_text=2200, max_media=10, edit=False, take_down=self.can_remove, idempotency=False,
            lookup=self.lookup_there, proved_against="fake", way=self.way, hosts=("medsos.test",),
            media=MediaFit(self.types),
        )  # fmt: skip

    async def publish(self, post: Post, steps: Steps) -> Receipt:
        if self.mood == "limited":
            raise Limited("Kanal meminta jeda.", Rest(self.name, self.rested))
        if self.mood == "not-sent" or post.key == self.fails:
            raise NotSent("Kanal belum terjangkau.")
        await steps.keep(draft=f"d{post.tries}")
        self.seen_facts = dict(post.facts)
        if self.mood == "cut-before":
            raise ConnectionError
        await steps.submit()
        if self.mood == "silent":
            raise TimeoutError
        if self.mood == "no":
            raise Rejected("Token kanal kedaluwarsa. Sambungkan lagi akunnya.")
        self.posts.append(post.key)
        self.links[post.key] = post.link
        if self.mood == "silent-after":
            raise TimeoutError
        return Receipt(self.url, None if self.mood == "unseen" else self.way)

    async def lookup(self, post: Post) -> Receipt | None:
        assert self.lookup_there, "a channel without look-up is never asked"
        self.looks += 1
        if self.mood == "look-limited":
            raise Limited("Kanal meminta jeda.", Rest(self.name, self.rested))
        if self.mood == "unseen":
            return Receipt(self.url)
        return Receipt(self.url, self.way) if post.key in self.posts else None

    async def edit(self, post: Post, steps: Steps) -> Receipt:
        return await self.publish(post, steps)

    async def take_down(self, post: Post) -> None:
        assert self.can_remove
        if self.holds:
            raise TimeoutError
        if self.refuses:
            raise Rejected("Izin menghapus dicabut.")
        if self.mood == "limited":
            raise Limited("Kanal meminta jeda.", Rest(self.name, self.rested))
        self.posts = [key for key in self.posts if key != post.key]
        self.removed_links[post.key] = post.link

    @property
    def url(self) -> str:
        return f"https://medsos.test/p/{len(self.posts)}"
