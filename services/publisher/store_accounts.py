"""How the office reaches each channel: its mode, its settings, and its secret, which is sealed."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

EVERY = "SELECT * FROM channel_accounts ORDER BY channel"
EVERY_LOCKED = f"{EVERY} FOR UPDATE"
AccountMode = Literal["off", "assisted", "connected"]


@dataclass(frozen=True)
class Account:
    """One channel's. `secret` is sealed; it is of no use after `secret_expires_at`.

    Of a secret that is renewed `access_ends_at` is until when it gives access, None where nobody has told.
    """

    channel: str
    mode: AccountMode
    settings: dict[str, str]
    secret: bytes | None
    secret_expires_at: datetime | None
    changed_by: str
    changed_at: datetime
    access_ends_at: datetime | None = None


async def every(conn: "Connection", *, lock: bool = False) -> list[Account]:
    """All of them; `lock` where one is written back, so that nothing is renewed meanwhile."""
    return [_account(row) for row in await conn.fetch(EVERY_LOCKED if lock else EVERY)]


async def renew(
    conn: "Connection", was: Account, *, secret: bytes, access_ends_at: datetime, expires_at: datetime | None
) -> bool:
    """Put a renewed secret in the place of the very one that it was made from; whether it is there now."""
    done = await conn.fetchval(
        """UPDATE channel_accounts SET secret = $3, access_ends_at = $4,
               secret_expires_at = coalesce($5, secret_expires_at)
           WHERE channel = $1 AND secret IN ($2, $3) RETURNING true""",
        was.channel, was.secret, secret, access_ends_at, expires_at,
    )  # fmt: skip
    return done is not None


async def save(conn: "Connection", account: Account) -> None:
    await conn.execute(
        """INSERT INTO channel_accounts
               (channel, mode, settings, secret, secret_expires_at, changed_by, changed_at, access_ends_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
           ON CONFLICT (channel) DO UPDATE SET mode = excluded.mode, settings = excluded.settings,
               secret = excluded.secret, secret_expires_at = excluded.secret_expires_at,
               changed_by = excluded.changed_by, changed_at = excluded.changed_at,
               access_ends_at = excluded.access_ends_at""",
        account.channel, account.mode, json.dumps(account.settings), account.secret, account.secret_expires_at,
        account.changed_by, account.changed_at, account.access_ends_at,
    )  # fmt: skip


def _account(row: "asyncpg.Record") -> Account:
    return Account(
        row["channel"], row["mode"], json.loads(row["settings"]), row["secret"], row["secret_expires_at"],
        row["changed_by"], row["changed_at"], row["access_ends_at"],
    )  # fmt: skip
