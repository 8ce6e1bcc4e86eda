"""Composition root of intake: the service, and the processes of its own that check files."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from fastapi import FastAPI

from services.intake import api, front_door, handlers, installed, openapi, pages
from services.intake.files import api as files_api
from services.intake.files.checks import MediaChecks
from services.intake.files.elsewhere import Elsewhere
from services.intake.files.erasures import Erasures
from services.intake.files.fetching import Fetcher
from services.intake.files.originals import Vault
from services.intake.files.requests import RequestChecks
from services.intake.files.sweep import Sweep
from services.intake.files.waiting import Waiting
from services.intake.files.workspace import own_folder
from services.intake.front_door.door import Door
from services.intake.front_door.provider import Provider
from services.intake.notices import pages as notice_pages
from services.intake.notices.delivery import Delivery
from services.intake.notices.mail import Mail
from services.intake.notices.sending import Sender
from services.intake.notices.telegram import Telegram
from services.intake.notices.workers import NoticeSweep, Telling, WaitingProjection
from services.intake.office import pages as office_pages
from services.intake.office import pages_duty, people_pages
from services.intake.sending import api as drafts_api
from services.intake.sending import pages as sending_pages
from services.intake.sending import recording_pages
from services.intake.sending.fields import MOST_IN_A_FORM
from services.intake.settings import FileSettings, Settings
from shared import web
from shared.accounts.sealing import Seal
from shared.accounts.sessions import Terms
from shared.desk import Desk
from shared.media import sandbox
from shared.media.malware import Malware
from shared.media.store import Buckets, Store
from shared.runtime import Reads, Runtime, Worker, now
from shared.web import Pages

log = structlog.get_logger(__name__)


def create_app(settings: Settings | None = None, *, now: Callable[[], datetime] = now) -> FastAPI:
    """The whole service: API, pages, consumers, relay, workers."""
    settings = settings or Settings()  # pyright: ignore[reportCallIssue]  (from the environment)
    vault, senders = _vault(settings), _senders(settings)
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
        workers=lambda desk: [
            Sweep(desk, vault).run,
            Erasures(desk, vault).lane().run,
            Waiting(desk).run,
            *_notices(desk, settings, senders),
            *(checks(desk, vault, settings) if settings.media_checks == "here" else ()),
        ],
    )
    app = web.create_app(
        title="Alurwarta: intake",
        lifespan=runtime.lifespan,
        media_origins=vault.store.public_endpoint,
        longer_bodies={"/bahan": MOST_IN_A_FORM, "/masuk": 2 * MOST_IN_A_FORM, "/akun/konfirmasi": 2 * MOST_IN_A_FORM},
    )
    app.state.vault, app.state.door = vault, door(settings)
    app.state.pages = Pages.of(Path(__file__).parent / "templates")
    runtime.mount(app)
    app.state.office_files, app.state.staff_url = _office_files(settings), settings.staff_url.rstrip("/")
    app.state.channels = tuple(s.channel for s in senders)
    settings_pages = (office_pages, people_pages, pages_duty)
    screens = (front_door, installed, sending_pages, recording_pages, pages, notice_pages, *settings_pages)
    for part in (openapi, api, files_api, drafts_api, *screens):
        app.include_router(part.router)
    return app


def door(settings: Settings) -> Door:
    """The front door as the settings have it."""
    provider = Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value(),
        label=settings.oidc_label,
        claim=settings.oidc_claim,
        site=settings.staff_url,
    )
    return Door(
        seal=Seal(settings.account_key.get_secret_value()),
        must_have_second_factor=settings.must_have_second_factor,
        terms=Terms(timedelta(hours=settings.session_hours), timedelta(minutes=settings.session_idle_minutes)),
        provider=provider if settings.oidc_issuer else None,
        provider_suffices=settings.oidc_second_factor == "provider",
    )


def create_checks(settings: FileSettings | None = None, *, now: Callable[[], datetime] = now) -> FastAPI:
    """A process that only checks files, scaled by itself; as a service it answers for its health and metrics."""
    settings = settings or FileSettings()  # pyright: ignore[reportCallIssue]
    vault = _vault(settings)
    runtime = Runtime(
        "intake", settings, now=now, reads=lambda _: [], workers=lambda desk: checks(desk, vault, settings)
    )
    app = web.create_app(title="Alurwarta: intake, checks of files", lifespan=runtime.lifespan)
    runtime.mount(app)
    return app


def checks(desk: Desk, vault: Vault, settings: FileSettings) -> Sequence[Worker]:
    """What looks into files, each lane by itself."""
    sandbox.keep_secrets()
    malware = Malware(settings.clamd, settings.clamd_window_mb * 1024 * 1024) if settings.clamd else None
    if malware is None:
        log.warning("files are not scanned for malware: no ALURWARTA_CLAMD is set")
    folder = own_folder(settings.work_folder) if settings.work_folder else None
    media = MediaChecks(desk, vault, malware, folder)
    fetcher = Fetcher(frozenset(settings.fetch_hosts.split(",")) - {""})
    requests = RequestChecks(desk, vault, Elsewhere(desk, vault, fetcher, folder))
    return [lane.run for long in (False, True) for lane in (requests.lane(long=long), media.lane(long=long))]


def _senders(settings: Settings) -> list[Sender]:
    """The ways to people that this installation has, beside its pages."""
    site = settings.staff_url.rstrip("/")
    found: list[Sender] = []
    if settings.smtp_host:
        found.append(
            Mail(
                settings.smtp_host,
                settings.smtp_port,
                settings.smtp_security,
                settings.smtp_user,
                settings.smtp_password.get_secret_value(),
                settings.smtp_from,
                settings.office,
                site,
            )
        )
    if token := settings.telegram_token.get_secret_value():
        found.append(Telegram(token, settings.telegram_api))
    return found


def _notices(desk: Desk, settings: Settings, senders: Sequence[Sender]) -> Sequence[Worker]:
    site = settings.staff_url.rstrip("/")
    lanes = [Delivery(desk, sender, site, titles=settings.mail_titles).lane() for sender in senders]
    telling = Telling(desk, tuple(sender.channel for sender in senders))
    return [telling.run, WaitingProjection(desk).run, NoticeSweep(desk).run, *(lane.run for lane in lanes)]


def _office_files(settings: Settings) -> office_pages.Files | None:
    """None without a calendar file, without which the service does not start."""
    if settings.calendar_file is None:
        return None
    return office_pages.Files(settings, settings.sop_file, settings.calendar_file)


def _vault(settings: FileSettings) -> Vault:
    store = Store(
        settings.s3_endpoint,
        settings.s3_access_key.get_secret_value(),
        settings.s3_secret_key.get_secret_value(),
        public_endpoint=settings.s3_public_endpoint,
    )
    return Vault(store, Buckets(settings.bucket_prefix), settings.limits, settings.form_lifetime)
