"""Files that were erased for good: an approval and an erasure that cross each other must not miss each other."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.publisher.crossings import NOTHING, Erased

if TYPE_CHECKING:
    from shared.db import Connection

LOCK = 0x68617075  # "hapu(s)": any constant of ours


async def among(conn: "Connection", wanted: Erased) -> Erased:
    """Which of these are erased; until this transaction ends no further erasure begins."""
    if wanted == NOTHING:
        return NOTHING
    await conn.execute("SELECT pg_advisory_xact_lock_shared($1)", LOCK)
    media = await conn.fetch("SELECT media FROM erased_media WHERE media = ANY($1)", list(wanted.media))
    captions = await conn.fetch(
        """SELECT DISTINCT r.sha256 FROM erased_media e CROSS JOIN unnest(e.renditions) AS r(sha256)
           WHERE e.renditions && $1 AND r.sha256 = ANY($1)""",
        sorted(wanted.captions),
    )
    return Erased(frozenset(row["media"] for row in media), frozenset(row["sha256"] for row in captions))


async def remember(conn: "Connection", erased: Mapping[UUID, Collection[str]], *, at: datetime) -> None:
    """Write down erasures (files with the hashes of their copies), after every approval under way has committed."""
    await conn.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    await conn.executemany(
        "INSERT INTO erased_media (media, renditions, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        [(media, sorted(erased[media]), at) for media in sorted(erased)],
    )
