"""Server-side sessions: opened and ended here. They live by the database's clock, by which every service reads them."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.accounts.people import digest

if TYPE_CHECKING:
    from shared.db import Connection


@dataclass(frozen=True, slots=True)
class Terms:
    """For how long a session is good: at the most, and without use."""

    lifetime: timedelta = timedelta(hours=12)
    idle: timedelta = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Session:
    """One place where a person is logged in."""

    number: int
    device: str
    opened_at: datetime
    seen_at: datetime


async def begin(
    conn: "Connection", account: str, *, terms: Terms = Terms(), device: str = "", provider: str | None = None,
) -> str:  # fmt: skip
    """A session with a token that nobody had before; returns it, and it is stored nowhere."""
    token = secrets.token_urlsafe(32)
    await conn.execute("DELETE FROM accounts.sessions WHERE expires_at < now()")
    await conn.execute(
        """INSERT INTO accounts.sessions (token_hash, account, csrf, expires_at, idle, device, provider)
           VALUES ($1, $2, $3, now() + $4, $5, $6, $7)""",
        digest(token),
        account,
        secrets.token_urlsafe(24),
        terms.lifetime,
        terms.idle,
        device,
        provider,
    )
    return token


async def end(conn: "Connection", token: str) -> str | None:
    """End the session of this token; returns the provider that opened it, if one did."""
    return await conn.fetchval("DELETE FROM accounts.sessions WHERE token_hash = $1 RETURNING provider", digest(token))


async def end_numbered(conn: "Connection", account: str, number: int) -> bool:
    """End one of the account's own sessions; whether there was such a one."""
    gone = await conn.fetchval(
        "DELETE FROM accounts.sessions WHERE account = $1 AND number = $2 RETURNING true", account, number
    )
    return bool(gone)


async def end_others(conn: "Connection", account: str, *, but: int | None = None) -> int:
    """End all sessions of the account but one; returns how many."""
    rows = await conn.fetch(
        "DELETE FROM accounts.sessions WHERE account = $1 AND number IS DISTINCT FROM $2 RETURNING number", account, but
    )
    return len(rows)


async def list_all(conn: "Connection", account: str) -> list[Session]:
    """Where the account is logged in, the latest use first."""
    rows = await conn.fetch(
        """SELECT number, device, created_at, seen_at FROM accounts.sessions
           WHERE account = $1 AND expires_at > now() AND seen_at + idle > now() ORDER BY seen_at DESC, number DESC""",
        account,
    )
    return [Session(row["number"], row["device"], row["created_at"], row["seen_at"]) for row in rows]


async def freshen(conn: "Connection", token: str) -> str:
    """The person showed again who they are: the session goes on under another token, which is returned."""
    other = secrets.token_urlsafe(32)
    await conn.execute(
        "UPDATE accounts.sessions SET token_hash = $2, fresh_at = now(), seen_at = now() WHERE token_hash = $1",
        digest(token),
        digest(other),
    )
    return other


async def extend(conn: "Connection", number: int) -> int:
    """Count the time without use from now; returns the seconds that the session still is."""
    return await conn.fetchval(
        """UPDATE accounts.sessions SET seen_at = now() WHERE number = $1
           RETURNING ceil(extract(epoch FROM least(expires_at, now() + idle) - now()))::integer""",
        number,
    )
