"""An office's channel on YouTube, by the Data API v3: a video goes up private, and becomes public when it is ready.

https://developers.google.com/youtube/v3/docs/videos. The video's name is known before the public sees it, so that
nothing is ever posted twice.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from services.publisher.channels import Attached, Capabilities, MediaFit, Post, Receipt, Rejected, Steps
from services.publisher.channels.files import Fetch
from services.publisher.channels.finding import Seen, find, find_newest, marks, read_back, same_words
from services.publisher.channels.removing import letting_go, unmatched
from services.publisher.channels.replies import Absent, Body, moment_of, part, parts, processing, word
from services.publisher.channels.youtube_api import NAME, YouTubeApi
from shared.channel_text import LIMITS, measure

VIDEO, UPLOAD = "video", "upload"  # the facts
PARTS = "snippet,status,processingDetails"
MAX_TITLE, MAX_TAGS = 100, 500
_ID = re.compile(r"(?:[?&]v=|youtu\.be/|/(?:shorts|live|embed)/)([\w-]+)")
NEWS = "25"  # the category "News & Politics"
FAILED = "YouTube tidak dapat mengolah videonya. Periksa berkasnya."
LOCKED = (
    "YouTube mengunci video ini sebagai privat: aplikasi kantor belum lolos audit YouTube. Hubungi pengelola sistem."
)
CAN = Capabilities(
    max_text=LIMITS[NAME].most, max_media=1, edit=True, take_down=True, idempotency=False, lookup=True,
    keeps_files=True, proved_against="fake", hosts=("youtube.com", "youtu.be"), least_media=1, assisted=True,
    media=MediaFit(("video/mp4",)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class YouTube:
    """`channel` is its id (UC…). `polls` looks at a video, `poll` seconds apart, then it is gone on with later."""

    http: httpx.AsyncClient
    fetch: Fetch
    now: Callable[[], datetime]
    channel: str
    api: YouTubeApi = field(repr=False)
    poll: float = 5.0
    polls: int = 6
    name: str = NAME
    capabilities: Capabilities = CAN

    async def publish(self, post: Post, steps: Steps) -> Receipt:
        files = [a for a in post.attached if a.kind == "video"]
        if not files:
            raise Rejected("YouTube hanya menerima video, dan versi ini tidak memiliki video.")
        _measured(post)
        video = await self._uploaded(post, files[0], steps)
        await self._processed(video)
        await steps.keep(**marks(post, self.now()))
        await steps.submit()
        told = {"id": video, "status": _status("public")}
        after = await self.api.call("PUT", "youtube/v3/videos", params={"part": "status"}, json=told)
        if _privacy(after) != "public":
            raise Rejected(LOCKED)
        return await self._look_at(video)

    async def edit(self, post: Post, steps: Steps) -> Receipt:
        """Its title and description change; the video stays. One that is not found any more is posted anew."""
        former = await self._former(post)
        if former is None:
            return await self.publish(post, steps)
        _measured(post)
        await steps.keep(**marks(post, self.now()))
        await steps.submit()
        told = {"id": former.id, "snippet": _snippet(post)}
        await self.api.call("PUT", "youtube/v3/videos", params={"part": "snippet"}, json=told)
        return await self._look_at(former.id)

    async def lookup(self, post: Post) -> Receipt | None:
        known = post.external_id or post.facts.get(VIDEO, "")
        if known:
            told = await self._one(known)
            return _receipt(_shown(told)) if told is not None and _privacy(told) == "public" else None
        if (former := await self._former(post)) is not None:
            return _receipt(former) if same_words(former, post) else None
        found = await find(post, self._pages(), self.now())
        return _receipt(found) if found is not None else None

    async def take_down(self, post: Post) -> None:
        """The private videos too, that attempts have left."""
        made = [post.facts.get(VIDEO, ""), await self._left(post)]
        known = post.external_id or id_in(post.known_url)
        if not known and not (post.submitted and any(made)):
            seen = await self._former(post) or await find_newest(post, self._pages(), self.now())
            if seen is None and post.known_url:
                raise unmatched(NAME)
            known = seen.id if seen is not None else ""
        for id_ in dict.fromkeys(filter(None, [known, *made])):
            if await self._one(id_) is not None:
                with letting_go(NAME):
                    await self.api.call("DELETE", "youtube/v3/videos", params={"id": id_})

    async def discard(self, post: Post) -> None:
        """The private videos that attempts have left."""
        for id_ in filter(None, {post.facts.get(VIDEO, ""), await self._left(post)}):
            told = await self._one(id_)
            if told is not None and _privacy(told) != "public":
                with letting_go(NAME):
                    await self.api.call("DELETE", "youtube/v3/videos", params={"id": id_})

    async def _left(self, post: Post) -> str:
        """The video of an upload that arrived whole, and whose name nobody could write down."""
        session = post.facts.get(UPLOAD)
        video = next((a for a in post.attached if a.kind == "video"), None)
        return await self.api.finished(session, video.found) or "" if session and video else ""

    async def _uploaded(self, post: Post, one: Attached, steps: Steps) -> str:
        """The private video, of an earlier attempt where it is there; an upload that was cut is gone on with."""
        kept, session = post.facts.get(VIDEO), post.facts.get(UPLOAD)
        if kept and await self._one(kept) is not None:
            return kept
        made = await self.api.resume(session, one.found) if session and not kept else None
        if made is None:
            session = await self.api.begin(one.found, {"snippet": _snippet(post), "status": _status("private")})
            await steps.keep(**{UPLOAD: session})
            made = await self.api.send(session, one.found)
        await steps.keep(**{VIDEO: made})
        return made

    async def _processed(self, id_: str) -> None:
        for turn in range(self.polls):
            if turn:
                await asyncio.sleep(self.poll)
            told = await self._one(id_)
            status = part(told.get("status")) if told is not None else {}
            match status.get("uploadStatus"):
                case "processed":
                    return
                case "failed" | "rejected" | "deleted":
                    raise Rejected(FAILED)
                case _:
                    pass
        raise processing(NAME, self.now())

    async def _look_at(self, id_: str) -> Receipt:
        """Read back what was just made public."""
        seen = await read_back(self._seen(id_))
        return Receipt(_address(id_), None, id_) if seen is None else _receipt(seen)

    async def _one(self, id_: str) -> Body | None:
        try:
            body = await self.api.call("GET", "youtube/v3/videos", params={"part": PARTS, "id": id_})
        except Absent:
            return None
        items = parts(body.get("items"))
        return items[0] if items else None

    async def _seen(self, id_: str) -> Seen | None:
        told = await self._one(id_)
        return None if told is None else _shown(told)

    async def _former(self, post: Post) -> Seen | None:
        former = post.former
        if former is None:
            return None
        id_ = former.external_id or id_in(former.url)
        return await self._seen(id_) if id_ else None

    async def _pages(self) -> AsyncGenerator[Sequence[Seen]]:
        """The channel's uploads, whose playlist is named after it; only public ones are of interest."""
        params = {"part": "snippet,status", "playlistId": f"UU{self.channel[2:]}", "maxResults": "50"}
        token = ""
        while True:
            more = {"pageToken": token} if token else {}
            body = await self.api.call("GET", "youtube/v3/playlistItems", params=params | more)
            yield [seen for one in parts(body.get("items")) if (seen := _listed(one)).public]
            if "nextPageToken" not in body:
                return
            token = word(body.get("nextPageToken"))


