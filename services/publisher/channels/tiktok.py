"""An account on TikTok, by the Content Posting API (Direct Post): a video is public some time after its last byte.

https://developers.tiktok.com/doc/content-posting-api-reference-direct-post and -media-transfer-guide. The file is sent
rather than fetched by TikTok: so the upload has a name (`publish_id`) before anything can become public, and that name
can be asked about. What an app that TikTok did not audit posts is private, and never told as live.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from services.publisher.channels import Attached, Capabilities, MediaFit, NotSent, Post, Receipt, Rejected, Steps
from services.publisher.channels.files import Fetch, Reading
from services.publisher.channels.finding import SENT, SETTLED, marks, settle
from services.publisher.channels.replies import Absent, Body, body_of, moment_of, part, parts, processing, word
from services.publisher.channels.tiktok_api import NAME, TikTokApi
from shared.channel_text import LIMITS, measure
from shared.refusal import Transient

PUBLISH = "publish"  # the fact: the upload's name
PUBLIC = "PUBLIC_TO_EVERYONE"
CHUNK = 10_000_000  # at least 5 MB each, but that the last one takes what is left
PASSING = ("internal", "auth_removed", "publish_cancelled")  # reasons to fail that say nothing of the video
_ID = re.compile(r"/@([\w.]+)/video/(\d+)")
MODERATED = timedelta(hours=6)  # usually it takes a minute, sometimes "a few hours"
GONE = (
    "TikTok sudah menayangkan video ini, tetapi sekarang tidak ada di akun kantor. Periksa akunnya, lalu kirim ulang"
    " bila perlu."
)
NOT_PUBLIC = (
    "TikTok sudah menerima video ini, tetapi belum tampil untuk umum. Periksa akun TikTok: bila videonya ada di sana"
    " buka untuk umum atau hapus; kirim ulang hanya bila sudah tidak ada."
)
FORGOTTEN = (
    "TikTok tidak mengenal lagi kiriman ini, dan mungkin sudah menayangkannya. Periksa akun TikTok, lalu kirim ulang"
    " bila videonya tidak ada di sana."
)
CAN = Capabilities(
    max_text=LIMITS[NAME].most, max_media=1, edit=False, take_down=False, idempotency=False, lookup=True,
    proved_against="fake", hosts=("tiktok.com",), least_media=1, assisted=True,
    media=MediaFit(("video/mp4",), max_bytes=4_000_000_000, max_duration_ms=600_000),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class State:
    """What TikTok tells of an upload; `post` is the public post's id, once everybody may see it."""

    status: str
    arrived: int
    reason: str
    post: str


