"""The office's own site: copy the files, show the page, then look at it as a stranger would."""

import html
from dataclasses import dataclass
from typing import Protocol

import httpx

from services.publisher.channels import ApprovalGone, Capabilities, NotSent, Post, Receipt, Rejected
from services.publisher.domain import SITE, PublicObject
from shared.media.store import Missing, Store
from shared.refusal import Transient

MARK = "alurwarta:versi"
# Its name is its hash, so that what a cache holds under it can never be out of date.
CACHED = "public, max-age=31536000, immutable"
CAN = Capabilities(
    max_text=None, max_media=None, edit=True, take_down=True, idempotency=True, lookup=True, proved_against="real"
)


class Shelf(Protocol):
    """Where pages stand; the publisher's database, behind its checks."""

    async def show(self, post: Post) -> bool:
        """Make the page visible if its approval stands at this moment; whether it now is."""
        ...

    async def shows(self, post: Post) -> bool:
        """Whether this very Version is the visible page."""
        ...


@dataclass(frozen=True, slots=True)
class Site:
    """`public_url` is what the public types, `probe_url` the same site as this service reaches it."""

    shelf: Shelf
    store: Store
    public_bucket: str
    stranger: httpx.AsyncClient
    public_url: str
    probe_url: str
    name: str = SITE
    capabilities: Capabilities = CAN

    async def publish(self, post: Post) -> Receipt:
        for found in post.objects:
            await self._bring(found)
        if not await self.shelf.show(post):
            raise ApprovalGone
        return await self._look(post)

    async def lookup(self, post: Post) -> Receipt | None:
        return await self._look(post) if await self.shelf.shows(post) else None

    async def edit(self, post: Post) -> Receipt:
        """The address of a Story never changes, so that showing the new Version replaces the old one."""
        return await self.publish(post)

    async def take_down(self, post: Post) -> None:
        """The page was hidden, and its objects deleted, before anybody calls this: it only makes sure."""
        if await self.shelf.shows(post):
            raise Transient("the page is not hidden yet")

    async def restore(self, found: PublicObject) -> None:
        """Copy one object to the public bucket, and make sure that it is what was approved."""
        headers = {"Content-Type": found.content_type, "Cache-Control": CACHED}
        await self.store.copy((found.bucket, found.source_key), (self.public_bucket, found.key), headers=headers)
        if await self.store.hash_of(self.public_bucket, found.key) != found.sha256:
            await self.store.remove(self.public_bucket, found.key)
            raise Rejected(
                "Salah satu berkas tidak sama dengan yang disetujui. Periksa berkasnya, lalu ajukan versi baru."
            )

    async def _bring(self, found: PublicObject) -> None:
        try:
            if not await self._lies_there(found):
                await self.restore(found)
        except Missing:
            raise Rejected(
                "Salah satu berkas sudah tidak ada di penyimpanan. Ajukan versi baru tanpa berkas itu."
            ) from None
        except Transient as e:
            raise NotSent("Penyimpanan media sedang tidak terjangkau.") from e

    async def _lies_there(self, found: PublicObject) -> bool:
        try:
            lying = await self.store.stat(self.public_bucket, found.key)
        except Missing:
            return False
        if (lying.size, lying.content_type, lying.cache_control) != (found.size, found.content_type, CACHED):
            return False
        return await self.store.hash_of(self.public_bucket, found.key) == found.sha256

    async def _look(self, post: Post) -> Receipt:
        """Fetch the public address: confirmed when it shows this title and this Version."""
        address = self.probe_url + post.url.removeprefix(self.public_url)
        try:
            answer = await self.stranger.get(address, headers={"Cache-Control": "no-cache"})
        except httpx.HTTPError:
            return Receipt(post.url)
        seen = html.unescape(answer.text)
        there = answer.status_code == 200 and post.title in seen and f'name="{MARK}" content="{post.version}"' in seen
        return Receipt(post.url, "fetched" if there else None)
