"""The pages of the site and the objects beside them, as the publisher's own database knows them."""

from collections.abc import Callable
from datetime import datetime

from services.publisher import changes, delivery, store, store_objects
from services.publisher.channels import Post
from services.publisher.consequences import Change
from services.publisher.domain import Story
from services.publisher.objects import PublicObject, objects_of
from shared.desk import Desk

Step = Callable[[Story, datetime], Story]


class Pages:
    """The pages of the site, behind the check of the approval in the transaction that shows them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def show(self, post: Post) -> bool:
        after = await change(self.desk, post, lambda s, at: delivery.show(s, post.version, tries=post.tries, at=at))
        found = after.find(post.version) if after else None
        return found is not None and found.visible

    async def shows(self, post: Post) -> bool:
        async with self.desk.db.connection() as conn:
            story = await store.read(conn, post.story)
        found = story.find(post.version) if story else None
        return found is not None and found.visible

    async def needs(self, post: Post, found: PublicObject) -> bool:
        async with self.desk.db.connection() as conn:
            story = await store.read(conn, post.story)
        now = story.find(post.version) if story else None
        if now is None or not now.may_show or not delivery.is_sent_by(now, post.channel, tries=post.tries):
            return False
        return found in objects_of(now.approval.content)

    async def keep(self, key: str) -> bool:
        async with self.desk.db.transaction() as conn:
            return await store_objects.keep(conn, key)

    async def verified_as(self, key: str) -> str | None:
        async with self.desk.db.connection() as conn:
            return await store_objects.verified_as(conn, key)

    async def verified(self, key: str, etag: str) -> None:
        async with self.desk.db.transaction() as conn:
            await store_objects.verified(conn, key, etag)


async def change(desk: Desk, post: Post, step: Step) -> Story | None:
    """Apply one step to a Story under its lock; returns it as it then is."""
    async with desk.transaction() as conn:
        before = (await store.lock(conn, [post.story])).get(post.story)
        if before is None:
            return None
        at = desk.now()
        after = step(before, at)
        await changes.commit(desk, conn, [Change(before, after, at)])
        return after
