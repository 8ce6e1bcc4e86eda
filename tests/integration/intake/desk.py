"""An intake service on a real database and object store: events fed to it, people and systems at its API."""

import hashlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from fastapi import FastAPI
from uuid_utils.compat import uuid7

from services.intake import handlers, sources
from services.intake.app import create_app
from services.intake.files.checks import MediaChecks
from services.intake.files.elsewhere import Elsewhere
from services.intake.files.originals import Vault
from services.intake.files.requests import RequestChecks
from services.intake.settings import Settings
from shared import accounts, db
from shared.accounts import sessions
from shared.consume import Consumer
from shared.desk import Desk, Rules
from shared.envelope import Record
from shared.events import Event
from shared.media.malware import Malware
from shared.outbox import Outbox
from tests.support.stack import Stack
from tests.unit.intake.samples import KEEPER, record

PASSWORD = "kata-sandi-panjang"
PEOPLE: dict[str, tuple[str, str, list[str], str | None]] = {
    "dewi": ("Dewi Lestari", "Bidang Perumahan", ["bidang"], "perumahan"),
    "agus": ("Agus Salim", "Bidang Permukiman", ["bidang"], "permukiman"),
    "rina": ("Rina Wulandari", "Admin Publikasi", ["admin"], None),
    "bambang": ("Bambang Prasetyo", "Sekretaris", ["pimpinan"], None),
    "tono": ("Tono Hartono", "Inspektorat", ["pengawas"], None),
}
READS = {
    "intake-requests": handlers.on_requests, "stories": handlers.on_stories, "decisions": handlers.on_decisions,
    "publications": handlers.on_publications,
}  # fmt: skip


