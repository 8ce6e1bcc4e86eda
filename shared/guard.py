"""What holds for every HTTP answer: bodies are bounded, browsers are told what they may do, pages are not kept."""

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 1_000_000
KEPT = ("/aset/", "/berita/")  # these say themselves how long a cache may keep them


class TooLong(HTTPException):
    """The body goes on beyond the limit. An HTTPException: FastAPI makes a 400 of any other error while it reads."""

    def __init__(self) -> None:
        super().__init__(413, f"Isi permintaan melebihi {MAX_BODY // 1000} kB.")


class Guard:
    """Outermost around a service: refuses long bodies, chunked ones too, and sets the security headers."""

    def __init__(self, app: ASGIApp, csp: str) -> None:
        self.app = app
        self.csp = csp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._set_headers(scope["path"], MutableHeaders(raw=message["headers"]))
            await send(message)

        if _declared(scope) > MAX_BODY:
            await _refusal()(scope, receive, answer)
        else:
            await self.app(scope, _bounded(receive), answer)

    def _set_headers(self, path: str, headers: MutableHeaders) -> None:
        headers.setdefault("Content-Security-Policy", self.csp)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        if not path.startswith(KEPT):
            headers.setdefault("Cache-Control", "no-store")


def _declared(scope: Scope) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0


def _bounded(receive: Receive) -> Receive:
    left = MAX_BODY

    async def counted() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLong
        return message

    return counted


def _refusal() -> JSONResponse:
    no = TooLong()
    body = {"type": "urn:alurwarta:problem:too-large", "title": "too-large", "status": 413, "detail": no.detail}
    return JSONResponse(body, 413, media_type="application/problem+json")
