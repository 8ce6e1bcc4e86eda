"""One hop: intake's request handler and its relay in one process, beside the floor, in turns on the same servers."""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.bench.installation import Installation, installation
from deploy.prepare import make_topics
from services.intake import sources
from shared.envelope import Envelope, headers_of
from shared.events import IntakeRequested, type_name
from shared.relay import producer

SOURCE, UNIT = "bench", "perumahan"


@dataclass(frozen=True)
class Hop:
    """Events per second of the service and of the floor, a pair per round."""

    service: list[float]
    floor: list[float]

    def told(self) -> dict[str, float]:
        service, floor = statistics.median(self.service), statistics.median(self.floor)
        ratios = [s / f for s, f in zip(self.service, self.floor, strict=True)]
        return {
            "events_per_s": round(service),
            "floor_per_s": round(floor),
            "ratio_floor": round(statistics.median(ratios), 3),
            "rounds": len(ratios),
        }


async def measure(events: int, rounds: int) -> Hop:
    """Run both in turns; each round has its own database and topics, filled before the process starts."""
    hop = Hop([], [])
    for number in range(rounds):
        turns = (("service", hop.service), ("floor", hop.floor))
        for name, rates in turns if number % 2 == 0 else turns[::-1]:
            async with installation() as made:
                rates.append(await _round(made, name, events))
    return hop


async def _round(made: Installation, name: str, events: int) -> float:
    await _fill(made, events)
    module = ["deploy.bench.floor"] if name == "floor" else ["deploy.cli.main", "serve", "intake", "--port", "0"]
    async with _running(made, module):
        return await _rate(made, events)


@asynccontextmanager
async def _running(made: Installation, module: list[str]) -> AsyncGenerator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", *module],
        env=os.environ | made.environment("intake") | {"ALURWARTA_LOG_LEVEL": "WARNING"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


async def _fill(made: Installation, events: int) -> None:
    """Register the source and produce its requests before anything consumes."""
    conn = await asyncpg.connect(made.owner_dsn, server_settings={"search_path": "intake"})
    await sources.add(conn, SOURCE, [UNIT], now=datetime.now(UTC))
    await conn.close()
    await make_topics(made.kafka, [made.topics.requests_of(SOURCE), made.topics.outcomes_of(SOURCE)], partitions=6)
    sender = producer(made.kafka)
    await sender.start()
    happened = datetime.now(UTC) - timedelta(hours=1)
    futures: list[Any] = []
    for number in range(events):
        event = IntakeRequested(
            title=f"Kegiatan nomor {number}", text="Perbaikan rumah tidak layak huni selesai. " * 20,
            happened_at=happened, unit=UNIT, place="Bekasi Timur", reporter="Petugas lapangan",
        )  # fmt: skip
        headers = headers_of(Envelope(f"r-{number}", SOURCE, type_name(IntakeRequested), None, happened, None))
        topic = made.topics.requests_of(SOURCE)
        futures.append(await sender.send(topic, event.model_dump_json(exclude_defaults=True).encode(), headers=headers))
    await asyncio.gather(*futures)
    await sender.stop()


async def _rate(made: Installation, events: int) -> float:
    """Events per second between the first events seen in the topic and the last: start-up does not count."""
    counter = AIOKafkaConsumer(bootstrap_servers=made.kafka)
    await counter.start()
    try:
        parts = [TopicPartition(made.topics.full("reports"), p) for p in range(made.partitions)]
        first = 0
        began = time.perf_counter()
        deadline = began + 300
        while time.perf_counter() < deadline:
            done = sum((await counter.end_offsets(parts)).values())
            if done and not first:
                first, began = done, time.perf_counter()
            if done >= events:
                return (events - first) / (time.perf_counter() - began)
            await asyncio.sleep(0.01)
    finally:
        await counter.stop()
    raise TimeoutError(f"{events} events did not come through within 300 s")


def print_told(hop: Hop, *, as_json: bool) -> str:
    told = hop.told()
    if as_json:
        return json.dumps(told)
    return (
        f"service {told['events_per_s']:>7} events/s   (rounds: {', '.join(f'{r:.0f}' for r in hop.service)})\n"
        f"floor   {told['floor_per_s']:>7} events/s   (rounds: {', '.join(f'{r:.0f}' for r in hop.floor)})\n"
        f"ratio   {told['ratio_floor']:>7}   (aim: 0.8)"
    )
