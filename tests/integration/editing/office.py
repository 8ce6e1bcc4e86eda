"""The editing service on a real PostgreSQL: events come in as records, people over HTTP."""

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from pydantic import SecretStr
from uuid_utils.compat import uuid7

from services.editing import handlers
from services.editing.app import create_app
from services.editing.settings import Settings
from shared import accounts, db
from shared.accounts import sessions
from shared.consume import Consumer
from shared.desk import Desk, Rules
from shared.envelope import Envelope, Record, event_source, headers_of
from shared.events import CATALOGUE, Event, type_name
from shared.office_files import in_force
from shared.outbox import Outbox
from tests.support.stack import Stack, stack
from tests.unit.shared.offices import wib

MORNING = wib("2026-07-06T10:00")
PASSWORD = "cukup panjang untuk uji"
PEOPLE = {
    "rina": ("Rina Wulandari", "admin"), "dani": ("Dani Saputra", "admin"), "bambang": ("Bambang", "pimpinan"),
    "wati": ("Wati", "pengawas"), "dewi": ("Dewi Lestari", "bidang"),
}  # fmt: skip


@dataclass
class Office:
    """The service, its people, and a clock that the test sets."""

    stack: Stack
    desk: Desk
    app: Any
    at: list[datetime]
    consumers: dict[str, Consumer]
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict[str, httpx.AsyncClient])
    sequences: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    offset: int = 0

    def later(self, minutes: int) -> datetime:
        self.at[0] += timedelta(minutes=minutes)
        return self.at[0]

    def record(self, event: Event) -> Record:
        """The event as the next record of its key."""
        self.offset += 1
        self.sequences[event.topic, event.key] += 1
        number = self.sequences[event.topic, event.key]
        name = type_name(type(event))
        envelope = Envelope(str(uuid7()), event_source("uji"), name, event.key, self.at[0], number)
        body = event.model_dump_json().encode()
        return Record(event.topic, 0, self.offset, self.at[0], event.key.encode(), body, headers_of(envelope))

    async def hear(self, *events: Event) -> None:
        """Apply one batch, topic by topic."""
        records = [self.record(e) for e in events]
        for topic in dict.fromkeys(r.topic for r in records):
            await self.consumers[topic].handle([r for r in records if r.topic == topic])

    async def rows(self, query: str, *args: Any) -> "list[asyncpg.Record]":
        async with self.desk.db.connection() as conn:
            return await conn.fetch(query, *args)

    async def sent(self, kind: type[Event] | None = None) -> list[Any]:
        """What lies in the outbox, in order, as its readers read it."""
        by_name = {type_name(k): k for k in CATALOGUE.values()}
        rows = await self.rows("SELECT type, body FROM outbox ORDER BY id")
        found = [by_name[r["type"]].read(r["body"]) for r in rows]
        return [e for e in found if kind is None or isinstance(e, kind)]

    async def clocks(self) -> set[tuple[str, int, str | None]]:
        """All clocks: item, cycle, outcome."""
        return {(r["item"], r["cycle"], r["outcome"]) for r in await self.rows("SELECT * FROM clocks")}

    async def dead_letters(self) -> list[str]:
        return [r["reason"] for r in await self.rows("SELECT reason FROM dead_letters ORDER BY id")]

    def person(self, account: str) -> httpx.AsyncClient:
        return self.clients[account]

    async def post(self, account: str, path: str, body: Any = None, *, expect: int = 200) -> Any:
        answer = await self.clients[account].post(f"/api/v1{path}", json=body)
        assert answer.status_code == expect, answer.text
        return answer.json()

    async def get(self, account: str, path: str, *, expect: int = 200) -> Any:
        answer = await self.clients[account].get(f"/api/v1{path}")
        assert answer.status_code == expect, answer.text
        return answer.json()

    async def compile(self, *reports: UUID) -> str:
        made = await self.post("rina", "/stories", {"reports": [str(r) for r in reports]}, expect=201)
        return made["story"]

    async def save(self, story: str, expected: int, *, by: str = "rina", expect: int = 201, **content: Any) -> Any:
        told = {"title": "40 rumah", "lead": "Selesai.", **content}
        body = {"expected_version": expected, "reason": "uji", "content": told}
        return await self.post(by, f"/stories/{story}/versions", body, expect=expect)

    async def submit(self, story: str, version: int, *, expect: int = 200) -> Any:
        return await self.post("rina", f"/stories/{story}/submit", {"version": version}, expect=expect)


@asynccontextmanager
async def office(*, media: bool = False) -> AsyncGenerator[Office]:
    """The service on its own database; with `media` its buckets too."""
    async with stack(kafka=False, media=media) as made:
        settings = _settings(made)
        at = [MORNING]
        database = await db.connect(made.dsn("editing"), "editing", size=8)
        async with database.transaction() as conn:
            rules = await in_force(conn, settings, at=MORNING)
        desk = Desk(
            "editing", database, Outbox("editing", uuid7, lambda: at[0]), Rules(rules.keeper), lambda: at[0], uuid7,
            lambda: None,
        )  # fmt: skip
        app = create_app(settings)
        app.state.desk = desk
        found = Office(made, desk, app, at, _consumers(desk))
        try:
            for account in PEOPLE:
                found.clients[account] = await _log_in(found, account)
            yield found
        finally:
            for client in found.clients.values():
                await client.aclose()
            await database.close()


def _settings(made: Stack) -> Settings:
    given = {name.removeprefix("ALURWARTA_").lower(): value for name, value in made.environment("editing").items()}
    given["kafka"] = "unused:9092"
    return Settings.model_validate(given | {"postgres_dsn": SecretStr(made.dsn("editing"))})


def _consumers(desk: Desk) -> dict[str, Consumer]:
    reacts = {
        "reports": handlers.on_reports(desk),
        "decisions": handlers.on_decisions(desk),
        "publications": handlers.on_publications(desk),
    }
    return {name: Consumer(name, desk.db, react, now=desk.now, wake=lambda: None) for name, react in reacts.items()}


async def _log_in(found: Office, account: str) -> httpx.AsyncClient:
    """A browser in which this person is logged in, as intake's front door does it."""
    name, role = PEOPLE[account]
    conn: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(found.stack.owner_dsn)
    try:
        await accounts.add(conn, account, password=PASSWORD, name=name, capacity=role, roles=[role], unit="perumahan")
        token = await sessions.begin(conn, account)
        person = await accounts.person_of(conn, token)
    finally:
        await conn.close()
    assert person is not None
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(found.app),
        base_url="http://staf.uji",
        cookies={"alurwarta": token},
        headers={"X-CSRF-Token": person.csrf, "Accept": "application/json"},
    )