@dataclass
class Office:
    """The intake service at work. `at` is what its own clock says."""

    stack: Stack
    app: FastAPI
    desk: Desk
    owner: "asyncpg.Connection[asyncpg.Record]"
    at: datetime
    malware: Malware | None = None
    keys: dict[str, str] = field(default_factory=dict[str, str])
    sequences: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    sessions: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])

    @property
    def vault(self) -> Vault:
        return self.app.state.vault

    async def source(self, name: str = "sim-rutilahu", *units: str) -> str:
        """Register another system; returns its API key."""
        self.keys[name] = await sources.add(self.owner, name, units or ("perumahan",), now=self.at)
        return self.keys[name]

    async def take(self, *records: Record) -> None:
        """Feed one batch of requests."""
        await self.consumer("intake-requests").handle(records)

    async def hear(self, *events: Event) -> None:
        """Feed events of other stages, each by itself."""
        for event in events:
            key = event.topic, event.key
            self.sequences[key] = self.sequences.get(key, 0) + 1
            one = record(event, self.sequences[key], offset=sum(self.sequences.values()))
            await self.consumer(event.topic).handle([one])

    def consumer(self, name: str) -> Consumer:
        return Consumer(name, self.desk.db, READS[name](self.desk), now=self.desk.now, wake=lambda: None)

    async def look(self) -> None:
        """Let the workers do all that is due."""
        checks = self.request_checks, self.media_checks
        lanes = [check.lane(long=long) for check in checks for long in (False, True)]
        while sum([await lane.once() for lane in lanes]):
            pass

    @property
    def request_checks(self) -> RequestChecks:
        return RequestChecks(self.desk, self.vault, Elsewhere(self.desk, self.vault))

    @property
    def media_checks(self) -> MediaChecks:
        return MediaChecks(self.desk, self.vault, self.malware)

    async def look_short(self) -> int:
        """Let the lane of short files do what is due; returns how many."""
        return await self.media_checks.lane(long=False).once()

    def later(self, *, hours: float) -> None:
        self.at += timedelta(hours=hours)

    async def call(self, who: str | None, method: str, path: str, **more: Any) -> httpx.Response:
        """One request: of a person with their session, from our own pages; or of a system, by its key."""
        cookies, headers = {}, dict(more.pop("headers", {}))
        if who in self.keys:
            headers["Authorization"] = f"Bearer {self.keys[who]}"
        elif who is not None:
            token, csrf = await self.session(who)
            cookies = {"alurwarta": token}
            headers.setdefault("X-CSRF-Token", csrf)
        async with self.client(cookies) as client:
            return await client.request(method, path, headers=headers, **more)

    def client(self, cookies: dict[str, str] | None = None) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://kantor", cookies=cookies or {}
        )

    async def session(self, who: str) -> tuple[str, str]:
        if who not in self.sessions:
            await self.account(who)
            token = await sessions.begin(self.owner, who)
            person = await accounts.person_of(self.owner, token)
            assert person is not None
            self.sessions[who] = token, person.csrf
        return self.sessions[who]

    async def account(self, who: str) -> None:
        name, capacity, roles, unit = PEOPLE[who]
        await accounts.add(self.owner, who, password=PASSWORD, name=name, capacity=capacity, roles=roles, unit=unit)

    async def upload(
        self, who: str, data: bytes, name: str = "kunci.jpg", kind: str = "image/jpeg", *, sha256: str = ""
    ) -> dict[str, Any]:
        """Send a file straight to the store; returns the answer to its completion, and its SHA-256, or another."""
        form = await self.call(
            who, "POST", "/api/v1/uploads", json={"name": name, "content_type": kind, "size": len(data)}
        )
        assert form.status_code == 201, form.text
        given = form.json()
        async with httpx.AsyncClient() as store:
            sent = await store.post(given["url"], data=given["fields"], files={"file": (name, data, kind)})
        assert sent.status_code < 300, sent.text
        digest = sha256 or hashlib.sha256(data).hexdigest()
        done = await self.call(who, "POST", f"/api/v1/uploads/{given['id']}/complete", json={"sha256": digest})
        assert done.status_code == 200, done.text
        return done.json() | {"sha256": digest}

    async def emitted(self) -> list[tuple[str, str]]:
        """Topic and type of all events that this service appended, in order."""
        rows = await self.rows("SELECT topic, type FROM outbox ORDER BY id")
        return [(r["topic"], r["type"].removeprefix("alurwarta.").removesuffix(".v1")) for r in rows]

    async def events(self, kind: type[Event]) -> list[Any]:
        """The appended events of one type."""
        name = f"alurwarta.{kind.name}.v1"
        return [
            kind.read(r["body"]) for r in await self.rows("SELECT body FROM outbox WHERE type = $1 ORDER BY id", name)
        ]

    async def letters(self) -> list[str]:
        return [r["reason"] for r in await self.rows("SELECT reason FROM dead_letters ORDER BY id")]

    async def state(self, report: UUID | str) -> str:
        (row,) = await self.rows("SELECT state FROM reports WHERE id = $1::uuid", str(report))
        return row["state"]

    async def audited(self) -> list[tuple[str, str]]:
        """What people and events did, in order; not that a file of the office was taken up, which follows by itself."""
        rows = await self.rows("SELECT action, actor FROM audit WHERE action <> 'office.file-accepted' ORDER BY id")
        return [(r["action"], r["actor"]) for r in rows]

    async def clocks(self) -> list[tuple[int, str | None]]:
        rows = await self.rows("SELECT cycle, outcome FROM clocks ORDER BY item, cycle")
        return [(r["cycle"], r["outcome"]) for r in rows]

    async def rows(self, sql: str, *arguments: Any) -> Sequence[asyncpg.Record]:
        return await self.owner.fetch(sql, *arguments)


@asynccontextmanager
async def office(made: Stack, owner: "asyncpg.Connection[asyncpg.Record]", at: datetime) -> AsyncGenerator[Office]:
    """An intake service on this stack; `at` is the time by which it decides."""
    database = await db.connect(made.dsn("intake"), "intake")
    settings = {name.removeprefix("ALURWARTA_").lower(): value for name, value in made.environment("intake").items()}
    app = create_app(Settings.model_validate(settings | {"kafka": made.kafka or "127.0.0.1:1"}))
    opened: list[Office] = []
    now = lambda: opened[0].at  # noqa: E731
    desk = Desk("intake", database, Outbox("intake", uuid7, now), Rules(KEEPER), now, uuid7, lambda: None)
    opened.append(Office(made, app, desk, owner, at))
    app.state.desk = desk
    try:
        yield opened[0]
    finally:
        app.state.vault.store.close()
        await database.close()
