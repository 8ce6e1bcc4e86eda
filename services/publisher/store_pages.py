"""What is read for the public's pages."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.publisher.store import content_of
from shared.content import Content

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection


@dataclass(frozen=True, slots=True)
class Page:
    """One Story as the public reads it."""

    slug: str
    story: UUID
    version: int
    content: Content
    units: tuple[str, ...]
    first_shown_at: datetime
    shown_at: datetime

    @property
    def changed(self) -> bool:
        return self.shown_at > self.first_shown_at


@dataclass(frozen=True, slots=True)
class GonePage:
    at: datetime
    reason: str


# Every line that the public reads comes through here: a visible Publication whose approval stands.
_PAGE = """
    SELECT s.slug, s.story, p.version, p.shown_at, a.content, a.origins,
           (SELECT min(e.shown_at) FROM publications e WHERE e.story = s.story) AS first_shown_at
    FROM stories s
    JOIN publications p ON p.story = s.story AND p.visible AND p.state IN ('publishing', 'published')
    JOIN approvals a ON a.story = p.story AND a.version = p.version
         AND a.state IN ('valid', 'superseded') AND NOT a.practice"""


async def page(conn: "Connection", slug: str) -> Page | GonePage | None:
    """The page at this address, or why it is gone, or None."""
    row = await conn.fetchrow(f"{_PAGE} WHERE s.slug = $1", slug)
    if row is not None:
        return _page(row)
    gone = await conn.fetchrow(
        "SELECT taken_down_at, taken_down_reason FROM stories WHERE slug = $1 AND taken_down_at IS NOT NULL", slug
    )
    return GonePage(gone["taken_down_at"], gone["taken_down_reason"] or "") if gone else None


async def newest(conn: "Connection", *, limit: int, offset: int = 0) -> list[Page]:
    """Visible pages, the last shown first."""
    rows = await conn.fetch(f"{_PAGE} ORDER BY p.shown_at DESC, p.story LIMIT $1 OFFSET $2", limit, offset)
    return [_page(row) for row in rows]


def _page(row: "asyncpg.Record") -> Page:
    units = dict.fromkeys(origin["unit"] for origin in json.loads(row["origins"]))
    return Page(
        row["slug"], row["story"], row["version"], content_of(row["content"]), tuple(units), row["first_shown_at"],
        row["shown_at"],
    )  # fmt: skip
