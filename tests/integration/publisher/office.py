"""A publisher on real PostgreSQL and a real object store: Decisions fed to its handlers, its workers run by hand."""

import hashlib
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
from fastapi import FastAPI
from uuid_utils.compat import uuid7

from services.publisher import handlers
from services.publisher.app import create_app
from services.publisher.carrying import OfBoard
from services.publisher.channels import Channel
from services.publisher.channels.known import KNOWN, NOTHING
from services.publisher.channels.site import Site
from services.publisher.domain import SITE
from services.publisher.posting import Addresses, Wording
from services.publisher.scheduling import Missed
from services.publisher.settings import Settings
from services.publisher.shelf import Pages
from services.publisher.switchboard import Switchboard
from services.publisher.workers import Deliveries
from services.publisher.workers_checks import Rechecks
from services.publisher.workers_objects import Clearing, Sweep
from services.publisher.workers_removals import Removals
from services.publisher.workers_schedules import Schedules, Terms
from shared import accounts, db
from shared.accounts import sessions
from shared.consume import Consumer
from shared.content import Content, MediaKind, Rendition, StoryMedia
from shared.desk import Desk, Rules
from shared.envelope import Record
from shared.events import Event, StoryApproved
from shared.media.store import Missing, Store
from shared.outbox import Outbox
from tests.support.stack import Stack
from tests.unit.publisher.samples import KEEPER, MORNING, approved, content, photo, record

PASSWORD = "kata-sandi-panjang"
PUBLIC = "http://warta.test"
PLACEHOLDER = "data:image/webp;base64,UklGRg=="
PEOPLE = {
    "tono": ("Tono", "Admin Publikasi", ["admin"]),
    "bambang": ("Bambang Prasetyo", "Sekretaris", ["pimpinan"]),
    "dewi": ("Dewi Lestari", "Bidang Perumahan", ["bidang"]),
    "wati": ("Wati", "Inspektorat", ["pengawas"]),
}


class Road(httpx.AsyncBaseTransport):
    """The way of a stranger to the site. `away` makes it time out."""

    def __init__(self, app: FastAPI) -> None:
        self.site = httpx.ASGITransport(app)
        self.away = False
        self.asked: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if self.away:
            raise httpx.ReadTimeout("away", request=request)
        return await self.site.handle_async_request(request)


