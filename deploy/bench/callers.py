"""People with a session each, put straight into a throw-away database: no matter of passwords."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg
import httpx

from shared.access import ROLES
from shared.web import COOKIE

UNIT = "perumahan"
NOBODY = "nobody"


@dataclass(frozen=True)
class Caller:
    """One person at the services, or nobody."""

    role: str
    token: str = field(default="", repr=False)
    csrf: str = field(default="", repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """As our own pages send it; nobody sends a form that looks like one."""
        if not self.token:
            return {}
        return {"Cookie": f"{COOKIE}={self.token}", "X-CSRF-Token": self.csrf}


async def everyone(owner_dsn: str) -> list[Caller]:
    """Nobody, and one person for each role, each with a session of its own."""
    return [Caller(NOBODY), *[await person(owner_dsn, role, [role]) for role in ROLES]]


async def person(owner_dsn: str, account: str, roles: Sequence[str]) -> Caller:
    """A person with these roles and a session."""
    caller = Caller(account, secrets.token_urlsafe(32), secrets.token_urlsafe(24))
    conn = await asyncpg.connect(owner_dsn)
    try:
        await conn.execute(
            "INSERT INTO accounts.accounts (account, name, capacity, roles, unit, password_hash) "
            "VALUES ($1, $2, 'Staf', $3, $4, 'none') ON CONFLICT DO NOTHING",
            account,
            f"Bapak {account.title()}",
            list(roles),
            UNIT if "bidang" in roles else None,
        )
        await conn.execute(
            "INSERT INTO accounts.sessions (token_hash, account, csrf, expires_at) "
            "VALUES ($1, $2, $3, now() + interval '1 hour')",
            hashlib.sha256(caller.token.encode()).digest(),
            account,
            caller.csrf,
        )
    finally:
        await conn.close()
    return caller


def client(address: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=address, timeout=60, follow_redirects=False)
