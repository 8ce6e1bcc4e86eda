"""Composition root of intake."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from fastapi import FastAPI

from services.intake import api, api_uploads, handlers, login, openapi, pages, workers
from services.intake.domain_media import Limits
from services.intake.originals import Vault
from services.intake.settings import Settings
from shared import web
from shared.media import Buckets, Store
from shared.runtime import Reads, Runtime, now
from shared.web import Pages

MEGABYTE = 1_000_000


def create_app(settings: Settings | None = None, *, now: Callable[[], datetime] = now) -> FastAPI:
    """The whole service: API, pages, consumers, relay, workers."""
    settings = settings or Settings()  # pyright: ignore[reportCallIssue]  (from the environment)
    vault = _vault(settings)
    runtime = Runtime(
        "intake",
        settings,
        now=now,
        reads=lambda desk: [
            Reads("intake-requests", handlers.on_requests(desk), pattern=r"intake-requests\..+"),
            Reads("stories", handlers.on_stories(desk)),
            Reads("decisions", handlers.on_decisions(desk)),
            Reads("publications", handlers.on_publications(desk)),
        ],
        workers=lambda desk: workers.all_of(desk, vault),
    )
    app = web.create_app(
        title="Alurwarta: intake", lifespan=runtime.lifespan, media_origins=vault.store.public_endpoint
    )
    app.state.vault, app.state.secure_cookies = vault, settings.secure_cookies
    app.state.pages = Pages.of(Path(__file__).parent / "templates")
    runtime.mount(app)
    for part in (openapi, api, api_uploads, login, pages):
        app.include_router(part.router)
    return app


def _vault(settings: Settings) -> Vault:
    store = Store(
        settings.s3_endpoint,
        settings.s3_access_key.get_secret_value(),
        settings.s3_secret_key.get_secret_value(),
        public_endpoint=settings.s3_public_endpoint,
    )
    limits = Limits(image=settings.image_limit_mb * MEGABYTE, other=settings.file_limit_mb * MEGABYTE)
    return Vault(store, Buckets(settings.bucket_prefix), limits, timedelta(minutes=settings.upload_minutes))
