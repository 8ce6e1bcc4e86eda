"""Notices, and what of them goes out by which channel: the SQL beside its mapping."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.intake.notices.letters import Line
from services.intake.notices.rules import USUAL, Channel, Colleague, Notice, Purpose
from shared.accounts.people import absences
from shared.accounts.standing_in import lent, mandates

if TYPE_CHECKING:
    from shared.db import Connection

PAGE = 50


_LINE = """n.id, n.stage, n.item, n.about, n.kind, n.title, n.lane, n.practice, n.due_at, n.made_at, n.read_at,
    EXISTS (SELECT 1 FROM waiting w WHERE (w.stage, w.item, w.cycle) = (n.stage, n.item, n.cycle)) AS waits"""


async def colleagues(conn: "Connection", today: date) -> list[Colleague]:
    """All accounts that may be told of something, with what they may do in others' places today."""
    rows = await conn.fetch(
        """SELECT a.account, a.roles, a.unit, s.wants,
                  array(SELECT channel FROM notice_addresses d
                        WHERE d.account = a.account AND d.state = 'confirmed') AS reached_by,
                  EXISTS (SELECT 1 FROM accounts.absences b WHERE b.account = a.account AND b.cancelled_at IS NULL
                          AND $1 BETWEEN b.first AND b.last) AS away,
                  EXISTS (SELECT 1 FROM accounts.duty p WHERE p.account = a.account AND p.cancelled_at IS NULL
                          AND $1 BETWEEN p.first AND p.last) AS on_duty
           FROM accounts.accounts a LEFT JOIN notice_settings s USING (account)
           WHERE NOT a.disabled ORDER BY a.account""",
        today,
    )
    away = await absences(conn)
    return [
        Colleague(
            row["account"], frozenset(row["roles"]) | lent(mandates(away, row["account"], today)), row["unit"],
            USUAL if row["wants"] is None else frozenset(row["wants"]), frozenset(row["reached_by"]), row["away"],
            row["on_duty"],
        )
        for row in rows
    ]  # fmt: skip


async def add(conn: "Connection", notices: Sequence[tuple[UUID, Notice]], *, at: datetime) -> set[UUID]:
    """Write notices that nobody was told before; returns which were."""
    if not notices:
        return set()
    values = [
        (new_id, n.account, c.stage, c.item, c.cycle, n.kind, w.about, w.title, c.lane, w.practice, c.due_at)
        for new_id, n in notices
        for w, c in [(n.waiting, n.waiting.clock)]
    ]
    rows = await conn.fetch(
        """INSERT INTO notices (id, account, stage, item, cycle, kind, about, title, lane, practice, due_at, made_at)
           SELECT x.*, $12 FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[],
               $7::text[], $8::text[], $9::text[], $10::boolean[], $11::timestamptz[]) AS x
           ON CONFLICT DO NOTHING RETURNING id""",
        *map(list, zip(*values, strict=True)),
        at,
    )
    return {row["id"] for row in rows}


async def post(
    conn: "Connection",
    lines: Sequence[tuple[UUID, str, Channel, Purpose]],
    *,
    new_ids: Sequence[UUID],
    at: datetime,
    gather: timedelta,
) -> None:
    """Lay each notice with what gathers for the same person and channel, in order, so that no two wait crosswise.

    What may be told at any hour gathers apart from what waits until the office opens.
    """
    kinds = sorted({line[1:] for line in lines})
    if not kinds:
        return
    rows = await conn.fetch(
        """INSERT INTO dispatches AS d (id, account, channel, purpose, state, made_at, next_at)
           SELECT x.*, 'gathering', $5, $6 FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS x
           ON CONFLICT (account, channel, purpose) WHERE state = 'gathering' AND purpose <> 'code'
           DO UPDATE SET next_at = least(d.next_at, excluded.next_at) RETURNING id, account, channel, purpose""",
        list(new_ids[: len(kinds)]),
        *map(list, zip(*kinds, strict=True)),
        at,
        at + gather,
    )
    into = {(row["account"], row["channel"], row["purpose"]): row["id"] for row in rows}
    await conn.execute(
        "INSERT INTO dispatch_lines (dispatch, notice) SELECT * FROM unnest($1::uuid[], $2::uuid[])",
        [into[account, channel, purpose] for _, account, channel, purpose in lines],
        [line[0] for line in lines],
    )


