"""A small gateway for the embedded default and the first compose: the staff's site, the public's, and the media."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urlsplit

import httpx
import structlog
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from shared.caller import Trusted, address_behind
from shared.media.store import Buckets

STAFF = {
    "/api/v1/inbox": "editing", "/api/v1/stories": "editing", "/meja": "editing",
    "/api/v1/reviews": "review", "/api/v1/register": "review", "/saring": "review",
    "/api/v1/timeline": "review", "/perjalanan": "review", "/papan": "review", "/cari": "review",
    "/api/v1/compliance": "review", "/kepatuhan": "review",
    "/api/v1/publications": "publisher", "/terbit": "publisher",
}  # fmt: skip
PUBLIC = (
    "/berita",
    "/aset",
    "/topik",
    "/bidang",
    "/arsip",
    "/cari",
    "/peta-situs",
    "/daftar-informasi-publik",
    "/kepatuhan-sop",
)
PUBLIC_EXACT = (
    "/", "/umpan.xml", "/rss.xml", "/robots.txt", "/peta-situs.xml", "/peta-berita.xml", "/.well-known/security.txt",
    "/daftar-informasi-publik.csv", "/kepatuhan-sop.csv", "/merek.css", "/merek-logo",
)  # fmt: skip
HIDDEN = ("/metrics", "/health")
# RFC 9110: these belong to one connection. A caller's word on who it is, is not passed on either.
NOT_PASSED_ON = {
    "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "x-forwarded-for",
    "x-forwarded-host", "x-forwarded-proto", "forwarded",
    # No presigned request of ours copies one object to another.
    "x-amz-copy-source", "x-amz-copy-source-range",
}  # fmt: skip
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]

HSTS = "max-age=31536000"
# An open board holds a connection for as long as it is open: there must be many, or nobody else gets one.
# An idle one is given up before the services do it (uvicorn: after 5 s): else a request may meet the closing.
LIMITS = httpx.Limits(max_connections=2_000, max_keepalive_connections=50, keepalive_expiry=2)
# What only asks may be asked again where the connection broke before the answer.
ONLY_ASKS = frozenset({"GET", "HEAD"})
BROKEN = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)

log = structlog.get_logger(__name__)

Choose = Callable[[str], str | None]


def under(path: str, prefixes: tuple[str, ...]) -> bool:
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in prefixes)


def is_plain(path: str) -> bool:
    """Whether a path means the same to all: httpx resolves dots on the way, after the choice was made by the path."""
    return not {".", ".."} & set(path.split("/"))


def in_public_bucket(path: str) -> bool:
    """Whether anybody may ask for this without a signature: of such a caller the store takes no orders in a query."""
    return path.lstrip("/").partition("/")[0].endswith(Buckets("").public)


def staff(addresses: dict[str, str]) -> Choose:
    """Which address answers a path of the staff's site; None where nobody may ask from outside."""

    def choose(path: str) -> str | None:
        if under(path, HIDDEN):
            return None
        return addresses[next((service for prefix, service in STAFF.items() if under(path, (prefix,))), "intake")]

    return choose


def public(addresses: dict[str, str]) -> Choose:
    """The publisher's public pages and nothing else."""
    return lambda path: addresses["publisher"] if path in PUBLIC_EXACT or under(path, PUBLIC) else None


def media(store: str) -> Choose:
    """The object store, which checks each signature itself."""
    return lambda _: store


def no_cookies() -> CookieJar:
    """A jar that takes nothing: one that did would send one person's session along with everybody's requests."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


def gateway(choose: Choose, *, site: str = "", proxies: str = "") -> Starlette:
    """Pass each request on to the base address that `choose` names for its path, Host and all, without buffering.

    `site` is the address by which people come: with https, browsers are told to come by no other. `proxies` (with
    commas) are the addresses and networks from which a word on who calls is believed.
    """
    trusted, is_secure = Trusted(proxies.split(",")), site.startswith("https://")
    client = httpx.AsyncClient(
        cookies=no_cookies(), timeout=httpx.Timeout(60, connect=5), limits=LIMITS, follow_redirects=False
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        yield
        await client.aclose()

    async def pass_on(request: Request) -> Response:
        path: str = request.scope["path"]  # not the URL's: that one begins with what the caller says is the host
        address = choose(path) if is_plain(path) else None
        if address is None:
            return PlainTextResponse("Halaman tidak ditemukan.", 404)
        try:
            answer = await _answer(client, request, address, trusted)
        except httpx.HTTPError as error:
            log.warning("not passed on", path=path, to=address, error=type(error).__name__)
            return PlainTextResponse("Layanan sedang tidak tersedia. Coba lagi sebentar.", 502, {"retry-after": "5"})
        response = StreamingResponse(answer.aiter_raw(), answer.status_code, background=BackgroundTask(answer.aclose))
        response.raw_headers = [
            (k.lower(), v) for k, v in answer.headers.raw if k.decode().lower() not in NOT_PASSED_ON
        ]
        if is_secure:
            response.headers["strict-transport-security"] = HSTS
        return response

    return Starlette(routes=[Route("/{path:path}", pass_on, methods=METHODS)], lifespan=lifespan)


async def _answer(client: httpx.AsyncClient, request: Request, address: str, trusted: Trusted) -> httpx.Response:
    try:
        return await client.send(_outgoing(client, request, address, trusted), stream=True)
    except BROKEN:
        if request.method not in ONLY_ASKS or _has_body(request):
            raise
        return await client.send(_outgoing(client, request, address, trusted), stream=True)


def _has_body(request: Request) -> bool:
    return "content-length" in request.headers or "transfer-encoding" in request.headers


def _outgoing(client: httpx.AsyncClient, request: Request, address: str, trusted: Trusted) -> httpx.Request:
    headers = [(k, v) for k, v in request.headers.items() if k not in NOT_PASSED_ON]
    headers.append(("x-forwarded-proto", request.url.scheme))
    peer = request.client.host if request.client else ""
    headers.append(("x-forwarded-for", address_behind(peer, request.headers.get("x-forwarded-for", ""), trusted)))
    raw: bytes = request.scope["raw_path"]
    query: bytes = b"" if in_public_bucket(request.scope["path"]) else request.scope["query_string"]
    target = raw + (b"?" + query if query else b"")
    base = urlsplit(address)
    url = httpx.URL(scheme=base.scheme, host=base.hostname or "", port=base.port, raw_path=target)
    content = request.stream() if _has_body(request) else None
    return client.build_request(request.method, url, headers=headers, content=content)


def health(choose: Choose) -> Starlette:
    """The gateway's own health: whether intake, which has the front door, answers."""

    async def ready(_: Request) -> Response:
        async with httpx.AsyncClient(timeout=3) as client:
            try:
                answer = await client.get(f"{choose('/')}/health/live")
            except httpx.HTTPError as e:
                return JSONResponse({"problems": [f"intake: {type(e).__name__}"]}, 503)
        return JSONResponse({"problems": []}, answer.status_code)

    return Starlette(routes=[Route("/health/ready", ready)])
