"""One-time links by which a person chooses a password: an invitation, or a reset."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from shared.accounts.people import digest
from shared.refusal import Refused

if TYPE_CHECKING:
    from shared.db import Connection

Purpose = Literal["invitation", "reset"]
LIFETIMES: dict[Purpose, timedelta] = {"invitation": timedelta(hours=72), "reset": timedelta(hours=1)}
PATH = "/undangan/"


@dataclass(frozen=True, slots=True)
class Link:
    """A link that is still good, and whose it is."""

    account: str
    name: str
    purpose: Purpose


class LinkOver(Refused):
    def __init__(self) -> None:
        super().__init__(
            "link-over",
            "Tautan ini sudah dipakai, sudah diganti, atau sudah lewat waktunya. Minta tautan baru dari Admin.",
        )


_ALIVE = """SELECT a.account, a.name, l.purpose FROM accounts.links l JOIN accounts.accounts a USING (account)
            WHERE l.token_hash = $1 AND l.expires_at > $2 AND NOT a.disabled"""


async def issue(conn: "Connection", account: str, purpose: Purpose, *, now: datetime) -> str:
    """A link for the account, in place of any older one; returns its token, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    await conn.execute("DELETE FROM accounts.links WHERE account = $1 OR expires_at < $2", account, now)
    await conn.execute(
        "INSERT INTO accounts.links (token_hash, account, purpose, expires_at) VALUES ($1, $2, $3, $4)",
        digest(token),
        account,
        purpose,
        now + LIFETIMES[purpose],
    )
    return token


async def look(conn: "Connection", token: str, *, now: datetime, lock: bool = False) -> Link:
    """Whose link this is; looking does not use it. Raises LinkOver."""
    row = await conn.fetchrow(
        _ALIVE + (" FOR UPDATE OF l" if lock else ""),
        digest(token),
        now,
    )
    if row is None:
        raise LinkOver
    return Link(row["account"], row["name"], row["purpose"])


async def use(conn: "Connection", token: str, *, now: datetime) -> Link:
    """Take a link that is still good, for the first and the last time. Raises LinkOver."""
    found = await look(conn, token, now=now, lock=True)
    await conn.execute("DELETE FROM accounts.links WHERE token_hash = $1", digest(token))
    return found
