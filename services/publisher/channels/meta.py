"""Meta's Graph API, as its channels share it: the call, its errors, and how near its limits are.

https://developers.facebook.com/docs/graph-api/guides/error-handling and /docs/graph-api/overview/rate-limiting
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from services.publisher.channels import Rejected, Rest
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
    refused,
    retry_after,
)
from shared.channel_words import name_of
from shared.refusal import Transient

APP = "meta-app"  # the limit that all channels of one app share
VERSION = "v23.0"
TOKEN = (102, 190)
PERMISSION = (3, 10, *range(200, 300))
APP_LIMITED = (4,)
LIMITED = (9, 17, 32, 341, 613, *range(80000, 80015))
POLICY = (25, 368)
BLOCKED = 2207051  # subcode of 4: not a limit, but a guard against spam
DUPLICATE = (506,)
UNKNOWN = (-2, -1, 1, 2)
ABSENT = (33,)  # subcode of 100: no such object, or none that this token may see
NEAR = 95  # per cent of a limit
PAUSE = timedelta(minutes=15)  # limits count a rolling hour; where no time is told, a part of it
OF_TYPE = {"pages": "facebook", "instagram": "instagram"}


@dataclass(frozen=True, slots=True)
class Graph:
    """The token goes in a header, so that no address that is logged holds it."""

    http: httpx.AsyncClient
    url: str
    channel: str
    now: Callable[[], datetime]
    token: str = field(repr=False)

    async def get(self, path: str, **params: str) -> Said:
        return await self.call("GET", path, params=params)

    async def post(self, path: str, data: Mapping[str, str]) -> Said:
        return await self.call("POST", path, data=dict(data))

    async def call(self, method: str, path: str, **more: Any) -> Said:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        answer = await self.http.request(method, f"{self.url}/{path}", headers=headers, **more)
        return Said(judged(answer, self.channel, self.now()), rests(answer, self.now()))


def judged(answer: httpx.Response, channel: str, now: datetime) -> Body:
    """The body of a good answer. Raises what its error means; Transient where it means nothing certain."""
    if answer.status_code == 429:
        raise limited(channel, _until(answer, now))
    body = body_of(answer)
    if "error" in body:
        raise _meaning(part(body["error"]), answer, channel, now)
    if answer.status_code != 200:
        raise Transient(f"status {answer.status_code}")
    return body


def _meaning(error: Body, answer: httpx.Response, channel: str, now: datetime) -> Exception:
    code, subcode = error.get("code"), error.get("error_subcode")
    if code in TOKEN:
        return disconnected(channel)
    if code in APP_LIMITED and subcode != BLOCKED:
        return limited(channel, _until(answer, now), APP)
    if code in LIMITED:
        return limited(channel, _until(answer, now))
    if answer.status_code >= 500 or code in UNKNOWN or error.get("is_transient") or not isinstance(code, int):
        return Transient(f"error {code}")
    if code in DUPLICATE:
        return Duplicate(f"{name_of(channel)} sudah memuat kiriman yang sama.")
    if code in POLICY or subcode == BLOCKED:
        return Rejected(
            f"{name_of(channel)} menahan kiriman dari akun ini karena kebijakannya. Periksa pesan di akunnya."
        )
    if code in PERMISSION:
        return forbidden(channel)
    if subcode in ABSENT or code == 803:
        return Absent(f"{name_of(channel)} tidak memiliki kiriman ini lagi.")
    return refused(channel, code)


def rests(answer: httpx.Response, now: datetime) -> tuple[Rest, ...]:
    """What the usage headers ask for: a use case that is over its limit, or an app that is near its own."""
    found: dict[str, datetime] = {}
    for use in _uses(answer):
        minutes, channel = use.get("estimated_time_to_regain_access"), OF_TYPE.get(str(use.get("type")))
        if isinstance(minutes, int | float) and minutes > 0 and channel:
            found[channel] = now + timedelta(minutes=minutes)
    app = _header(answer, "x-app-usage")
    if any(isinstance(share, int | float) and share >= NEAR for share in app.values()):
        found[APP] = now + PAUSE
    return tuple(Rest(name, until) for name, until in found.items())


def _until(answer: httpx.Response, now: datetime) -> datetime:
    told = max((rest.until for rest in rests(answer, now) if rest.limit != APP), default=None)
    return told or retry_after(answer, now, PAUSE)


def _uses(answer: httpx.Response) -> list[Body]:
    try:
        return [use for uses in _header(answer, "x-business-use-case-usage").values() for use in parts(uses)]
    except Transient:
        return []


def _header(answer: httpx.Response, name: str) -> Body:
    """A header that holds JSON; nothing where it holds none: it is advice, and no answer is lost over it."""
    try:
        return part(json.loads(answer.headers.get(name, "{}")))
    except (ValueError, Transient):
        return {}
