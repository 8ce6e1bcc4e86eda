"""Files that were erased for good: neither a Version stored before nor one that comes after keeps what they show."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from services.review.store import Submitted
from shared.content import Content
from shared.content_erasure import emptied

if TYPE_CHECKING:
    from shared.db import Connection

LOCK = 0x68617075  # "hapu(s)": any constant of ours


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
    rows = await conn.fetch(
        "SELECT story, version, content FROM reviews WHERE media && $1 ORDER BY story, version", sorted(erased)
    )
    gone = set(erased)
    await conn.executemany(
        "UPDATE reviews SET content = $3 WHERE story = $1 AND version = $2",
        [(r["story"], r["version"], emptied(_content(r["content"]), gone).model_dump_json()) for r in rows],
    )


def _content(stored: str) -> Content:
    return Content.model_validate_json(stored, extra="ignore")
