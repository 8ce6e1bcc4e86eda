"""Log-ins between their password and their second factor: a row of minutes at the server, and no session."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.accounts.people import digest
from shared.refusal import Refused

if TYPE_CHECKING:
    from shared.db import Connection

LIFETIME = timedelta(minutes=10)
TRIES = 10


@dataclass(frozen=True, slots=True)
class LogIn:
    """A log-in that waits for its second factor."""

    account: str
    target: str
    provider: str | None = None


class LogInOver(Refused):
    def __init__(self) -> None:
        super().__init__("log-in-over", "Waktu untuk masuk sudah habis. Masuk lagi dari awal.")


async def begin(conn: "Connection", log_in: LogIn, *, now: datetime) -> str:
    """Keep it for ten minutes; returns the token by which its browser is known."""
    token = secrets.token_urlsafe(32)
    await conn.execute("DELETE FROM accounts.log_ins WHERE expires_at < $1", now)
    await conn.execute(
        "INSERT INTO accounts.log_ins (token_hash, account, target, provider, expires_at) VALUES ($1, $2, $3, $4, $5)",
        digest(token),
        log_in.account,
        log_in.target,
        log_in.provider,
        now + LIFETIME,
    )
    return token


async def find(conn: "Connection", token: str, *, now: datetime) -> LogIn:
    """Raises LogInOver."""
    row = await conn.fetchrow(
        f"SELECT l.account, l.target, l.provider {_ALIVE}",
        digest(token),
        now,
        TRIES,
    )
    if row is None:
        raise LogInOver
    return LogIn(row["account"], row["target"], row["provider"])


async def attempt(conn: "Connection", token: str, *, now: datetime) -> LogIn:
    """Count a code typed for it; after ten it is over. Raises LogInOver."""
    found = await find(conn, token, now=now)
    await conn.execute("UPDATE accounts.log_ins SET tries = tries + 1 WHERE token_hash = $1", digest(token))
    return found


async def end(conn: "Connection", token: str) -> None:
    """It became a session. Raises LogInOver where another request was quicker."""
    gone = await conn.fetchval("DELETE FROM accounts.log_ins WHERE token_hash = $1 RETURNING true", digest(token))
    if gone is None:
        raise LogInOver


def holder(token: str) -> str:
    """By what a secret that waits is known to be this log-in's."""
    return f"log-in:{digest(token).hex()}"


_ALIVE = """FROM accounts.log_ins l JOIN accounts.accounts a USING (account)
            WHERE l.token_hash = $1 AND l.expires_at > $2 AND l.tries < $3 AND NOT a.disabled"""
