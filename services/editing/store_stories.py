"""Stories and their Versions, as they lie in PostgreSQL. A Version is added, and changed by nothing but an erasure."""

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.editing.stories import Answer, Saved, Story
from shared.content import Content, Official

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

PLAIN = tuple(f.name for f in fields(Story) if f.name not in ("reports", "answer"))


async def lock_stories(conn: "Connection", ids: Collection[UUID]) -> dict[UUID, Story]:
    """The given Stories, locked, by id. Their Reports are read after the lock is had, so that none is missed."""
    rows = await conn.fetch("SELECT * FROM stories WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", list(ids))
    return await _with_reports(conn, rows)


async def find_story(conn: "Connection", story: UUID) -> Story | None:
    rows = await conn.fetch("SELECT * FROM stories WHERE id = $1", story)
    return (await _with_reports(conn, rows)).get(story)


async def stories_in(conn: "Connection", query: str, *given: object) -> list[Story]:
    """The Stories of a list, in its order."""
    rows = await conn.fetch(query, *given)
    return list((await _with_reports(conn, rows)).values())


async def save_stories(conn: "Connection", stories: Collection[Story]) -> None:
    if stories:
        await conn.execute(_SAVE, *map(list, zip(*map(_row, stories), strict=True)))


async def add_reports(conn: "Connection", story: Story, reports: Sequence[UUID], *, by: Official, at: datetime) -> None:
    """Note that a Story holds these Reports, in the order in which it names them."""
    await conn.execute(
        """INSERT INTO story_reports (story, report, place, added_at, added_by)
           SELECT $1, r, p, $4, $5 FROM unnest($2::uuid[], $3::int[]) AS x(r, p)""",
        story.id,
        list(reports),
        [story.reports.index(r) for r in reports],
        at,
        by.account,
    )


async def add_version(conn: "Connection", saved: Saved) -> None:
    await conn.execute(
        """INSERT INTO versions (story, version, content, content_sha256, author, author_name, author_capacity, reason,
                                 saved_at, derived)
           VALUES ($1, $2, $3::jsonb, $4, $5, $6, $7, $8, $9, $10)""",
        saved.story,
        saved.version,
        saved.content.model_dump_json(),
        saved.content_sha256,
        saved.author.account,
        saved.author.name,
        saved.author.capacity,
        saved.reason,
        saved.saved_at,
        saved.derived,
    )


async def find_version(conn: "Connection", story: UUID, version: int) -> Saved | None:
    row = await conn.fetchrow("SELECT * FROM versions WHERE story = $1 AND version = $2", story, version)
    if row is None:
        return None
    return Saved(
        story=row["story"],
        version=row["version"],
        content=Content.model_validate_json(row["content"], extra="ignore"),
        content_sha256=row["content_sha256"],
        author=Official(account=row["author"], name=row["author_name"], capacity=row["author_capacity"]),
        reason=row["reason"],
        saved_at=row["saved_at"],
        derived=row["derived"],
    )


async def empty_versions(conn: "Connection", erased: Collection[tuple[UUID, UUID]]) -> None:
    """Empty erased files (each with its Report, which is locked) in every Version; its hash stays."""
    if erased:
        await conn.execute(
            "SELECT erase_files($1, $2)", [media for _, media in erased], sorted({report for report, _ in erased})
        )


async def history(conn: "Connection", story: UUID) -> "list[asyncpg.Record]":
    """All Versions without their content, newest first."""
    return await conn.fetch(
        """SELECT version, content_sha256, author, author_name, reason, saved_at FROM versions
           WHERE story = $1 ORDER BY version DESC""",
        story,
    )


async def authors(conn: "Connection", story: UUID, version: int) -> tuple[str, ...]:
    """Every account that wrote in the line of a Version, in order of their first Version; taking out is not writing."""
    rows = await conn.fetch(
        """SELECT author FROM versions WHERE story = $1 AND version <= $2 AND NOT derived
           GROUP BY author ORDER BY min(version)""",
        story,
        version,
    )
    return tuple(row["author"] for row in rows)


async def _with_reports(conn: "Connection", rows: "Sequence[asyncpg.Record]") -> dict[UUID, Story]:
    stories = {row["id"]: _story(row) for row in rows}
    held = await conn.fetch(
        """SELECT story, array_agg(report ORDER BY place) AS reports FROM story_reports
           WHERE story = ANY($1::uuid[]) GROUP BY story""",
        list(stories),
    )
    for row in held:
        stories[row["story"]] = replace(stories[row["story"]], reports=tuple(row["reports"]))
    return stories


def _story(row: "asyncpg.Record") -> Story:
    answer = Answer.model_validate_json(row["answer"], extra="ignore") if row["answer"] is not None else None
    return Story(**{name: row[name] for name in PLAIN}, reports=(), answer=answer)


def _row(story: Story) -> tuple[object, ...]:
    answer = story.answer.model_dump_json() if story.answer else None
    return (*(getattr(story, name) for name in PLAIN), answer)


_TYPES = {
    "id": "uuid", "practice": "bool", "created_at": "timestamptz", "version": "int", "submitted_version": "int",
    "published_version": "int", "taken_down": "bool", "correction": "bool", "cycle": "int",
}  # fmt: skip
_FIXED = ("id", "practice", "created_by", "created_at")
_SAVE = f"""
    INSERT INTO stories ({", ".join(PLAIN)}, answer)
    SELECT {", ".join(f"c{i}" for i in range(1, len(PLAIN) + 1))}, a::jsonb
    FROM unnest({", ".join(f"${i}::{_TYPES.get(name, 'text')}[]" for i, name in enumerate(PLAIN, 1))},
                ${len(PLAIN) + 1}::text[])
         AS s({", ".join(f"c{i}" for i in range(1, len(PLAIN) + 1))}, a)
    ON CONFLICT (id) DO UPDATE
    SET {", ".join(f"{name} = excluded.{name}" for name in (*PLAIN, "answer") if name not in _FIXED)}"""  # noqa: S608
