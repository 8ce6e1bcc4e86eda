"""A fake of TikTok's Content Posting API (Direct Post), made from its public documentation. It is not TikTok.

https://developers.tiktok.com/doc/content-posting-api-reference-query-creator-info, -direct-post, -get-video-status,
/doc/content-posting-api-media-transfer-guide, /doc/tiktok-api-v2-video-query and
/docs/en/oauth-refresh-a-user-access-token
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.faulty import Answer, How, Kind

TOKEN = "act.uji-token"
KEYS = {"client_key": "uji-kunci", "client_secret": "uji-rahasia", "refresh_token": "rft.uji-1"}
NAME = "disperkim_uji"
EVERYBODY = ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]


def error(status: int, code: str, **headers: str) -> Answer:
    told = {"error": {"code": code, "message": code, "log_id": "20261127"}, "data": {}}
    return status, {"content-type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}, told


EXPIRED = error(401, "access_token_invalid")
LIMITED = error(429, "rate_limit_exceeded", retry_after="60")
UNAUDITED = error(403, "unaudited_client_can_only_post_to_private_accounts")


@dataclass
class FakeTikTok:
    """`uploads` by their publish ids, `deleted` posts. Processing takes `slow` looks, moderation `moderating` more."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    uploads: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    deleted: set[str] = field(default_factory=set[str])
    said: list[Answer] = field(default_factory=list[Answer])
    privacies: list[str] = field(default_factory=lambda: list(EVERYBODY))
    slow: int = 1
    moderating: int = 0
    fails: str = ""
    refresh: str = KEYS["refresh_token"]
    answers: Mapping[How, Answer] = field(default_factory=lambda: {"expired": EXPIRED, "limited": LIMITED})
    count: int = 0
    renewed: int = 0

    @property
    def app(self) -> Starlette:
        post = "/v2/post/publish"
        return Starlette(
            routes=[
                Route(f"{post}/creator_info/query/", self.creator, methods=["POST"]),
                Route(f"{post}/video/init/", self.init, methods=["POST"]),
                Route(f"{post}/status/fetch/", self.status, methods=["POST"]),
                Route("/v2/video/query/", self.query, methods=["POST"]),
                Route("/v2/oauth/token/", self.token, methods=["POST"]),
                Route("/upload/{id}", self.put, methods=["PUT"]),
            ]
        )

    def kind_of(self, method: str, path: str) -> Kind:
        if method == "PUT":
            return "publish"
        return "read" if path.endswith(("/status/fetch/", "/video/query/")) else "prepare"

    def public(self) -> list[str]:
        """The posts that everybody sees, or will see without anybody doing more."""
        return [
            u["post"] for u in self.uploads.values() if self._is_whole(u) and u["told"]["privacy_level"][:3] == "PUB"
        ]

    def _is_whole(self, upload: dict[str, Any]) -> bool:
        return len(upload["data"]) == upload["size"] and not self._fails(upload)

    def _fails(self, upload: dict[str, Any]) -> str:
        return upload.get("failed") or self.fails

    async def creator(self, request: Request) -> JSONResponse:
        return self._no(request) or _ok(
            {
                "creator_username": NAME, "privacy_level_options": self.privacies, "comment_disabled": False,
                "duet_disabled": True, "stitch_disabled": False, "max_video_post_duration_sec": 300,
            }
        )  # fmt: skip

    async def init(self, request: Request) -> JSONResponse:
        told = await request.json()
        if no := self._no(request) or self._said():
            return no
        source = told["source_info"]
        size, chunk, count = source["video_size"], source["chunk_size"], source["total_chunk_count"]
        assert source["source"] == "FILE_UPLOAD"
        assert count == max(1, size // chunk)
        assert chunk == size if size < 5_000_000 else 5_000_000 <= chunk <= 64_000_000
        assert len(told["post_info"]["title"].encode("utf-16-le")) // 2 <= 2200
        self.count += 1
        name = f"v_pub_file~v2-1.{self.count}"
        self.uploads[name] = {
            "told": told["post_info"], "size": size, "data": b"", "looks": self.slow,
            "post": str(7_300_000 + self.count),
        }  # fmt: skip
        return _ok({"publish_id": name, "upload_url": str(request.url.replace(path=f"/upload/{self.count}"))})

    async def put(self, request: Request) -> Response:
        data = await request.body()
        if self.said:
            return _json(self.said.pop(0))
        upload = self.uploads.get(f"v_pub_file~v2-1.{request.path_params['id']}")
        if upload is None:
            return Response(status_code=403)
        told = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", request.headers["content-range"])
        assert told is not None
        if int(told[1]) != len(upload["data"]) or int(told[2]) + 1 - int(told[1]) != len(data):
            return Response(status_code=416)
        upload["data"] += data
        return Response(status_code=201 if len(upload["data"]) == upload["size"] else 206)

    async def status(self, request: Request) -> JSONResponse:
        told = await request.json()
        if no := self._no(request):
            return no
        upload = self.uploads.get(told["publish_id"])
        if upload is None:
            return _json(error(400, "invalid_publish_id"))
        whole = len(upload["data"]) == upload["size"]
        upload["looks"] -= whole
        state: dict[str, Any] = {"uploaded_bytes": len(upload["data"]), "status": "PROCESSING_UPLOAD"}
        if whole and upload["looks"] < 0:
            fails = self._fails(upload)
            state |= {"status": "FAILED", "fail_reason": fails} if fails else {"status": "PUBLISH_COMPLETE"}
            open_ = upload["post"] in self.public() and upload["looks"] < -self.moderating
            state |= {"publicaly_available_post_id": [int(upload["post"])] if open_ else []}
        return _ok(state)

    async def query(self, request: Request) -> JSONResponse:
        told = await request.json()
        if no := self._no(request):
            return no
        found = [id_ for id_ in told["filters"]["video_ids"] if id_ in self.public() and id_ not in self.deleted]
        return _ok({"videos": [{"id": id_, "share_url": address(id_)} for id_ in found]})

    async def token(self, request: Request) -> JSONResponse:
        form = dict(await request.form())
        if said := self._said():
            return said
        if form != {**KEYS, "refresh_token": self.refresh, "grant_type": "refresh_token"}:
            return JSONResponse({"error": "invalid_grant", "error_description": "Refresh token is invalid."}, 400)
        self.renewed += 1
        self.refresh = f"rft.uji-{self.renewed + 1}"
        return JSONResponse(
            {
                "access_token": TOKEN, "refresh_token": self.refresh, "expires_in": 7200,
                "refresh_expires_in": 31_536_000, "open_id": "afd97af1", "scope": "video.publish",
                "token_type": "Bearer",
            }
        )  # fmt: skip

    def _no(self, request: Request) -> JSONResponse | None:
        return None if request.headers.get("authorization") == f"Bearer {TOKEN}" else _json(EXPIRED)

    def _said(self) -> JSONResponse | None:
        return _json(self.said.pop(0)) if self.said else None


def address(id_: str) -> str:
    return f"https://www.tiktok.com/@{NAME}/video/{id_}?utm_campaign=tt4d_open_api"


def _ok(data: dict[str, Any]) -> JSONResponse:
    return JSONResponse({"data": data, "error": {"code": "ok", "message": "", "log_id": "20261127"}})


def _json(answer: Answer) -> JSONResponse:
    status, headers, body = answer
    return JSONResponse(body, status, dict(headers))
