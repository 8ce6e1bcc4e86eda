"""The four services in one process on one real PostgreSQL, their people logged in; a hand carries the events."""

import asyncio
import itertools
import json
import random
import traceback
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zlib import crc32

import asyncpg
import httpx
from fastapi import FastAPI
from uuid_utils.compat import uuid7

from services.editing import handlers as editing
from services.editing.app import create_app as editing_app
from services.editing.settings import Settings as EditingSettings
from services.intake import handlers as intake
from services.intake.app import create_app as intake_app
from services.intake.settings import Settings as IntakeSettings
from services.publisher import handlers as publisher
from services.publisher.app import create_app as publisher_app
from services.publisher.carrying import OfBoard
from services.publisher.channels.site import Site
from services.publisher.posting import Addresses
from services.publisher.settings import Settings as PublisherSettings
from services.publisher.shelf import Pages
from services.publisher.workers import Deliveries
from services.publisher.workers_objects import Clearing
from services.publisher.workers_removals import Removals
from services.publisher.workers_schedules import Schedules
from services.review import handlers as review
from services.review.app import create_app as review_app
from services.review.board import handlers as board
from services.review.settings import Settings as ReviewSettings
from shared import accounts, audit, audit_verify, db
from shared.accounts import sessions
from shared.consume import Consumer
from shared.desk import Desk, Rules
from shared.envelope import Record
from shared.events import OWNED_TOPIC
from shared.outbox import Outbox
from shared.topics import SERVICES
from tests.integration.publisher.office import PUBLIC, Road, another_scheduler
from tests.support.stack import Stack
from tests.unit.review.samples import KEEPER, MORNING

PEOPLE: dict[str, tuple[str, str, list[str], str | None]] = {
    "dewi": ("Dewi Lestari", "Bidang Perumahan", ["bidang"], "perumahan"),
    "agus": ("Agus Salim", "Bidang Permukiman", ["bidang"], "permukiman"),
    "tono": ("Tono", "Admin Publikasi", ["admin"], None),
    "rina": ("Rina Wulandari", "Admin Publikasi", ["admin", "pimpinan"], None),
    "bambang": ("Bambang Prasetyo", "Sekretaris", ["pimpinan"], None),
    "kadis": ("Kepala Dinas", "Kepala Dinas", ["pimpinan"], None),
    "sari": ("Sari Dewanti", "Sekretaris lama", ["pimpinan"], None),  # away; Agus stands in for her
    "wati": ("Wati", "Inspektorat", ["pengawas"], None),
}
READS = {
    ("stories", "intake"): intake.on_stories, ("decisions", "intake"): intake.on_decisions,
    ("publications", "intake"): intake.on_publications, ("reports", "editing"): editing.on_reports,
    ("decisions", "editing"): editing.on_decisions, ("publications", "editing"): editing.on_publications,
    ("stories", "review"): review.on_stories, ("reports", "review"): review.on_reports,
    ("publications", "review"): review.on_publications, ("decisions", "review"): board.on_decisions,
    ("decisions", "publisher"): publisher.on_decisions,
}  # fmt: skip
PARTITIONS = 2
ATTEMPTS = 8
ABSENCE = """
    INSERT INTO accounts.absences (id, account, stand_in, kind, first, last, letter_number, letter_date, added_by,
                                   added_at)
    VALUES ($1, 'sari', 'agus', 'plh', '2020-01-01', '2035-12-31', '800/1/2026', '2026-11-01', 'tono', now())"""
EMPTY = """
    DO $$ BEGIN EXECUTE (
        SELECT 'TRUNCATE ' || string_agg(format('%I.%I', schemaname, tablename), ', ') || ' RESTART IDENTITY CASCADE'
        FROM pg_tables WHERE schemaname IN ('intake', 'editing', 'review', 'publisher') AND tablename <> 'migrations');
    END $$"""


@dataclass
class Line:
    """One reader's place in one partition of one topic."""

    topic: str
    reader: str
    partition: int
    at: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass
