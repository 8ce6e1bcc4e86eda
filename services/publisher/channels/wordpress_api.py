"""The few calls of WordPress' REST API (wp/v2) that the channel makes, with an application password.

Source: developer.wordpress.org/rest-api/reference, and what WordPress 6.1 was seen to do.
"""

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

import httpx
import structlog

from services.publisher.channels import Rejected
from services.publisher.channels.wordpress_answers import MediaRow, PostRow, Refused, TermRow, read, row, rows
from services.publisher.channels.wordpress_html import mark_of

log = structlog.get_logger(__name__)

Root = Literal["path", "query"]

# Drafts and what waits too; what lies in the bin only where it is asked for.
ANY, BIN = "any", "any,trash"
POST_FIELDS = "id,slug,status,link,content.raw,permalink_template"
# WordPress gives a part of a post's field, but of a file's only the whole.
MEDIA_FIELDS = "id,slug,source_url,alt_text,caption,description,post,media_details"
GONE = (404, 410)
PAGE = 100
NO_WORDPRESS = (
    "Di alamat kanal ini tidak ditemukan WordPress dengan REST API. Periksa alamatnya, dan pengaya keamanan yang"
    " mungkin menutup REST API, lalu kirim ulang."
)


@dataclass(frozen=True, slots=True)
class Access:
    """`base_url` is the site's address without a slash at the end; `password` an application password of `user`."""

    base_url: str
    user: str
    password: str = field(repr=False)


@dataclass(slots=True)
class Api:
    client: httpx.AsyncClient
    access: Access
    now: Callable[[], datetime]
    _root: Root | None = None

    async def posts(self, slug: str, story: UUID, *, status: str = ANY) -> list[PostRow]:
        """What stands under this slug, and whatever else carries this Story's mark."""
        asked = {"status": status, "context": "edit", "_fields": POST_FIELDS, "per_page": str(PAGE)}
        at_slug = rows(PostRow, await self.call("GET", "/posts", params={**asked, "slug": slug}))
        # Somebody may have changed its slug; an author is not shown other people's drafts.
        by_mark = rows(PostRow, await self.call("GET", "/posts", params={**asked, "search": str(story)}))
        found = {p.id: p for p in at_slug} | {p.id: p for p in by_mark if _is_of(p, story)}
        return list(found.values())

    async def linked(self, url: str) -> PostRow | None:
        """The post that a link leads to: by its number, else by its slug; None where it is none of this site's."""
        parts = urlsplit(url)
        if parts.hostname != urlsplit(self.access.base_url).hostname:
            return None
        asked = {"status": BIN, "context": "edit", "_fields": POST_FIELDS}
        number, slug = parse_qs(parts.query).get("p", [""])[0], unquote(parts.path.rstrip("/").rpartition("/")[2])
        narrow = {"include": number} if number.isdigit() else {"slug": slug}
        if not any(narrow.values()):
            return None
        return next(iter(rows(PostRow, await self.call("GET", "/posts", params={**asked, **narrow}))), None)

    async def create(self, facts: Mapping[str, Any]) -> PostRow:
        return row(PostRow, await self.call("POST", "/posts", params=_edit(POST_FIELDS), json=facts))

    async def change(self, post: int, facts: Mapping[str, Any], *, once: bool = False) -> PostRow:
        path = f"/posts/{post}"
        return row(PostRow, await self.call("POST", path, params=_edit(POST_FIELDS), json=facts, once=once))

    async def media(self, tail: str, parent: int | None) -> list[MediaRow]:
        """The files of a Story: attached to its post, or left behind by one that somebody deleted."""
        asked = {**_edit(MEDIA_FIELDS), "status": "inherit,private", "per_page": str(PAGE)}
        found: dict[int, MediaRow] = {}
        for narrow in ([{"parent": str(parent)}] if parent else []) + [{"search": tail}]:
            found |= {m.id: m for m in await self._every("/media", {**asked, **narrow})}
        return list(found.values())

    async def upload(
        self, file: Path, *, name: str, content_type: str, facts: Mapping[str, str], seconds: float
    ) -> MediaRow:
        """Without Content-MD5: where it is given, WordPress dies of a file that is too large instead of saying so."""
        with file.open("rb") as opened:
            told = await self.call(
                "POST", "/media", params=_edit(MEDIA_FIELDS), data=facts, files={"file": (name, opened, content_type)},
                timeout=seconds,
            )  # fmt: skip
        return row(MediaRow, told)

    async def describe(self, media: int, facts: Mapping[str, Any]) -> None:
        await self.call("POST", f"/media/{media}", json=facts)

    async def delete(self, kind: str, number: int) -> None:
        """For good, with its files; what is not there any more is fine."""
        try:
            await self.call("DELETE", f"/{kind}/{number}", params={"force": "true"})
        except Refused as no:
            if no.status not in GONE:
                raise

    async def tag(self, name: str) -> int | None:
        return await self._term("/tags", {"name": html.escape(name, quote=False)})

    async def category(self, slug: str) -> int | None:
        """None where this account may not make the one that is missing: the office's webmaster can."""
        there = rows(TermRow, await self.call("GET", "/categories", params={"slug": slug, "_fields": "id"}))
        if there:
            return there[0].id
        return await self._term("/categories", {"name": slug.replace("-", " ").capitalize(), "slug": slug})

    async def _term(self, path: str, facts: Mapping[str, str]) -> int | None:
        try:
            return row(TermRow, await self.call("POST", path, json=facts)).id
        except Refused as no:
            if no.code == "term_exists" and isinstance(no.data, dict) and isinstance(no.data.get("term_id"), int):
                return no.data["term_id"]
            if no.status == 403:
                log.info("a term is left out", path=path)
                return None
            raise

    async def _every(self, path: str, params: Mapping[str, str]) -> list[MediaRow]:
        found: list[MediaRow] = []
        while len(found) % PAGE == 0:
            page = rows(MediaRow, await self.call("GET", path, params={**params, "offset": str(len(found))}))
            found += page
            if not page:
                break
        return found

    async def call(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, once: bool = False, **more: Any
    ) -> Any:
        """One call. Raises Rejected, Limited, Unclear or the client's own errors."""
        if self._root is None:
            self._root = await self._discover()
        answer = await self._send(method, self._root, f"/wp/v2{path}", params or {}, **more)
        return read(answer, now=self.now(), once=once)

    async def _send(
        self, method: str, root: Root, path: str, params: Mapping[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        login = httpx.BasicAuth(self.access.user, self.access.password)
        base = self.access.base_url.rstrip("/")
        address, route = (f"{base}/", {"rest_route": path}) if root == "query" else (f"{base}/wp-json{path}", {})
        asked = {**route, **(params or {})}
        return await self.client.request(method, address, params=asked, auth=login, follow_redirects=False, **more)

    async def _discover(self) -> Root:
        """Sites without readable addresses have their API behind a query."""
        roots: tuple[Root, ...] = ("path", "query")
        for root in roots:
            answer = await self._send("GET", root, "/")
            if answer.status_code == 404 or (answer.status_code == 200 and "json" not in _type(answer)):
                continue
            told = read(answer, now=self.now())
            if isinstance(told, dict) and "wp/v2" in told.get("namespaces", ()):
                return root
        raise Rejected(NO_WORDPRESS)


def _type(answer: httpx.Response) -> str:
    return str(answer.headers.get("content-type", ""))


def _edit(fields: str) -> dict[str, str]:
    return {"context": "edit", "_fields": fields}


def _is_of(post: PostRow, story: UUID) -> bool:
    mark = mark_of(post.content.raw)
    return mark is not None and mark[0] == story
