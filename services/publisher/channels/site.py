"""The office's own site: copy the files, show the page, then look at it as a stranger would."""

import asyncio
import html
from dataclasses import dataclass, field
from typing import Protocol

import httpx
import structlog

from services.publisher.channels import ApprovalGone, Capabilities, NotSent, Post, Receipt, Rejected, Steps, patience
from services.publisher.channels.wordpress_html import has_title, mark_of
from services.publisher.domain import SITE
from services.publisher.objects import PublicObject
from shared.media.store import Missing, Store
from shared.refusal import Transient

log = structlog.get_logger(__name__)

MARK = "alurwarta:versi"
# Where the site is off, an address leads to the page at the office's main site, and says of which Version that is.
MOVED, VERSION = 308, "Alurwarta-Versi"
ASK_ANEW = {"Cache-Control": "no-cache"}
# Its name is its hash, so that what a cache holds under it can never be out of date.
CACHED = "public, max-age=31536000, immutable"
CAN = Capabilities(
    max_text=None, max_media=None, edit=True, take_down=True, idempotency=True, lookup=True, proved_against="real",
    way="fetched",
)  # fmt: skip


class Shelf(Protocol):
    """Where pages stand; the publisher's database, behind its checks."""

    async def show(self, post: Post) -> bool:
        """Make the page visible if its approval stands at this moment; whether it now is."""
        ...

    async def shows(self, post: Post) -> bool:
        """Whether this very Version is the visible page."""
        ...

    async def needs(self, post: Post, found: PublicObject) -> bool:
        """Whether this delivery is still on, and its Version still has this object: an erasure takes objects away."""
        ...

    async def keep(self, key: str) -> bool:
        """Whether an object that was just copied stays: one that nobody needs by now is marked for deletion."""
        ...

    async def verified_as(self, key: str) -> str | None:
        """The ETag under which an object's bytes were found right, None where they have to be looked at."""
        ...

    async def verified(self, key: str, etag: str) -> None:
        """Remember that the bytes under this ETag are right."""
        ...


