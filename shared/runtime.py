"""One service's life: wait for what it needs, run consumers, relay and workers, tell its health, drain on stopping."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from fastapi import FastAPI
from faststream.kafka import KafkaBroker
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import JSONResponse, Response
from uuid_utils.compat import uuid7

from shared import audit, audit_anchors, db, kafka, metrics, office_files, relay, reproject
from shared.caller import Trusted
from shared.consume import Consumer, React, backoff
from shared.dead_letter_replay import Replayer
from shared.desk import Desk, Rules
from shared.exposition import Exposition
from shared.folding import Folding
from shared.item_metrics import ItemMetrics
from shared.kafka import Subscription
from shared.office_files import InForce
from shared.office_watch import Watch
from shared.outbox import WAITING, Outbox
from shared.settings import ServiceSettings
from shared.sla import Stage, Timekeeper
from shared.topics import Topics
from shared.web import Pages, brand_routes, public

log = structlog.get_logger(__name__)

SILENT_SECONDS = 60
RELAY_LATE_SECONDS = 120

Worker = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Reads:
    """One topic (or pattern of topics) that the service reads, and what it does with a batch.

    `only` are the types for which it is read; empty is all. `folds`: its effect is the same in any order and however
    often, so that it keeps no inbox.
    """

    name: str
    react: React
    pattern: str | None = None
    only: tuple[str, ...] = ()
    folds: bool = False


def now() -> datetime:
    return datetime.now(UTC)


def new_id() -> UUID:
    return uuid7()


@dataclass(slots=True)
class Runtime:
    """Composes one service. `reads` and `workers` are made once the desk is there."""

    service: Stage
    settings: ServiceSettings
    reads: Callable[[Desk], Sequence[Reads]]
    workers: Callable[[Desk], Sequence[Worker]] = lambda _: ()
    desk: Desk | None = None
    subscriptions: list[Subscription] = field(default_factory=list[Subscription])
    now: Callable[[], datetime] = now
    waiting_for: str = "the database"
    _items: ItemMetrics | None = None
    _began: float = field(default_factory=time.monotonic)
    _relay: relay.Relay | None = None
    _broker: KafkaBroker | None = None
    _tasks: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncGenerator[None]:
        """Answers at once and says what is waited for; the rest starts behind."""
        pages: Pages | None = getattr(app.state, "pages", None)
        if pages is not None:
            pages.branded(self.settings.brand)
        starting = asyncio.create_task(self._start(app))
        starting.add_done_callback(_say_why)
        try:
            yield
        finally:
            starting.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await starting
            await self._stop()

    async def _start(self, app: FastAPI) -> None:
        audit.from_here_on("worker")  # all that runs in a service starts here, but for requests and events
        database = await db.connect(
            self.settings.postgres_dsn.get_secret_value(), self.service, size=self.settings.pool_size
        )
        rules = await db.patiently("the office's files", lambda: self._rules(database))
        self.desk = desk = self._make_desk(database, rules.keeper)
        app.state.desk = desk
        self._spawn(self._relay.run if self._relay else _nothing)
        reads = self.reads(desk)
        consumers = [self._consumer(r, desk) for r in reads]
        numbered = {r.name: c for r, c in zip(reads, consumers, strict=True) if not r.folds}
        self._spawn(Replayer(database, numbered, now=self.now).run)
        self._spawn(reproject.Projection(desk).run)
        self._spawn(Watch(desk, self.settings, self._told, rules.changed).run)
        for worker in self.workers(desk):
            self._spawn(worker)
        self.waiting_for = "Kafka"
        await self._consume(reads, consumers)
        self.waiting_for = ""
        log.info("service is working", consumers=[r.name for r in reads])

    async def _rules(self, database: db.Database) -> InForce:
        """The SOP and calendar in force; a file that was refused is told by a metric as long as the service runs."""
        async with database.transaction() as conn:
            found = await office_files.in_force(conn, self.settings, at=self.now())
        self._items = ItemMetrics(self.service, found.keeper, refused_files=found.refused)
        return found

    def _told(self, found: InForce) -> None:
        """The office changed its rules while the service runs."""
        if self._items is not None:
            self._items.keeper, self._items.refused_files = found.keeper, found.refused

    def _make_desk(self, database: db.Database, keeper: Timekeeper) -> Desk:
        topics = Topics(self.settings.namespace)
        self._relay = relay.Relay(
            database,
            topics,
            lambda: relay.producer(self.settings.kafka),
            service=self.service,
            now=self.now,
        )
        outbox = Outbox(self.service, new_id, self.now)
        desk = Desk(self.service, database, outbox, Rules(keeper), self.now, new_id, self._relay.wake)
        self._relay.chores = [audit.Sealing(), audit_anchors.Anchoring(desk, self.settings.anchors)]
        return desk

    def _consumer(self, read: Reads, desk: Desk) -> Consumer:
        if read.folds:
            return Folding(read.name, desk.db, read.react, now=self.now, wake=desk.wake, only=read.only)
        react = audit_anchors.keeping(read.react, self.service)
        return Consumer(read.name, desk.db, react, now=self.now, wake=desk.wake, only=read.only)

    async def _consume(self, reads: Sequence[Reads], consumers: Sequence[Consumer]) -> None:
        self._broker = broker = kafka.broker(self.settings.kafka)
        topics = Topics(self.settings.namespace)
        for read, consumer in zip(reads, consumers, strict=True):
            subscription = kafka.subscribe(
                broker,
                consumer,
                *([] if read.pattern else [read.name]),
                pattern=read.pattern,
                topics=topics,
                service=self.service,
                fetch_max_wait_ms=self.settings.fetch_max_wait_ms,
            )
            self.subscriptions.append(subscription)
        await kafka.start_when_there(broker, self.settings.kafka)

    def _spawn(self, worker: Worker) -> None:
        self._tasks.append(asyncio.create_task(_for_ever(worker)))

    async def _stop(self) -> None:
        """Let the running batches finish and commit, then stop the rest."""
        if self._broker is not None:
            with suppress(Exception):
                await asyncio.wait_for(self._broker.stop(), kafka.DRAIN_SECONDS + 5)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.desk is not None:
            await self.desk.db.close()

    async def health(self) -> dict[str, Any]:
        """What works and what does not, by work done and not by an open port. Empty `problems` is healthy."""
        problems: list[str] = []
        if self.waiting_for:
            problems.append(f"waiting for {self.waiting_for}")
        for s in self.subscriptions:
            silent = s.silent_for(now())
            if not s.joined:
                problems.append(f"{s.consumer.name}: not in its consumer group yet")
            elif silent is not None and silent > SILENT_SECONDS:
                problems.append(f"{s.consumer.name}: silent for {silent:.0f} s")
            if s.consumer.failures:
                problems.append(f"{s.consumer.name}: {s.consumer.failures} failures in a row")
        if self.desk is not None:
            problems += await self._database_problems(self.desk)
        lag = {s.consumer.name: s.lag() for s in self.subscriptions}
        return {"service": self.service, "problems": problems, "lag": lag}

    def _silent_for(self, subscription: Subscription) -> float:
        """Since the start where it never was in its group: Kafka may have been away all that time."""
        if not subscription.joined:
            return time.monotonic() - self._began
        return subscription.silent_for(now()) or 0.0

    async def _database_problems(self, desk: Desk) -> list[str]:
        try:
            async with asyncio.timeout(3), desk.db.connection() as conn:
                oldest = await conn.fetchval(
                    f"SELECT extract(epoch FROM now() - min(appended_at)) FROM outbox o WHERE {WAITING}"  # noqa: S608
                )
        except Exception as e:
            return [f"database: {type(e).__name__}"]
        return [f"outbox: oldest event waits for {oldest:.0f} s"] if oldest and oldest > RELAY_LATE_SECONDS else []

    def mount(self, app: FastAPI) -> None:
        """`/health/live`, `/health/ready`, `/metrics`, the office's colour and logo; and what all pages go by."""
        app.state.secure_cookies = self.settings.secure_cookies
        app.state.trusted = Trusted(self.settings.gateway.split(","))
        for path, answer in (("/health/live", self._live), ("/health/ready", self._ready), ("/metrics", self._metrics)):
            app.add_api_route(path, answer, include_in_schema=False, dependencies=[public])
        brand_routes(app, self.settings.brand)

    async def _live(self) -> dict[str, str]:
        return {"service": self.service, "status": "alive"}

    async def _ready(self) -> JSONResponse:
        found = await self.health()
        return JSONResponse(found, 503 if found["problems"] else 200)

    async def _metrics(self) -> Response:
        for s in self.subscriptions:
            metrics.LAG.labels(s.consumer.name).set(s.lag() or 0)
            metrics.SILENT.labels(s.consumer.name).set(self._silent_for(s))
        if self.desk is None or self._items is None:
            return Response("# still starting\n", 503)
        await self._items.refresh(self.desk)
        exposition = Exposition(self._items.keeper.sop.office_code, self._items)
        return Response(exposition.text(), media_type=CONTENT_TYPE_LATEST)


async def _nothing() -> None:
    return


def _say_why(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()):
        log.critical("service cannot start", error=type(error).__name__, detail=str(error)[:500])


async def _for_ever(worker: Worker) -> None:
    """Run a worker again after every failure, with a pause."""
    failures = 0
    while True:
        try:
            await worker()
            failures = 0
        except asyncio.CancelledError:
            raise
        except Exception as e:
            failures = min(failures + 1, 8)
            metrics.WORKER_FAILED.labels(worker.__qualname__).inc()
            log.warning("worker starts again", worker=worker.__qualname__, error=type(e).__name__, detail=str(e)[:200])
            await asyncio.sleep(backoff(failures, first=0.2))
