"""A fake of X's API v2, made from its public documentation. It is not X.

https://docs.x.com/x-api/posts/create-post, /users/get-posts, /posts/delete-post, /media/initialize-media-upload (and
append, finalize, status, /media/create-media-metadata), /fundamentals/response-codes-and-errors and /rate-limits;
signatures are checked by another implementation of RFC 5849 than the one that made them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from authlib.oauth1.rfc5849 import signature as rfc5849
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.support.faulty import Answer, How, Kind

KEYS = ("uji-kunci", "uji-rahasia-kunci", "99-uji-token", "uji-rahasia-token")
USER, NAME = "99", "disperkim_uji"
JSON = {"content-type": "application/problem+json"}


def problem(status: int, title: str, detail: str = "", **headers: str) -> Answer:
    told = {"title": title, "detail": detail or title, "type": "about:blank", "status": status}
    return status, JSON | {k.replace("_", "-"): v for k, v in headers.items()}, told


EXPIRED = problem(401, "Unauthorized")
LIMITED = problem(429, "Too Many Requests", retry_after="90")
DUPLICATE = problem(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")
MISSING: Mapping[str, Any] = {
    "errors": [{"title": "Not Found Error", "type": "https://api.twitter.com/2/problems/resource-not-found"}]
}


@dataclass
class FakeX:
    """`tweets` are the newest last; `slow` is how many looks a video's processing takes."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    tweets: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    media: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    said: list[Answer] = field(default_factory=list[Answer])
    headers: dict[str, str] = field(default_factory=dict[str, str])
    protected: bool = False
    slow: int = 1
    page_size: int = 100
    answers: Mapping[How, Answer] = field(default_factory=lambda: {"expired": EXPIRED, "limited": LIMITED})
    count: int = 0

    @property
    def app(self) -> Starlette:
        upload = "/2/media/upload"
        return Starlette(
            routes=[
                Route(f"{upload}/initialize", self.initialize, methods=["POST"]),
                Route(f"{upload}/{{id}}/append", self.append, methods=["POST"]),
                Route(f"{upload}/{{id}}/finalize", self.finalize, methods=["POST"]),
                Route(upload, self.status, methods=["GET"]),
                Route("/2/media/metadata", self.metadata, methods=["POST"]),
                Route("/2/tweets", self.create, methods=["POST"]),
                Route("/2/tweets/{id}", self.one, methods=["GET", "DELETE"]),
                Route(f"/2/users/{USER}/tweets", self.listed, methods=["GET"]),
            ]
        )

    def kind_of(self, method: str, path: str) -> Kind:
        if path.endswith("/append"):
            return "upload"
        if "/media/" in path:
            return "prepare"
        return "read" if method == "GET" else "publish"

    async def initialize(self, request: Request) -> JSONResponse:
        told = await request.json()
        if no := self._no(request):
            return no
        assert set(told) == {"media_type", "total_bytes", "media_category"}
        made = self._id()
        self.media[made] = {**told, "parts": {}, "alt": "", "final": False, "looks": self.slow}
        return JSONResponse({"data": {"id": made, "media_key": f"3_{made}", "expires_after_secs": 86400}})

    async def append(self, request: Request) -> JSONResponse:
        async with request.form(max_part_size=6_000_000) as form:
            if no := self._no(request):
                return no
            piece = form["media"]
            assert not isinstance(piece, str)
            data = await piece.read()
            assert len(data) <= 5_000_000
            self.media[request.path_params["id"]]["parts"][int(str(form["segment_index"]))] = data
        return JSONResponse({"data": {"expires_at": 0}})

    async def finalize(self, request: Request) -> JSONResponse:
        if no := self._no(request):
            return no
        media = self.media[request.path_params["id"]]
        if sum(map(len, media["parts"].values())) != media["total_bytes"]:
            return _json(problem(400, "Invalid Request", "Segments do not add up to provided total file size."))
        media["final"] = True
        pending = {"processing_info": {"state": "pending", "check_after_secs": 1}}
        more = pending if media["media_category"] == "tweet_video" else {}
        return JSONResponse({"data": {"id": request.path_params["id"], "size": media["total_bytes"], **more}})

    async def status(self, request: Request) -> JSONResponse:
        if no := self._no(request):
            return no
        assert request.query_params["command"] == "STATUS"
        media = self.media.get(request.query_params["media_id"])
        if media is None:
            return _json(problem(404, "Not Found Error"))
        media["looks"] -= 1
        state = "in_progress" if media["looks"] >= 0 else media.get("state", "succeeded")
        return JSONResponse({"data": {"processing_info": {"state": state, "progress_percent": 50}}})

    async def metadata(self, request: Request) -> JSONResponse:
        told = await request.json()
        if no := self._no(request):
            return no
        self.media[told["id"]]["alt"] = told["metadata"]["alt_text"]["text"]
        return JSONResponse({"data": {"id": told["id"]}})

    async def create(self, request: Request) -> JSONResponse:
        told = await request.json()
        if no := self._no(request):
            return no
        text, media = told["text"], told.get("media", {}).get("media_ids", [])
        if any(t["told"] == text for t in self.tweets):
            return _json(DUPLICATE)
        if not all(self.media.get(m, {}).get("final") for m in media):
            return _json(problem(400, "Invalid Request", "Your media IDs are invalid."))
        made = self._id()
        at = self.now().strftime("%Y-%m-%dT%H:%M:%S.000Z")
        self.tweets.append({"id": made, "told": text, "media": media, "created_at": at, "author_id": USER})
        return JSONResponse({"data": {"id": made, "text": _shortened(text)[0]}}, 201, self.headers)

    async def one(self, request: Request) -> JSONResponse:
        if no := self._no(request):
            return no
        tweet = next((t for t in self.tweets if t["id"] == request.path_params["id"]), None)
        if request.method == "DELETE":
            if tweet is not None:
                self.tweets.remove(tweet)
            return JSONResponse({"data": {"deleted": tweet is not None}})
        return JSONResponse(MISSING if tweet is None else {"data": _shown(tweet), **self._includes()})

    async def listed(self, request: Request) -> JSONResponse:
        if no := self._no(request):
            return no
        since = request.query_params.get("start_time", "")
        newest = [t for t in reversed(self.tweets) if t["created_at"] >= since]
        start = int(request.query_params.get("pagination_token") or 0)
        end = start + min(self.page_size, int(request.query_params["max_results"]))
        page = newest[start:end]
        meta = {"result_count": len(page)} | ({"next_token": str(end)} if end < len(newest) else {})
        return JSONResponse({"meta": meta, **({"data": list(map(_shown, page)), **self._includes()} if page else {})})

    def _includes(self) -> dict[str, Any]:
        return {"includes": {"users": [{"id": USER, "username": NAME, "protected": self.protected}]}}

    def _no(self, request: Request) -> JSONResponse | None:
        if not _signed(request):
            return _json(EXPIRED)
        return _json(self.said.pop(0)) if self.said and request.method != "GET" else None

    def _id(self) -> str:
        self.count += 1
        return str(1_880_000_000 + self.count)