@dataclass(frozen=True, slots=True)
class Site:
    """`public_url` is what the public types, `probe_url` the same site as this service reaches it.

    `beyond` is the way to the office's main site, where ours is off and leads there.
    """

    shelf: Shelf
    store: Store
    public_bucket: str
    stranger: httpx.AsyncClient
    public_url: str
    probe_url: str
    beyond: httpx.AsyncClient | None = None
    name: str = SITE
    capabilities: Capabilities = CAN
    # The copies under way: what is waited for no more goes on in the store all the same, and is looked after here.
    # One for a key: who comes back while it goes on waits for that one.
    _copying: dict[str, asyncio.Task[bool]] = field(default_factory=dict[str, asyncio.Task[bool]], compare=False)

    async def publish(self, post: Post, steps: Steps) -> Receipt:
        for found in post.objects:
            await self._bring_for(post, found)
        await steps.submit()
        if not await self.shelf.show(post):
            raise ApprovalGone
        return await self._look(post)

    async def lookup(self, post: Post) -> Receipt | None:
        return await self._look(post) if await self.shelf.shows(post) else None

    async def edit(self, post: Post, steps: Steps) -> Receipt:
        """The address of a Story never changes, so that showing the new Version replaces the old one."""
        return await self.publish(post, steps)

    async def take_down(self, post: Post) -> None:
        """The page was hidden, and its objects deleted, before anybody calls this: it only makes sure."""
        if await self.shelf.shows(post):
            raise Transient("the page is not hidden yet")

    async def restore(self, found: PublicObject) -> bool:
        """Copy one object to the public bucket, and make sure that it is what was approved.

        False where nobody needs it any more: then it is deleted again.
        """
        copying = self._copying.get(found.key)
        if copying is None:
            copying = self._copying[found.key] = asyncio.create_task(self._copy(found), name=found.key)
            copying.add_done_callback(self._copied)
        # A time-out ends the waiting, but not the copying in its thread: whether it may stay is asked in any case.
        if not await asyncio.shield(copying):
            return False
        lying = await self.store.stat(self.public_bucket, found.key)
        if await self.store.hash_of(self.public_bucket, found.key) != found.sha256:
            await self.store.remove(self.public_bucket, found.key)
            raise Rejected(
                "Salah satu berkas tidak sama dengan yang disetujui. Periksa berkasnya, lalu ajukan versi baru."
            )
        await self.shelf.verified(found.key, lying.etag)
        return True

    async def _copy(self, found: PublicObject) -> bool:
        headers = {"Content-Type": found.content_type, "Cache-Control": CACHED}
        try:
            await self.store.copy((found.bucket, found.source_key), (self.public_bucket, found.key), headers=headers)
        except Missing:
            raise
        except Exception:
            await self.shelf.keep(found.key)  # an error is no proof that nothing arrived
            raise
        return await self.shelf.keep(found.key)

    def _copied(self, copying: asyncio.Task[bool]) -> None:
        del self._copying[copying.get_name()]
        if not copying.cancelled() and copying.exception() is not None:
            log.info("a copy failed", error=type(copying.exception()).__name__)

    async def _bring_for(self, post: Post, found: PublicObject) -> None:
        if not await self.shelf.needs(post, found):
            raise ApprovalGone
        try:
            async with asyncio.timeout(patience(found)):
                await self._bring(found)
        except Missing:
            if not await self.shelf.needs(post, found):
                raise ApprovalGone from None
            raise Rejected(
                "Salah satu berkas sudah tidak ada di penyimpanan. Ajukan versi baru tanpa berkas itu."
            ) from None
        except Transient as e:
            raise NotSent("Penyimpanan media sedang tidak terjangkau.") from e
        except TimeoutError as e:
            raise NotSent("Penyimpanan media terlalu lambat; dikirim lagi.") from e

    async def _bring(self, found: PublicObject) -> None:
        """Raises ApprovalGone where nobody needs it: then this delivery is not ours any more."""
        if not await self._lies_there(found) and not await self.restore(found):
            raise ApprovalGone

    async def _lies_there(self, found: PublicObject) -> bool:
        try:
            lying = await self.store.stat(self.public_bucket, found.key)
        except Missing:
            return False
        if (lying.size, lying.content_type, lying.cache_control) != (found.size, found.content_type, CACHED):
            return False
        if lying.etag and lying.etag == await self.shelf.verified_as(found.key):
            return True
        if await self.store.hash_of(self.public_bucket, found.key) != found.sha256:
            return False
        await self.shelf.verified(found.key, lying.etag)
        return True

    async def _look(self, post: Post) -> Receipt:
        """Fetch the public address: confirmed when it shows this title and this Version, here or where it leads."""
        address = self.probe_url + post.url.removeprefix(self.public_url)
        try:
            answer = await self.stranger.get(address, headers=ASK_ANEW)
            there = await self._is_beyond(answer, post) if answer.status_code == MOVED else _is_here(answer, post)
        except (httpx.HTTPError, httpx.InvalidURL):
            return Receipt(post.url)
        return Receipt(post.url, "fetched" if there else None)

    async def _is_beyond(self, answer: httpx.Response, post: Post) -> bool:
        """Whether it leads to a page of this very Version: a correction is not there before it is there."""
        if self.beyond is None or answer.headers.get(VERSION) != str(post.version):
            return False
        page = await self.beyond.get(answer.headers.get("location", ""), headers=ASK_ANEW, follow_redirects=True)
        mark = mark_of(page.text)
        return page.status_code == 200 and has_title(page.text, post) and mark in (None, (post.story, post.version))


def _is_here(answer: httpx.Response, post: Post) -> bool:
    seen = html.unescape(answer.text)
    return answer.status_code == 200 and post.title in seen and f'name="{MARK}" content="{post.version}"' in seen
