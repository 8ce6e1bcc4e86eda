"""A real WordPress as a counterpart."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from services.publisher.channels import Former, Post
from services.publisher.channels.wordpress import CAN, WordPress
from services.publisher.channels.wordpress_api import Access
from services.publisher.channels.wordpress_html import mark_of, pictures_in, slug_of
from services.publisher.channels.wordpress_media import Fetch, tail_of
from shared.content import Content
from tests.integration.channels.counterpart import Broken, Seen
from tests.integration.channels.stories import Pictures, content, post_of
from tests.support import wordpress
from tests.support.faulty_proxy import FaultyProxy

USER = "warta"
# A test's own patience: a site on a busy machine takes its time, and a silent one is silent for ever.
SECONDS = 8
ALL = "any,trash"


@dataclass
class AtWordPress:
    """`webmaster` sees all that is there; `stranger` what everybody sees."""

    site: wordpress.WordPress
    proxy: FaultyProxy
    pictures: Pictures
    password: str
    webmaster: httpx.AsyncClient
    stranger: httpx.AsyncClient
    client: httpx.AsyncClient
    fetch: Fetch | None = None
    files: int = 1

    def channel(self) -> WordPress:
        access = Access(self.proxy.url, USER, self.password)
        return WordPress.at(
            access, self.client, stranger=self.stranger, fetch=self.fetch or self.pictures.fetch,
            now=lambda: datetime.now(UTC),
        )  # fmt: skip

    def post(self, version: int = 1, *, of: Post | None = None, former: Former | None = None) -> Post:
        """The next Version has another picture."""
        photos = [self.pictures.photo(f"foto-{n}.jpg") for n in range(self.files)]
        whole = content(*photos, tags=("Rumah Layak",), topic="perumahan")
        return self.post_with(whole, version, of=of, former=former)

    def post_with(
        self, whole: Content, version: int = 1, *, of: Post | None = None, former: Former | None = None, slug: str = ""
    ) -> Post:
        slug = slug or (slug_of(of) if of else "")
        story = of.story if of else None
        return post_of(whole, CAN, channel="wordpress", version=version, story=story, former=former, slug=slug)

    async def look(self, post: Post) -> Seen:
        """Strangers' by what a stranger reads, under every address that the post could have."""
        posts, media, page = await asyncio.gather(
            self.posts(post, _fields="id,slug,status,content.raw"),
            self.media(post, _fields="id,source_url"),
            self.stranger.get(f"{self.site.url}/{slug_of(post)}/", follow_redirects=True),
        )
        mark = mark_of(page.text) if page.status_code == 200 else None
        public = [p["slug"] for p in posts if p["status"] == "publish"]
        assert len(public) == (1 if mark else 0), public
        used = {n for p in posts for n in pictures_in(p["content"]["raw"])}
        return Seen(len(posts), mark[1] if mark else None, len([m for m in media if m["id"] not in used]))

    async def count(self, post: Post) -> int:
        return (await self.look(post)).posts

    async def shown(self, post: Post) -> int | None:
        return (await self.look(post)).version

    async def posts(self, post: Post, **narrow: str) -> list[dict[str, Any]]:
        """Each of this Story, in whatever state, and each whose slug is its own, with a number or without."""
        slug = slug_of(post)
        slugs = ",".join([slug, f"{slug}__trashed", *(f"{slug}-{n}" for n in range(2, 6))])
        found = await asyncio.gather(
            self._all("posts", search=str(post.story), **narrow), self._all("posts", slug=slugs, **narrow)
        )
        return list({p["id"]: p for p in [*found[0], *found[1]]}.values())

    async def media(self, post: Post, **narrow: str) -> list[dict[str, Any]]:
        tail = tail_of(post.story)
        found = await self._all("media", status="inherit,private,trash", search=tail, **narrow)
        return [m for m in found if tail in m["source_url"]]

    async def break_(self, what: Broken) -> None:
        assert what == "access"
        self.site.revoke(USER)

    async def restore(self) -> None:
        self.proxy.heal()
        self.password = self.site.password(USER)

    async def _all(self, kind: str, *, status: str = ALL, **narrow: str) -> list[dict[str, Any]]:
        asked = {"status": status, "context": "edit", "per_page": "100", **narrow}
        answer = await self.webmaster.get(f"{self.site.url}/wp-json/wp/v2/{kind}", params=asked)
        assert answer.status_code == 200, answer.text
        assert len(answer.json()) < 100
        return answer.json()


def pictures(folder: Path) -> Pictures:
    folder.mkdir(parents=True, exist_ok=True)
    return Pictures(folder)
