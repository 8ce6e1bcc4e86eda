"""Leaders' words for returned Versions, as they lie in PostgreSQL."""

from collections.abc import Collection
from typing import TYPE_CHECKING
from uuid import UUID

from services.editing.offers import Offer
from shared.content import Official, Words

if TYPE_CHECKING:
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


async def find_offer(conn: "Connection", story: UUID, version: int) -> Offer | None:
    row = await conn.fetchrow("SELECT * FROM offers WHERE story = $1 AND version = $2", story, version)
    if row is None:
        return None
    return Offer(
        row["story"],
        row["version"],
        Words.model_validate_json(row["words"], extra="ignore"),
        row["content_sha256"],
        Official.model_validate_json(row["by"], extra="ignore"),
        row["at"],
    )
