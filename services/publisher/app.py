"""The publisher's composition root."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from fastapi import FastAPI

from services.publisher import (
    api,
    files_posting,
    forms,
    forms_posting,
    handlers,
    pages,
    public,
    public_elsewhere,
    public_machines,
)
from services.publisher.carrying import OfBoard
from services.publisher.channels import connecting
from services.publisher.channels.connecting import Tools
from services.publisher.channels.site import Site
from services.publisher.compliance import fold
from services.publisher.compliance import pages as compliance_pages
from services.publisher.compliance.handlers import TOPICS, on_clocks
from services.publisher.kept import Kept
from services.publisher.objects import PublicObject
from services.publisher.posting import Addresses, Wording
from services.publisher.public_answer import PublicSite
from services.publisher.settings import Settings
from services.publisher.shelf import Pages as Shelf
from services.publisher.steps import Office
from services.publisher.switchboard import Connect, Switchboard
from services.publisher.workers import Deliveries
from services.publisher.workers_checks import Rechecks
from services.publisher.workers_objects import Clearing, Sweep
from services.publisher.workers_removals import Removals
from services.publisher.workers_renewals import Renewals
from services.publisher.workers_schedules import Schedules, Terms
from shared import audit_anchors, web
from shared.consume import nothing_else
from shared.desk import Desk
from shared.media.store import Store
from shared.runtime import Reads, Runtime, Worker, now

PROBE_SECONDS, CHANNEL_SECONDS = 10, 30


@dataclass(frozen=True, slots=True)
class Ways:
    """Out of this service: home as strangers go, to the APIs of channels, and to their pages as strangers go.

    Each keeps its own cookies; only those to the world take the office's proxy.
    """

    home: httpx.AsyncClient
    apis: httpx.AsyncClient
    pages: httpx.AsyncClient


def create_app(settings: Settings | None = None, *, now: Callable[[], datetime] = now) -> FastAPI:
    """The publisher as an ASGI app; reads its settings from the environment where none are given."""
    settings = settings or Settings()  # pyright: ignore[reportCallIssue]
    ways = Ways(
        httpx.AsyncClient(timeout=PROBE_SECONDS, trust_env=False, follow_redirects=False),
        httpx.AsyncClient(timeout=CHANNEL_SECONDS, follow_redirects=False),
        httpx.AsyncClient(timeout=CHANNEL_SECONDS, follow_redirects=False),
    )
    objects = _store(settings)
    runtime = Runtime(
        "publisher",
        settings,
        now=now,
        reads=lambda desk: [
            Reads("decisions", handlers.on_decisions(desk)),
            Reads("reports", handlers.on_reports(desk, OfBoard(app.state.board))),
            Reads("stories", nothing_else, only=audit_anchors.ANCHORS),
            Reads("figures", on_clocks(desk), pattern=TOPICS, only=fold.TYPES, folds=True),
        ],
        workers=lambda desk: _workers(app, desk, settings, objects, ways),
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with ways.home, ways.apis, ways.pages, runtime.lifespan(app):
            yield
        objects.close()

    app = web.create_app(title="Alurwarta publisher", lifespan=lifespan, media_origins=settings.media_origin)
    runtime.mount(app)
    app.state.settings = settings
    app.state.pages = web.Pages.of(Path(__file__).parent / "templates")
    app.state.board = Switchboard({})
    app.state.office = _office(app, settings, objects)
    app.state.site = _site(settings)
    # Routes are tried in order, and the public asks most.
    public_first = (public.router, public_machines.router, compliance_pages.router)
    off = (public_elsewhere.router,) if settings.site_index == "off" else ()
    by_people = (api.router, pages.router, forms.router, forms_posting.router, files_posting.router)
    for router in (*off, *public_first, *by_people):
        app.include_router(router)
    return app


def _store(settings: Settings) -> Store:
    return Store(
        settings.s3_endpoint, settings.s3_access_key.get_secret_value(), settings.s3_secret_key.get_secret_value()
    )


def _site(settings: Settings) -> PublicSite:
    return PublicSite(
        settings.site_index,
        settings.security_contact,
        settings.information_place,
        settings.information_retention,
        Kept(settings.pages_memory_mb * 1_000_000),
        main_site=settings.main_site_url,
    )


def _office(app: FastAPI, settings: Settings, objects: Store) -> Office:
    def ring() -> None:
        deliveries: Deliveries | None = getattr(app.state, "deliveries", None)
        if deliveries is not None:
            deliveries.ring()

    return Office(
        settings.office,
        settings.public_url.rstrip("/"),
        settings.media_url,
        app.state.board,
        objects,
        ring,
        timedelta(seconds=settings.delivery_lease_seconds),
    )


def _workers(app: FastAPI, desk: Desk, settings: Settings, objects: Store, ways: Ways) -> Sequence[Worker]:
    board: Switchboard = app.state.board
    wording = Wording(board.templates, _unit_words(desk))
    bucket, addresses = (
        settings.buckets.public,
        Addresses(settings.public_url.rstrip("/"), settings.media_url, wording, board.account),
    )
    site = Site(Shelf(desk), objects, bucket, ways.home, addresses.public_url, settings.probe_url, beyond=ways.pages)
    board.fixed = {site.name: site}
    board.connect = _connect(settings, objects, ways, desk)
    app.state.deliveries = deliveries = Deliveries(
        desk,
        board,
        addresses,
        lease_seconds=settings.delivery_lease_seconds,
        at_once=settings.deliveries_at_once,
    )
    clearing = Clearing(desk, objects, bucket)
    removals = Removals(desk, board, addresses)
    checks = Rechecks(desk, board, addresses, ways.pages)
    sweep = Sweep(desk, objects, bucket, site, seconds=settings.sweep_seconds)
    terms = Terms(
        board,
        settings.missed_schedule,
        timedelta(minutes=settings.missed_schedule_after_minutes),
    )
    schedules = Schedules(desk, terms, ring=deliveries.ring)
    renewals = Renewals(desk, ways.apis, settings.channel_key.get_secret_value())
    of_channels = (lambda: board.run(desk.db, desk.now), renewals.run, deliveries.run, removals.run, checks.run)
    return [*of_channels, clearing.run, sweep.run, schedules.run]


def _unit_words(desk: Desk) -> Callable[[str], str]:
    def words(code: str) -> str:
        return desk.clock.sop.unit_words(code)  # of the SOP in force at that moment

    return words


def _connect(settings: Settings, objects: Store, ways: Ways, desk: Desk) -> Connect:
    def fetch(found: PublicObject) -> AsyncIterator[bytes]:
        return objects.stream(found.bucket, found.source_key)

    def download(found: PublicObject, to: Path) -> Awaitable[str]:
        return objects.download(found.bucket, found.source_key, to)

    tools = Tools(ways.apis, ways.pages, fetch, download, desk.now, settings.office)
    return lambda account: connecting.opened(account, settings.channel_key.get_secret_value(), tools)
