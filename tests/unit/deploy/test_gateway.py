"""The gateway: what is asked for is what is passed on, so that no path reaches what it was not let through for."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest
import pytest_asyncio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.gateway import Choose, gateway, media, public, staff

NOBODY: dict[str, str] = dict.fromkeys(("intake", "editing", "review", "publisher"), "http://127.0.0.1:9")


async def status(choose: Choose, path: bytes, host: bytes = b"berita.go.id") -> int:
    """The answer to a path as it is on the wire, which no client here may tidy up; 502 is one that was passed on."""
    plain = path.replace(b"%2e", b".").replace(b"%2f", b"/").decode()
    scope: dict[str, Any] = {
        "type": "http", "method": "GET", "scheme": "http", "path": plain, "raw_path": path, "query_string": b"",
        "headers": [(b"host", host)], "server": ("127.0.0.1", 80), "root_path": "", "http_version": "1.1",
    }  # fmt: skip
    told: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        told.append(message.get("status", 0))

    await gateway(choose)(scope, receive, send)
    return told[0]


@pytest.mark.parametrize(
    "path",
    [b"/berita/../metrics", b"/berita/../terbit", b"/aset/./../health/ready", b"/berita/%2e%2e/metrics",
     b"/berita/..%2fmetrics", b"/terbit", b"/metrics", b"/.well-known/x", b"/api/v1/publications"],
)  # fmt: skip
async def test_the_public_reaches_the_public_pages_and_nothing_beside_them(path: bytes) -> None:
    assert await status(public(NOBODY), path) == 404


@pytest.mark.parametrize("path", [b"/x/../metrics", b"/bahan/../health/ready", b"/metrics"])
async def test_nobody_reads_metrics_from_outside(path: bytes) -> None:
    assert await status(staff(NOBODY), path) == 404


@pytest.mark.parametrize("host", [b"berita.go.id/berita?", b"berita.go.id/berita#", b"a/berita/x?"])
async def test_what_a_caller_says_is_the_host_opens_no_path(host: bytes) -> None:
    assert await status(public(NOBODY), b"/terbit", host) == 404


@pytest.mark.parametrize(
    "path",
    [b"/", b"/berita/rumah-..-layak", b"/umpan.xml", b"/aset/gaya.css", b"/topik/rumah/rss.xml", b"/bidang", b"/cari",
     b"/arsip/2026/11", b"/peta-situs/2026-11/1.xml", b"/.well-known/security.txt", b"/daftar-informasi-publik.csv",
     b"/kepatuhan-sop", b"/kepatuhan-sop.csv", b"/bidang/perumahan/umpan.xml"],
)  # fmt: skip
async def test_the_public_pages_are_passed_on(path: bytes) -> None:
    assert await status(public(NOBODY), path) == 502


@pytest_asyncio.fixture
async def service() -> AsyncGenerator[str]:
    """A service behind the gateway that logs everybody in and tells what it was sent. Its address."""

    async def log_in(_: Request) -> Response:
        answer = JSONResponse({})
        answer.set_cookie("alurwarta", "rahasia-orang-lain")
        return answer

    async def tell(request: Request) -> Response:
        return JSONResponse(dict(request.headers))

    async def asked(request: Request) -> Response:
        return JSONResponse(str(request.url.query))

    app = Starlette(routes=[Route("/masuk", log_in), Route("/beranda", tell), Route("/{bucket}/{key:path}", asked)])
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", 0, log_config=None))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


async def test_the_gateway_keeps_nobodys_session(service: str) -> None:
    through = httpx.ASGITransport(gateway(lambda _: service))
    async with httpx.AsyncClient(transport=through, base_url="http://staf") as one:
        assert "alurwarta" in (await one.get("/masuk")).cookies
        assert "rahasia-orang-lain" in (await one.get("/beranda")).json()["cookie"]
    async with httpx.AsyncClient(transport=through, base_url="http://staf") as stranger:
        assert "cookie" not in (await stranger.get("/beranda")).json()


@pytest.mark.parametrize("path", ["/papan", "/perjalanan/019d", "/api/v1/timeline/019d", "/saring", "/api/v1/reviews"])
def test_the_board_is_at_the_leaders_desk(path: str) -> None:
    assert staff({"intake": "i", "editing": "e", "review": "r", "publisher": "p"})(path) == "r"


@pytest.mark.parametrize(
    "path", ["/kepatuhan", "/kepatuhan/laporan/1", "/api/v1/compliance", "/api/v1/compliance/clocks"]
)
def test_compliance_is_asked_of_review(path: str) -> None:
    assert staff({name: name for name in NOBODY})(path) == "review"


SIGNED = "X-Amz-Signature=abc&response-content-type=text%2Fhtml"


@pytest.mark.parametrize(
    ("path", "arrives"),
    [
        ("/alurwarta-public/a.jpg?response-content-type=text/html", ""),
        ("/%61lurwarta-%70ublic/a.jpg?response-content-type=text/html", ""),
        ("/alurwarta-public/a.jpg?versions", ""),
        (f"/alurwarta-public/a.jpg?{SIGNED}", ""),
        (f"/alurwarta-originals/a.jpg?{SIGNED}", SIGNED),
        (f"/alurwarta-incoming/x-public/a.jpg?{SIGNED}", SIGNED),
    ],
)
async def test_strangers_give_the_store_no_orders_about_a_public_object(service: str, path: str, arrives: str) -> None:
    through = httpx.ASGITransport(gateway(media(service)))
    async with httpx.AsyncClient(transport=through, base_url="http://media") as stranger:
        assert (await stranger.get(path)).json() == arrives


async def test_a_caller_s_word_on_its_address_is_not_passed_on(service: str) -> None:
    through = httpx.ASGITransport(gateway(lambda _: service), client=("203.0.113.7", 4711))
    async with httpx.AsyncClient(transport=through, base_url="http://staf") as one:
        told = (await one.get("/beranda", headers={"X-Forwarded-For": "10.0.0.1"})).json()
    assert told["x-forwarded-for"] == "203.0.113.7"


@pytest.mark.parametrize(
    ("told", "believed"),
    [("198.51.100.4", "198.51.100.4"), ("10.0.0.1, 198.51.100.4", "198.51.100.4"),
     ("198.51.100.4, 172.18.0.9", "198.51.100.4"), ("", "172.18.0.1")],
)  # fmt: skip
async def test_our_own_proxy_is_believed_and_what_stands_before_it_is_not(
    service: str, told: str, believed: str
) -> None:
    through = httpx.ASGITransport(gateway(lambda _: service, proxies="172.16.0.0/12"), client=("172.18.0.1", 4711))
    async with httpx.AsyncClient(transport=through, base_url="http://staf") as one:
        assert (await one.get("/beranda", headers={"X-Forwarded-For": told})).json()["x-forwarded-for"] == believed


@pytest.mark.parametrize(
    ("site", "told"), [("https://staf.go.id", "max-age=31536000"), ("http://127.0.0.1:8080", None)]
)
async def test_with_https_browsers_are_told_to_come_by_no_other(service: str, site: str, told: str | None) -> None:
    through = httpx.ASGITransport(gateway(lambda _: service, site=site))
    async with httpx.AsyncClient(transport=through, base_url="http://staf") as one:
        assert (await one.get("/beranda")).headers.get("strict-transport-security") == told


@pytest_asyncio.fixture
async def hangs_up() -> AsyncGenerator[tuple[str, list[str]]]:
    """A service that closes each second connection instead of answering. Its address, and what it was asked."""
    asked: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode().split(" ", 1)[0])
        if len(asked) % 2 == 0:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


@pytest.mark.parametrize(("method", "expected", "times"), [("GET", 200, 2), ("POST", 502, 1)])
async def test_a_page_is_asked_for_again_where_the_connection_broke_and_nothing_is_sent_twice(
    hangs_up: tuple[str, list[str]], method: str, expected: int, times: int
) -> None:
    address, asked = hangs_up
    through = httpx.ASGITransport(gateway(public(dict.fromkeys(NOBODY, address))))
    async with httpx.AsyncClient(transport=through, base_url="http://berita.go.id") as caller:
        answer = await caller.request(method, "/berita/satu", content=b"x" if method == "POST" else None)
    assert (answer.status_code, asked) == (expected, [method] * times)
