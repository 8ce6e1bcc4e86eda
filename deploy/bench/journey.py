"""The four automatic hand-overs at a steady rate: from one stage's commit to the next stage's, with nobody waiting.

Each second so many items start each hand-over: a request at intake's topic (to editing's inbox), a submitted Story (to
review), an approved one (to publisher), a published one (back to intake). The sum of an item's four is its latency.
When an event was applied is told by the benchmark's own trigger on the readers' inboxes, in its throw-away database.
"""

import asyncio
import json
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from deploy.bench.installation import Installation, installation
from deploy.contracts import examples
from deploy.embedded.house import furnish
from deploy.prepare import make_topics
from services.intake import sources
from shared.content import Origin
from shared.envelope import Envelope, headers_of
from shared.events import Event, IntakeRequested, StoryApproved, StoryPublished, StorySubmitted, type_name
from shared.outbox import Draft, Outbox
from shared.relay import producer
from shared.topics import SERVICES

SOURCE, UNIT = "bench", "perumahan"
WARM_UP_SECONDS = 3
# Who says it, what, and who applies it.
HANDS = (("editing", StorySubmitted, "stories", "review"), ("review", StoryApproved, "decisions", "publisher"),
         ("publisher", StoryPublished, "publications", "intake"))  # fmt: skip

_MARK = """
    CREATE TABLE bench_applied (topic text, key text, at timestamptz, PRIMARY KEY (topic, key));
    CREATE FUNCTION bench_mark() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    BEGIN
        INSERT INTO bench_applied VALUES (NEW.topic, NEW.key, clock_timestamp()) ON CONFLICT DO NOTHING;
        RETURN NEW;
    END $$;
    CREATE TRIGGER bench_mark AFTER UPDATE ON inbox_streams FOR EACH ROW
        WHEN (NEW.sequence > OLD.sequence) EXECUTE FUNCTION bench_mark();"""


@dataclass(frozen=True)
class Latencies:
    """Milliseconds from the start of the first hand-over to the end of the fourth, waits of people left out."""

    totals: list[float]
    by_hand: dict[str, list[float]]
    lost: int
    doubled: int

    def told(self) -> dict[str, Any]:
        return {
            "items": len(self.totals),
            "p50_ms": percentile(self.totals, 50),
            "p99_ms": percentile(self.totals, 99),
            "max_ms": percentile(self.totals, 100),
            "lost": self.lost,
            "doubled": self.doubled,
            "hand_overs_p99_ms": {name: percentile(values, 99) for name, values in self.by_hand.items()},
        }


def percentile(values: list[float], percent: int) -> float:
    if not values:
        return float("nan")
    if percent == 100 or len(values) < 2:
        return round(max(values), 1)
    return round(statistics.quantiles(values, n=100, method="inclusive")[percent - 1], 1)


async def measure(rate: int, seconds: int) -> Latencies:
    """Run four services on real servers and hand over so many items a second."""
    async with installation() as made:
        with TemporaryDirectory(prefix="alurwarta-bench-") as directory:
            running = furnish(
                {s: made.environment(s) | {"ALURWARTA_LOG_LEVEL": "WARNING"} for s in SERVICES},
                Path(directory),
                owner_dsn=made.owner_dsn,
            )
            await _found(made)
            async with running.living():
                await asyncio.sleep(WARM_UP_SECONDS)
                items = await _hand_over(made, rate, seconds)
                return await _collect(made, items)


async def _found(made: Installation) -> None:
    conn = await asyncpg.connect(made.owner_dsn, server_settings={"search_path": "intake"})
    await sources.add(conn, SOURCE, [UNIT], now=datetime.now(UTC))
    await conn.close()
    await make_topics(made.kafka, [made.topics.requests_of(SOURCE), made.topics.outcomes_of(SOURCE)], partitions=3)
    for service in SERVICES:
        conn = await asyncpg.connect(made.owner_dsn, server_settings={"search_path": service})
        await conn.execute(_MARK)
        await conn.close()


async def _hand_over(made: Installation, rate: int, seconds: int) -> list[UUID]:
    """Start `rate` items a second, each at all four hands at once; returns the Stories, one an item."""
    items = [uuid7() for _ in range(rate * seconds)]
    pens = {service: await _pen(made, service) for service, *_ in HANDS}
    sender = producer(made.kafka)
    await sender.start()
    loop = asyncio.get_running_loop()
    began, steps = loop.time(), []
    for number, item in enumerate(items):
        await asyncio.sleep(max(0.0, began + number / rate - loop.time()))
        steps.append(asyncio.create_task(_start(made, sender, pens, number, item)))
    await asyncio.gather(*steps)
    await sender.stop()
    for pool, _ in pens.values():
        await pool.close()
    return items


