"""X's API v2: the call, its errors and its limits, and the upload of a file.

https://docs.x.com/x-api/fundamentals/response-codes-and-errors, /rate-limits and /x-api/media/quickstart
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from services.publisher.channels import Attached, Rejected, Rest
from services.publisher.channels.files import Fetch, slices
from services.publisher.channels.oauth1 import OAuth1
from services.publisher.channels.replies import (
    Absent,
    Body,
    Duplicate,
    Said,
    body_of,
    disconnected,
    forbidden,
    limited,
    part,
    parts,
    processing,
    refused,
    retry_after,
    word,
)
from shared.refusal import Transient

NAME = "x"
CHUNK = 4_000_000  # of at most 5 MB each
MAX_ALT = 1000
WINDOW = timedelta(minutes=15)  # in which calls are counted
MARGIN = timedelta(minutes=10)
LIMITS = ("x-rate-limit", "x-app-limit-24hour", "x-user-limit-24hour")
NOT_FOUND = "resource-not-found"
FAILED = "X tidak dapat mengolah videonya. Periksa ukuran dan jenisnya."


@dataclass(frozen=True, slots=True)
class XApi:
    """Calls as the account. `poll` seconds lie between two looks at a video, where X tells no other time."""

    http: httpx.AsyncClient
    fetch: Fetch
    url: str
    now: Callable[[], datetime]
    auth: OAuth1 = field(repr=False)
    poll: float
    polls: int

    async def call(self, method: str, path: str, **more: Any) -> Said:
        answer = await self.http.request(method, f"{self.url}/2/{path}", auth=self.auth, **more)
        if answer.status_code in (200, 201):
            return Said(body_of(answer), _rest(answer))
        raise self._meaning(answer)

    async def upload(self, one: Attached) -> tuple[str, datetime]:
        """Its media id, with its alternative text, and until when it can be used."""
        kind = "tweet_video" if one.kind == "video" else "tweet_image"
        told = {"media_type": one.found.content_type, "total_bytes": one.found.size, "media_category": kind}
        made = part((await self.call("POST", "media/upload/initialize", json=told)).body.get("data"))
        id_, seconds = word(made.get("id")), made.get("expires_after_secs")
        number = 0
        async for piece in slices(self.fetch, one.found, CHUNK):
            form = {"data": {"segment_index": str(number)}, "files": {"media": ("blob", piece)}}
            await self.call("POST", f"media/upload/{id_}/append", **form)
            number += 1
        await self.call("POST", f"media/upload/{id_}/finalize")
        if one.alt and one.kind == "image":
            alt = {"id": id_, "metadata": {"alt_text": {"text": one.alt[:MAX_ALT]}}}
            await self.call("POST", "media/metadata", json=alt)
        return id_, self.now() + timedelta(seconds=seconds if isinstance(seconds, int) else 0) - MARGIN

    async def processed(self, id_: str) -> None:
        """Wait until a video can be posted. Raises NotSent where that takes long, Rejected where it cannot be."""
        for _ in range(self.polls):
            said = await self.call("GET", "media/upload", params={"command": "STATUS", "media_id": id_})
            told = part(said.body.get("data")).get("processing_info")
            state = part(told).get("state") if told is not None else "succeeded"
            if state == "succeeded":
                return
            if state == "failed":
                raise Rejected(FAILED)
            await asyncio.sleep(self.poll)
        raise processing(NAME, self.now())

    def _meaning(self, answer: httpx.Response) -> Exception:
        if answer.status_code == 429:
            return limited(NAME, self._until(answer))
        if answer.status_code >= 500:
            return Transient(f"status {answer.status_code}")
        body = body_of(answer)
        told = f"{body.get('type')} {body.get('title')} {body.get('detail')}".lower()
        match answer.status_code:
            case 401:
                return disconnected(NAME)
            case 402:
                return Rejected("Kuota berbayar akun X sudah habis. Minta pengelola sistem menambahnya.")
            case 403 if "duplicate" in told:
                return Duplicate("X sudah memuat kiriman yang sama.")
            case 403:
                return forbidden(NAME)
            case 404:
                return Absent("X tidak memiliki kiriman ini lagi.")
            case 400 | 413 | 422:
                return refused(NAME, answer.status_code)
            case _:
                return Transient(f"status {answer.status_code}")

    def _until(self, answer: httpx.Response) -> datetime:
        told = [rest.until for rest in _rest(answer)]
        return max(told) if told else retry_after(answer, self.now(), WINDOW)


def absent(body: Body) -> bool:
    """X answers 200 of a post that is not there, with a problem."""
    return "data" not in body and any(NOT_FOUND in str(e.get("type")) for e in parts(body.get("errors") or []))


def _rest(answer: httpx.Response) -> tuple[Rest, ...]:
    """Of what was the last call for now: each limit with its own time."""
    found: list[Rest] = []
    for limit in LIMITS:
        left, reset = answer.headers.get(f"{limit}-remaining"), answer.headers.get(f"{limit}-reset", "")
        if left == "0" and reset.isdigit():
            found.append(Rest(NAME, datetime.fromtimestamp(int(reset), UTC)))
    return tuple(found)
