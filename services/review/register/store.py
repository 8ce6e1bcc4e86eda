"""The SQL of the register: never the public's tables."""

import json
from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.review.register.rules import Exempt, PpidDecision, Proposal
from shared.content import Content, Official, Redaction

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection


async def waiting(conn: "Connection", *, limit: int) -> list[Proposal]:
    """Proposals without PPID's answer, the oldest first."""
    rows = await conn.fetch(
        "SELECT * FROM withheld_register WHERE outcome IS NULL ORDER BY decided_at, story LIMIT $1", limit
    )
    return [_proposal(row) for row in rows]


async def answered(conn: "Connection", *, limit: int | None = None) -> list[Proposal]:
    """What PPID answered, the newest decision first."""
    rows = await conn.fetch(
        """SELECT * FROM withheld_register WHERE outcome IS NOT NULL
           ORDER BY decided_on DESC, story, version LIMIT $1""",
        limit,
    )
    return [_proposal(row) for row in rows]


async def one(conn: "Connection", story: UUID, version: int) -> Proposal | None:
    row = await conn.fetchrow("SELECT * FROM withheld_register WHERE story = $1 AND version = $2", story, version)
    return None if row is None else _proposal(row)


async def of_story(conn: "Connection", story: UUID) -> list[Proposal]:
    """All proposals of one Story, the newest first."""
    rows = await conn.fetch("SELECT * FROM withheld_register WHERE story = $1 ORDER BY version DESC", story)
    return [_proposal(row) for row in rows]


async def exempt(conn: "Connection", stories: Collection[UUID], *, today: date) -> list[Exempt]:
    """What of these Stories PPID declared exempt and whose term is not over."""
    rows = await conn.fetch(
        """SELECT w.story, w.version, w.number, r.content, d.redaction
           FROM withheld_register w JOIN reviews r USING (story, version) JOIN decisions d USING (story, version)
           WHERE w.story = ANY($1::uuid[]) AND w.outcome = 'exempt' AND (w.until IS NULL OR w.until >= $2)""",
        list(stories),
        today,
    )
    return [
        Exempt(
            row["story"],
            row["version"],
            row["number"],
            Content.model_validate_json(row["content"], extra="ignore"),
            Redaction.model_validate_json(row["redaction"], extra="ignore") if row["redaction"] else None,
        )
        for row in rows
    ]


async def approved(conn: "Connection", stories: Collection[UUID]) -> list[tuple[UUID, int, Content]]:
    """The Versions of these Stories whose approval was not taken back, each with its content."""
    rows = await conn.fetch(
        """SELECT r.story, r.version, r.content FROM reviews r JOIN decisions d USING (story, version)
           WHERE r.story = ANY($1::uuid[]) AND d.decision = 'approved' AND r.state IN ('approved', 'superseded')
           ORDER BY r.version""",
        list(stories),
    )
    return [(r["story"], r["version"], Content.model_validate_json(r["content"], extra="ignore")) for r in rows]


async def add(conn: "Connection", story: UUID, version: int, new: PpidDecision, *, by: Official, at: datetime) -> None:
    """Record PPID's answer; a second one breaks the primary key."""
    await conn.execute(
        """INSERT INTO ppid_decisions (story, version, outcome, number, decided_on, consequence_test, until, duration,
               recorded_by, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
        story,
        version,
        new.outcome,
        new.number.strip(),
        new.decided_on,
        new.consequence_test.strip(),
        new.until,
        new.duration.strip(),
        by.model_dump_json(),
        at,
    )


def _proposal(row: "asyncpg.Record") -> Proposal:
    origins = json.loads(row["origins"])
    return Proposal(
        story=row["story"],
        version=row["version"],
        title=row["title"],
        units=tuple(sorted({o["unit"] for o in origins})),
        clause=row["clause"],
        legal_basis=row["legal_basis"],
        until=row["until"],
        duration=row["duration"],
        proposed_by=Official.model_validate_json(row["decided_by"], extra="ignore"),
        proposed_at=row["decided_at"],
        answer=_answer(row),
        recorded_by=Official.model_validate_json(row["recorded_by"], extra="ignore") if row["recorded_by"] else None,
        recorded_at=row["recorded_at"],
        part=row["part"],
        approved_since=row["approved_since"],
    )


def _answer(row: "asyncpg.Record") -> PpidDecision | None:
    if row["outcome"] is None:
        return None
    return PpidDecision(
        row["outcome"], row["number"], row["decided_on"], row["consequence_test"], row["until"], row["duration"]
    )
