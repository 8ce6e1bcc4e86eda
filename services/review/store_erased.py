"""Files that were erased for good: neither a Version stored before nor one that comes after keeps what they show."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from services.review.store import Submitted
from shared.content_erasure import emptied

if TYPE_CHECKING:
    from shared.db import Connection

LOCK = 0x72687075  # any constant that is no other service's: they share one database


async def without_erased(conn: "Connection", submitted: Sequence[Submitted]) -> list[Submitted]:
    """New Versions as they may be stored; until this transaction ends no further erasure begins."""
    media = {m.id for s in submitted for m in s.content.media}
    if not media:
        return list(submitted)
    await conn.execute("SELECT pg_advisory_xact_lock_shared($1)", LOCK)
    rows = await conn.fetch(
        "SELECT subject FROM notices WHERE kind = 'media-erased' AND subject = ANY($1)", sorted(media)
    )
    erased = {row["subject"] for row in rows}
    return [replace(s, content=emptied(s.content, erased)) for s in submitted]


async def empty(conn: "Connection", erased: Collection[UUID]) -> None:
    """Empty these files in all stored Versions, after every submission under way has committed."""
    if not erased:
        return
    await conn.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    await conn.execute("SELECT erase_files($1)", sorted(erased))
