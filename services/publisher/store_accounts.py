"""How the office reaches each channel: its mode, its settings, and its secret, which is sealed."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

AccountMode = Literal["off", "assisted", "connected"]


@dataclass(frozen=True)
class Account:
    """One channel's. `secret` is sealed; it is of no use after `secret_expires_at`."""

    channel: str
    mode: AccountMode
    settings: dict[str, str]
    secret: bytes | None
    secret_expires_at: datetime | None
    changed_by: str
    changed_at: datetime


async def every(conn: "Connection") -> list[Account]:
    return [_account(row) for row in await conn.fetch("SELECT * FROM channel_accounts ORDER BY channel")]


async def save(conn: "Connection", account: Account) -> None:
    await conn.execute(
        """INSERT INTO channel_accounts (channel, mode, settings, secret, secret_expires_at, changed_by, changed_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT (channel) DO UPDATE SET mode = excluded.mode, settings = excluded.settings,
               secret = excluded.secret, secret_expires_at = excluded.secret_expires_at,
               changed_by = excluded.changed_by, changed_at = excluded.changed_at""",
        account.channel, account.mode, json.dumps(account.settings), account.secret, account.secret_expires_at,
        account.changed_by, account.changed_at,
    )  # fmt: skip


def _account(row: "asyncpg.Record") -> Account:
    return Account(
        row["channel"], row["mode"], json.loads(row["settings"]), row["secret"], row["secret_expires_at"],
        row["changed_by"], row["changed_at"],
    )  # fmt: skip
