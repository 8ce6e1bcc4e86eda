"""A fake of Instagram's content publishing behind the Graph API, from its public documentation. It is not Instagram.

https://developers.facebook.com/docs/instagram-platform/content-publishing, /instagram-api/reference/ig-user/media,
/ig-user/media_publish, /ig-container and /reference/error-codes
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.support.fake_facebook import ABSENT, EXPIRED, error
from tests.support.faulty import Answer, How, Kind

TOKEN, NEXT_TOKEN = "IGuji-token-akun", "IGuji-token-berikut"
USER = "17841400000000001"
LIMITED: Answer = (429, {"content-type": "application/json", "retry-after": "90"}, error(80002, "Too many calls")[2])
NOT_READY = error(9007, "The media is not ready to be published", subcode=2207027)
TOO_MANY = error(9, "You reached maximum number of posts", subcode=2207042, status=403)


@dataclass
class FakeInstagram:
    """`containers` are unseen; each is in progress for `slow` looks. `broken` are addresses that it cannot use."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    posts: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    containers: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    said: list[Answer] = field(default_factory=list[Answer])
    broken: set[str] = field(default_factory=set[str])
    slow: int = 1
    used: int = 0
    page_size: int = 50
    answers: Mapping[How, Answer] = field(default_factory=lambda: {"expired": EXPIRED, "limited": LIMITED})
    count: int = 0

    @property
    def app(self) -> Starlette:
        root = f"/v23.0/{USER}"
        return Starlette(
            routes=[
                Route(f"{root}/media", self.make, methods=["POST"]),
                Route(f"{root}/media", self.listed, methods=["GET"]),
                Route(f"{root}/media_publish", self.publish, methods=["POST"]),
                Route(f"{root}/content_publishing_limit", self.limit, methods=["GET"]),
                Route("/refresh_access_token", self.refresh, methods=["GET"]),
                Route("/v23.0/{id}", self.one, methods=["GET"]),
            ]
        )

    def kind_of(self, method: str, path: str) -> Kind:
        if method == "GET":
            return "read"
        return "publish" if path.endswith("/media_publish") else "prepare"

    async def make(self, request: Request) -> JSONResponse:
        form = {name: str(value) for name, value in (await request.form()).items()}
        if no := self._no(request):
            return no
        children = [c for c in form.get("children", "").split(",") if c]
        if form.get("media_type") == "CAROUSEL":
            assert 2 <= len(children) <= 10
            assert all(self.containers[c]["status"] == "FINISHED" and "is_carousel_item" in self.containers[c]["form"]
                       for c in children)  # fmt: skip
        else:
            assert ("image_url" in form) != ("video_url" in form)
        if len(form.get("caption", "")) > 2200:
            return _json(error(36004, "The caption is too long", subcode=2207010))
        source = form.get("image_url") or form.get("video_url") or ""
        made = self._id()
        bad = source in self.broken
        self.containers[made] = {"form": form, "status": "ERROR" if bad else "FINISHED", "looks": self.slow}
        return JSONResponse({"id": made})

    async def publish(self, request: Request) -> JSONResponse:
        form = await request.form()
        if no := self._no(request):
            return no
        container = self.containers.get(str(form["creation_id"]))
        if container is None:
            return _json(error(24, "The requested resource does not exist", subcode=2207006))
        if container["status"] != "FINISHED":
            return _json(NOT_READY)
        container["status"] = "PUBLISHED"
        made = self._id()
        told = container["form"]
        self.posts.append(
            {
                "id": made, "caption": told.get("caption", ""), "form": told,
                "permalink": f"https://www.instagram.com/p/{made}/",
                "timestamp": self.now().strftime("%Y-%m-%dT%H:%M:%S+0000"),
            }
        )  # fmt: skip
        self.used += 1
        return JSONResponse({"id": made})

    async def listed(self, request: Request) -> JSONResponse:
        if no := self._no(request):
            return no
        newest = self.posts[::-1]
        start = int(request.query_params.get("after") or 0)
        end = start + min(self.page_size, int(request.query_params.get("limit", 25)))
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(newest):
            paging["next"] = f"https://graph.facebook.com/v23.0/{USER}/media?after={end}"
        return JSONResponse({"data": [_fields(p, request) for p in newest[start:end]], "paging": paging})

    async def limit(self, request: Request) -> JSONResponse:
        if no := self._no(request):
            return no
        config = {"quota_total": 100, "quota_duration": 86400}
        return JSONResponse({"data": [{"quota_usage": self.used, "config": config}]})

    async def refresh(self, request: Request) -> JSONResponse:
        if dict(request.query_params) != {"grant_type": "ig_refresh_token", "access_token": TOKEN}:
            return _json(error(190, "Invalid OAuth access token.", status=400))
        return JSONResponse({"access_token": NEXT_TOKEN, "token_type": "bearer", "expires_in": 5_184_000})

    async def one(self, request: Request) -> JSONResponse:
        if no := self._no(request):
            return no
        id_ = request.path_params["id"]
        if container := self.containers.get(id_):
            container["looks"] -= 1
            status = "IN_PROGRESS" if container["looks"] >= 0 else container["status"]
            return JSONResponse({"status_code": status, "id": id_})
        post = next((p for p in self.posts if p["id"] == id_), None)
        return _json(ABSENT) if post is None else JSONResponse(_fields(post, request))

    def _no(self, request: Request) -> JSONResponse | None:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _json(error(190, "Invalid OAuth access token.", status=401))
        assert "access_token" not in request.query_params, "a token in an address would be logged"
        return _json(self.said.pop(0)) if self.said and request.method != "GET" else None

    def _id(self) -> str:
        self.count += 1
        return str(17_900_000 + self.count)


def _fields(post: dict[str, Any], request: Request) -> dict[str, Any]:
    return {name: post[name] for name in request.query_params.get("fields", "id").split(",") if name in post}


def _json(answer: Answer) -> JSONResponse:
    status, headers, body = answer
    return JSONResponse(body, status, dict(headers))
