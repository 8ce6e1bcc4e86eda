"""Bodies are bounded for every service, whether they say how long they are or not."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI
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


async def test_a_body_within_the_limit_passes_in_pieces_too() -> None:
    answer = await send(in_pieces(MAX_BODY // 2))
    assert (answer.status_code, answer.json()) == (200, MAX_BODY // 2)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
