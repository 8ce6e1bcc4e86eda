"""The review service whole: from a record on `stories` to a record on `decisions`, on real Kafka."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from services.review.app import create_app
from services.review.settings import Settings
from shared import accounts
from shared.accounts import sessions
from shared.envelope import Received, Record, read
from shared.events import StoryApproved
from tests.support.stack import Stack, stack
from tests.unit.review.samples import record, submitted

PASSWORD = "kata-sandi-panjang"


async def until(found: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """Ask until the answer is 200; the test's own time-out ends it otherwise."""
    while (answer := await found()).status_code != 200:
        await asyncio.sleep(0.2)
    return answer


async def log_in(made: Stack) -> tuple[str, str]:
    owner = await asyncpg.connect(made.owner_dsn)
    try:
        await accounts.add(
            owner, "bambang", password=PASSWORD, name="Bambang", capacity="Sekretaris", roles=["pimpinan"], unit=None
        )
        token = await sessions.begin(owner, "bambang")
        person = await accounts.person_of(owner, token)
        assert person is not None
        return token, person.csrf
    finally:
        await owner.close()


async def produce(made: Stack, sent: Record) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=made.kafka)
    await producer.start()
    try:
        topic = made.topics.full(sent.topic)
        await producer.send_and_wait(topic, sent.value, key=sent.key, headers=list(sent.headers))
    finally:
        await producer.stop()


async def first_decision(made: Stack) -> Received:
    """The first record of `decisions`, read as any reader reads it."""
    consumer = AIOKafkaConsumer(
        made.topics.full("decisions"), bootstrap_servers=made.kafka, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        found = await consumer.getone()
    finally:
        await consumer.stop()
    at = datetime.fromtimestamp(found.timestamp / 1000, UTC)
    known = read(Record("decisions", found.partition, found.offset, at, found.key, found.value, found.headers))
    assert isinstance(known, Received)
    return known


async def test_a_submitted_version_is_decided_and_publisher_hears_of_it() -> None:
    async with stack() as made:
        settings = {k.removeprefix("ALURWARTA_").lower(): v for k, v in made.environment("review").items()}
        app = create_app(Settings.model_validate(settings))
        token, csrf = await log_in(made)
        event = submitted(uuid4(), at=datetime.now(UTC))
        path = f"/api/v1/reviews/{event.story}"
        told = {"version": 1, "content_sha256": event.content_sha256, "decision": "approved"}
        transport, headers = httpx.ASGITransport(app), {"X-CSRF-Token": csrf}
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(
                transport=transport, base_url="http://kantor", cookies={"alurwarta": token}, headers=headers
            ) as leader,
        ):
            await produce(made, record(event, 1))
            await until(lambda: leader.get(path))
            await until(lambda: leader.get("/health/ready"))
            assert (await leader.post(f"{path}/decisions", json=told)).status_code == 201
            decision = await first_decision(made)
            assert "alurwarta_open_items" in (await leader.get("/metrics")).text
        assert isinstance(decision.event, StoryApproved)
        assert (decision.key, decision.envelope.sequence) == (str(event.story), 1)
        assert decision.event.content == event.content
