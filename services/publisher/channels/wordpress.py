"""A WordPress site, by its REST API: a draft with all its files first, then one call that makes it public.

A Story is one post: its slug is ours, and its mark says which Version it shows. Whatever happened before, the post is
found by both, and never made again beside itself.
"""

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import structlog

from services.publisher.channels import (
    ApprovalGone,
    Capabilities,
    Limited,
    MediaFit,
    NotSent,
    Post,
    Receipt,
    Rejected,
    Steps,
    wordpress_media,
)
from services.publisher.channels import wordpress_own as own
from services.publisher.channels.removing import unmatched
from services.publisher.channels.wordpress_answers import LIMIT, MediaRow, PostRow, Refused, Unclear
from services.publisher.channels.wordpress_api import BIN, GONE, Access, Api
from services.publisher.channels.wordpress_html import (
    content_of,
    excerpt_of,
    has_title,
    mark_of,
    pictures_in,
    shows,
    slug_of,
    title_of,
)
from services.publisher.channels.wordpress_media import Fetch, pictures_of
from services.publisher.channels.wordpress_own import PUBLIC
from shared.refusal import Transient

log = structlog.get_logger(__name__)

NAME = "wordpress"
CAN = Capabilities(
    max_text=None, max_media=None, edit=True, take_down=True, idempotency=True, lookup=True, proved_against="real",
    way="fetched", alt=True, limits=(LIMIT,), by_url=True,
    # A video goes along as itself and not as its poster: what comes first is taken first.
    media=MediaFit(types=("video/mp4", "audio/mp4", "application/pdf", "image/jpeg", "image/png", "image/webp")),
)  # fmt: skip
SILENT = "WordPress tidak menjawab; dikirim lagi."
TAKEN = (
    "Di WordPress sudah ada tulisan lain dengan alamat yang sama ({slug}). Ganti alamat (slug) tulisan itu atau"
    " hapus dari WordPress, lalu kirim ulang."
)
STRIPPED = (
    "WordPress menghapus penanda berita dari isi tulisan. Minta pengelola WordPress mengizinkan atribut data-* dalam"
    " tulisan, lalu kirim ulang."
)
NOT_GONE = "{why} Tulisannya belum terhapus: bila perlu hapus sendiri di WordPress."
DELETED = "Tulisannya dihapus dari WordPress sebelum tayang; dibuat lagi."