def _signed(request: Request) -> bool:
    told = dict(re.findall(r'(\w+)="([^"]*)"', request.headers.get("authorization", "")))
    told = {name: unquote(value) for name, value in told.items()}
    signature = told.pop("oauth_signature", "")
    if (told.get("oauth_consumer_key"), told.get("oauth_token")) != (KEYS[0], KEYS[2]):
        return False
    params = [*told.items(), *parse_qsl(request.url.query)]
    uri = str(request.url.replace(query=""))
    base = rfc5849.construct_base_string(request.method, uri, params)
    return rfc5849.hmac_sha1_signature(base, KEYS[1], KEYS[3]) == signature


def _shortened(text: str) -> tuple[str, list[dict[str, str]]]:
    """Every link is told as one of t.co, with where it leads."""
    urls = [
        {"url": f"https://t.co/{n:010d}", "expanded_url": found, "display_url": found[8:34]}
        for n, found in enumerate(re.findall(r"https?://\S+", text))
    ]
    for one in urls:
        text = text.replace(one["expanded_url"], one["url"], 1)
    return text, urls


def _shown(tweet: dict[str, Any]) -> dict[str, Any]:
    text, urls = _shortened(tweet["told"])
    told = {"id": tweet["id"], "text": text, "created_at": tweet["created_at"], "author_id": tweet["author_id"]}
    return told | ({"entities": {"urls": urls}} if urls else {})


def _json(answer: Answer) -> JSONResponse:
    status, headers, body = answer
    return JSONResponse(body, status, dict(headers))
