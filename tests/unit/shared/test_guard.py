"""Bodies are bounded for every service, whether they say how long they are or not."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI, Request
from pydantic import BaseModel

from shared.guard import MAX_BODY
from shared.web import create_app


class Words(BaseModel):
    text: str


@asynccontextmanager
async def nothing(_: FastAPI) -> AsyncGenerator[None]:
    yield


async def in_pieces(size: int) -> AsyncGenerator[bytes]:
    yield b'{"text": "'
    for _ in range(size // 10_000):
        yield b"x" * 10_000
    yield b'"}'


async def send(content: bytes | AsyncGenerator[bytes]) -> httpx.Response:
    app = create_app(title="uji", lifespan=nothing)

    @app.post("/api/v1/words")
    async def words(body: Words) -> int:  # pyright: ignore[reportUnusedFunction]
        return len(body.text)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://uji") as client:
        return await client.post("/api/v1/words", content=content, headers={"content-type": "application/json"})


@pytest.mark.parametrize("whole", [True, False], ids=["declared", "chunked"])
async def test_a_body_beyond_the_limit_is_refused_with_the_limit_in_the_sentence(whole: bool) -> None:
    answer = await send(b"x" * (MAX_BODY + 1) if whole else in_pieces(2 * MAX_BODY))
    assert (answer.status_code, answer.json()["title"]) == (413, "too-large")
    assert "1000 kB" in answer.json()["detail"]


@pytest.mark.parametrize(("path", "status"), [("/berkas/1", 200), ("/berkas", 413), ("/lain/berkas/1", 413)])
@pytest.mark.parametrize("whole", [True, False])
async def test_only_a_path_that_is_named_takes_a_longer_body(path: str, status: int, whole: bool) -> None:
    app = create_app(title="uji", lifespan=nothing, longer_bodies={"/berkas/": 2 * MAX_BODY})

    @app.post("/{path:path}")
    async def take(request: Request) -> int:  # pyright: ignore[reportUnusedFunction]
        return len(await request.body())

    long = b"x" * (MAX_BODY + 1) if whole else in_pieces(MAX_BODY)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://uji") as client:
        assert (await client.post(path, content=long)).status_code == status
        longest = await client.post("/berkas/1", content=b"x" * (2 * MAX_BODY + 1))
    assert (longest.status_code, longest.json()["detail"]) == (413, "Isi permintaan melebihi 2000 kB.")


async def test_a_body_within_the_limit_passes_in_pieces_too() -> None:
    answer = await send(in_pieces(MAX_BODY // 2))
    assert (answer.status_code, answer.json()) == (200, MAX_BODY // 2)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
