"""Which Reports and Stories an operator means, and all that belongs to them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from shared.refusal import NotFound

if TYPE_CHECKING:
    from shared.db import Connection


class NoSuchItem(NotFound):
    def __init__(self) -> None:
        super().__init__("Bahan atau berita dengan nomor atau alamat itu")


@dataclass(frozen=True, slots=True)
class Scope:
    """What the evidence is of: Stories with all their Reports, or Reports of which no Story was made."""

    asked: str
    stories: tuple[UUID, ...]
    reports: tuple[UUID, ...]


async def scope_of(conn: "Connection", asked: str) -> Scope:
    """Find an item by its id, by another system's number of its request, or by its public address."""
    text = asked.strip().rstrip("/")
    stories, reports = await _by_id(conn, text)
    if not stories and not reports:
        stories, reports = await _by_slug(conn, text.rpartition("/")[2]), await _by_request(conn, text)
    if not stories and not reports:
        raise NoSuchItem
    return await _whole(conn, asked, stories, reports)


async def _by_id(conn: "Connection", text: str) -> tuple[set[UUID], set[UUID]]:
    try:
        item = UUID(text)
    except ValueError:
        return set(), set()
    rows = await conn.fetch(
        """SELECT 'story' AS kind FROM editing.stories WHERE id = $1
           UNION ALL SELECT 'report' FROM intake.reports WHERE id = $1""",
        item,
    )
    kinds = {row["kind"] for row in rows}
    return ({item} if "story" in kinds else set()), ({item} if "report" in kinds else set())


async def _by_slug(conn: "Connection", slug: str) -> set[UUID]:
    return {row["story"] for row in await conn.fetch("SELECT story FROM publisher.stories WHERE slug = $1", slug)}


async def _by_request(conn: "Connection", number: str) -> set[UUID]:
    rows = await conn.fetch("SELECT id FROM intake.reports WHERE request_id = $1 ORDER BY id LIMIT 50", number)
    return {row["id"] for row in rows}


async def _whole(conn: "Connection", asked: str, stories: set[UUID], reports: set[UUID]) -> Scope:
    made = "SELECT story FROM editing.story_reports WHERE report = ANY($1::uuid[])"
    stories = stories | {row["story"] for row in await conn.fetch(made, list(reports))}
    used = "SELECT report FROM editing.story_reports WHERE story = ANY($1::uuid[])"
    reports = reports | {row["report"] for row in await conn.fetch(used, list(stories))}
    return Scope(asked, tuple(sorted(stories)), tuple(sorted(reports)))
