"""What leaders want taken out, as it lies in PostgreSQL; and what was blacked out in the line of a Story."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.editing.manuscript import Regions
from services.editing.redactions import Ending, Order
from services.editing.store_cuts import CROPS
from shared.content import Official, Redaction
from shared.envelope import Envelope, event_source
from shared.events import StoryReturned, type_name

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection


async def add_orders(conn: "Connection", orders: Collection[Order]) -> None:
    await conn.executemany(
        """INSERT INTO redactions (story, version, redaction, by, at, due_at, caused_by, traceparent)
           VALUES ($1, $2, $3, $4, $5, $5, $6, $7) ON CONFLICT DO NOTHING""",
        [
            (
                o.story, o.version, o.redaction.model_dump_json(), o.by.model_dump_json(), o.at, o.because.id,
                o.because.traceparent,
            )
            for o in orders
        ],
    )  # fmt: skip


async def due_orders(conn: "Connection", *, at: datetime, limit: int) -> list[Order]:
    rows = await conn.fetch(
        "SELECT * FROM redactions WHERE outcome IS NULL AND due_at <= $1 ORDER BY due_at LIMIT $2", at, limit
    )
    return [_order(row) for row in rows]


async def newest_order(conn: "Connection", story: UUID) -> Order | None:
    row = await conn.fetchrow("SELECT * FROM redactions WHERE story = $1 ORDER BY version DESC LIMIT 1", story)
    return _order(row) if row else None


async def waits(conn: "Connection", order: Order) -> bool:
    """Whether nothing came of it yet; its Story is locked."""
    waiting: bool | None = await conn.fetchval(
        "SELECT outcome IS NULL FROM redactions WHERE story = $1 AND version = $2", order.story, order.version
    )
    return bool(waiting)


async def finish(conn: "Connection", order: Order, outcome: Ending, note: str = "", *, at: datetime) -> None:
    await conn.execute(
        """UPDATE redactions SET outcome = $3, note = $4, ended_at = $5
           WHERE story = $1 AND version = $2 AND outcome IS NULL""",
        order.story,
        order.version,
        outcome,
        note,
        at,
    )


async def put_off(conn: "Connection", order: Order, *, until: datetime) -> None:
    await conn.execute(
        "UPDATE redactions SET due_at = $3 WHERE story = $1 AND version = $2", order.story, order.version, until
    )


async def regions_of(conn: "Connection", story: UUID) -> Regions:
    """What was blacked out of each picture in the Story's line, also of one that the newest Version does not show."""
    rows = await conn.fetch(
        """SELECT DISTINCT ON (m ->> 'id') (m ->> 'id')::uuid AS media, m -> 'redacted' AS redacted
           FROM versions v CROSS JOIN LATERAL jsonb_array_elements(v.content -> 'media') AS m
           WHERE v.story = $1 AND m ? 'redacted' ORDER BY m ->> 'id', v.version DESC""",
        story,
    )
    return {row["media"]: CROPS.validate_json(row["redacted"]) for row in rows}


def _order(row: "asyncpg.Record") -> Order:
    because = Envelope(
        id=row["caused_by"],
        source=event_source("review"),
        type=type_name(StoryReturned),
        subject=str(row["story"]),
        time=None,
        sequence=None,
        traceparent=row["traceparent"],
    )
    return Order(
        story=row["story"],
        version=row["version"],
        redaction=Redaction.model_validate_json(row["redaction"], extra="ignore"),
        by=Official.model_validate_json(row["by"], extra="ignore"),
        at=row["at"],
        because=because,
        outcome=row["outcome"],
        note=row["note"],
    )
