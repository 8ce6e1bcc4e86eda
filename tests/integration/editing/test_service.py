"""The editing service whole: from a record on `reports` to a record on `stories`, on real Kafka."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from services.editing.app import create_app
from services.editing.settings import Settings
from shared import accounts
from shared.accounts import sessions
from shared.envelope import Envelope, Received, Record, event_source, headers_of, read
from shared.events import ReportReceived, StorySubmitted, type_name
from tests.support.stack import Stack, stack
from tests.unit.editing.parts import REPORT, received

PASSWORD = "cukup panjang untuk uji"


async def produce(made: Stack, event: ReportReceived) -> None:
    envelope = Envelope("r-1", event_source("intake"), type_name(ReportReceived), event.key, event.received_at, 1)
    producer = AIOKafkaProducer(bootstrap_servers=made.kafka)
    await producer.start()
    try:
        body = event.model_dump_json().encode()
        topic = made.topics.full("reports")
        await producer.send_and_wait(topic, body, key=event.key.encode(), headers=headers_of(envelope))
    finally:
        await producer.stop()


async def first_story(made: Stack) -> Received:
    """The first record of `stories`, read as any reader reads it."""
    consumer = AIOKafkaConsumer(made.topics.full("stories"), bootstrap_servers=made.kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        found = await consumer.getone()
    finally:
        await consumer.stop()
    at = datetime.fromtimestamp(found.timestamp / 1000, UTC)
    known = read(Record("stories", found.partition, found.offset, at, found.key, found.value, found.headers))
    assert isinstance(known, Received)
    return known


async def log_in(made: Stack) -> tuple[str, str]:
    owner: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(made.owner_dsn)
    try:
        await accounts.add(
            owner, "rina", password=PASSWORD, name="Rina Wulandari", capacity="Admin", roles=["admin"], unit=None
        )
        token = await sessions.begin(owner, "rina")
        person = await accounts.person_of(owner, token)
        assert person is not None
        return token, person.csrf
    finally:
        await owner.close()


async def edit(browser: httpx.AsyncClient) -> None:
    """Wait for the Report, compile it, save it and submit it."""
    while (await browser.get(f"/api/v1/inbox/{REPORT}")).status_code != 200:
        await asyncio.sleep(0.2)
    story = (await browser.post("/api/v1/stories", json={"reports": [str(REPORT)]})).json()["story"]
    body = {"expected_version": 0, "content": {"title": "40 rumah", "lead": "Selesai."}}
    await browser.post(f"/api/v1/stories/{story}/versions", json=body)
    answer = await browser.post(f"/api/v1/stories/{story}/submit", json={"version": 1})
    assert answer.status_code == 200, answer.text


async def test_a_report_on_its_topic_becomes_a_story_on_the_next():
    async with stack() as made:
        settings = {k.removeprefix("ALURWARTA_").lower(): v for k, v in made.environment("editing").items()}
        app = create_app(Settings.model_validate(settings))
        token, csrf = await log_in(made)
        at = datetime.now(UTC)
        await produce(made, received(happened_at=at, received_at=at))
        browser = httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://staf.uji",
            cookies={"alurwarta": token},
            headers={"X-CSRF-Token": csrf},
        )
        async with app.router.lifespan_context(app), browser:
            await edit(browser)
            told = await first_story(made)
            ready = await browser.get("/health/ready")
            metrics = await browser.get("/metrics")
    event = told.event
    assert isinstance(event, StorySubmitted)
    assert (event.origins[0].report, told.envelope.sequence, told.key) == (REPORT, 1, str(event.story))
    assert [(c.stage, c.outcome) for c in event.clocks] == [("editing", "completed")]
    assert ready.json()["problems"] == []
    assert 'stage="editing"' in metrics.text
