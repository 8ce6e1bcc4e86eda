"""The desk's own copies of pictures, cut; and those that erasure is still to take away."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from pydantic import TypeAdapter

from services.editing.manuscript import CutKey, Cuts
from shared.content import Crop, Rendition

if TYPE_CHECKING:
    from shared.db import Connection

RENDITIONS = TypeAdapter(tuple[Rendition, ...])


class Erasing(NamedTuple):
    """All cuts of an erased file lie below one prefix of one bucket."""

    media: UUID
    bucket: str
    since: datetime


async def find_cuts(conn: "Connection", media: Collection[UUID]) -> Cuts:
    """Every cut of these files."""
    rows = await conn.fetch("SELECT * FROM cuts WHERE media = ANY($1::uuid[])", list(media))
    return {
        (r["media"], r["source"], Crop.model_validate_json(r["crop"])): RENDITIONS.validate_json(r["renditions"])
        for r in rows
    }


async def add_cut(conn: "Connection", key: CutKey, renditions: tuple[Rendition, ...], *, at: datetime) -> None:
    media, source, crop = key
    await conn.execute(
        """INSERT INTO cuts (media, source, crop, renditions, made_at) VALUES ($1, $2, $3::jsonb, $4::jsonb, $5)
           ON CONFLICT DO NOTHING""",
        media,
        source,
        crop.model_dump_json(),
        RENDITIONS.dump_json(renditions).decode(),
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
