"""A Page on Facebook, by the Graph API: photos go up unpublished, then one post shows them with its text.

https://developers.facebook.com/docs/graph-api/reference/page/feed, /page/photos and /pages-api/posts
"""

import json
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import httpx

from services.publisher.channels import Attached, Capabilities, MediaFit, Post, Receipt, Rejected, Rest, Steps
from services.publisher.channels.files import Fetch, Form
from services.publisher.channels.finding import (
    FEW_PAGES,
    SENT,
    Seen,
    find,
    find_newest,
    has_link,
    marks,
    read_back,
    same_words,
)
from services.publisher.channels.meta import APP, VERSION, Graph
from services.publisher.channels.removing import letting_go, unmatched
from services.publisher.channels.replies import Absent, Body, Duplicate, moment_of, part, parts, word
from shared.channel_text import LIMITS
from shared.refusal import Transient

FIELDS = "id,message,permalink_url,is_published,created_time,privacy"
OF_ALL = ("EVERYONE", "")  # a Page's post has one of these unless somebody narrowed it
PHOTO = "photo-"  # the facts: which photos lie there unpublished
_NUMBER = re.compile(r"/posts/(?:[^/?]+/)?(\d+)|[?&]story_fbid=(\d+)")
NOT_OURS = (
    "Kiriman lama di Facebook tidak dibuat oleh sistem, sehingga sistem tidak dapat mengubahnya. "
    "Ubah teksnya di Facebook, lalu kirim ulang."
)
CAN = Capabilities(
    max_text=LIMITS["facebook"].most, max_media=10, edit=True, take_down=True, idempotency=False, lookup=True,
    keeps_files=True, proved_against="fake", hosts=("facebook.com", "fb.com", "fb.watch"), alt=True, assisted=True,
    limits=(APP,),
    media=MediaFit(("image/jpeg", "image/png"), max_bytes=4_000_000),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facebook:
    """`page` is the Page's id, `token` its access token, which does not end by itself where it is a system user's."""

    http: httpx.AsyncClient
    fetch: Fetch
    now: Callable[[], datetime]
    page: str
    token: str = field(repr=False)
    url: str = f"https://graph.facebook.com/{VERSION}"
    name: str = "facebook"
    capabilities: Capabilities = CAN

    @property
    def graph(self) -> Graph:
        return Graph(self.http, self.url, self.name, self.now, self.token)

    async def publish(self, post: Post, steps: Steps) -> Receipt:
        photos = [await self._photo(post, one, steps) for one in post.attached]
        told = {f"attached_media[{n}]": json.dumps({"media_fbid": photo}) for n, photo in enumerate(photos)}
        shown = told or {"link": post.link or post.url}
        await steps.keep(**marks(post, self.now()))
        await steps.submit()
        try:
            said = await self.graph.post(f"{self.page}/feed", {"message": post.text, **shown})
        except Duplicate:
            return await self._known(post)
        except Rejected:
            # What an attempt before had ordered may have been carried out meanwhile, with these very photos.
            if SENT in post.facts and (receipt := await self.lookup(post)) is not None:
                return receipt
            raise
        return await self._look_at(word(said.body.get("id")), said.rest)

    async def edit(self, post: Post, steps: Steps) -> Receipt:
        """Its text changes; its photos stay as they are. One that is not found any more is posted anew.

        Facebook lets an app change only what that app has posted.
        """
        former = await self._former(post)
        if former is None:
            return await self.publish(post, steps)
        if post.former is not None and not post.former.external_id:
            if same_words(former, post):
                return _receipt(former)
            raise Rejected(NOT_OURS)
        await steps.keep(**marks(post, self.now()))
        await steps.submit()
        said = await self.graph.post(former.id, {"message": post.text})
        if said.body.get("success") is not True:
            raise Transient("an edit without its success")
        return await self._look_at(former.id, said.rest)

    async def lookup(self, post: Post) -> Receipt | None:
        known = await self._one(post.external_id) if post.external_id else None
        if known is None and post.former is not None:
            former = await self._former(post)
            known = former if former is not None and same_words(former, post) else None
            if known is None and former is not None:
                return None  # it shows the older words: the edit did not arrive
        found = known or await find(post, self._pages(), self.now())
        return _receipt(found) if found is not None else None

    async def take_down(self, post: Post) -> None:
        """Its photos by themselves too: those that no post has shown stay otherwise."""
        seen = await self._standing(post)
        for id_ in [*([seen.id] if seen is not None else []), *_photos(post)]:
            await self._delete(id_)

    async def discard(self, post: Post) -> None:
        """Photos that no post has shown yet."""
        for id_ in _photos(post):
            await self._delete(id_)

    async def _delete(self, id_: str) -> None:
        with letting_go(self.name):
            said = await self.graph.call("DELETE", id_)
            if said.body.get("success") is not True:
                raise Transient("a deletion without its success")

    async def _standing(self, post: Post) -> Seen | None:
        """What is to be removed; None where it certainly is not there."""
        if post.external_id and (seen := await self._one(post.external_id)) is not None:
            return seen
        if post.known_url and not post.external_id:
            return await self._linked(post)
        seen = None if post.external_id else await self._former(post)
        return seen or await find_newest(post, self._pages(), self.now())

    async def _linked(self, post: Post) -> Seen | None:
        """What a link leads to; where it cannot be told that it is one of this Page it is a person's."""
        number = _NUMBER.search(post.known_url)
        seen = await self._one(f"{self.page}_{number[1] or number[2]}") if number else None
        seen = seen or await self._newest(post, post.known_url)
        seen = seen or await find_newest(post, self._pages(), self.now())
        if seen is None and not (number and await self._is_ours(post.known_url)):
            raise unmatched(self.name)
        return seen

    async def _is_ours(self, url: str) -> bool:
        parts = urlsplit(url)
        told = [*parts.path.split("/")[1:2], *parse_qs(parts.query).get("id", [])]
        if self.page in told:
            return True
        name = (await self.graph.get(self.page, fields="username")).body.get("username")
        return isinstance(name, str) and name.lower() in [one.lower() for one in told]

    async def _photo(self, post: Post, one: Attached, steps: Steps) -> str:
        """Its id at Facebook, from an earlier attempt where it is still there."""
        fact = f"{PHOTO}{one.found.sha256[:16]}"
        if kept := post.facts.get(fact):
            try:
                return word((await self.graph.get(kept, fields="id")).body.get("id"))
            except Absent:
                pass
        fields = {"published": "false"} | ({"alt_text_custom": one.alt} if one.alt else {})
        form = Form(self.fetch, fields, {"source": one.found})
        said = await self.graph.call("POST", f"{self.page}/photos", content=form.body(), headers=form.headers)
        made = word(said.body.get("id"))
        await steps.keep(**{fact: made})
        return made

    async def _known(self, post: Post) -> Receipt:
        """Facebook has these words already: they are ours of an attempt before, or somebody's."""
        receipt = await self.lookup(post)
        if receipt is None:
            raise Rejected("Facebook menolak kiriman ini karena sama dengan kiriman sebelumnya. Ubah teksnya.")
        return receipt

    async def _look_at(self, id_: str, rest: tuple[Rest, ...]) -> Receipt:
        """Read back what was just posted: it is there, and only whether the public reads it is asked."""
        seen = await read_back(self._one(id_))
        return Receipt("", None, id_, rest) if seen is None else _receipt(seen, rest)

    async def _one(self, id_: str) -> Seen | None:
        try:
            return _seen((await self.graph.get(id_, fields=FIELDS)).body)
        except Absent:
            return None

    async def _former(self, post: Post) -> Seen | None:
        """What shows the older Version: by its id, else (a person posted it) by its link among the newest posts."""
        former = post.former
        if former is None:
            return None
        if former.external_id:
            return await self._one(former.external_id)
        return await self._newest(post, former.url)

    async def _newest(self, post: Post, url: str) -> Seen | None:
        """What has this address, or leads to this Story, among the newest."""
        count = 0
        async for page in self._pages():
            count += 1
            for seen in page:
                if seen.url == url or has_link(seen, post.link):
                    return seen
            if count == FEW_PAGES:
                break
        return None

    async def _pages(self) -> AsyncGenerator[Sequence[Seen]]:
        after = ""
        while True:
            more = {"after": after} if after else {}
            body = (await self.graph.get(f"{self.page}/posts", fields=FIELDS, limit="50", **more)).body
            yield [_seen(one) for one in parts(body.get("data"))]
            paging = part(body.get("paging", {}))
            if "next" not in paging:
                return
            after = word(part(paging.get("cursors")).get("after"))


def _seen(body: Body) -> Seen:
    privacy = part(body.get("privacy") or {}).get("value", "")
    public = body.get("is_published") is True and privacy in OF_ALL
    message, url = str(body.get("message") or ""), str(body.get("permalink_url") or "")
    return Seen(word(body.get("id")), url, message, public, moment_of(body.get("created_time")))


def _receipt(seen: Seen, rest: tuple[Rest, ...] = ()) -> Receipt:
    return Receipt(seen.url, "api" if seen.public and seen.url else None, seen.id, rest)


def _photos(post: Post) -> list[str]:
    return [kept for name, kept in post.facts.items() if name.startswith(PHOTO)]