class WholeOffice:
    """All four services. `at` is the time for all of them; `wrong` is what no run may show."""

    stack: Stack
    pool: "asyncpg.Pool[asyncpg.Record]"
    at: datetime = MORNING
    apps: dict[str, FastAPI] = field(default_factory=dict[str, FastAPI])
    desks: dict[str, Desk] = field(default_factory=dict[str, Desk])
    consumers: dict[tuple[str, str], Consumer] = field(default_factory=dict[tuple[str, str], Consumer])
    sessions: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    clients: dict[tuple[str, str], httpx.AsyncClient] = field(default_factory=dict[tuple[str, str], httpx.AsyncClient])
    logs: dict[tuple[str, int], list[Record]] = field(default_factory=dict[tuple[str, int], list[Record]])
    carried: dict[str, set[int]] = field(default_factory=dict[str, set[int]])
    lines: list[Line] = field(default_factory=list[Line])
    wrong: list[str] = field(default_factory=list[str])
    answers: dict[int, int] = field(default_factory=dict[int, int])
    tried_again: list[str] = field(default_factory=list[str])
    road: Road = field(init=False)
    deliveries: Deliveries = field(init=False)
    clearing: Clearing = field(init=False)
    removals: Removals = field(init=False)
    schedules: Schedules = field(init=False)
    _tick: "itertools.count[int]" = field(default_factory=itertools.count)
    _carrying: asyncio.Lock = field(default_factory=asyncio.Lock)

    def now(self) -> datetime:
        """Never twice the same, so that what happens has an order."""
        return self.at + timedelta(microseconds=next(self._tick))

    def later(self, minutes: int) -> datetime:
        return self.at + timedelta(minutes=minutes)

    async def begin(self) -> None:
        """A Monday morning with nothing on any desk."""
        await self.pool.execute(EMPTY)
        self.at, self.road.away = MORNING, False
        self.logs = {(topic, n): [] for topic in OWNED_TOPIC.values() for n in range(PARTITIONS)}
        self.carried = {service: set() for service in SERVICES}
        self.lines = [
            Line(topic, reader, n) for topic, reader in (*READS, ("reports", "publisher")) for n in range(PARTITIONS)
        ]
        self.wrong, self.answers, self.tried_again = [], {}, []

    async def rows(self, query: str, *arguments: Any) -> Sequence[asyncpg.Record]:
        return await self.pool.fetch(query, *arguments)

    async def call(self, service: str, who: str, method: str, path: str, body: Any = None) -> httpx.Response:
        """One request of a person; whatever goes wrong in the service itself is written down."""
        client = self.clients.get((service, who)) or self._client(service, who)
        try:
            answer = await client.request(method, path, json=body)
        except Exception as e:
            self.wrong.append(f"{who} {method} {service}{path}: {type(e).__name__} {e}\n{_where(e)}")
            return httpx.Response(500)
        self.answers[answer.status_code] = self.answers.get(answer.status_code, 0) + 1
        if answer.status_code >= 500:
            self.wrong.append(f"{who} {method} {service}{path}: {answer.status_code} {answer.text}")
        elif answer.status_code >= 400 and not answer.json().get("detail"):
            self.wrong.append(f"{who} {method} {service}{path}: {answer.status_code} without a sentence")
        return answer

    def _client(self, service: str, who: str) -> httpx.AsyncClient:
        token, csrf = self.sessions[who]
        made = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.apps[service]), base_url="http://kantor",
            cookies={"alurwarta": token}, headers={"X-CSRF-Token": csrf, "Accept": "application/json"},
        )  # fmt: skip
        self.clients[service, who] = made
        return made

    async def collect(self) -> int:
        """As the relay does: all that was committed and not carried yet, in order of id, onto its topic."""
        found = 0
        async with self._carrying:
            for service, topic in OWNED_TOPIC.items():
                rows = await self.rows(
                    f"""SELECT id, key, headers, body, appended_at FROM {service}.outbox
                        WHERE topic = $1 AND id <> ALL($2::bigint[]) ORDER BY id""",
                    topic,
                    list(self.carried[service]),
                )
                for row in rows:
                    self._onto(topic, row)
                    self.carried[service].add(row["id"])
                found += len(rows)
        return found

    def _onto(self, topic: str, row: asyncpg.Record) -> None:
        partition = crc32(row["key"].encode()) % PARTITIONS
        log = self.logs[topic, partition]
        headers = [(name, value.encode()) for name, value in json.loads(row["headers"]).items()]
        log.append(Record(topic, partition, len(log), row["appended_at"], row["key"].encode(), row["body"], headers))

    async def carry(self, line: Line, count: int, again: int = 0) -> int:
        """Hand a reader its next records, with some that it had before; returns how many were new."""
        async with line.lock:
            log = self.logs[line.topic, line.partition]
            batch = log[max(0, line.at - again) : line.at + count]
            if not batch:
                return 0
            await self._handed(line, batch)
            before, line.at = line.at, min(len(log), line.at + count)
            return line.at - before

    async def _handed(self, line: Line, batch: Sequence[Record]) -> None:
        """What is transient comes again, as Kafka would hand it again."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await self.consumers[line.topic, line.reader].handle(batch)
            except Exception as e:
                self.tried_again.append(f"{line.topic} in {line.reader}: {type(e).__name__} {e}")
                if attempt == ATTEMPTS:
                    self.wrong.append(f"{line.topic} in {line.reader} cannot go on: {e}\n{_where(e)}")
            else:
                return

    async def some(self, rng: random.Random) -> None:
        """Carry some events to some readers at once, in batches of any size, some of them once more."""
        await self.collect()
        lines = rng.sample(self.lines, rng.randint(1, len(self.lines)))
        await asyncio.gather(*(self.carry(x, rng.randint(1, 6), rng.choice((0, 0, 1, 3))) for x in lines))

    async def all(self, rng: random.Random) -> int:
        """Carry all there is to all readers, in any order; returns how many records were new to one."""
        fresh = await self.collect()
        lines = rng.sample(self.lines, len(self.lines))
        return fresh + sum(await asyncio.gather(*(self.carry(x, 1_000, rng.choice((0, 2))) for x in lines)))

    async def work(self) -> int:
        """One round of all that the publisher does by itself."""
        done = await self.schedules.round()
        tasks = (await self.deliveries.take(100)).tasks
        await asyncio.gather(*(self.deliveries.deliver(task) for task in tasks))
        return done + len(tasks) + await self.removals.round() + await self.clearing.round()

    async def seal(self, service: str) -> int:
        async with self.desks[service].db.transaction() as conn:
            return await audit.seal(conn)

    async def audited(self, service: str) -> list[str]:
        """Seal what is left, and walk the chain."""
        while await self.seal(service):
            pass
        async with self.desks[service].db.transaction() as conn:
            return [f"audit of {service}: {f}" for f in (await audit_verify.check(conn, service, ())).findings]

    async def settle(self, rng: random.Random) -> None:
        """Let everything arrive, and everything that goes on by itself end."""
        self.road.away = False
        for _ in range(60):
            moved = await self.all(rng)
            moved += await self.work()
            if not moved and not await self._underway():
                return
            self.at += timedelta(minutes=7)
        self.wrong.append("it never came to rest")

    async def _underway(self) -> int:
        rows = await self.rows("SELECT count(*) FROM publisher.deliveries WHERE next_at IS NOT NULL")
        return rows[0][0]

    async def stranger(self, url: str) -> int:
        """What somebody from outside is answered."""
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.apps["publisher"])) as client:
            return (await client.get(url)).status_code

    async def log_in(self, who: str) -> None:
        name, capacity, roles, unit = PEOPLE[who]
        async with self.pool.acquire() as conn:
            given = {"password": "kata-sandi-panjang", "name": name, "capacity": capacity}
            await accounts.add(conn, who, **given, roles=roles, unit=unit)  # pyright: ignore[reportArgumentType]
            token = await sessions.begin(conn, who)  # pyright: ignore[reportArgumentType]
            person = await accounts.person_of(conn, token)  # pyright: ignore[reportArgumentType]
        assert person is not None
        self.sessions[who] = token, person.csrf


def _where(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)[-6:])


@asynccontextmanager
async def whole_office(stack: Stack) -> AsyncGenerator[WholeOffice]:
    """The office with its people; `begin` makes its desks empty."""
    pool = await asyncpg.create_pool(stack.owner_dsn, min_size=1, max_size=4)
    made = WholeOffice(stack, pool)
    opened = [_furnish(made, service, await db.connect(stack.dsn(service), service, size=8)) for service in SERVICES]
    _publishing(made)
    try:
        for who in PEOPLE:
            await made.log_in(who)
        await pool.execute(ABSENCE, UUID(int=1))
        yield made
    finally:
        for client in made.clients.values():
            await client.aclose()
        await made.deliveries.board.channels["site"].stranger.aclose()  # pyright: ignore
        for desk in opened:
            await desk.db.close()
        await pool.close()


def _furnish(made: WholeOffice, service: str, database: db.Database) -> Desk:
    desk = Desk(service, database, Outbox(service, uuid7, made.now), Rules(KEEPER), made.now, uuid7, lambda: None)
    app = _app(made.stack, service)
    app.state.desk = desk
    made.apps[service], made.desks[service] = app, desk
    for (topic, reader), react in READS.items():
        if reader == service:
            made.consumers[topic, reader] = Consumer(topic, database, react(desk), now=made.now, wake=lambda: None)
    if service == "publisher":
        reacts = publisher.on_reports(desk, OfBoard(app.state.board))
        made.consumers["reports", service] = Consumer("reports", database, reacts, now=made.now, wake=lambda: None)
    return desk


def _app(stack: Stack, service: str) -> FastAPI:
    told = {name.removeprefix("ALURWARTA_").lower(): value for name, value in stack.environment(service).items()}
    told |= {"kafka": "127.0.0.1:1"}
    match service:
        case "intake":
            return intake_app(IntakeSettings.model_validate(told))
        case "editing":
            return editing_app(EditingSettings.model_validate(told))
        case "review":
            return review_app(ReviewSettings.model_validate(told | {"emergency_bypass": True}))
        case _:
            return publisher_app(PublisherSettings.model_validate(told | {"public_url": PUBLIC}))


def _publishing(made: WholeOffice) -> None:
    desk, store, bucket = made.desks["publisher"], made.stack.store(), made.stack.buckets.public
    made.road = Road(made.apps["publisher"])
    site = Site(Pages(desk), store, bucket, httpx.AsyncClient(transport=made.road), PUBLIC, PUBLIC)
    app = made.apps["publisher"]
    board, addresses = app.state.board, Addresses(PUBLIC, app.state.office.media_url)
    board.fixed = {site.name: site}
    made.deliveries = Deliveries(desk, board, addresses, lease_seconds=60, at_once=16)
    made.clearing, made.removals = Clearing(desk, store, bucket), Removals(desk, board, addresses)
    made.schedules = another_scheduler(desk, board)
