"""Open boards follow what happens, for as long as their person is logged in, and never too many at once."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

import httpx
import pytest

from deploy.gateway import gateway
from services.review.board.live import Listener, Live
from shared.accounts import sessions
from shared.refusal import Transient
from tests.integration.review.desk import Office
from tests.integration.review.serving import served
from tests.unit.review.samples import submitted

WAIT = 20


def quick(most: int = 200, most_each: int = 5) -> Live:
    return Live(most, most_each, look_seconds=0.05, session_seconds=0.05)


@asynccontextmanager
async def stream(site: str, token: str) -> AsyncGenerator[AsyncGenerator[str]]:
    """The names of the events that an open board is told."""

    async def names(answer: httpx.Response) -> AsyncGenerator[str]:
        async for line in answer.aiter_lines():
            if line.startswith("event:"):
                yield line.removeprefix("event:").strip()

    async with (
        httpx.AsyncClient(base_url=site, cookies={"alurwarta": token}, timeout=WAIT) as client,
        client.stream("GET", "/papan/aliran") as answer,
    ):
        assert answer.status_code == 200, answer.status_code
        assert answer.headers["content-type"].startswith("text/event-stream")
        told = names(answer)
        yield told
        await told.aclose()


async def following(told: AsyncGenerator[str]) -> str:
    return await asyncio.wait_for(anext(told), WAIT)


async def test_an_open_board_is_told_of_a_change_through_the_gateway_too(desk: Office) -> None:
    live = desk.app.state.live = quick()
    token, _ = await desk.session("bambang")
    async with served(desk.app) as inner, served(gateway(lambda _: inner), lifespan="on") as site:
        async with stream(inner, token) as near, stream(site, token) as far:
            assert [await following(near), await following(far)] == ["papan", "papan"]
            while live.revision < 0:
                await asyncio.sleep(0.01)
            await desk.hear(submitted(uuid4()))
            assert [await following(near), await following(far)] == ["papan", "papan"]
        async with asyncio.timeout(WAIT):
            while live.listeners:  # who went away is let go
                await asyncio.sleep(0.02)
    await live.stop()


async def test_a_change_is_told_once_more_for_what_committed_only_after_it_was_seen(desk: Office) -> None:
    live, one = quick(), Listener(b"", "bambang")
    live.listeners.add(one)
    db = desk.desk.db
    assert await live._look(db, True)  # the first look tells nothing: the page is as new as it
    await desk.hear(submitted(uuid4()))
    told: list[tuple[bool, bool]] = []
    settled = True
    for _ in range(3):
        one.signal.clear()
        settled = await live._look(db, settled)
        told.append((one.signal.is_set(), settled))
    assert told == [(True, False), (True, True), (False, True)]


async def test_who_logs_out_hears_no_more(desk: Office) -> None:
    live = desk.app.state.live = quick()
    await desk.session("kadis")
    token = await sessions.begin(desk.owner, "kadis")
    async with served(desk.app) as site, stream(site, token) as told:
        assert await following(told) == "papan"
        await sessions.end(desk.owner, token)
        assert await following(told) == "selesai"
        with pytest.raises(StopAsyncIteration):
            await following(told)
    await live.stop()


async def test_who_may_not_see_the_board_does_not_hear_of_it(desk: Office) -> None:
    assert (await desk.call("dewi", "GET", "/papan/aliran")).status_code == 403
    assert (await desk.call(None, "GET", "/papan/aliran")).status_code == 401


async def test_too_many_open_boards_are_asked_to_come_back_later(desk: Office) -> None:
    live = desk.app.state.live = quick(3, 2)
    tokens = {who: (await desk.session(who))[0] for who in ("bambang", "tono", "wati")}
    async with served(desk.app) as site, AsyncExitStack() as opened:
        for who in ("bambang", "bambang", "tono"):
            await following(await opened.enter_async_context(stream(site, tokens[who])))
        with pytest.raises(Transient):
            live.expect_room("bambang")  # two of one's own are enough
        answer = await desk.call("wati", "GET", "/papan/aliran")
        assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    await live.stop()


async def test_a_database_that_is_away_ends_no_stream(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    live = desk.app.state.live = quick()
    token, _ = await desk.session("bambang")
    failed = asyncio.Event()
    look = Live._look

    async def away(self: Live, db: object, settled: bool) -> bool:
        failed.set()
        raise OSError("away")

    async with served(desk.app) as site, stream(site, token) as told:
        await following(told)
        monkeypatch.setattr(Live, "_look", away)
        await asyncio.wait_for(failed.wait(), WAIT)
        monkeypatch.setattr(Live, "_look", look)
        await desk.hear(submitted(uuid4()))
        while live.revision < 0:
            await asyncio.sleep(0.01)
        await desk.hear(submitted(uuid4()))
        assert await following(told) == "papan"
    await live.stop()
