"""What is read of the board: one item's whole way, and all clocks that run."""

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from services.review.board.facts import FACTS, ItemKind, ReportFacts
from services.review.board.fold import Key, Row
from services.review.board.heading import Return, Total
from services.review.board.store import COLUMNS, row_of
from services.review.board.timeline import Linked, Note

if TYPE_CHECKING:
    from datetime import datetime

    import asyncpg

    from shared.db import Connection

Of = dict[Key, list[Note]]


class Known(NamedTuple):
    """One row of board_items; `units` are all that have a part in it."""

    item: UUID
    kind: ItemKind
    title: str
    unit: str | None
    practice: bool
    state: str
    happened_at: "datetime | None"
    ended_at: "datetime | None"
    units: frozenset[str]


class Running(NamedTuple):
    """One running clock in the list of all, with the title of what it is about."""

    row: Row
    item: UUID
    title: str


async def known(conn: "Connection", item: UUID) -> Known | None:
    """One item, or None where no event told of it."""
    row = await conn.fetchrow(
        """SELECT item, kind, title, unit, practice, state, happened_at, ended_at, facts FROM board_items
           WHERE item = $1 AND facts <> '{}'""",
        item,
    )
    if row is None:
        return None
    values = dict(row)
    facts = FACTS[row["kind"]].model_validate_json(values.pop("facts"), extra="ignore")
    own = frozenset({row["unit"]} - {None}) if isinstance(facts, ReportFacts) else facts.units
    return Known(**values, units=own)


async def linked(conn: "Connection", item: Known) -> list[Linked]:
    """A Story's Reports, or a Report's Stories."""
    mine, other = ("story", "report") if item.kind == "story" else ("report", "story")
    rows = await conn.fetch(
        f"""SELECT i.item, i.kind, i.title, i.unit, i.state FROM board_links l JOIN board_items i ON i.item = l.{other}
            WHERE l.{mine} = $1 ORDER BY i.item""",  # noqa: S608  (our own column names)
        item.item,
    )
    return [Linked(**dict(row)) for row in rows]


async def clocks_of_story(conn: "Connection", story: UUID, reports: list[UUID]) -> list[Row]:
    """A Story's own clocks, and those of its Reports before they became part of it."""
    return await _clocks(
        conn,
        """story = $1
           UNION ALL {select} report = ANY($2::uuid[]) AND story IS NULL
                              AND (closed_at IS NOT NULL OR stage = 'intake')""",
        story,
        reports,
    )


async def clocks_of_report(conn: "Connection", report: UUID, stories: list[UUID]) -> list[Row]:
    """A Report's own clocks, and those of its Stories but for what other Reports in them took."""
    return await _clocks(
        conn, "report = $1 UNION ALL {select} story = ANY($2::uuid[]) AND report IS NULL", report, stories
    )


async def returns(conn: "Connection", items: list[UUID]) -> dict[Key, list[Return]]:
    """Why these items came back, by the clock that this ended."""
    rows = await conn.fetch(
        """SELECT stage, item, cycle, n, outcome, code, note, unit, at FROM board_returns
           WHERE stage IN ('editing', 'review') AND item = ANY($1::uuid[]) ORDER BY n""",
        items,
    )
    found: dict[Key, list[Return]] = defaultdict(list)
    for row in rows:
        found[row["stage"], str(row["item"]), row["cycle"]].append(Return(**dict(row)))
    return found


async def totals(conn: "Connection", stories: list[UUID]) -> list[Total]:
    """The whole ways of Stories that the public can read."""
    rows = await conn.fetch(
        """SELECT story, unit, opened_at, closed_at, working_seconds, elapsed_seconds, calendar_version
           FROM board_totals WHERE story = ANY($1::uuid[]) ORDER BY closed_at""",
        stories,
    )
    return [Total(**dict(row)) for row in rows]


async def notes(conn: "Connection", items: list[str]) -> Of:
    """Keterangan on late clocks of these items, oldest first."""
    rows = await conn.fetch(
        "SELECT stage, item, cycle, note, name, capacity, at FROM keterangan WHERE item = ANY($1::text[]) ORDER BY id",
        items,
    )
    found: Of = defaultdict(list)
    for row in rows:
        found[row["stage"], row["item"], row["cycle"]].append(
            Note(row["note"], row["name"], row["capacity"], row["at"])
        )
    return found


async def running(conn: "Connection", *, stage: str, unit: str | None, limit: int) -> list[Running]:
    """The clocks that run at a stage, the one due first at the top."""
    rows = await conn.fetch(RUNNING, stage, unit, limit)
    return [Running(row_of(row), row["owner"], row["title"]) for row in rows]


async def _clocks(conn: "Connection", where: str, *arguments: object) -> list[Row]:
    condition = where.format(select=f"{_SELECT} WHERE")
    rows: list[asyncpg.Record] = await conn.fetch(f"{_SELECT} WHERE {condition}", *arguments)
    return [row_of(row) for row in rows]


_SELECT = f"SELECT {', '.join(COLUMNS)} FROM board_clocks"  # noqa: S608  (our own column names)
RUNNING = f"""
    SELECT {", ".join(f"c.{name}" for name in COLUMNS)}, coalesce(c.report, c.story) AS owner,
           coalesce(i.title, '') AS title
    FROM board_clocks c LEFT JOIN board_items i ON i.item = coalesce(c.report, c.story)
    WHERE c.closed_at IS NULL AND c.stage = $1 AND ($2::text IS NULL OR c.unit = $2)
    ORDER BY c.due_at LIMIT $3"""  # noqa: S608  (our own column names)
