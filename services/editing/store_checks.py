"""What the checks are told, as it lies in PostgreSQL: readings of texts, looks at links, what was submitted lately."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from services.editing.checks.facts import Look, Reading, Twin
from services.editing.checks.twins import ALIKE, FEWEST, LATELY, Likeness

if TYPE_CHECKING:
    from shared.db import Connection

LOOKED_FOR = timedelta(days=1)  # how long the word of a site is taken
MOST_TWINS = 3


async def find_readings(conn: "Connection", media: Collection[UUID]) -> dict[str, Reading]:
    """By the SHA-256 of the text that was read."""
    rows = await conn.fetch("SELECT sha256, reading FROM readings WHERE media = ANY($1::uuid[])", list(media))
    return {r["sha256"]: Reading.model_validate_json(r["reading"], extra="ignore") for r in rows}


async def add_reading(conn: "Connection", media: UUID, sha256: str, reading: Reading, *, at: datetime) -> None:
    await conn.execute(
        """INSERT INTO readings (media, sha256, reading, read_at) VALUES ($1, $2, $3::jsonb, $4)
           ON CONFLICT DO NOTHING""",
        media,
        sha256,
        reading.model_dump_json(),
        at,
    )


async def forget_readings(conn: "Connection", media: Collection[UUID]) -> None:
    await conn.execute("DELETE FROM readings WHERE media = ANY($1::uuid[])", list(media))


async def find_looks(conn: "Connection", addresses: Collection[str]) -> dict[str, Look]:
    rows = await conn.fetch(
        """SELECT address, trouble, status, looked_at FROM links
           WHERE address = ANY($1::text[]) AND looked_at IS NOT NULL""",
        list(addresses),
    )
    return {r["address"]: Look(r["trouble"], r["status"], r["looked_at"]) for r in rows}


async def ask_links(conn: "Connection", addresses: Sequence[str], *, at: datetime, again: bool = False) -> None:
    """Have links looked up: those that were not yet, or not lately; with `again` all of them."""
    await conn.execute(
        """INSERT INTO links (address, asked_at, due_at) SELECT a, $2, $2 FROM unnest($1::text[]) AS x(a) ORDER BY a
           ON CONFLICT (address) DO UPDATE
           SET asked_at = excluded.asked_at,
               due_at = CASE WHEN $3 OR links.looked_at < $4 THEN least(links.due_at, excluded.due_at)
                             ELSE links.due_at END""",
        list(addresses),
        at,
        again,
        at - LOOKED_FOR,
    )


async def due_links(conn: "Connection", *, at: datetime, limit: int) -> list[str]:
    rows = await conn.fetch("SELECT address FROM links WHERE due_at <= $1 ORDER BY due_at LIMIT $2", at, limit)
    return [r["address"] for r in rows]


async def save_looks(conn: "Connection", looks: Mapping[str, Look], *, again: Mapping[str, datetime]) -> None:
    """Keep what came of it; `again` says of some when they are due once more."""
    # In the order in which a saving takes them, so that neither waits for the other.
    await conn.execute("SELECT FROM links WHERE address = ANY($1::text[]) ORDER BY address FOR UPDATE", list(looks))
    await conn.execute(
        """UPDATE links l SET trouble = x.trouble, status = x.status, looked_at = x.at, due_at = x.due
           FROM unnest($1::text[], $2::text[], $3::int[], $4::timestamptz[], $5::timestamptz[])
                AS x(address, trouble, status, at, due)
           WHERE l.address = x.address""",
        list(looks),
        [look.trouble for look in looks.values()],
        [look.status for look in looks.values()],
        [look.at for look in looks.values()],
        [again.get(address) for address in looks],
    )


async def forget_links(conn: "Connection", *, asked_before: datetime) -> None:
    await conn.execute("DELETE FROM links WHERE asked_at < $1", asked_before)


async def note_submission(conn: "Connection", story: UUID, like: Likeness, *, at: datetime) -> None:
    await conn.execute(
        """INSERT INTO submissions (story, submitted_at, words, pictures) VALUES ($1, $2, $3::text[], $4::text[])
           ON CONFLICT (story) DO UPDATE
           SET submitted_at = excluded.submitted_at, words = excluded.words, pictures = excluded.pictures""",
        story,
        at,
        list(like.words),
        list(like.pictures),
    )


async def find_twins(conn: "Connection", story: UUID, like: Likeness, *, practice: bool, at: datetime) -> list[Twin]:
    """Other Stories of late that show the same picture, or whose title is like this one's; newest first."""
    rows = await conn.fetch(
        _TWINS, story, at - LATELY, list(like.words), list(like.pictures), practice, FEWEST, ALIKE, MOST_TWINS
    )
    return [Twin(r["id"], r["title"], r["submitted_at"], r["same_picture"]) for r in rows]


# Titles are alike by the words that they share of all their words (Jaccard).
_TWINS = """
    SELECT s.id, s.title, d.submitted_at, d.pictures && $4::text[] AS same_picture
    FROM submissions d
    JOIN stories s ON s.id = d.story
    CROSS JOIN LATERAL (SELECT count(*) AS shared FROM unnest(d.words) w WHERE w = ANY($3::text[])) x
    WHERE d.submitted_at > $2 AND d.story <> $1
      AND (d.pictures && $4::text[] OR d.words && $3::text[])
      AND s.state IN ('submitted', 'approved', 'published') AND s.practice = $5
      AND (d.pictures && $4::text[]
           OR (x.shared >= $6::int
               AND x.shared >= $7::float8 * (cardinality(d.words) + cardinality($3::text[]) - x.shared)))
    ORDER BY d.submitted_at DESC LIMIT $8"""
