"""What is on its way out: taken with a lease, settled once. The SQL beside its mapping."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from services.intake.notices.letters import Line
from services.intake.notices.rules import Channel

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One message to one person; `address` is None where nothing may be sent there any more."""

    id: UUID
    account: str
    channel: Channel
    purpose: str
    made_at: datetime
    attempts: int
    address: str | None
    code: str | None


async def add_code(conn: "Connection", new_id: UUID, account: str, channel: Channel, *, at: datetime) -> None:
    await conn.execute(
        """INSERT INTO dispatches (id, account, channel, purpose, state, made_at, next_at)
           VALUES ($1, $2, $3, 'code', 'gathering', $4, $4)""",
        new_id,
        account,
        channel,
        at,
    )


async def codes_since(conn: "Connection", account: str, since: datetime) -> list[datetime]:
    """When codes were sent to a person, the latest first."""
    rows = await conn.fetch(
        """SELECT made_at FROM dispatches WHERE account = $1 AND purpose = 'code' AND made_at > $2
           ORDER BY made_at DESC""",
        account,
        since,
    )
    return [row["made_at"] for row in rows]


async def take(conn: "Connection", channel: Channel, *, at: datetime, lease: timedelta, limit: int) -> list[Dispatch]:
    """Take what is due, those that another worker holds left out; nobody else takes it while the lease lasts."""
    rows = await conn.fetch(
        """WITH due AS (
               SELECT id FROM dispatches WHERE channel = $1 AND state IN ('gathering', 'sending') AND next_at <= $2
               ORDER BY next_at LIMIT $4 FOR UPDATE SKIP LOCKED)
           UPDATE dispatches d SET state = 'sending', next_at = $2::timestamptz + $3, attempts = attempts + 1
           FROM due WHERE d.id = due.id RETURNING d.id, d.account, d.channel, d.purpose, d.made_at, d.attempts""",
        channel,
        at,
        lease,
        limit,
    )
    first = [row["id"] for row in rows if row["attempts"] == 1 and row["purpose"] != "code"]
    await _drop_what_is_done(conn, first)
    found = await _addresses(conn, channel, {row["account"] for row in rows})
    return [_dispatch(row, *found.get(row["account"], ("", "", None))) for row in rows]


async def _drop_what_is_done(conn: "Connection", dispatches: Collection[UUID]) -> None:
    """Steps that were taken while this gathered; a later attempt says what the first one said."""
    await conn.execute(
        """DELETE FROM dispatch_lines l USING notices n WHERE l.dispatch = ANY($1::uuid[]) AND n.id = l.notice
               AND NOT EXISTS (SELECT 1 FROM waiting w
                               WHERE (w.stage, w.item, w.cycle) = (n.stage, n.item, n.cycle))""",
        list(dispatches),
    )


async def _addresses(
    conn: "Connection", channel: Channel, accounts: Collection[str]
) -> dict[str, tuple[str, str, str | None]]:
    rows = await conn.fetch(
        """SELECT d.account, d.state, d.address, d.code FROM notice_addresses d JOIN accounts.accounts a USING (account)
           WHERE channel = $1 AND account = ANY($2::text[]) AND NOT a.disabled""",
        channel,
        list(accounts),
    )
    return {row["account"]: (row["state"], row["address"], row["code"]) for row in rows}


def _dispatch(row: "asyncpg.Record", state: str, address: str, code: str | None) -> Dispatch:
    right = state == ("pending" if row["purpose"] == "code" else "confirmed")
    return Dispatch(**dict(row), address=address if right else None, code=code if right else None)


async def lines(conn: "Connection", dispatch: UUID) -> list[Line]:
    """What is told, the most urgent first."""
    rows = await conn.fetch(
        """SELECT n.id, n.stage, n.item, n.about, n.kind, n.title, n.lane, n.practice, n.due_at, n.made_at, n.read_at,
                  true AS waits
           FROM dispatch_lines l JOIN notices n ON n.id = l.notice WHERE l.dispatch = $1 ORDER BY n.due_at, n.id""",
        dispatch,
    )
    return [Line(**row) for row in rows]


async def settle(conn: "Connection", dispatch: Dispatch, state: str, problem: str = "", *, at: datetime) -> None:
    await conn.execute(
        "UPDATE dispatches SET state = $2, problem = $3, settled_at = $4 WHERE id = $1",
        dispatch.id,
        state,
        problem,
        at,
    )


async def later(
    conn: "Connection", dispatch: Dispatch, *, at: datetime, problem: str = "", gather: bool = False
) -> None:
    """Try again at that time; `gather` is for one of which nothing was sent yet, so that more may join it."""
    await conn.execute(
        """UPDATE dispatches d SET next_at = $2, problem = $3, attempts = attempts - $4::int,
               state = CASE WHEN $4 = 1 AND NOT EXISTS (
                   SELECT 1 FROM dispatches o WHERE o.state = 'gathering'
                       AND (o.account, o.channel, o.purpose) = (d.account, d.channel, d.purpose))
                   THEN 'gathering' ELSE state END
           WHERE id = $1""",
        dispatch.id,
        at,
        problem,
        int(gather),
    )


async def refuse_address(conn: "Connection", dispatch: Dispatch, problem: str) -> None:
    """Nothing more goes to this address; its owner reads why."""
    await conn.execute(
        """UPDATE notice_addresses SET state = 'refused', problem = $4, code = NULL
           WHERE account = $1 AND channel = $2 AND address = $3""",
        dispatch.account,
        dispatch.channel,
        dispatch.address,
        problem,
    )