async def _pen(made: Installation, service: str) -> tuple["asyncpg.Pool[asyncpg.Record]", Outbox]:
    pool = await asyncpg.create_pool(made.owner_dsn, server_settings={"search_path": service}, min_size=2, max_size=4)
    return pool, Outbox(service, uuid7, lambda: datetime.now(UTC))


async def _start(made: Installation, sender: Any, pens: dict[str, Any], number: int, item: UUID) -> None:
    happened = datetime.now(UTC) - timedelta(minutes=30)
    asked = IntakeRequested(title=f"Kegiatan {number}", text="Selesai.", happened_at=happened, unit=UNIT)
    headers = headers_of(Envelope(f"r-{number}", SOURCE, type_name(IntakeRequested), None, happened, None))
    await sender.send_and_wait(made.topics.requests_of(SOURCE), asked.model_dump_json().encode(), headers=headers)
    for service, kind, _, _ in HANDS:
        pool, outbox = pens[service]
        async with pool.acquire() as conn:
            async with conn.transaction():
                await outbox.append(conn, [Draft(_event(kind, item))])
            await conn.execute("SELECT pg_notify($1, '')", f"outbox_{service}")


def _event(kind: type[Event], story: UUID) -> Event:
    """The catalogue's own example of an event, about another Story made of a Report of its own."""
    told = (*examples.ON_STORIES, *examples.ON_DECISIONS, *examples.ON_PUBLICATIONS)
    example: Any = next(e for e in told if type(e) is kind)
    origin: Origin = example.origins[0].model_copy(update={"report": uuid7(), "request": None})
    return example.model_copy(update={"story": story, "origins": (origin,)})


async def _collect(made: Installation, items: list[UUID]) -> Latencies:
    """Wait until all has been applied, at most a minute, and read when."""
    by_hand: dict[str, dict[int, float]] = {}
    applied = await _until_applied(made, "editing", "reports", len(items))
    by_hand["intake-editing"] = await _from_requests(made, applied)
    order = {str(item): number for number, item in enumerate(items)}
    for service, _, topic, reader in HANDS:
        applied = await _until_applied(made, reader, topic, len(items))
        said = await _fetch(made, service, "SELECT key, appended_at AS at FROM outbox WHERE key = ANY($1)", list(order))
        by_hand[f"{service}-{reader}"] = {
            order[r["key"]]: _ms(r["at"], applied[r["key"]]) for r in said if r["key"] in applied
        }
    whole = set.intersection(*(set(found) for found in by_hand.values()))
    doubled = len(await _fetch(made, "intake", "SELECT FROM reports GROUP BY request_id HAVING count(*) > 1"))
    return Latencies(
        totals=[sum(found[n] for found in by_hand.values()) for n in whole],
        by_hand={name: list(found.values()) for name, found in by_hand.items()},
        lost=len(items) - len(whole),
        doubled=doubled,
    )


async def _until_applied(made: Installation, reader: str, topic: str, wanted: int) -> dict[str, datetime]:
    rows: list[asyncpg.Record] = []
    for _ in range(240):
        rows = await _fetch(made, reader, "SELECT key, at FROM bench_applied WHERE topic = $1", topic)
        if len(rows) >= wanted:
            break
        await asyncio.sleep(0.25)
    return {row["key"]: row["at"] for row in rows}


async def _from_requests(made: Installation, applied: dict[str, datetime]) -> dict[int, float]:
    """The first hand-over, from the broker's own time of the request."""
    rows = await _fetch(made, "intake", "SELECT id, report, received_at FROM requests")
    return {
        int(r["id"].removeprefix("r-")): _ms(r["received_at"], applied[str(r["report"])])
        for r in rows
        if str(r["report"]) in applied
    }


def _ms(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() * 1000


async def _fetch(made: Installation, service: str, query: str, *args: Any) -> "list[asyncpg.Record]":
    conn = await asyncpg.connect(made.owner_dsn, server_settings={"search_path": service})
    try:
        return await conn.fetch(query, *args)
    finally:
        await conn.close()


def print_told(found: Latencies, say: Callable[[str], None], *, as_json: bool) -> None:
    told = found.told()
    if as_json:
        say(json.dumps(told))
        return
    say(f"items {told['items']}   lost {told['lost']}   doubled {told['doubled']}")
    say(f"four hand-overs: p50 {told['p50_ms']} ms, p99 {told['p99_ms']} ms (aim: 50), max {told['max_ms']} ms")
    for name, value in told["hand_overs_p99_ms"].items():
        say(f"  {name:<18} p99 {value} ms")
