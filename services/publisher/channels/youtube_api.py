"""YouTube's Data API v3: the access token, the call, its errors and quotas, and the upload that can be resumed.

https://developers.google.com/youtube/v3/docs/errors, /guides/using_resumable_upload_protocol and
https://developers.google.com/identity/protocols/oauth2/web-server#offline
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from services.publisher.channels import Rejected
from services.publisher.channels.files import Fetch, slices
from services.publisher.channels.replies import (
    Absent,
    Body,
    body_of,
    disconnected,
    forbidden,
    limited,
    part,
    parts,
    refused,
    retry_after,
    word,
)
from services.publisher.objects import PublicObject
from shared.refusal import Transient

NAME = "youtube"
CHUNK = 8 * 1024 * 1024  # a multiple of 256 KiB, as the protocol asks
PACIFIC = ZoneInfo("America/Los_Angeles")  # where the day of a quota ends
UPLOADS_AGAIN = timedelta(hours=6)
SOON = timedelta(minutes=1)
MARGIN = timedelta(minutes=5)
OF_THE_DAY = ("quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg")
OF_THE_MINUTE = ("rateLimitExceeded", "userRateLimitExceeded")
_RANGE = re.compile(r"bytes=0-(\d+)$")


@dataclass(frozen=True, slots=True)
class Keys:
    """What the office's Google account gave this app; the refresh token ends only where somebody takes it back."""

    client: str = field(repr=False)
    client_secret: str = field(repr=False)
    refresh: str = field(repr=False)


@dataclass(slots=True)
class YouTubeApi:
    """`url` is the API, `tokens` where access tokens are given."""

    http: httpx.AsyncClient
    fetch: Fetch
    now: Callable[[], datetime]
    keys: Keys = field(repr=False)
    url: str = "https://www.googleapis.com"
    tokens: str = "https://oauth2.googleapis.com/token"
    _access: str = field(default="", repr=False)
    _until: datetime | None = None

    async def call(self, method: str, path: str, **more: Any) -> Body:
        answer = await self._request(method, f"{self.url}/{path}", **more)
        if answer.status_code == 204:
            return {}
        if answer.status_code == 200:
            return body_of(answer)
        raise self._meaning(answer)

    async def begin(self, found: PublicObject, told: Body) -> str:
        """The address of an upload; nothing is there before all of it has arrived."""
        path = f"{self.url}/upload/youtube/v3/videos"
        headers = {"X-Upload-Content-Length": str(found.size), "X-Upload-Content-Type": found.content_type}
        params = {"uploadType": "resumable", "part": "snippet,status", "notifySubscribers": "true"}
        answer = await self._request("POST", path, params=params, json=told, headers=headers)
        if answer.status_code != 200:
            raise self._meaning(answer)
        return word(answer.headers.get("location"))

    async def send(self, session: str, found: PublicObject, start: int = 0) -> str:
        """Send from a byte on; the video's id."""
        async for piece in slices(self.fetch, found, CHUNK, start=start):
            end = start + len(piece)
            answer = await self._put(session, piece, f"bytes {start}-{end - 1}/{found.size}")
            if answer.status_code in (200, 201):
                return word(body_of(answer).get("id"))
            if answer.status_code != 308:
                raise self._meaning(answer)
            if _arrived(answer) != end:
                raise Transient("a part did not arrive whole")
            start = end
        raise Transient("all was sent, and no video was answered")

    async def resume(self, session: str, found: PublicObject) -> str | None:
        """Go on where an upload was cut; None where its address is of no use any more."""
        answer = await self._put(session, b"", f"bytes */{found.size}")
        if answer.status_code in (200, 201):
            return word(body_of(answer).get("id"))
        if answer.status_code in (404, 410):
            return None
        if answer.status_code != 308:
            raise self._meaning(answer)
        return await self.send(session, found, _arrived(answer))

    async def finished(self, session: str, found: PublicObject) -> str | None:
        """The id of a video whose upload arrived whole; None where there is none of it."""
        answer = await self._put(session, b"", f"bytes */{found.size}")
        if answer.status_code in (200, 201):
            return word(body_of(answer).get("id"))
        if answer.status_code in (308, 404, 410):
            return None
        raise self._meaning(answer)

    async def _put(self, session: str, data: bytes, told: str) -> httpx.Response:
        return await self._request("PUT", session, content=data, headers={"Content-Range": told})

    async def _request(self, method: str, url: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {await self._token()}", **more.pop("headers", {})}
        answer = await self.http.request(method, url, headers=headers, **more)
        if answer.status_code == 401:
            self._until = None
        return answer

    async def _token(self) -> str:
        if self._until is None or self._until <= self.now():
            told = {
                "grant_type": "refresh_token", "refresh_token": self.keys.refresh, "client_id": self.keys.client,
                "client_secret": self.keys.client_secret,
            }  # fmt: skip
            answer = await self.http.post(self.tokens, data=told)
            body = body_of(answer)
            if answer.status_code in (400, 401) and "error" in body:
                raise disconnected(NAME)
            if answer.status_code != 200:
                raise Transient(f"no access token, status {answer.status_code}")
            seconds = body.get("expires_in")
            self._access = word(body.get("access_token"))
            self._until = self.now() + timedelta(seconds=seconds if isinstance(seconds, int) else 0) - MARGIN
        return self._access

    def _meaning(self, answer: httpx.Response) -> Exception:
        if answer.status_code >= 500:
            return Transient(f"status {answer.status_code}")
        error = part(body_of(answer).get("error"))
        reasons = [str(e.get("reason")) for e in parts(error.get("errors") or [])]
        reason = reasons[0] if reasons else ""
        if reason in OF_THE_DAY:
            return limited(NAME, _midnight(self.now()))
        if reason == "uploadLimitExceeded":
            return limited(NAME, self.now() + UPLOADS_AGAIN)
        if reason in OF_THE_MINUTE or answer.status_code == 429:
            return limited(NAME, retry_after(answer, self.now(), SOON))
        match answer.status_code:
            case 401:
                return disconnected(NAME)
            case 403:
                return forbidden(NAME)
            case 404:
                return Absent("YouTube tidak memiliki video ini lagi.")
            case 400:
                return _of_content(reason)
            case _:
                return Transient(f"status {answer.status_code}")


def _of_content(reason: str) -> Rejected:
    if reason in ("invalidTitle", "invalidDescription", "invalidTags"):
        return Rejected("YouTube menolak judul atau keterangan video ini. Periksa teksnya.")
    return refused(NAME, reason or 400)


def _arrived(answer: httpx.Response) -> int:
    """How many bytes YouTube has; without the header none."""
    found = _RANGE.match(answer.headers.get("range", ""))
    return int(found[1]) + 1 if found else 0


def _midnight(now: datetime) -> datetime:
    tomorrow = now.astimezone(PACIFIC).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), PACIFIC).astimezone(now.tzinfo)