async def forget(conn: "Connection", account: str, *, at: datetime) -> None:
    """What a person was told ends, sent or not, and all that waits is looked at again: others may concern them now."""
    await conn.execute("DELETE FROM dispatch_lines l USING notices n WHERE n.id = l.notice AND n.account = $1", account)
    await conn.execute("DELETE FROM notices WHERE account = $1", account)
    await conn.execute("UPDATE waiting SET next_at = $1 WHERE next_at IS NULL OR next_at > $1", at)


async def unread(conn: "Connection", account: str) -> int:
    """How many notices of steps that are still to be taken a person has not read."""
    found: int = await conn.fetchval(
        """SELECT count(*) FROM notices n WHERE account = $1 AND read_at IS NULL AND EXISTS
               (SELECT 1 FROM waiting w WHERE (w.stage, w.item, w.cycle) = (n.stage, n.item, n.cycle))""",
        account,
    )
    return found


async def page(conn: "Connection", account: str, *, before: UUID | None, limit: int = PAGE) -> list[Line]:
    """A person's notices, the newest first."""
    rows = await conn.fetch(
        f"""SELECT {_LINE} FROM notices n WHERE account = $1 AND ($2::uuid IS NULL OR id < $2)
            ORDER BY id DESC LIMIT $3""",  # noqa: S608  (our own column names)
        account,
        before,
        limit,
    )
    return [Line(**row) for row in rows]


async def mark_read(conn: "Connection", account: str, notice: UUID | None, *, at: datetime) -> None:
    """One notice of a person, or all of them."""
    await conn.execute(
        "UPDATE notices SET read_at = $3 WHERE account = $1 AND read_at IS NULL AND ($2::uuid IS NULL OR id = $2)",
        account,
        notice,
        at,
    )


async def of_person(conn: "Connection", account: str, notice: UUID) -> Line | None:
    row = await conn.fetchrow(f"SELECT {_LINE} FROM notices n WHERE account = $1 AND id = $2", account, notice)  # noqa: S608
    return None if row is None else Line(**row)


async def sweep(conn: "Connection", *, before: datetime, limit: int) -> int:
    """Remove notices of long ago whose step was taken, with what was sent of them; returns how many."""
    gone = await conn.fetch(
        """SELECT id FROM notices n WHERE made_at < $1 AND NOT EXISTS
               (SELECT 1 FROM waiting w WHERE (w.stage, w.item, w.cycle) = (n.stage, n.item, n.cycle))
           LIMIT $2""",
        before,
        limit,
    )
    ids = [row["id"] for row in gone]
    await conn.execute("DELETE FROM dispatch_lines WHERE notice = ANY($1::uuid[])", ids)
    await conn.execute("DELETE FROM notices WHERE id = ANY($1::uuid[])", ids)
    await conn.execute(
        """DELETE FROM dispatches d WHERE settled_at < $1
               AND NOT EXISTS (SELECT 1 FROM dispatch_lines l WHERE l.dispatch = d.id)""",
        before,
    )
    return len(ids)


async def unsent(conn: "Connection", channels: Collection[str], *, at: datetime) -> dict[str, float]:
    """By channel, for how many seconds the oldest dispatch waits that is due."""
    rows = await conn.fetch(
        """SELECT channel, extract(epoch FROM $1 - min(made_at)) AS age FROM dispatches
           WHERE state IN ('gathering', 'sending') GROUP BY channel""",
        at,
    )
    ages: dict[str, Any] = {row["channel"]: row["age"] for row in rows}
    return {channel: max(0.0, float(ages.get(channel, 0))) for channel in channels}