def _measured(post: Post) -> None:
    if not measure(NAME, post.text).fits:
        raise Rejected("Keterangan video tidak sesuai dengan batas YouTube. Perbaiki teks kanal ini dalam versi baru.")


def id_in(url: str) -> str:
    """A video's id in a link to it, none where it is no such link."""
    found = _ID.search(url)
    return found[1] if found else ""


def _snippet(post: Post) -> Body:
    title = post.title.replace("<", "‹").replace(">", "›")
    title = title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1] + "…"
    tags: list[str] = []
    for tag in post.content.tags:
        if sum(len(t) + 3 for t in [*tags, tag]) <= MAX_TAGS:  # one with spaces counts its quotation marks
            tags.append(tag)
    return {"title": title, "description": post.text, "categoryId": NEWS, "defaultLanguage": "id", "tags": tags}


def _status(privacy: str) -> Body:
    """All of it each time: what an update does not name is reset."""
    return {
        "privacyStatus": privacy, "selfDeclaredMadeForKids": False, "embeddable": True, "license": "youtube",
        "publicStatsViewable": True,
    }  # fmt: skip


def _privacy(told: Body) -> object:
    return part(told.get("status")).get("privacyStatus")


def _shown(told: Body) -> Seen:
    """One that is not ready yet is not seen by anybody, public or not."""
    public = _privacy(told) == "public" and part(told.get("status")).get("uploadStatus") == "processed"
    id_ = word(told.get("id"))
    return Seen(id_, _address(id_), str(part(told.get("snippet")).get("description") or ""), public)


def _listed(one: Body) -> Seen:
    snippet = part(one.get("snippet"))
    id_ = word(part(snippet.get("resourceId")).get("videoId"))
    public = part(one.get("status")).get("privacyStatus") == "public"
    return Seen(
        id_, _address(id_), str(snippet.get("description") or ""), public, moment_of(snippet.get("publishedAt"))
    )


def _address(id_: str) -> str:
    return f"https://www.youtube.com/watch?v={id_}"


def _receipt(seen: Seen) -> Receipt:
    return Receipt(seen.url, "api" if seen.public else None, seen.id)
