"""The publisher whole: from a record on `decisions` to a page and a record on `publications`, on real Kafka."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import httpx
import uvicorn

from services.publisher.app import create_app
from services.publisher.settings import Settings
from shared import accounts
from shared.accounts import sessions
from tests.support import machinery
from tests.support.stack import Stack, stack
from tests.unit.publisher.samples import approved, content, record, revoked

PASSWORD = "kata-sandi-panjang"


@asynccontextmanager
async def serving(made: Stack) -> AsyncGenerator[str]:
    """The service on a port of its own; the address by which strangers reach it."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{found.getsockname()[1]}"
        given = {k.removeprefix("ALURWARTA_").lower(): v for k, v in made.environment("publisher").items()}
        app = create_app(Settings.model_validate(given | {"public_url": address}))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        running = asyncio.create_task(server.serve(sockets=[found]))
        try:
            yield address
        finally:
            server.should_exit = True
            await running


@asynccontextmanager
async def admin(made: Stack, address: str) -> AsyncGenerator[httpx.AsyncClient]:
    owner = await asyncpg.connect(made.owner_dsn)
    try:
        await accounts.add(
            owner, "tono", password=PASSWORD, name="Tono", capacity="Admin Publikasi", roles=["admin"], unit=None
        )
        token = await sessions.begin(owner, "tono")
        person = await accounts.person_of(owner, token)
        assert person is not None
    finally:
        await owner.close()
    headers = {"X-CSRF-Token": person.csrf}
    async with httpx.AsyncClient(base_url=address, cookies={"alurwarta": token}, headers=headers) as client:
        yield client


async def test_an_approval_on_kafka_becomes_a_page_and_a_revocation_takes_it_down() -> None:
    async with stack() as made, serving(made) as address, admin(made, address) as tono:
        story = uuid4()
        event = approved(story, content=content("Dari Kafka", body=(), media=()), at=datetime.now(UTC))
        await machinery.produce(made, [record(event, 1, offset=0)])
        path = f"/api/v1/publications/{story}"

        async def state() -> str:
            answer = await tono.get(path)
            return answer.json()["publications"][0]["state"] if answer.status_code == 200 else ""

        async def ready() -> bool:
            return await state() == "ready" and (await tono.get("/health/ready")).status_code == 200

        await machinery.until(ready, what="the approved story before the Admin")
        started = await tono.post(f"{path}/publish", json={"version": 1})
        assert started.status_code == 202

        async def published() -> bool:
            return await state() == "published"

        await machinery.until(published, what="the page in public")
        async with httpx.AsyncClient() as stranger:
            url = started.json()["url"]
            assert "Dari Kafka" in (await stranger.get(url)).text
            await machinery.produce(made, [record(revoked(story, at=datetime.now(UTC)), 2, offset=1)])

            async def taken_down() -> bool:
                return await state() == "taken-down"

            await machinery.until(taken_down, what="the take-down")
            assert (await stranger.get(url)).status_code == 410

        async def all_told() -> bool:
            return len(await machinery.contents(made, "publications")) == 3

        await machinery.until(all_told, what="the events")
        told = await machinery.contents(made, "publications")
        types = [dict(r.headers)["ce_type"].decode() for r in told]
        assert types == [
            "alurwarta.delivery.live.v1", "alurwarta.story.published.v1", "alurwarta.story.taken-down.v1",
        ]  # fmt: skip
        assert machinery.by_key(told) == {str(story): [1, 2, 3]}
        assert 'outcome="completed"' in (await tono.get("/metrics")).text
