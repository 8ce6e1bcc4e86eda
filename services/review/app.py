"""The review service, composed."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from fastapi import FastAPI

from services.review import api, handlers, pages, pages_deciding
from services.review.board import handlers as board_handlers
from services.review.board import pages as board_pages
from services.review.board.live import Live
from services.review.board.workers import BoardProjection
from services.review.compliance import api as compliance_api
from services.review.compliance import pages as compliance_pages
from services.review.compliance import words
from services.review.register import api as register_api
from services.review.register import pages as register_pages
from services.review.report import pages as report_pages
from services.review.report import sheet_pages
from services.review.report.archive import MAX_SIGNED
from services.review.report.document import Head
from services.review.rulings import reason_words
from services.review.settings import Settings
from services.review.web import Files
from shared import web
from shared.desk import Desk
from shared.media.choosing import FILTERS
from shared.media.store import Buckets, Store
from shared.runtime import Reads, Runtime, Worker, now
from shared.web import Pages


def create_app(settings: Settings | None = None, *, now: Callable[[], datetime] = now) -> FastAPI:
    """Build the service; it starts with the app's lifespan."""
    settings = settings or Settings()  # pyright: ignore[reportCallIssue]  (from the environment)
    runtime = Runtime("review", settings, reads=_reads, workers=_workers, now=now)
    files = _files(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with runtime.lifespan(app):
            yield
            await app.state.live.stop()
        files.store.close()

    app = web.create_app(
        title="Alurwarta: review",
        lifespan=lifespan,
        media_origins=settings.s3_public_endpoint or settings.s3_endpoint,
        # A signed report comes back whole; the form around it takes little.
        longer_bodies={"/kepatuhan/laporan/": MAX_SIGNED + 100_000},
    )
    runtime.mount(app)
    app.state.settings = settings
    app.state.files = files
    app.state.live = Live(most=settings.board_listeners)
    app.state.pages = staff_pages = Pages.of(Path(__file__).parent / "templates")
    staff_pages.environment.filters["reason"] = reason_words
    staff_pages.environment.filters.update(words.filters)
    app.state.pages.environment.filters.update(FILTERS)
    app.include_router(api.router)
    app.include_router(register_api.router)
    app.include_router(register_pages.router)
    app.include_router(sheet_pages.router)
    app.include_router(pages_deciding.router)
    app.include_router(pages.router)
    app.state.report_head = Head(settings.office_above, settings.office_address)
    for module in (board_pages, compliance_api, report_pages, compliance_pages):
        app.include_router(module.router)
    app.include_router(compliance_api.described)
    return app


def _reads(desk: Desk) -> list[Reads]:
    return [
        Reads("stories", handlers.on_stories(desk)),
        Reads("reports", handlers.on_reports(desk)),
        Reads("publications", handlers.on_publications(desk)),
        Reads("decisions", board_handlers.on_decisions(desk)),
    ]


def _workers(desk: Desk) -> list[Worker]:
    return [BoardProjection(desk).run]


def _files(settings: Settings) -> Files:
    store = Store(
        settings.s3_endpoint,
        settings.s3_access_key.get_secret_value(),
        settings.s3_secret_key.get_secret_value(),
        public_endpoint=settings.s3_public_endpoint,
    )
    return Files(store, Buckets(settings.bucket_prefix), timedelta(minutes=settings.media_link_minutes))
