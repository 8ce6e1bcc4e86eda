"""Leaders' words for returned Versions, as they lie in PostgreSQL."""

from collections.abc import Collection
from typing import TYPE_CHECKING
from uuid import UUID

from services.editing.offers import Offer, Withdrawal
from shared.content import Official, Words
from shared.events import OfferWithdrawn

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection


async def add_offers(conn: "Connection", offers: Collection[Offer]) -> None:
    await conn.executemany(
        """INSERT INTO offers (story, version, words, content_sha256, by, at) VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT DO NOTHING""",
        [
            (o.story, o.version, o.words.model_dump_json(), o.content_sha256, o.by.model_dump_json(), o.at)
            for o in offers
        ],
    )


async def add_withdrawals(conn: "Connection", withdrawn: Collection[OfferWithdrawn]) -> None:
    await conn.executemany(
        """INSERT INTO offer_withdrawals (story, version, by, note, at) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT DO NOTHING""",
        [(w.story, w.version, w.by.model_dump_json(), w.note, w.at) for w in withdrawn],
    )


async def find_offer(conn: "Connection", story: UUID, version: int) -> Offer | None:
    row = await conn.fetchrow(
        """SELECT o.*, w.by AS withdrawn_by, w.note, w.at AS withdrawn_at
           FROM offers o LEFT JOIN offer_withdrawals w USING (story, version) WHERE story = $1 AND version = $2""",
        story,
        version,
    )
    if row is None:
        return None
    return Offer(
        row["story"],
        row["version"],
        Words.model_validate_json(row["words"], extra="ignore"),
        row["content_sha256"],
        Official.model_validate_json(row["by"], extra="ignore"),
        row["at"],
        _withdrawal(row),
    )


def _withdrawal(row: "asyncpg.Record") -> Withdrawal | None:
    if row["withdrawn_at"] is None:
        return None
    by = Official.model_validate_json(row["withdrawn_by"], extra="ignore")
    return Withdrawal(by, row["note"], row["withdrawn_at"])
