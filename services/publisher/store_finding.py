"""Ways into the public's pages: topics, Bidang and months that have any, words, and addresses for search engines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from services.publisher.store_pages import FIELDS, Page, page_of

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

# Of more matches the newest are ranked: nobody turns more pages, and a word that is in all of them costs no more.
MOST_HITS = 200
PATIENCE_MS = 3_000
# How much of the three-letter pieces of a word must be found in a title, that it is spelt nearly so.
NEAR = 0.5


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found; `many` where there is more than is ranked."""

    pages: list[Page]
    count: int
    many: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month (UTC) of the sitemap: its first day, how many pages began in it, when one of them changed last."""

    begins: date
    count: int
    modified_at: datetime


async def topics(conn: "Connection") -> list[str]:
    """Every topic that a visible page has, by steps through the index: as many as there are topics."""
    rows = await conn.fetch(
        """WITH RECURSIVE t (topic) AS (
               (SELECT topic FROM page_topics ORDER BY topic LIMIT 1)
               UNION ALL
               SELECT (SELECT o.topic FROM page_topics o WHERE o.topic > t.topic ORDER BY o.topic LIMIT 1)
               FROM t WHERE t.topic IS NOT NULL)
           SELECT topic FROM t WHERE topic IS NOT NULL"""
    )
    return [row["topic"] for row in rows]


async def units(conn: "Connection") -> list[str]:
    """Every Bidang that a visible page is of."""
    rows = await conn.fetch(
        """WITH RECURSIVE t (unit) AS (
               (SELECT unit FROM page_units ORDER BY unit LIMIT 1)
               UNION ALL
               SELECT (SELECT o.unit FROM page_units o WHERE o.unit > t.unit ORDER BY o.unit LIMIT 1)
               FROM t WHERE t.unit IS NOT NULL)
           SELECT unit FROM t WHERE unit IS NOT NULL"""
    )
    return [row["unit"] for row in rows]


_MONTHS = """
    WITH RECURSIVE t (month) AS (
        SELECT date_trunc('month', max(first_shown_at), $1) FROM pages
        UNION ALL
        SELECT (SELECT date_trunc('month', max(g.first_shown_at), $1) FROM pages g WHERE g.first_shown_at < t.month)
        FROM t WHERE t.month IS NOT NULL)"""


async def months(conn: "Connection", zone: str) -> list[date]:
    """The first day of every month of the office with a page in it, the newest first."""
    rows = await conn.fetch(
        f"{_MONTHS} SELECT (month AT TIME ZONE $1)::date AS month FROM t WHERE month IS NOT NULL",  # noqa: S608
        zone,
    )
    return [row["month"] for row in rows]


async def by_words(conn: "Connection", words: str, *, limit: int, offset: int) -> Found:
    """Pages with all these words or their stems ("of a kind", -not, or), those with the words themselves first.

    Call it in a transaction. The plan depends on how common the words are, so it is made anew each time. What is still
    not found when the patience ends raises asyncpg.QueryCanceledError.
    """
    await conn.execute(f"SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL statement_timeout = {PATIENCE_MS}")
    rows = await conn.fetch(_BY_WORDS, words, MOST_HITS + 1, limit, offset)
    hits = rows[0]["hits"] if rows else 0
    return Found([page_of(row) for row in rows], min(hits, MOST_HITS), hits > MOST_HITS)


async def nearly(conn: "Connection", words: str, *, limit: int) -> list[Page]:
    """Pages in whose titles something is spelt nearly so, the nearest first; none where the server has no pg_trgm.

    Call it in a transaction.
    """
    schema = await conn.fetchval(
        """SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
           WHERE e.extname = 'pg_trgm' AND to_regclass('pages_titles') IS NOT NULL"""
    )
    if schema is None:
        return []
    await conn.execute(
        f"SET LOCAL pg_trgm.word_similarity_threshold = {NEAR}; SET LOCAL statement_timeout = {PATIENCE_MS}"
    )
    rows = await conn.fetch(
        f"""SELECT {FIELDS} FROM pages g WHERE $1 OPERATOR({schema}.<%) g.title
            ORDER BY {schema}.word_similarity($1, g.title) DESC, g.first_shown_at DESC LIMIT $2""",  # noqa: S608
        words,
        limit,
    )
    return [page_of(row) for row in rows]


_BY_WORDS = f"""
    WITH asked AS MATERIALIZED (
        SELECT websearch_to_tsquery('simple', $1) AS exact, websearch_to_tsquery('indonesian', $1) AS stemmed),
    hits AS MATERIALIZED (
        SELECT story, words, stems FROM pages
        WHERE (words @@ websearch_to_tsquery('simple', $1) OR stems @@ websearch_to_tsquery('indonesian', $1))
        -- What only says what must not be there would be every page: no index finds that.
        AND querytree(websearch_to_tsquery('simple', $1)) NOT IN ('', 'T')
        ORDER BY first_shown_at DESC, story DESC LIMIT $2),
    ranked AS (
        SELECT story, words @@ exact AS whole, ts_rank(words, exact) + ts_rank(stems, stemmed) / 10 AS rank,
               count(*) OVER () AS hits
        FROM hits CROSS JOIN asked)
    SELECT {FIELDS}, r.hits FROM ranked r JOIN pages g USING (story)
    ORDER BY r.whole DESC, r.rank DESC, g.first_shown_at DESC, g.story LIMIT $3 OFFSET $4"""  # noqa: S608


async def sitemap_months(conn: "Connection") -> list[Month]:
    """Each page is counted, in the index that has all of it."""
    rows = await conn.fetch(
        f"""{_MONTHS}
            SELECT month::date, found.* FROM t CROSS JOIN LATERAL (
                SELECT count(*) AS count, max(modified_at) AS modified_at FROM pages
                WHERE first_shown_at >= t.month AND first_shown_at < t.month + interval '1 month') found
            WHERE month IS NOT NULL ORDER BY month""",  # noqa: S608  (our own words)
        "UTC",
    )
    return [Month(row["month"], row["count"], row["modified_at"]) for row in rows]


async def addresses(
    conn: "Connection", since: datetime, until: datetime, *, limit: int, offset: int
) -> "Sequence[asyncpg.Record]":
    """Slug and last change of the pages that began in this time, in an order that does not change."""
    return await conn.fetch(
        """SELECT slug, modified_at FROM pages WHERE first_shown_at >= $1 AND first_shown_at < $2
           ORDER BY first_shown_at, story LIMIT $3 OFFSET $4""",
        since,
        until,
        limit,
        offset,
    )


async def last_change(conn: "Connection") -> datetime | None:
    """When a page that is visible was shown or corrected last."""
    found: datetime | None = await conn.fetchval("SELECT max(shown_at) FROM pages")
    return found