@dataclass
class Office:
    """The publisher at work. `at` is what its clock says."""

    stack: Stack
    app: FastAPI
    desk: Desk
    owner: "asyncpg.Connection[asyncpg.Record]"
    store: Store
    road: Road
    site: Site
    deliveries: Deliveries
    clearing: Clearing
    removals: Removals
    sweep: Sweep
    schedules: Schedules
    board: Switchboard
    checks: Rechecks
    at: datetime = MORNING
    consumers: dict[str, Consumer] = field(default_factory=dict[str, Consumer])
    sequences: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    accounts: dict[str, str] = field(default_factory=dict[str, str])
    sessions: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])

    def connect(self, channel: Channel, *, required: bool = True) -> None:
        """Have a second channel from now on."""
        self.board.fixed = {self.site.name: self.site, channel.name: channel}
        if required:
            keeper = self.desk.rules.keeper
            names = keeper.sop.required_channels | {channel.name}
            self.desk.rules.keeper = replace(keeper, sop=replace(keeper.sop, required_channels=names))

    def leave_to_people(self, channel: str) -> None:
        """A channel that is not connected: a person posts there."""
        self.board.fixed = {self.site.name: self.site}
        can = replace(NOTHING, assisted=True, hosts=("medsos.test",))
        self.board.known = {**KNOWN, channel: can}

    async def hear(self, *events: Event) -> None:
        """Feed events to the handlers in this order, each topic's neighbours as one batch."""
        batch: list[Record] = []
        for event in events:
            if batch and batch[0].topic != event.topic:
                await self.consumers[batch[0].topic].handle(batch)
                batch = []
            batch.append(self.numbered(event))
        if batch:
            await self.consumers[batch[0].topic].handle(batch)

    def numbered(self, event: Event) -> Record:
        key = event.topic, event.key
        self.sequences[key] = self.sequences.get(key, 0) + 1
        return record(event, self.sequences[key], offset=sum(self.sequences.values()))

    async def photo(self, data: bytes = b"gambar") -> StoryMedia:
        """A checked picture, whose rendition lies in its private bucket."""
        digest = hashlib.sha256(data).hexdigest()
        bucket = self.stack.buckets.renditions
        await self.store.put(bucket, f"{digest}.jpg", data, "image/jpeg")
        return photo(digest, id_=uuid4(), bucket=bucket, size=len(data))

    async def copy(self, label: str, content_type: str, data: bytes = b"", **size: int) -> Rendition:
        """A copy as intake makes it, in its private bucket."""
        data = data or f"{label} {uuid4()}".encode()
        digest, bucket = hashlib.sha256(data).hexdigest(), self.stack.buckets.renditions
        key = f"intake/{digest}"
        await self.store.put(bucket, key, data, content_type)
        return Rendition(
            bucket=bucket, key=key, sha256=digest, size=len(data), content_type=content_type, label=label, **size
        )

    async def files(self) -> tuple[StoryMedia, ...]:
        """One file of each kind, with all copies that intake makes of it; of the document also what is for staff."""
        copies: dict[MediaKind, list[Rendition]] = {
            "image": [
                await self.copy(f"{name}-{width}", f"image/{name}", width=width, height=width * 3 // 4)
                for width in (2048, 960, 480)
                for name in ("webp", "jpeg")
            ],
            "video": [
                await self.copy("mp4", "video/mp4", width=1280, height=720, duration_ms=61_000),
                await self.copy("poster-webp", "image/webp", width=1280, height=720),
                await self.copy("poster-jpeg", "image/jpeg", width=1280, height=720),
                await self.copy("captions", "text/vtt"),
            ],
            "audio": [await self.copy("m4a", "audio/mp4", duration_ms=61_000)],
            "document": [
                await self.copy("pdf", "application/pdf"),
                await self.copy("preview-webp", "image/webp", width=1200, height=1697),
                await self.copy("preview-jpeg", "image/jpeg", width=1200, height=1697),
                await self.copy("text", "text/plain"),
            ],
        }
        return tuple(
            StoryMedia(
                id=uuid4(), report=uuid4(), name=f"{kind}.bin", kind=kind, renditions=tuple(made), alt=f"Alt {kind}.",
                caption=f"Keterangan {kind}.", credit="Humas", placeholder=PLACEHOLDER,
            )
            for kind, made in copies.items()
        )  # fmt: skip

    async def content(self, title: str, data: bytes = b"gambar") -> Content:
        return content(title, body=(), media=(await self.photo(data),))

    async def approve(self, title: str = "Rumah Selesai", *, data: bytes = b"gambar", **more: Any) -> StoryApproved:
        """A fresh Story, approved."""
        event = approved(more.pop("story", uuid4()), content=await self.content(title, data), **more)
        await self.hear(event)
        return event

    async def start(self, story: UUID, version: int = 1) -> httpx.Response:
        return await self.call("tono", "POST", f"/api/v1/publications/{story}/publish", json={"version": version})

    async def work(self, *, later: float = 0) -> int:
        """One round of the deliveries that are due, so many seconds later; returns how many."""
        self.at += timedelta(seconds=later)
        tasks = (await self.deliveries.take(100)).tasks
        for task in tasks:
            await self.deliveries.deliver(task)
        return len(tasks)

    async def clear(self) -> None:
        """One round of what has to be gone, from the channels and from the public bucket."""
        await self.removals.round()
        await self.clearing.round()

    async def publish(self, event: StoryApproved) -> str:
        """Start it and let it be delivered; returns its path."""
        answer = await self.start(event.story, event.version)
        assert answer.status_code == 202, answer.text
        await self.work()
        return answer.json()["url"].removeprefix(PUBLIC)

    async def call(self, who: str | None, method: str, path: str, **more: Any) -> httpx.Response:
        """One request, of a person with their session where named, else of a stranger."""
        cookies: dict[str, str] = {}
        headers: dict[str, str] = dict(more.pop("headers", {}))
        if who is not None:
            token, csrf = await self.session(who)
            cookies = {"alurwarta": token}
            headers.setdefault("X-CSRF-Token", csrf)
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://kantor", cookies=cookies) as client:
            return await client.request(method, path, headers=headers, **more)

    async def session(self, who: str) -> tuple[str, str]:
        if who not in self.sessions:
            name, capacity, roles = PEOPLE[who]
            await accounts.add(
                self.owner,
                who,
                password=PASSWORD,
                name=name,
                capacity=capacity,
                roles=roles,
                unit="perumahan" if "bidang" in roles else None,
            )
            token = await sessions.begin(self.owner, who)
            person = await accounts.person_of(self.owner, token)
            assert person is not None
            self.sessions[who] = token, person.csrf
        return self.sessions[who]

    async def told(self) -> list[str]:
        """The types of all events that this service appended, in order, without prefix and version."""
        rows = await self.rows("SELECT type FROM publisher.outbox ORDER BY id")
        return [row["type"].removeprefix("alurwarta.").removesuffix(".v1") for row in rows]

    async def bodies(self, kind: type[Event]) -> list[dict[str, Any]]:
        name = f"alurwarta.{kind.name}.v1"
        rows = await self.rows("SELECT body FROM publisher.outbox WHERE type = $1 ORDER BY id", name)
        return [json.loads(row["body"]) for row in rows]

    async def states(self, story: UUID) -> dict[int, tuple[str, str, bool]]:
        rows = await self.rows(
            """SELECT p.version, p.state, a.state AS approval, p.visible
               FROM publisher.publications p JOIN publisher.approvals a USING (story, version) WHERE story = $1""",
            story,
        )
        return {row["version"]: (row["state"], row["approval"], row["visible"]) for row in rows}

    async def delivery(self, story: UUID, version: int = 1, channel: str = SITE) -> str:
        rows = await self.rows(
            "SELECT state FROM publisher.deliveries WHERE story = $1 AND version = $2 AND channel = $3",
            story,
            version,
            channel,
        )
        return rows[0]["state"]

    async def post(self, who: str, path: str, **fields: str) -> httpx.Response:
        """Send one plain form of the screens."""
        csrf = (await self.session(who))[1]
        return await self.call(who, "POST", path, headers={"Accept": "text/html"}, data={"csrf": csrf, **fields})

    async def page(self, who: str, path: str) -> str:
        answer = await self.call(who, "GET", path, headers={"Accept": "text/html"})
        assert answer.status_code == 200, answer.text
        return answer.text

    async def clocks(self, story: UUID) -> dict[int, str | None]:
        rows = await self.rows("SELECT cycle, outcome FROM publisher.clocks WHERE item = $1", str(story))
        return {row["cycle"]: row["outcome"] for row in rows}

    async def public_keys(self) -> list[str]:
        return sorted(await self.store.keys(self.stack.buckets.public))

    async def lies_in_public(self, key: str) -> bool:
        try:
            await self.store.stat(self.stack.buckets.public, key)
        except Missing:
            return False
        return True

    async def rows(self, sql: str, *arguments: Any) -> Sequence[asyncpg.Record]:
        return await self.owner.fetch(sql, *arguments)


@asynccontextmanager
async def office(made: Stack, **settings: str) -> AsyncGenerator[Office]:
    """A publisher on these servers, with nothing in its database and its buckets; `settings` beside its own."""
    owner = await asyncpg.connect(made.owner_dsn)
    try:
        await _empty(made, owner)
        database = await db.connect(made.dsn("publisher"), "publisher")
        given = {k.removeprefix("ALURWARTA_").lower(): v for k, v in made.environment("publisher").items()}
        app = create_app(Settings.model_validate(given | {"public_url": PUBLIC} | settings))
        opened = _open(made, app, database, owner)
        try:
            yield opened
        finally:
            await opened.site.stranger.aclose()
            opened.store.close()
            await database.close()
    finally:
        await owner.close()


async def _empty(made: Stack, owner: "asyncpg.Connection[asyncpg.Record]") -> None:
    await owner.execute(
        """DO $$ BEGIN EXECUTE (
               SELECT 'TRUNCATE ' || string_agg(format('%I.%I', schemaname, tablename), ', ') || ' RESTART IDENTITY'
               FROM pg_tables WHERE schemaname IN ('publisher', 'accounts') AND tablename <> 'migrations');
           END $$"""
    )
    store = made.store()
    for bucket in (made.buckets.renditions, made.buckets.public):
        for key in await store.keys(bucket):
            await store.remove(bucket, key)
    store.close()


def another_scheduler(desk: Desk, board: Switchboard, *, missed: Missed = "ask") -> Schedules:
    """A scheduler as each process of the publisher runs one."""
    return Schedules(desk, Terms(board, missed, timedelta(hours=1)), ring=lambda: None)


def _open(made: Stack, app: FastAPI, database: db.Database, owner: "asyncpg.Connection[asyncpg.Record]") -> Office:
    def now() -> datetime:
        return opened.at

    def wake() -> None:
        return

    desk = Desk("publisher", database, Outbox("publisher", uuid7, now), Rules(KEEPER), now, uuid7, wake)
    app.state.desk = desk
    store, road, bucket = made.store(), Road(app), made.buckets.public
    site = Site(Pages(desk), store, bucket, httpx.AsyncClient(transport=road), PUBLIC, PUBLIC)
    board: Switchboard = app.state.board
    board.fixed = {site.name: site}
    wording = Wording(board.templates, KEEPER.sop.unit_words)
    accounts_of: dict[str, str] = {}

    def account(name: str) -> str:
        return accounts_of.get(name) or board.account(name)

    addresses = Addresses(PUBLIC, app.state.office.media_url, wording, account)
    deliveries = Deliveries(desk, board, addresses, lease_seconds=60, at_once=16)
    clearing = Clearing(desk, store, bucket)
    removals = Removals(desk, board, addresses)
    sweep = Sweep(desk, store, bucket, site, seconds=1)
    checks = Rechecks(desk, board, addresses, site.stranger)
    schedules = another_scheduler(desk, board)
    opened = Office(
        made, app, desk, owner, store, road, site, deliveries, clearing, removals, sweep, schedules, board, checks
    )
    opened.accounts = accounts_of
    opened.consumers = {
        "decisions": Consumer("decisions", database, handlers.on_decisions(desk), now=now, wake=wake),
        "reports": Consumer("reports", database, handlers.on_reports(desk, OfBoard(board)), now=now, wake=wake),
    }
    return opened
