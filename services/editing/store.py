"""Reports and the Stories that hold them, as they lie in PostgreSQL.

Order of locks everywhere: Stories before Reports, each in order of id.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import TypeAdapter

from services.editing.domain import OPEN
from services.editing.reports import Claim, Facts, Report
from shared.content import Media

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

MEDIA = TypeAdapter(tuple[Media, ...])


async def lock_reports(conn: "Connection", ids: Collection[UUID]) -> dict[UUID, Report]:
    """The given Reports, locked, by id; one that is not there is left out."""
    rows = await conn.fetch("SELECT * FROM reports WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", list(ids))
    return {row["id"]: report_of(row) for row in rows}


async def find_reports(conn: "Connection", ids: Sequence[UUID]) -> list[Report]:
    """The given Reports as they are, in the order asked for."""
    rows = await conn.fetch("SELECT * FROM reports WHERE id = ANY($1::uuid[])", list(ids))
    found = {row["id"]: report_of(row) for row in rows}
    return [found[i] for i in ids if i in found]


async def save_reports(conn: "Connection", reports: Collection[Report]) -> None:
    if not reports:
        return
    await conn.execute(_SAVE_REPORTS, *map(list, zip(*map(_row, reports), strict=True)))


async def in_living_story(conn: "Connection", report: UUID) -> bool:
    """Whether some Story at work, or public, holds this Report."""
    found: bool = await conn.fetchval(
        """SELECT EXISTS (SELECT FROM story_reports sr JOIN stories s ON s.id = sr.story
                          WHERE sr.report = $1 AND s.state = ANY($2::text[]))""",
        report,
        list(OPEN),
    )
    return found


async def stories_of(conn: "Connection", report: UUID) -> "list[asyncpg.Record]":
    """The Stories that hold a Report, the one that took it last at the end: id, title, state."""
    return await conn.fetch(
        """SELECT s.id, s.title, s.state FROM story_reports sr JOIN stories s ON s.id = sr.story
           WHERE sr.report = $1 ORDER BY sr.added_at, s.created_at, s.id""",
        report,
    )


def report_of(row: "asyncpg.Record") -> Report:
    claim = None
    if row["claimed_by"] is not None:
        claim = Claim(row["claimed_by"], row["claimed_name"], row["claimed_at"], row["claim_expires_at"])
    return Report(
        id=row["id"],
        unit=row["unit"],
        state=row["state"],
        facts=Facts.model_validate_json(row["facts"], extra="ignore"),
        media=MEDIA.validate_json(row["media"], extra="ignore"),
        cycle=row["cycle"],
        opened_at=row["opened_at"],
        claim=claim,
    )


def _row(r: Report) -> tuple[object, ...]:
    claim = (r.claim.account, r.claim.name, r.claim.at, r.claim.until) if r.claim else (None, None, None, None)
    facts, media = r.facts.model_dump_json(), MEDIA.dump_json(r.media).decode()
    return r.id, r.unit, r.state, r.facts.urgency, facts, media, r.cycle, r.opened_at, *claim


_SAVE_REPORTS = """
    INSERT INTO reports (id, unit, state, urgency, facts, media, cycle, opened_at, claimed_by, claimed_name, claimed_at,
                         claim_expires_at)
    SELECT i, u, s, ur, f::jsonb, m::jsonb, c, o, cb, cn, ca, ce
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[], $8::timestamptz[],
                $9::text[], $10::text[], $11::timestamptz[], $12::timestamptz[])
         AS r(i, u, s, ur, f, m, c, o, cb, cn, ca, ce)
    ON CONFLICT (id) DO UPDATE
    SET state = excluded.state, facts = excluded.facts, media = excluded.media, cycle = excluded.cycle,
        opened_at = excluded.opened_at, claimed_by = excluded.claimed_by, claimed_name = excluded.claimed_name,
        claimed_at = excluded.claimed_at, claim_expires_at = excluded.claim_expires_at"""
