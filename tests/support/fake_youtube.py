"""A fake of YouTube's Data API v3 and of Google's token endpoint, made from their public documentation.

It is not YouTube. https://developers.google.com/youtube/v3/docs/videos, /docs/playlistItems/list, /docs/errors,
/guides/using_resumable_upload_protocol; https://developers.google.com/identity/protocols/oauth2/web-server#offline
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

KEYS = ("uji-klien", "uji-rahasia-klien", "1//uji-token")
CHANNEL = "UCdisperkim_uji"


def error(code: int, reason: str, message: str = "", **headers: str) -> Answer:
    told = {"code": code, "message": message or reason, "errors": [{"domain": "youtube.video", "reason": reason}]}
    return (
        code,
        {"content-type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}},
        {"error": told},
    )


EXPIRED = error(401, "authError", "Invalid Credentials")
LIMITED = error(403, "userRateLimitExceeded", retry_after="90")
GONE: Answer = (400, {"content-type": "application/json"}, {"error": "invalid_grant"})


@dataclass
class FakeYouTube:
    """`slow` is how many looks processing takes; `locked` an app that was not audited: its videos stay private."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    videos: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    said: list[Answer] = field(default_factory=list[Answer])
    slow: int = 1
    processed: str = "processed"
    locked: bool = False
    revoked: bool = False
    at_once: int = 100_000_000
    answers: Mapping[How, Answer] = field(default_factory=lambda: {"expired": EXPIRED, "limited": LIMITED})
    tokens: int = 0
    count: int = 0

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/token", self.token, methods=["POST"]),
                Route("/upload/youtube/v3/videos", self.begin, methods=["POST"]),
                Route("/session/{id}", self.put, methods=["PUT"]),
                Route("/youtube/v3/videos", self.list, methods=["GET"]),
                Route("/youtube/v3/videos", self.update, methods=["PUT"]),
                Route("/youtube/v3/videos", self.delete, methods=["DELETE"]),
                Route("/youtube/v3/playlistItems", self.uploads, methods=["GET"]),
            ]
        )

    def kind_of(self, method: str, path: str) -> Kind:
        if path.startswith("/session/"):
            return "upload"
        if path in ("/token", "/upload/youtube/v3/videos"):
            return "prepare"
        return "read" if method == "GET" else "publish"

    def public(self) -> list[str]:
        return [id_ for id_, v in self.videos.items() if v["status"]["privacyStatus"] == "public"]

    async def token(self, request: Request) -> JSONResponse:
        form = await request.form()
        given = (form["client_id"], form["client_secret"], form["refresh_token"])
        if given != KEYS or self.revoked:
            return _json(GONE)
        self.tokens += 1
        return JSONResponse({"access_token": f"ya29.uji-{self.tokens}", "expires_in": 3599, "token_type": "Bearer"})

    async def begin(self, request: Request) -> Response:
        told = await request.json()
        if no := self._no(request):
            return no
        assert request.query_params["uploadType"] == "resumable"
        self.count += 1
        self.sessions[str(self.count)] = {
            "told": told, "data": b"", "size": int(request.headers["x-upload-content-length"]), "video": "",
        }  # fmt: skip
        address = str(request.url.replace(path=f"/session/{self.count}", query=""))
        return Response(status_code=200, headers={"Location": address})

    async def put(self, request: Request) -> Response:
        data = await request.body()
        if no := self._no(request):
            return no
        session = self.sessions.get(request.path_params["id"])
        if session is None or session["video"] not in ("", *self.videos):
            return _json(error(404, "notFound"))
        if session["video"]:
            return JSONResponse(self.videos[session["video"]])
        told = re.fullmatch(r"bytes (?:(\d+)-\d+|\*)/(\d+)", request.headers["content-range"])
        assert told is not None
        assert int(told[2]) == session["size"]
        if told[1] is not None:
            assert int(told[1]) == len(session["data"])
            session["data"] += data[: self.at_once]
        if len(session["data"]) < session["size"]:
            have = {"Range": f"bytes=0-{len(session['data']) - 1}"} if session["data"] else {}
            return Response(status_code=308, headers=have)
        self.count += 1
        made = session["video"] = f"vid{self.count}"
        self.videos[made] = {
            "id": made, "snippet": {**session["told"]["snippet"], "publishedAt": self.now().isoformat()},
            "status": {**session["told"]["status"], "uploadStatus": "uploaded"}, "looks": self.slow,
            "processingDetails": {"processingStatus": "processing"},
        }  # fmt: skip
        return JSONResponse(self.videos[made], 201)

    async def list(self, request: Request) -> JSONResponse:
        if no := self._no(request):
            return no
        video = self.videos.get(request.query_params["id"])
        if video is None:
            return JSONResponse({"items": []})
        video["looks"] -= 1
        if video["looks"] < 0:
            video["status"]["uploadStatus"] = self.processed
            video["processingDetails"]["processingStatus"] = "succeeded"
        return JSONResponse({"items": [video]})

    async def update(self, request: Request) -> JSONResponse:
        told = await request.json()
        if no := self._no(request):
            return no
        video, what = self.videos.get(told["id"]), request.query_params["part"]
        if video is None:
            return _json(error(404, "videoNotFound"))
        if what == "snippet":
            assert {"title", "categoryId"} <= set(told["snippet"])
            video["snippet"] = {**told["snippet"], "publishedAt": video["snippet"]["publishedAt"]}
        else:
            kept = {"uploadStatus": video["status"]["uploadStatus"]}
            video["status"] = {**told["status"], **kept} | ({"privacyStatus": "private"} if self.locked else {})
        return JSONResponse({"id": told["id"], what: video[what]})

    async def delete(self, request: Request) -> Response:
        if no := self._no(request):
            return no
        gone = self.videos.pop(request.query_params["id"], None)
        return Response(status_code=204) if gone else _json(error(404, "videoNotFound"))

    async def uploads(self, request: Request) -> JSONResponse:
        if no := self._no(request):
            return no
        assert request.query_params["playlistId"] == "UU" + CHANNEL[2:]
        newest = [
            {"snippet": {**v["snippet"], "resourceId": {"videoId": id_}}, "status": v["status"]}
            for id_, v in reversed(self.videos.items())
        ]
        start = int(request.query_params.get("pageToken") or 0)
        more = {"nextPageToken": str(start + 2)} if start + 2 < len(newest) else {}
        return JSONResponse({"items": newest[start : start + 2], **more})

    def _no(self, request: Request) -> JSONResponse | None:
        if request.headers.get("authorization") != f"Bearer ya29.uji-{self.tokens}":
            return _json(EXPIRED)
        return _json(self.said.pop(0)) if self.said and request.method != "GET" else None


def _json(answer: Answer) -> JSONResponse:
    status, headers, body = answer
    return JSONResponse(body, status, dict(headers))
