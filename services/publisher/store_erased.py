"""Files that were erased for good: an approval and an erasure that cross each other must not miss each other."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from shared.db import Connection

LOCK = 0x68617075  # "hapu(s)": any constant of ours


async def among(conn: "Connection", media: Collection[UUID]) -> frozenset[UUID]:
    """Which of these are erased; until this transaction ends no further erasure begins."""
    await conn.execute("SELECT pg_advisory_xact_lock_shared($1)", LOCK)
    rows = await conn.fetch("SELECT media FROM erased_media WHERE media = ANY($1)", list(media))
    return frozenset(row["media"] for row in rows)


async def remember(conn: "Connection", media: Collection[UUID], *, at: datetime) -> None:
    """Write down erasures, after every approval under way has committed."""
    await conn.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    await conn.execute(
        "INSERT INTO erased_media (media, at) SELECT m, $2 FROM unnest($1::uuid[]) AS u(m) ON CONFLICT DO NOTHING",
        sorted(media),
        at,
    )
