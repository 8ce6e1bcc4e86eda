"""What holds for every HTTP answer: bodies are bounded, browsers are told what they may do, pages are not kept."""

from collections.abc import Mapping
from types import MappingProxyType

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 1_000_000
NO_LONGER: Mapping[str, int] = MappingProxyType({})
KEPT = ("/aset/", "/berita/")  # these say themselves how long a cache may keep them


class TooLong(HTTPException):
    """The body goes on beyond the limit. An HTTPException: FastAPI makes a 400 of any other error while it reads."""

    def __init__(self, most: int = MAX_BODY) -> None:
        super().__init__(413, f"Isi permintaan melebihi {most // 1000} kB.")


class Guard:
    """Outermost around a service: refuses long bodies, chunked ones too, and sets the security headers.

    `longer` has the paths, by how they begin, with a limit of their own.
    """

    def __init__(self, app: ASGIApp, csp: str, longer: Mapping[str, int] = NO_LONGER) -> None:
        self.app = app
        self.csp = csp
        self.longer = longer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._set_headers(scope["path"], MutableHeaders(raw=message["headers"]))
            await send(message)

        most = next((n for path, n in self.longer.items() if scope["path"].startswith(path)), MAX_BODY)
        if _declared(scope) > most:
            await _refusal(most)(scope, receive, answer)
        else:
            await self.app(scope, _bounded(receive, most), answer)

    def _set_headers(self, path: str, headers: MutableHeaders) -> None:
        headers.setdefault("Content-Security-Policy", self.csp)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        if not path.startswith(KEPT):
            headers.setdefault("Cache-Control", "no-store")


def _declared(scope: Scope) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0


def _bounded(receive: Receive, most: int) -> Receive:
    left = most

    async def counted() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLong(most)
        return message

    return counted


def _refusal(most: int) -> JSONResponse:
    no = TooLong(most)
    body = {"type": "urn:alurwarta:problem:too-large", "title": "too-large", "status": 413, "detail": no.detail}
    return JSONResponse(body, 413, media_type="application/problem+json")
