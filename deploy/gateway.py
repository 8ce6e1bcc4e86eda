"""A small gateway for the embedded default and the first compose: one site for staff, one for the public."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

STAFF = {
    "/api/v1/inbox": "editing", "/api/v1/stories": "editing", "/meja": "editing",
    "/api/v1/reviews": "review", "/saring": "review",
    "/api/v1/publications": "publisher", "/terbit": "publisher",
}  # fmt: skip
PUBLIC = ("/berita", "/aset")
PUBLIC_EXACT = ("/", "/umpan.xml", "/robots.txt")
HIDDEN = ("/metrics", "/health")
# RFC 9110: these belong to one connection and are not passed on. A caller's word on who it is, is not passed on either.
HOP = {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "content-length", "host",
       "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded"}  # fmt: skip
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE"]


def staff_service(path: str) -> str | None:
    """Which service answers a path of the staff's site; None where nobody may ask from outside."""
    if under(path, HIDDEN):
        return None
    return next((service for prefix, service in STAFF.items() if under(path, (prefix,))), "intake")


def public_service(path: str) -> str | None:
    """The publisher's public pages and nothing else."""
    return "publisher" if path in PUBLIC_EXACT or under(path, PUBLIC) else None


def under(path: str, prefixes: tuple[str, ...]) -> bool:
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in prefixes)


def gateway(choose: Callable[[str], str | None], addresses: Mapping[str, str]) -> Starlette:
    """Pass each request on to the service that `choose` names; `addresses` are base URLs by service."""
    client = httpx.AsyncClient(timeout=httpx.Timeout(30, connect=5), follow_redirects=False)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        yield
        await client.aclose()

    async def pass_on(request: Request) -> Response:
        service = choose(request.url.path)
        if service is None:
            return PlainTextResponse("Halaman tidak ditemukan.", 404)
        headers = [(k, v) for k, v in request.headers.items() if k not in HOP]
        headers += [("host", request.headers.get("host", "")), ("x-forwarded-proto", request.url.scheme)]
        url = f"{addresses[service]}{request.url.path}"
        outgoing = client.build_request(
            request.method, url, params=request.url.query.encode(), headers=headers, content=await request.body()
        )
        try:
            answer = await client.send(outgoing, stream=True)
        except httpx.HTTPError:
            return PlainTextResponse("Layanan sedang tidak tersedia. Coba lagi sebentar.", 502, {"retry-after": "5"})
        response = StreamingResponse(answer.aiter_raw(), answer.status_code, background=BackgroundTask(answer.aclose))
        response.raw_headers = [
            (k.lower(), v) for k, v in answer.headers.raw if k.decode().lower() not in HOP - {"content-length"}
        ]
        return response

    return Starlette(routes=[Route("/{path:path}", pass_on, methods=METHODS)], lifespan=lifespan)
