"""The desk's own copies of pictures, cut or blacked out; and those that erasure is still to take away."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from pydantic import TypeAdapter

from services.editing.manuscript import CutKey, Cuts, Own
from shared.content import Crop, Rendition

if TYPE_CHECKING:
    from shared.db import Connection

RENDITIONS = TypeAdapter(tuple[Rendition, ...])
CROPS = TypeAdapter(tuple[Crop, ...])


class Erasing(NamedTuple):
    """All cuts of an erased file lie below one prefix of one bucket."""

    media: UUID
    bucket: str
    since: datetime


async def find_cuts(conn: "Connection", media: Collection[UUID]) -> Cuts:
    """Every cut of these files."""
    rows = await conn.fetch("SELECT * FROM cuts WHERE media = ANY($1::uuid[])", list(media))
    return {
        CutKey(
            r["media"],
            r["source"],
            Crop.model_validate_json(r["crop"]) if r["crop"] else None,
            CROPS.validate_json(r["redacted"]),
        ): Own(RENDITIONS.validate_json(r["renditions"]), r["placeholder"])
        for r in rows
    }


async def add_cut(conn: "Connection", key: CutKey, made: Own, *, at: datetime) -> None:
    await conn.execute(
        """INSERT INTO cuts (media, source, crop, redacted, renditions, placeholder, made_at)
           VALUES ($1, $2, $3::jsonb, $4::jsonb, $5::jsonb, $6, $7) ON CONFLICT DO NOTHING""",
        key.media,
        key.source,
        key.crop.model_dump_json() if key.crop else None,
        CROPS.dump_json(key.redacted).decode(),
        RENDITIONS.dump_json(made.renditions).decode(),
        made.placeholder,
        at,
    )


async def forget_cuts(conn: "Connection", erased: Collection[tuple[UUID, str]], *, at: datetime) -> None:
    """Note that the cuts of these files (each with the bucket of its copies) are to be taken away."""
    media, buckets = [m for m, _ in erased], [b for _, b in erased]
    await conn.execute("DELETE FROM cuts WHERE media = ANY($1::uuid[])", media)
    await conn.execute(
        """INSERT INTO cuts_erasing (media, bucket, since)
           SELECT m, b, $3 FROM unnest($1::uuid[], $2::text[]) AS x(m, b)
           ON CONFLICT DO NOTHING""",
        media,
        buckets,
        at,
    )


async def to_erase(conn: "Connection") -> list[Erasing]:
    rows = await conn.fetch("SELECT media, bucket, since FROM cuts_erasing ORDER BY since LIMIT 100")
    return [Erasing(r["media"], r["bucket"], r["since"]) for r in rows]


async def erased(conn: "Connection", media: UUID) -> None:
    await conn.execute("DELETE FROM cuts_erasing WHERE media = $1", media)
