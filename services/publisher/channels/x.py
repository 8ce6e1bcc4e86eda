"""An account on X, by its API v2: files are uploaded unseen, and one call posts the text with them.

https://docs.x.com/x-api/posts/create-post, /users/get-posts and /posts/delete-post. X changes no post by its API.
"""

import contextlib
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from services.publisher.channels import Attached, Capabilities, MediaFit, Post, Receipt, Rejected, Rest, Steps
from services.publisher.channels.files import Fetch
from services.publisher.channels.finding import SKEW, Seen, began, find, find_newest, marks, read_back, settle
from services.publisher.channels.oauth1 import OAuth1
from services.publisher.channels.removing import letting_go, unmatched
from services.publisher.channels.replies import Absent, Body, Duplicate, moment_of, part, parts, word
from services.publisher.channels.x_api import NAME, XApi, absent
from shared.channel_text import LIMITS, measure
from shared.refusal import Transient

MAX_IMAGE, MAX_IMAGES = 5_000_000, 4
_ID = re.compile(r"/status(?:es)?/(\d+)")
FIELDS = {
    "tweet.fields": "created_at,entities,note_tweet,author_id", "expansions": "author_id", "user.fields": "protected",
}  # fmt: skip
CAN = Capabilities(
    max_text=LIMITS["x"].most, max_media=MAX_IMAGES, edit=False, take_down=True, idempotency=False, lookup=True,
    proved_against="fake", hosts=("x.com", "twitter.com"), alt=True, assisted=True,
    media=MediaFit(("image/jpeg", "image/png", "image/webp", "video/mp4"), max_bytes=512_000_000,
                   max_duration_ms=140_000),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class X:
    """`user` is the account's id, `username` its name without the @. Its keys do not end by themselves (OAuth 1.0a)."""

    http: httpx.AsyncClient
    fetch: Fetch
    now: Callable[[], datetime]
    user: str
    username: str
    auth: OAuth1 = field(repr=False)
    url: str = "https://api.x.com"
    poll: float = 3.0
    polls: int = 10
    name: str = NAME
    capabilities: Capabilities = CAN

    @property
    def api(self) -> XApi:
        return XApi(self.http, self.fetch, self.url, self.now, self.auth, self.poll, self.polls)

    async def publish(self, post: Post, steps: Steps) -> Receipt:
        if not measure(NAME, post.text).fits:
            raise Rejected("Teks terlalu panjang untuk X. Pendekkan teks kanal ini dalam versi baru.")
        media = [await self._media(post, one, steps) for one in _taken(post.attached)]
        told = {"text": post.text} | ({"media": {"media_ids": media}} if media else {})
        await steps.keep(**marks(post, self.now()))
        await steps.submit()
        try:
            said = await self.api.call("POST", "tweets", json=told)
        except Duplicate:
            return await self._known(post)
        return await self._look_at(word(part(said.body.get("data")).get("id")), said.rest)

    async def edit(self, post: Post, steps: Steps) -> Receipt:
        """X changes nothing that stands: a correction is a post of its own."""
        return await self.publish(post, steps)

    async def lookup(self, post: Post) -> Receipt | None:
        seen = await self._found(post)
        return self._receipt(seen) if seen is not None else None

    async def take_down(self, post: Post) -> None:
        """Its files, that nobody sees, end by themselves."""
        seen = await self._standing(post)
        if seen is None:
            return
        with letting_go(NAME):
            said = await self.api.call("DELETE", f"tweets/{seen.id}")
            if part(said.body.get("data")).get("deleted") is not True:
                raise Transient("a deletion without its success")

    async def _standing(self, post: Post) -> Seen | None:
        if post.external_id:
            return await self._found(post)
        if known := _ID.search(post.known_url):
            return await self._one(known[1])
        seen = await find_newest(post, self._pages(post), self.now())
        if seen is None and post.known_url:
            raise unmatched(NAME)
        return seen

    async def _found(self, post: Post) -> Seen | None:
        if post.external_id:
            seen = await self._one(post.external_id)
            if seen is None:
                settle(post, self.now())
            return seen
        return await find(post, self._pages(post), self.now())

    async def _media(self, post: Post, one: Attached, steps: Steps) -> str:
        """Its media id, from an earlier attempt where that can still be used: X tells for how long."""
        fact = f"media-{one.found.sha256[:16]}"
        id_, _, until = post.facts.get(fact, "").partition(" ")
        ends = moment_of(until)
        if id_ and ends is not None and ends > self.now():
            with contextlib.suppress(Absent):
                return await self._ready(one, id_)
        id_, ends = await self.api.upload(one)
        await steps.keep(**{fact: f"{id_} {ends.isoformat()}"})
        return await self._ready(one, id_)

    async def _ready(self, one: Attached, id_: str) -> str:
        if one.kind == "video":
            await self.api.processed(id_)
        return id_

    async def _known(self, post: Post) -> Receipt:
        """X has these words already: they are ours of an attempt before, or somebody's."""
        receipt = await self.lookup(post)
        if receipt is None:
            raise Rejected("X menolak kiriman ini karena sama dengan kiriman sebelumnya. Ubah teksnya.")
        return receipt

    async def _look_at(self, id_: str, rest: tuple[Rest, ...]) -> Receipt:
        """Read back what was just posted: it is there, and only whether the public reads it is asked."""
        seen = await read_back(self._one(id_))
        return Receipt("", None, id_, rest) if seen is None else self._receipt(seen, rest)

    async def _one(self, id_: str) -> Seen | None:
        try:
            body = (await self.api.call("GET", f"tweets/{id_}", params=FIELDS)).body
        except Absent:
            return None
        if absent(body):
            return None
        return self._seen(part(body.get("data")), _open(body))

    async def _pages(self, post: Post) -> AsyncGenerator[Sequence[Seen]]:
        since = began(post)
        asked = FIELDS | {"max_results": "100", "exclude": "retweets,replies"}
        if since is not None:
            asked["start_time"] = (since - SKEW).strftime("%Y-%m-%dT%H:%M:%SZ")
        token = ""
        while True:
            more = {"pagination_token": token} if token else {}
            body = (await self.api.call("GET", f"users/{self.user}/tweets", params=asked | more)).body
            meta, of = part(body.get("meta")), _open(body)
            yield [self._seen(one, of) for one in parts(body.get("data") or [])]
            if "next_token" not in meta:
                return
            token = word(meta.get("next_token"))

    def _seen(self, told: Body, of: frozenset[str]) -> Seen:
        id_, long = word(told.get("id")), part(told.get("note_tweet") or {})
        text = str(long.get("text") or told.get("text") or "")
        urls = parts(part(long.get("entities") or told.get("entities") or {}).get("urls") or [])
        links = {str(u.get("url")): str(u.get("unwound_url") or u.get("expanded_url")) for u in urls}
        whole = {str(u.get("expanded_url")) for u in urls} | set(links.values())
        for short, expanded in links.items():
            text = text.replace(short, expanded)
        at, public = moment_of(told.get("created_at")), told.get("author_id") in of
        return Seen(id_, f"https://x.com/{self.username}/status/{id_}", text, public, at, tuple(whole))

    def _receipt(self, seen: Seen, rest: tuple[Rest, ...] = ()) -> Receipt:
        return Receipt(seen.url, "api" if seen.public else None, seen.id, rest)


def _open(body: Body) -> frozenset[str]:
    """The accounts that everybody may read."""
    users = parts(part(body.get("includes") or {}).get("users") or [])
    return frozenset(str(u.get("id")) for u in users if u.get("protected") is False)


def _taken(attached: Sequence[Attached]) -> list[Attached]:
    """One video, or up to four pictures: what comes first in the Version decides."""
    if attached and attached[0].kind == "video":
        return [attached[0]]
    return [a for a in attached if a.kind == "image" and a.found.size <= MAX_IMAGE][:MAX_IMAGES]
