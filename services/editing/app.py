"""The editing service, composed."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from services.editing import api, handlers, pages, pages_offers, pages_story, pages_typing, pages_versions, workers
from services.editing.blackening import Blackener
from services.editing.looking import Lookout
from services.editing.settings import Settings
from services.editing.web import Office
from shared import web
from shared.content_erasure import is_erased
from shared.content_html import block_html
from shared.media.choosing import FILTERS
from shared.media.store import Store
from shared.runtime import Reads, Runtime, now
from shared.web import Pages


def create_app(settings: Settings | None = None, *, now: Callable[[], datetime] = now) -> FastAPI:
    """Build the service; it starts with the app's lifespan."""
    settings = settings or Settings()  # pyright: ignore[reportCallIssue]  (from the environment)
    office = Office(timedelta(minutes=settings.claim_minutes), _store(settings))
    runtime = Runtime(
        "editing",
        settings,
        now=now,
        reads=lambda desk: [
            Reads("reports", handlers.on_reports(desk)),
            Reads("decisions", handlers.on_decisions(desk)),
            Reads("publications", handlers.on_publications(desk)),
        ],
        workers=lambda desk: [
            workers.Sweep(desk, office.store).run,
            workers.Links(desk, Lookout(desk.now)).run,
            Blackener(desk, office.store, office.claim_for).run,
        ],
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with runtime.lifespan(app):
            yield
        office.store.close()

    app = web.create_app(
        title="Alurwarta: editing", lifespan=lifespan, media_origins=settings.s3_public_endpoint or settings.s3_endpoint
    )
    runtime.mount(app)
    app.state.settings = settings
    app.state.office = office
    app.state.pages = Pages.of(Path(__file__).parent / "templates")
    filters: dict[str, Callable[..., Any]] = {
        **FILTERS, "erased": is_erased, "html": block_html,
    }  # fmt: skip
    app.state.pages.environment.filters.update(filters)
    app.include_router(api.router)
    for screens in (pages, pages_story, pages_offers, pages_typing, pages_versions):
        app.include_router(screens.router)
    return app


def _store(settings: Settings) -> Store:
    return Store(
        settings.s3_endpoint,
        settings.s3_access_key.get_secret_value(),
        settings.s3_secret_key.get_secret_value(),
        public_endpoint=settings.s3_public_endpoint,
    )
