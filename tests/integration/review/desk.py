"""A review service on a real database: events fed to its handlers, people at its screens."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from fastapi import FastAPI
from uuid_utils.compat import uuid7

from services.review import handlers
from services.review.app import create_app
from services.review.board import handlers as board_handlers
from services.review.settings import Settings
from shared import accounts, db
from shared.accounts import sessions
from shared.consume import Consumer
from shared.desk import Desk, Rules
from shared.envelope import Received, Record, read
from shared.events import Event
from shared.outbox import Outbox
from tests.support.stack import Stack
from tests.unit.review.samples import KEEPER, record

PASSWORD = "kata-sandi-panjang"
PEOPLE = {
    "bambang": ("Bambang Prasetyo", "Sekretaris", ["pimpinan"]),
    "kadis": ("Kepala Dinas", "Kepala Dinas", ["pimpinan"]),
    "rina": ("Rina Wulandari", "Admin Publikasi", ["admin", "pimpinan"]),
    "tono": ("Tono", "Admin Publikasi", ["admin"]),
    "wati": ("Wati", "Pengawas", ["pengawas"]),
    "dewi": ("Dewi Lestari", "Bidang Perumahan", ["bidang"]),
    "agus": ("Agus", "Bidang Pertanahan", ["bidang"]),
    "magang": ("Pegawai Baru", "Bidang", ["bidang"]),
}
UNITS = {"dewi": "perumahan", "agus": "pertanahan"}
# Logging in costs much on purpose; accounts outlive a test, as the database does.
SESSIONS: dict[tuple[str, str], tuple[str, str]] = {}


@dataclass
class Office:
    """The review service at work. `at` is what its own clock says."""

    stack: Stack
    app: FastAPI
    desk: Desk
    owner: "asyncpg.Connection[asyncpg.Record]"
    at: datetime
    consumers: dict[str, Consumer] = field(default_factory=dict[str, Consumer])
    sequences: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])

    async def hear(self, *events: Event) -> None:
        """Feed events of any topics to the handlers, in this order, each topic's neighbours as one batch."""
        batch: list[Record] = []
        for event in events:
            if batch and batch[0].topic != event.topic:
                await self.consumers[batch[0].topic].handle(batch)
                batch = []
            batch.append(self.numbered(event))
        if batch:
            await self.consumers[batch[0].topic].handle(batch)

    def numbered(self, event: Event) -> Record:
        """The event as the next record of its key."""
        key = event.topic, event.key
        self.sequences[key] = self.sequences.get(key, 0) + 1
        return record(event, self.sequences[key], offset=sum(self.sequences.values()))

    async def call(self, who: str | None, method: str, path: str, **more: Any) -> httpx.Response:
        """One request of a person with their session, from our own pages."""
        cookies, headers = {}, dict(more.pop("headers", {}))
        if who is not None:
            token, csrf = await self.session(who)
            cookies = {"alurwarta": token}
            headers.setdefault("X-CSRF-Token", csrf)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://kantor", cookies=cookies
        ) as client:
            return await client.request(method, path, headers=headers, **more)

    async def csrf(self, who: str) -> str:
        return (await self.session(who))[1]

    async def session(self, who: str) -> tuple[str, str]:
        """The token and the form token of a person who is logged in."""
        key = self.stack.owner_dsn, who
        if key not in SESSIONS:
            name, capacity, roles = PEOPLE[who]
            given = {"password": PASSWORD, "name": name, "capacity": capacity}
            await accounts.add(self.owner, who, **given, roles=roles, unit=UNITS.get(who, "perumahan"))
            # As in an installation of before, where a Bidang's account might have none.
            await self.owner.execute("UPDATE accounts.accounts SET unit = $2 WHERE account = $1", who, UNITS.get(who))
            token = await sessions.begin(self.owner, who)
            person = await accounts.person_of(self.owner, token)
            assert person is not None
            SESSIONS[key] = token, person.csrf
        return SESSIONS[key]

    async def emitted(self) -> list[str]:
        """The types of all events that this service appended, in order."""
        return [row["type"] for row in await self.owner.fetch("SELECT type FROM review.outbox ORDER BY id")]

    async def events(self, kind: type[Event]) -> list[Any]:
        """The appended events of one type."""
        name = f"alurwarta.{kind.name}.v1"
        rows = await self.owner.fetch("SELECT body FROM review.outbox WHERE type = $1 ORDER BY id", name)
        return [kind.read(row["body"]) for row in rows]

    @staticmethod
    def read(record: Record) -> Received:
        """A record of ours, understood."""
        found = read(record)
        assert isinstance(found, Received)
        return found

    async def states(self, story: UUID) -> dict[int, str]:
        rows = await self.owner.fetch("SELECT version, state FROM review.reviews WHERE story = $1", story)
        return {row["version"]: row["state"] for row in rows}

    async def rows(self, sql: str, *arguments: Any) -> Sequence[asyncpg.Record]:
        return await self.owner.fetch(sql, *arguments)


@asynccontextmanager
async def office(made: Stack, owner: "asyncpg.Connection[asyncpg.Record]", at: datetime) -> AsyncGenerator[Office]:
    """A review service on this stack; `at` is the time by which it decides."""
    database = await db.connect(made.dsn("review"), "review")
    settings = {name.removeprefix("ALURWARTA_").lower(): value for name, value in made.environment("review").items()}
    app = create_app(Settings.model_validate(settings))
    try:
        yield _open(made, app, database, owner, at)
    finally:
        app.state.files.store.close()
        await database.close()


def _open(
    made: Stack, app: FastAPI, database: db.Database, owner: "asyncpg.Connection[asyncpg.Record]", at: datetime
) -> Office:
    def now() -> datetime:
        return opened.at

    def wake() -> None:
        return

    desk = Desk("review", database, Outbox("review", uuid7, now), Rules(KEEPER), now, uuid7, wake)
    app.state.desk = desk
    opened = Office(made, app, desk, owner, at)
    reacts = {
        "stories": handlers.on_stories(desk),
        "reports": handlers.on_reports(desk),
        "publications": handlers.on_publications(desk),
        "decisions": board_handlers.on_decisions(desk),
    }
    opened.consumers = {name: Consumer(name, database, react, now=now, wake=wake) for name, react in reacts.items()}
    return opened
