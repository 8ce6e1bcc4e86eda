"""The SQL of what was done about a Decision later. What ends a Version is in services/review/store.py."""

from datetime import datetime
from typing import TYPE_CHECKING

from services.review.domain import Review
from shared.content import Official

if TYPE_CHECKING:
    from shared.db import Connection


async def add_confirmation(
    conn: "Connection", review: Review, *, note: str, by: Official, mandate: str, at: datetime
) -> bool:
    """Record that an emergency approval stands; whether nobody had before."""
    done = await conn.fetchval(
        """INSERT INTO confirmations (story, version, note, by, mandate, at) VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT DO NOTHING RETURNING true""",
        review.story,
        review.version,
        note,
        by.model_dump_json(),
        mandate,
        at,
    )
    return bool(done)


async def add_withdrawal(
    conn: "Connection", review: Review, *, note: str, by: Official, mandate: str, at: datetime
) -> None:
    """Record that words which were offered are no more; a second one breaks the primary key."""
    await conn.execute(
        "INSERT INTO offer_withdrawals (story, version, note, by, mandate, at) VALUES ($1, $2, $3, $4, $5, $6)",
        review.story,
        review.version,
        note,
        by.model_dump_json(),
        mandate,
        at,
    )