@dataclass(frozen=True, slots=True)
class TikTok:
    """`username` is the account's without the @; `privacy` is other than public only to try an app out."""

    http: httpx.AsyncClient
    fetch: Fetch
    now: Callable[[], datetime]
    username: str
    token: str = field(repr=False)
    privacy: str = PUBLIC
    url: str = "https://open.tiktokapis.com"
    poll: float = 3.0
    polls: int = 5
    name: str = NAME
    capabilities: Capabilities = CAN

    @property
    def api(self) -> TikTokApi:
        return TikTokApi(self.http, self.url, self.now, self.token)

    async def publish(self, post: Post, steps: Steps) -> Receipt:
        videos = _videos(post)
        if not videos:
            raise Rejected("TikTok hanya menerima video dari sistem, dan versi ini tidak memiliki video.")
        if not measure(NAME, post.text).fits:
            raise Rejected("Teks terlalu panjang untuk TikTok. Pendekkan teks kanal ini dalam versi baru.")
        video = videos[0]
        if (receipt := await self._before(post, video)) is not None:
            return receipt
        begun = await self._begin(post, video)
        name, address = word(begun.get("publish_id")), word(begun.get("upload_url"))
        await steps.keep(**{PUBLISH: name})
        reading, start = Reading(self.fetch, video.found), 0
        for _ in range(_chunks(video) - 1):
            await self._send(address, video, reading, start, start + CHUNK)
            start += CHUNK
        await steps.keep(**marks(post, self.now()))
        await steps.submit()
        await self._send(address, video, reading, start, video.found.size)
        return await self._wait(name)

    async def edit(self, post: Post, steps: Steps) -> Receipt:
        """TikTok changes nothing that stands: a correction is a post of its own."""
        return await self.publish(post, steps)

    async def lookup(self, post: Post) -> Receipt | None:
        if post.external_id.isdigit():
            return await self._standing(post)
        name = post.external_id or post.facts.get(PUBLISH, "")
        if not name:
            return None  # nothing was begun, so that nothing can be there
        state = await self._state(name)
        match state.status:
            case "PUBLISH_COMPLETE":
                return await self._receipt(name, state)
            case "FAILED":
                return None
            case "PROCESSING_UPLOAD" if state.arrived < max((v.found.size for v in _videos(post)[:1]), default=0):
                settle(post, self.now())
                return None
            case _:
                raise processing(NAME, self.now())

    async def take_down(self, post: Post) -> None:
        """A person does that; an upload that is not whole ends by itself."""
        if not await self._is_gone(post):
            raise Rejected("TikTok tidak menyediakan penghapusan lewat sistem. Hapus kiriman itu di aplikasinya.")

    async def _is_gone(self, post: Post) -> bool:
        """Whether it is certain that nothing of it is there."""
        if post.external_id.isdigit():
            return not await self._shared(post.external_id)
        if post.known_url:
            ours = _ID.search(post.known_url)
            return ours is not None and ours[1] == self.username and not await self._shared(ours[2])
        name = post.external_id or post.facts.get(PUBLISH, "")
        if not name:
            return not post.submitted
        try:
            state = await self._state(name)
        except Absent:
            return SENT not in post.facts
        if state.post:
            return not await self._shared(state.post)
        size = max((v.found.size for v in _videos(post)[:1]), default=0)
        return state.status == "FAILED" or (state.status == "PROCESSING_UPLOAD" and state.arrived < size)

    async def _before(self, post: Post, video: Attached) -> Receipt | None:
        """What became of what an attempt before has sent whole; None where nothing can come of it any more."""
        if not (kept := post.facts.get(PUBLISH)):
            return None
        try:
            state = await self._state(kept)
        except Absent:
            if SENT in post.facts:
                raise Rejected(FORGOTTEN) from None
            return None
        match state.status:
            case "FAILED" if state.reason in PASSING:
                return None
            case "FAILED":
                raise _failed(state.reason)
            case "PROCESSING_UPLOAD" if state.arrived < video.found.size:
                return None
            case "PUBLISH_COMPLETE":
                return await self._completed(post, kept, state)
            case _:
                return Receipt("", None, kept)

    async def _completed(self, post: Post, name: str, state: State) -> Receipt:
        """It was public, or is to be: it is not sent again before a person has looked."""
        sent = moment_of(post.facts.get(SENT)) or self.now()
        if state.post:
            try:
                address = await self._shared(state.post)
            except Rejected:  # an app that may not ask
                address = self._usual(state.post)
            if not address and self.now() >= sent + SETTLED:
                raise Rejected(GONE)
            return Receipt(address, "api" if address else None, state.post)
        if self.now() >= sent + MODERATED:
            raise Rejected(NOT_PUBLIC)
        return Receipt("", None, name)

    async def _begin(self, post: Post, video: Attached) -> Body:
        """Announce the video, as its account allows."""
        creator = await self.api.post("post/publish/creator_info/query", {})
        if self.privacy not in (creator.get("privacy_level_options") or []):
            raise Rejected("Akun TikTok ini tidak dapat menayangkan untuk umum. Periksa pengaturan akunnya.")
        longest = creator.get("max_video_post_duration_sec")
        if isinstance(longest, int) and (video.duration_ms or 0) > longest * 1000:
            raise Rejected(f"Video terlalu panjang: akun TikTok ini hanya menerima {longest} detik.")
        told = {"title": post.text, "privacy_level": self.privacy}
        told |= {f"disable_{what}": creator.get(f"{what}_disabled") is True for what in ("comment", "duet", "stitch")}
        source = {
            "source": "FILE_UPLOAD", "video_size": video.found.size, "total_chunk_count": _chunks(video),
            "chunk_size": CHUNK if _chunks(video) > 1 else video.found.size,
        }  # fmt: skip
        return await self.api.post("post/publish/video/init", {"post_info": told, "source_info": source})

    async def _send(self, address: str, video: Attached, reading: Reading, start: int, end: int) -> None:
        headers = {
            "Content-Type": video.found.content_type, "Content-Length": str(end - start),
            "Content-Range": f"bytes {start}-{end - 1}/{video.found.size}",
        }  # fmt: skip
        answer = await self.http.put(address, content=reading.take(end - start), headers=headers)
        if answer.status_code == (201 if end == video.found.size else 206):
            return
        if answer.status_code in (403, 404, 416):
            raise NotSent("Alamat unggah TikTok sudah tidak berlaku; diunggah lagi.")
        if answer.status_code < 400:
            raise Transient(f"status {answer.status_code}")
        told = body_of(answer) if answer.status_code in (400, 401) else {}
        raise self.api.meaning(answer, str(part(told.get("error") or {}).get("code")))

    async def _wait(self, name: str) -> Receipt:
        """It becomes public some time after: what is not told by then is looked up."""
        for turn in range(self.polls):
            if turn:
                await asyncio.sleep(self.poll)
            try:
                state = await self._state(name)
            except Exception:
                return Receipt("", None, name)
            if state.status == "FAILED":
                raise _failed(state.reason)
            if state.post:
                return await self._receipt(name, state)
        return Receipt("", None, name)

    async def _state(self, name: str) -> State:
        told = await self.api.post("post/publish/status/fetch", {"publish_id": name})
        ids, arrived = told.get("publicaly_available_post_id") or [], told.get("uploaded_bytes")
        if not isinstance(ids, list):
            raise Transient("an answer of another shape")
        post = word(ids[0]) if ids else ""
        size = arrived if isinstance(arrived, int) else 0
        return State(word(told.get("status")), size, str(told.get("fail_reason") or ""), post)

    async def _receipt(self, name: str, state: State) -> Receipt:
        """Without a public post's id it is in moderation, or private."""
        if not state.post:
            return Receipt("", None, name)
        return Receipt(await self._address(state.post), "api", state.post)

    async def _address(self, id_: str) -> str:
        """As TikTok tells it, where the app may ask for that."""
        try:
            return await self._shared(id_) or self._usual(id_)
        except Rejected:
            return self._usual(id_)

    async def _standing(self, post: Post) -> Receipt | None:
        """Whether a post that was public is among the account's public videos."""
        address = await self._shared(post.external_id)
        return Receipt(address, "api", post.external_id) if address else None

    async def _shared(self, id_: str) -> str:
        body = {"filters": {"video_ids": [id_]}}
        videos = parts((await self.api.post("video/query", body, fields="id,share_url")).get("videos") or [])
        return next((str(v.get("share_url") or self._usual(id_)) for v in videos if str(v.get("id")) == id_), "")

    def _usual(self, id_: str) -> str:
        return f"https://www.tiktok.com/@{self.username}/video/{id_}"


def _videos(post: Post) -> list[Attached]:
    return [a for a in post.attached if a.kind == "video"]


def _chunks(video: Attached) -> int:
    """As many as are whole; what is left goes with the last."""
    return max(1, video.found.size // CHUNK)


def _failed(reason: str) -> Exception:
    if reason in PASSING:
        return NotSent("TikTok tidak menyelesaikan kiriman ini; dikirim lagi.")
    return Rejected(f"TikTok menolak videonya ({reason or 'tanpa alasan'}). Periksa berkas dan isinya.")