@dataclass(slots=True)
class WordPress:
    """`stranger` has no credentials. Pictures are uploaded; other files stay where strangers find them already."""

    api: Api
    stranger: httpx.AsyncClient
    fetch: Fetch
    name: str = NAME
    capabilities: Capabilities = CAN

    @classmethod
    def at(
        cls, access: Access, client: httpx.AsyncClient, *, stranger: httpx.AsyncClient, fetch: Fetch,
        now: Callable[[], datetime],
    ) -> "WordPress":  # fmt: skip
        return cls(Api(client, access, now), stranger, fetch)

    async def publish(self, post: Post, steps: Steps) -> Receipt:
        with _nothing_public():
            made = await self._own(post) or await self._draft(post)
            await steps.keep(post=str(made.id), page=made.address)
            facts = await self._facts(post, made, steps)
            if made.status != PUBLIC:
                await self._fill(post, made, facts)
        await steps.submit()
        shown = await self._show(post, made, facts)
        try:
            return await self._look(post, shown)
        except Limited as no:
            return Receipt(shown.link, None, str(shown.id), no.rest)
        except (Rejected, Unclear, httpx.HTTPError):
            return Receipt(shown.link, external_id=str(shown.id))  # it is there; the rest is done when it is looked up

    async def edit(self, post: Post, steps: Steps) -> Receipt:
        """The post of the Story is the same for all its Versions."""
        return await self.publish(post, steps)

    async def lookup(self, post: Post) -> Receipt | None:
        """What a crash left beside the post is put in order by the way."""
        found = own.best(post, await self.api.posts(slug_of(post), post.story))
        if found is None or found.status != PUBLIC or own.version_of(found) != post.version:
            return None
        if own.is_numbered(found, post):
            await self._remove(post, found)
            return None
        return await self._look(post, found)

    async def take_down(self, post: Post) -> None:
        """Hidden first, then its files, then itself: until the end it is found again by whoever comes back."""
        there = own.of_story(post, await self.api.posts(slug_of(post), post.story, status=BIN))
        if any(own.version_of(found) > post.version for found in there):
            return
        there += await self._linked(post, there)
        try:
            removed = await self._withdraw(post, there)
        except Refused as no:
            raise Rejected(NOT_GONE.format(why=no)) from no
        former = post.former.url if post.former else ""
        pages = [post.known_url, former, post.facts.get("page", ""), *(p.address for p in there)]
        for address in dict.fromkeys([*post.facts.get("media", "").split(), *removed]):
            await self._sure(address, _is_no_file)
        for address in dict.fromkeys(filter(None, pages)):
            await self._sure(address, lambda answer: _shows_none(answer, post))

    async def discard(self, post: Post) -> None:
        """A draft that nobody saw, and pictures that were brought for it; what an older Version shows stays."""
        there = own.of_story(post, await self.api.posts(slug_of(post), post.story, status=BIN))
        if any(own.version_of(found) > post.version for found in there):
            return
        public = [p for p in there if p.status == PUBLIC]
        files = await wordpress_media.of_story(self.api, post.story, there[0].id if there else None)
        if public:
            shown = frozenset[int]().union(*(pictures_in(p.content.raw) for p in public))
            files = [m for m in files if m.id not in shown and wordpress_media.brought_by(m) == post.version]
        try:
            await self._remove_all((p for p in there if p not in public), files)
        except Refused as no:
            raise Rejected(NOT_GONE.format(why=no)) from no

    async def _linked(self, post: Post, there: list[PostRow]) -> list[PostRow]:
        """What a person's link leads to, where it is none of those that were found. Raises where it leads elsewhere."""
        if not post.known_url or post.known_url in [address for p in there for address in (p.link, p.address)]:
            return []
        found = await self.api.linked(post.known_url)
        if found is None:
            answer = await self.stranger.get(post.known_url, follow_redirects=True)
            mark = mark_of(answer.text)
            if _shows_none(answer, post) or (mark is not None and mark[0] == post.story):
                return []
            raise unmatched(NAME)
        mark = mark_of(found.content.raw)
        if mark is not None and mark[0] != post.story:
            raise unmatched(NAME)
        return [found] if found.id not in [p.id for p in there] else []

    async def _sure(self, address: str, is_gone: Callable[[httpx.Response], bool]) -> None:
        if not is_gone(await self.stranger.get(address, follow_redirects=True)):
            raise Transient("strangers still find something of it")

    async def _own(self, post: Post) -> PostRow | None:
        """The one post of this Story, where there is one; a twin that a race left is removed."""
        found = await self.api.posts(slug_of(post), post.story)
        ours, chosen = own.of_story(post, found), own.best(post, found)
        if any(own.version_of(p) > post.version for p in ours):
            raise ApprovalGone
        if len(found) > len(ours) and (chosen is None or chosen.status != PUBLIC):
            for one in filter(lambda p: own.is_twin(p, post), ours):
                await self._remove(post, one)
            raise Rejected(TAKEN.format(slug=slug_of(post)))
        await self._remove_all(p for p in ours if p is not chosen and own.is_twin(p, post))
        return chosen

    async def _draft(self, post: Post) -> PostRow:
        made = await self.api.create(
            {"slug": slug_of(post), "status": "draft", "title": title_of(post), "content": content_of(post, {})}
        )
        await self._sound(post, made)
        return made

    async def _facts(self, post: Post, made: PostRow, steps: Steps) -> dict[str, Any]:
        """All that the post will be; its pictures are uploaded by then."""

        async def kept(media: list[MediaRow]) -> None:
            await steps.keep(media=" ".join(dict.fromkeys(m.source_url for m in media)))

        pictures = await wordpress_media.bring(self.api, self.fetch, post, made.id, kept)
        first = next((pictures[c.found.sha256].id for _, c in pictures_of(post)), 0)
        tags = [await self.api.tag(tag) for tag in post.content.tags]
        topic = await self.api.category(post.content.topic) if post.content.topic else None
        return {
            "title": title_of(post), "content": content_of(post, pictures), "excerpt": excerpt_of(post),
            "featured_media": first, "tags": [t for t in tags if t is not None],
            **({"categories": [topic]} if topic is not None else {}),
        }  # fmt: skip

    async def _fill(self, post: Post, made: PostRow, facts: dict[str, Any]) -> None:
        """What WordPress would refuse of it is refused now, while nobody sees it."""
        await self._sound(post, await self.api.change(made.id, {**facts, "slug": slug_of(post), "status": "draft"}))

    async def _sound(self, post: Post, made: PostRow) -> None:
        """It has our slug, and kept our mark; else it goes again."""
        if made.slug == slug_of(post) and mark_of(made.content.raw) == (post.story, post.version):
            return
        await self._remove(post, made)
        raise Rejected(STRIPPED if made.slug == slug_of(post) else TAKEN.format(slug=slug_of(post)))

    async def _show(self, post: Post, made: PostRow, facts: dict[str, Any]) -> PostRow:
        """The one call that makes it public, or changes what is."""
        try:
            shown = await self.api.change(made.id, {**facts, "status": PUBLIC}, once=True)
        except Refused as no:
            if no.status not in GONE:
                raise
            raise NotSent(DELETED) from no
        if shown.status != PUBLIC:
            raise Unclear(shown.status)
        if made.status != PUBLIC and shown.slug != slug_of(post):
            try:
                await self._remove(post, shown)
            except (NotSent, Rejected) as no:
                raise Unclear("it stands under another slug") from no
            raise Rejected(TAKEN.format(slug=slug_of(post)))
        return shown

    async def _look(self, post: Post, shown: PostRow) -> Receipt:
        await wordpress_media.tidy(self.api, post, shown.id, pictures_in(shown.content.raw))
        try:
            page = await self.stranger.get(shown.link, follow_redirects=True)
        except httpx.HTTPError:
            return Receipt(shown.link, external_id=str(shown.id))
        there = page.status_code == 200 and shows(page.text, post)
        return Receipt(shown.link, "fetched" if there else None, str(shown.id))

    async def _withdraw(self, post: Post, there: list[PostRow]) -> list[str]:
        """Gives the addresses of all files that were there."""
        for found in there:
            if found.status == PUBLIC:
                await self.api.change(found.id, {"status": "draft"})
        files = await wordpress_media.of_story(self.api, post.story, there[0].id if there else None)
        await self._remove_all(there, files)
        return [url for m in files for url in m.urls]

    async def _remove(self, post: Post, made: PostRow) -> None:
        await self._remove_all([made], await wordpress_media.of_story(self.api, post.story, made.id))

    async def _remove_all(self, posts: Iterable[PostRow], media: Iterable[MediaRow] = ()) -> None:
        for one in media:
            await self.api.delete("media", one.id)
        for made in posts:
            await self.api.delete("posts", made.id)


@contextmanager
def _nothing_public() -> Generator[None]:
    """Whatever goes wrong now, strangers have seen nothing."""
    try:
        yield
    except (httpx.HTTPError, Unclear, Transient, TimeoutError) as e:
        raise NotSent(SILENT) from e


def _is_no_file(answer: httpx.Response) -> bool:
    """Some sites send strangers from what is not there to their first page."""
    is_page = str(answer.headers.get("content-type", "")).startswith("text/html")
    return answer.status_code in GONE or (bool(answer.history) and is_page and answer.status_code == 200)


def _shows_none(answer: httpx.Response, post: Post) -> bool:
    """Not there; WordPress sends strangers from a slug that is gone to one that begins alike."""
    if answer.status_code in GONE:
        return True
    mark = mark_of(answer.text)
    ours = (mark is not None and mark[0] == post.story) or has_title(answer.text, post)
    return bool(answer.history) and answer.status_code == 200 and not ours
