"""A fake of a Facebook Page behind the Graph API, made from its public documentation. It is not Facebook.

https://developers.facebook.com/docs/graph-api/reference/page/feed, /page/photos, /page-post and
/docs/graph-api/guides/error-handling
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.support.faulty import Answer, How, Kind

TOKEN = "EAAuji-token-halaman"
PAGE, USERNAME = "102030", "disperkim.uji"


def error(code: int, message: str, *, subcode: int = 0, status: int = 400, transient: bool = False) -> Answer:
    told: dict[str, Any] = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "Az8or2yh"}
    told |= ({"error_subcode": subcode} if subcode else {}) | ({"is_transient": True} if transient else {})
    return status, {"content-type": "application/json"}, {"error": told}


EXPIRED = error(190, "Error validating access token: Session has expired", subcode=463)
BUSY = json.dumps(
    {PAGE: [{"type": "pages", "call_count": 100, "total_cputime": 20, "total_time": 20,
             "estimated_time_to_regain_access": 7}]}
)  # fmt: skip
LIMITED: Answer = (429, {"content-type": "application/json", "retry-after": "90"}, error(32, "Page request limit")[2])
ABSENT = error(100, "Unsupported get request. Object with ID does not exist", subcode=33)
DUPLICATE = error(506, "Duplicate status message")


@dataclass
class FakeFacebook:
    """`posts` are the Page's, the newest last; each of `said` answers one call that changes something, in its place."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    posts: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    photos: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    said: list[Answer] = field(default_factory=list[Answer])
    headers: dict[str, str] = field(default_factory=dict[str, str])
    page_size: int = 50
    answers: Mapping[How, Answer] = field(default_factory=lambda: {"expired": EXPIRED, "limited": LIMITED})
    count: int = 0

    @property
    def app(self) -> Starlette:
        root = f"/v23.0/{PAGE}"
        return Starlette(
            routes=[
                Route(f"{root}/photos", self.upload, methods=["POST"]),
                Route(f"{root}/feed", self.feed, methods=["POST"]),
                Route(f"{root}/posts", self.listed, methods=["GET"]),
                Route("/v23.0/{id}", self.one, methods=["GET", "POST", "DELETE"]),
            ]
        )

    def kind_of(self, method: str, path: str) -> Kind:
        if path.endswith("/photos"):
            return "upload"
        if method == "GET":
            return "read"
        return "publish"

    def public(self) -> list[dict[str, Any]]:
        return [p for p in self.posts if p["is_published"]]

    def id_of(self, post: dict[str, Any]) -> str:
        return post["id"]

    async def upload(self, request: Request) -> JSONResponse:
        async with request.form(max_part_size=20_000_000) as form:
            if no := self._no(request):
                return no
            source = form["source"]
            assert not isinstance(source, str)
            data = await source.read()
            if len(data) > 4_000_000:
                return _json(error(1, "Please reduce the amount of data you're asking for", subcode=1366046))
            made = self._id()
            published = form.get("published") != "false"
            self.photos[made] = {"published": published, "alt": form.get("alt_text_custom", ""), "data": data}
        return self._json({"id": made})

    async def feed(self, request: Request) -> JSONResponse:
        form = await request.form()
        if no := self._no(request):
            return no
        shown = [json.loads(str(v))["media_fbid"] for k, v in form.items() if k.startswith("attached_media[")]
        if any(photo not in self.photos for photo in shown):
            return _json(error(100, "Invalid parameter"))
        message = str(form.get("message", ""))
        if self.posts and self.posts[-1]["message"] == message:
            return _json(DUPLICATE)
        number = self._id()
        self.posts.append(
            {
                "id": f"{PAGE}_{number}", "message": message, "is_published": True, "photos": shown,
                "permalink_url": f"https://www.facebook.com/{PAGE}/posts/{number}", "link": form.get("link", ""),
                "created_time": self.now().strftime("%Y-%m-%dT%H:%M:%S+0000"), "privacy": {"value": "EVERYONE"},
            }
        )  # fmt: skip
        return self._json({"id": f"{PAGE}_{number}"})

    async def listed(self, request: Request) -> JSONResponse:
        if no := self._no(request):
            return no
        newest = [p for p in reversed(self.posts) if p["is_published"]]
        start = int(request.query_params.get("after") or 0)
        size = min(self.page_size, int(request.query_params.get("limit", 25)))
        page, end = newest[start : start + size], start + size
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(end)}} if page else {}
        if end < len(newest):
            paging["next"] = f"https://graph.facebook.com/v23.0/{PAGE}/posts?after={end}"
        return self._json({"data": [_fields(p, request) for p in page], "paging": paging})

    async def one(self, request: Request) -> JSONResponse:
        form = await request.form() if request.method == "POST" else {}
        if no := self._no(request):
            return no
        id_ = request.path_params["id"]
        if id_ == PAGE:
            return self._json({"id": PAGE, "username": USERNAME})
        if id_ in self.photos and request.method == "DELETE":
            del self.photos[id_]
            return self._json({"success": True})
        if id_ in self.photos:
            return self._json({"id": id_})
        post = next((p for p in self.posts if p["id"] == id_), None)
        if post is None:
            return _json(ABSENT)
        if request.method == "GET":
            return self._json(_fields(post, request))
        if request.method == "DELETE":
            self.posts.remove(post)
        else:
            post["message"] = str(form["message"])
        return self._json({"success": True})

    def _no(self, request: Request) -> JSONResponse | None:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _json(error(190, "Invalid OAuth access token.", status=401))
        assert "access_token" not in request.query_params, "a token in an address would be logged"
        return _json(self.said.pop(0)) if self.said and request.method != "GET" else None

    def _id(self) -> str:
        self.count += 1
        return str(7000 + self.count)

    def _json(self, body: Any) -> JSONResponse:
        return JSONResponse(body, headers=self.headers)


def _fields(post: dict[str, Any], request: Request) -> dict[str, Any]:
    asked = request.query_params.get("fields", "id").split(",")
    return {name: post[name] for name in asked if post.get(name) not in (None, "")}


def _json(answer: Answer) -> JSONResponse:
    status, headers, body = answer
    return JSONResponse(body, status, dict(headers))
