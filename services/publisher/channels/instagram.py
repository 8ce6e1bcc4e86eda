"""An office's Instagram account, by the Graph API: containers are prepared unseen, and publishing one is one call.

https://developers.facebook.com/docs/instagram-platform/content-publishing and /instagram-api/reference/ig-user/media.
Instagram fetches the files itself. It changes no caption and deletes nothing that it published.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from services.publisher.channels import Attached, Capabilities, MediaFit, Post, Receipt, Rejected, Rest, Steps
from services.publisher.channels.finding import SENT, Early, Seen, find, find_newest, marks, read_back
from services.publisher.channels.meta import APP, VERSION, Graph
from services.publisher.channels.replies import Absent, Body, limited, moment_of, part, parts, processing, word
from shared.channel_text import LIMITS

FIELDS = "id,caption,permalink,timestamp"
CONTAINER = "container"
ABSENT = "ABSENT"  # a word of ours: Instagram has none for a container that it does not know
NOT_FOUND = (
    "Instagram sudah menayangkan kiriman ini, tetapi tidak ditemukan lagi di akun kantor. Periksa akunnya: bila masih"
    " ada di sana jangan kirim ulang; bila sudah dihapus, kirim ulang."
)
# An image is refused outside of these, width by height; a video is not.
RATIOS = (0.8, 1.91)
MAX_IMAGE = 8_000_000
UNTIL_FREE = timedelta(hours=1)  # the quota counts the last 24 hours
CAN = Capabilities(
    max_text=LIMITS["instagram"].most, max_media=10, edit=False, take_down=False, idempotency=False, lookup=True,
    proved_against="fake", hosts=("instagram.com",), least_media=1, alt=True, assisted=True, by_url=True,
    limits=(APP,), media=MediaFit(("image/jpeg", "video/mp4"), max_bytes=300_000_000, max_duration_ms=900_000),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Instagram:
    """`user` is the professional account's id. `polls` looks at a container, `poll` seconds apart, then it is left."""

    http: httpx.AsyncClient
    now: Callable[[], datetime]
    user: str
    token: str = field(repr=False)
    url: str = f"https://graph.facebook.com/{VERSION}"
    poll: float = 3.0
    polls: int = 10
    name: str = "instagram"
    capabilities: Capabilities = CAN

    @property
    def graph(self) -> Graph:
        return Graph(self.http, self.url, self.name, self.now, self.token)

    async def publish(self, post: Post, steps: Steps) -> Receipt:
        files = [a for a in post.attached if _fits(a)]
        if not files:
            raise Rejected("Tidak ada foto atau video yang memenuhi ukuran Instagram. Ajukan versi dengan berkas lain.")
        if (receipt := await self._before(post)) is not None:
            return receipt
        await self._room()
        container = await self._container(post, files, steps)
        await steps.keep(**marks(post, self.now()))
        await steps.submit()
        try:
            said = await self.graph.post(f"{self.user}/media_publish", {"creation_id": container})
        except Rejected:
            if await self._status(container) == "PUBLISHED":
                return await self._published(post)
            raise
        return await self._look_at(word(said.body.get("id")), said.rest)

    async def edit(self, post: Post, steps: Steps) -> Receipt:
        """Instagram changes nothing that stands: a correction is a post of its own."""
        return await self.publish(post, steps)

    async def lookup(self, post: Post) -> Receipt | None:
        if post.external_id:
            seen = await self._one(post.external_id)
            if seen is not None:
                return _receipt(seen)
        elif (kept := post.facts.get(CONTAINER)) and await self._status(kept) == "PUBLISHED":
            return await self._published(post)
        found = await find(post, self._pages(), self.now())
        return _receipt(found) if found is not None else None

    async def take_down(self, post: Post) -> None:
        """A person does that; containers that were not published end by themselves."""
        if not await self._is_gone(post):
            raise Rejected("Instagram tidak menyediakan penghapusan lewat sistem. Hapus kiriman itu di aplikasinya.")

    async def _is_gone(self, post: Post) -> bool:
        """Whether it is certain that nothing of it is there."""
        if post.external_id:
            return await self._one(post.external_id) is None
        if post.known_url:
            return False  # what no one of the account's posts has for its address may be another account's
        kept = post.facts.get(CONTAINER)
        if kept and await self._status(kept) == "PUBLISHED":
            return False
        return await find_newest(post, self._pages(), self.now()) is None

    async def _room(self) -> None:
        """Whether the account may publish another post today."""
        body = (await self.graph.get(f"{self.user}/content_publishing_limit", fields="config,quota_usage")).body
        for told in parts(body.get("data")):
            used, total = told.get("quota_usage"), part(told.get("config") or {}).get("quota_total")
            if isinstance(used, int) and isinstance(total, int) and used >= total:
                raise limited(self.name, self.now() + UNTIL_FREE)

    async def _before(self, post: Post) -> Receipt | None:
        """What an attempt before has made public, in whatever way it ended; None where it certainly did not."""
        kept = post.facts.get(CONTAINER)
        status = await self._status(kept) if kept else ""
        if status == "PUBLISHED":
            return await self._published(post)
        if status == ABSENT and SENT in post.facts:
            found = await find(post, self._pages(), self.now())
            return _receipt(found) if found is not None else None
        return None

    async def _container(self, post: Post, files: list[Attached], steps: Steps) -> str:
        """What publishing makes public: one file, or a carousel of several."""
        kept = post.facts.get(CONTAINER)
        if kept and await self._finished(kept):
            return kept
        if len(files) == 1:
            return await self._make(CONTAINER, {**_source(files[0]), "caption": post.text}, steps)
        items = [
            await self._item(post, a, steps) for a in files
        ]  # one after the other: each is kept as soon as it is there
        carousel = {"media_type": "CAROUSEL", "children": ",".join(items), "caption": post.text}
        return await self._make(CONTAINER, carousel, steps)

    async def _item(self, post: Post, one: Attached, steps: Steps) -> str:
        """A part of a carousel, of an earlier attempt where that is of use still: they expire after a day."""
        fact = f"item-{one.found.sha256[:16]}"
        kept = post.facts.get(fact)
        if kept and await self._finished(kept):
            return kept
        return await self._make(fact, _item(one), steps)

    async def _make(self, fact: str, data: dict[str, str], steps: Steps) -> str:
        """A finished container."""
        made = word((await self.graph.post(f"{self.user}/media", data)).body.get("id"))
        await steps.keep(**{fact: made})
        if not await self._finished(made):
            raise Rejected("Instagram tidak dapat mengolah salah satu berkas. Periksa ukuran dan jenisnya.")
        return made

    async def _finished(self, container: str) -> bool:
        for turn in range(self.polls):
            if turn:
                await asyncio.sleep(self.poll)
            status = await self._status(container)
            if status != "IN_PROGRESS":
                return status in ("FINISHED", "PUBLISHED")
        raise processing(self.name, self.now())

    async def _status(self, container: str) -> str:
        try:
            return word((await self.graph.get(container, fields="status_code")).body.get("status_code"))
        except Absent:
            return ABSENT

    async def _published(self, post: Post) -> Receipt:
        """An attempt before has published it: it is among the newest, if nobody took it away or wrote it anew."""
        try:
            found = await find(post, self._pages(), self.now())
        except Early:
            raise processing(self.name, self.now()) from None
        if found is None:
            raise Rejected(NOT_FOUND)
        return _receipt(found)

    async def _look_at(self, id_: str, rest: tuple[Rest, ...]) -> Receipt:
        """Read back what was just posted: it is there, and only where strangers find it is asked."""
        seen = await read_back(self._one(id_))
        return Receipt("", None, id_, rest) if seen is None else _receipt(seen, rest)

    async def _one(self, id_: str) -> Seen | None:
        try:
            return _seen((await self.graph.get(id_, fields=FIELDS)).body)
        except Absent:
            return None

    async def _pages(self) -> AsyncGenerator[Sequence[Seen]]:
        after = ""
        while True:
            more = {"after": after} if after else {}
            body = (await self.graph.get(f"{self.user}/media", fields=FIELDS, limit="50", **more)).body
            yield [_seen(one) for one in parts(body.get("data"))]
            paging = part(body.get("paging") or {})
            if "next" not in paging:
                return
            after = word(part(paging.get("cursors")).get("after"))


def _fits(a: Attached) -> bool:
    if a.kind != "image":
        return True
    ratio = a.width / a.height if a.width and a.height else RATIOS[0]
    return RATIOS[0] <= ratio <= RATIOS[1] and a.found.size <= MAX_IMAGE


def _source(a: Attached) -> dict[str, str]:
    if a.kind == "video":
        return {"media_type": "REELS", "video_url": a.url}
    return {"image_url": a.url} | ({"alt_text": a.alt} if a.alt else {})


def _item(a: Attached) -> dict[str, str]:
    kind = {"media_type": "VIDEO"} if a.kind == "video" else {}
    return {**_source(a), **kind, "is_carousel_item": "true"}


def _seen(body: Body) -> Seen:
    """An account that publishes by this API is a professional one, and these are public."""
    url = str(body.get("permalink") or "")
    return Seen(word(body.get("id")), url, str(body.get("caption") or ""), bool(url), moment_of(body.get("timestamp")))


def _receipt(seen: Seen, rest: tuple[Rest, ...] = ()) -> Receipt:
    return Receipt(seen.url, "api" if seen.public else None, seen.id, rest)
