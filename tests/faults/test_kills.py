"""Nothing is lost and nothing doubled while every process dies again and again.

The short form runs in CI; `ALURWARTA_LONG=1` runs 500 reports with ten kills of each service. The seed is printed, and
`ALURWARTA_SEED` runs the same schedule again.
"""

import asyncio
import os
import random
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from aiokafka.errors import KafkaError

from deploy.embedded.demo import password
from deploy.embedded.house import House
from deploy.embedded.staff import Staff
from deploy.prepare import make_topics
from services.intake import sources
from shared import accounts
from shared.envelope import Envelope, headers_of
from shared.events import IntakeRequested, type_name
from shared.relay import producer
from shared.topics import SERVICES
from tests.support.office import Office
from tests.support.pipeline import counts, dead_letters, history, until_quiet
from tests.support.second_stack import SecondStack, second_stack
from tests.support.stack import Stack, stack
from tests.support.town import town

LONG = bool(os.environ.get("ALURWARTA_LONG"))
REPORTS, KILLS = (500, 10) if LONG else (60, 2)
PRODUCERS = ("sim-rutilahu", "sim-kumuh", "sim-tanah")
UNIT = "perumahan"
SECONDS = 1500 if LONG else 280


async def found(servers: Stack, secret: str) -> None:
    """The people and other systems of this office."""
    conn = await asyncpg.connect(servers.owner_dsn, server_settings={"search_path": "intake"})
    for account, role in (("admin", "admin"), ("sekretaris", "pimpinan")):
        await accounts.add(conn, account, password=secret, name=account, capacity=account, roles=[role], unit=None)
    for name in PRODUCERS:
        await sources.add(conn, name, [UNIT], now=datetime.now(UTC))
        topics = [servers.topics.requests_of(name), servers.topics.outcomes_of(name)]
        await make_topics(servers.kafka, topics, partitions=3)
    await conn.close()


async def report_steadily(servers: Stack, source: str, count: int, seconds: float) -> None:
    """One other system: sends its reports over so many seconds, each until the broker has it, now and then twice."""
    sender = producer(servers.kafka)
    await sender.start()
    happened = datetime.now(UTC) - timedelta(minutes=30)
    for number in range(count):
        event = IntakeRequested(title=f"{source} {number}", text="Kegiatan.", happened_at=happened, unit=UNIT)
        headers = headers_of(Envelope(f"{source}-{number}", source, type_name(IntakeRequested), None, happened, None))
        for _ in range(2 if number % 10 == 0 else 1):
            await send(sender, servers.topics.requests_of(source), event.model_dump_json().encode(), headers)
        await asyncio.sleep(seconds / count)
    await sender.stop()


async def send(sender: object, topic: str, body: bytes, headers: list[tuple[str, bytes]]) -> None:
    while True:
        try:
            await sender.send_and_wait(topic, body, headers=headers)  # pyright: ignore
        except (KafkaError, OSError):
            await asyncio.sleep(0.5)
        else:
            return


async def kill_again_and_again(running: House, servers: SecondStack, chance: random.Random, seconds: float) -> int:
    """Each service so many times, Kafka once and PostgreSQL once, in random order at random moments."""
    victims = [*SERVICES] * KILLS + ["kafka", "postgres"]
    chance.shuffle(victims)
    pause = seconds / len(victims)
    for victim in victims:
        await asyncio.sleep(chance.uniform(0.2, 1.8) * pause)
        if victim in SERVICES:
            running.kill(victim)
            await asyncio.sleep(chance.uniform(0, 1))
            running.start(victim)
        else:
            await asyncio.to_thread(servers.run, "kill", victim)
            await asyncio.sleep(chance.uniform(0.5, 3))
            await bring_back(servers, victim)
    return len(victims)


async def bring_back(servers: SecondStack, name: str) -> None:
    """Start a server until it answers: a PostgreSQL killed with -9 does not start while an orphan of it lives."""
    while True:
        await asyncio.to_thread(servers.run, "start", name)
        if name != "postgres":
            return
        with suppress(OSError, asyncpg.PostgresError, TimeoutError):
            await asyncio.sleep(0.5)
            await (await asyncpg.connect(servers.owner_dsn, timeout=5)).close()
            return


async def until_published(servers: Stack, wanted: int, deadline: float) -> None:
    query = "SELECT count(*) FROM publications WHERE state = 'published'"
    done = 0
    while time.monotonic() < deadline:
        with suppress(OSError, asyncpg.PostgresError):
            conn = await asyncpg.connect(servers.owner_dsn, server_settings={"search_path": "publisher"}, timeout=5)
            done = await conn.fetchval(query)
            await conn.close()
        if done >= wanted:
            return
        await asyncio.sleep(0.5)
    letters = await dead_letters(servers)
    raise AssertionError(f"{done} of {wanted} published in time; dead letters {letters}")


@pytest.mark.timeout(SECONDS + 60)
async def test_nothing_is_lost_or_doubled_when_every_process_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = int(os.environ.get("ALURWARTA_SEED", random.randrange(10**6)))
    print(f"\nseed {seed}: {REPORTS} reports, {KILLS} kills of each service, Kafka and PostgreSQL once")
    chance, secret, deadline = random.Random(seed), password(), time.monotonic() + SECONDS
    load = 0.25 * REPORTS if not LONG else 0.35 * REPORTS
    with second_stack() as real:
        monkeypatch.setenv("TEST_KAFKA", real.kafka)
        monkeypatch.setenv("TEST_POSTGRES", real.owner_dsn)
        async with stack() as servers, town(servers, tmp_path) as running:
            await found(servers, secret)
            office = Office(
                await Staff.log_in(running.staff_url, "admin", secret),
                await Staff.log_in(running.staff_url, "sekretaris", secret),
            )
            work = asyncio.create_task(office.work())
            shares = [REPORTS // 3, REPORTS // 3, REPORTS - 2 * (REPORTS // 3)]
            done = await asyncio.gather(
                kill_again_and_again(running, real, chance, load),
                *(report_steadily(servers, name, n, load) for name, n in zip(PRODUCERS, shares, strict=True)),
            )
            print(f"{done[0]} kills done; waiting for the last publication")
            await until_published(servers, REPORTS, deadline)
            assert not work.done(), work
            work.cancel()
            await until_quiet(servers)
            await every_story_is_whole(servers)


async def every_story_is_whole(servers: Stack) -> None:
    """What the topics and the four databases must say afterwards."""
    told = await history(servers, "reports", "stories", "decisions", "publications")
    titles = Counter(e.body["title"] for e in told.of("story.published"))
    assert len(titles) == REPORTS, f"{len(titles)} of {REPORTS} were published"
    assert set(titles.values()) == {1}, "a story was published twice"
    for kind in ("report.received", "story.submitted", "story.approved", "delivery.live"):
        assert len(told.of(kind)) == REPORTS, kind
    assert not any((await dead_letters(servers)).values())
    assert not any((await counts(servers.owner_dsn, "SELECT count(*) FROM clocks WHERE closed_at IS NULL")).values())
    assert set((await counts(servers.owner_dsn, "SELECT count(*) FROM clocks")).values()) == {REPORTS}
    print(f"{REPORTS} publications, each once; {told.repeats} events came more than once and were passed over")
