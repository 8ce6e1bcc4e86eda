"""Finding items: by the words of their titles, by their own number, or by the number of another system's request."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from services.review.board.facts import ItemKind
from shared.sop import JOINT

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

MOST_WORDS = 8
# Up to so many matches are sorted; of more, the newest are found sooner by walking back from now.
FEW = 5_000
_WORD = re.compile(r"[^\W_]+(?:[.][^\W_]+)*")
_FIELDS = "item, kind, title, unit, practice, state, happened_at"
# A Bidang's own, and what several made together with a part of its own in it.
_OWN = """
    AND ($3::text IS NULL OR unit = $3 OR (kind = 'story' AND EXISTS (
        SELECT FROM board_links l JOIN board_items r ON r.item = l.report WHERE l.story = i.item AND r.unit = $3)))"""
_MATCHING = f"FROM board_items i WHERE words @@ $1::tsquery AND ($2::uuid IS NULL OR item < $2) {_OWN}"


class Hit(NamedTuple):
    """One item that was found."""

    item: UUID
    kind: ItemKind
    title: str
    unit: str | None
    practice: bool
    state: str
    happened_at: datetime | None


def words_of(text: str) -> list[str]:
    """The words to look for, as they stand in titles."""
    return [word.lower()[:60] for word in _WORD.findall(text)][:MOST_WORDS]


async def by_words(
    conn: "Connection", words: Sequence[str], *, unit: str | None, own: str | None, before: UUID | None, limit: int
) -> list[Hit]:
    """Items with all these words, or what begins with them or has their stem; the newest first.

    `own` bounds to what a Bidang may know; `unit` is merely chosen. Call it in a transaction.
    """
    query = await _query(conn, words, unit, own)
    # Neither plan may read the whole table, however common the planner takes a word to be.
    await conn.execute("SET LOCAL enable_seqscan = off")
    rows = await conn.fetch(
        f"""WITH few AS MATERIALIZED (SELECT item {_MATCHING} LIMIT $4),
                 newest AS (SELECT item FROM few ORDER BY item DESC LIMIT $5)
            SELECT {_FIELDS}, (SELECT count(*) FROM few) AS matching FROM newest JOIN board_items USING (item)
            ORDER BY item DESC""",  # noqa: S608  (our own words)
        query,
        before,
        own,
        FEW + 1,
        limit,
    )
    if rows and rows[0]["matching"] > FEW:
        await conn.execute("SET LOCAL enable_bitmapscan = off")
        rows = await conn.fetch(f"SELECT {_FIELDS} {_MATCHING} ORDER BY item DESC LIMIT $4", query, before, own, limit)
    return _hits(rows)


async def by_number(conn: "Connection", text: str, *, own: str | None) -> list[Hit]:
    """The item of this number, or those of a request that another system numbered so."""
    item = _uuid(text)
    rows = await conn.fetch(
        f"""SELECT {_FIELDS} FROM board_items i
            WHERE (item = $1 OR facts #>> '{{told,request,id}}' = $2) AND facts <> '{{}}' {_OWN}
            ORDER BY item DESC LIMIT 50""",  # noqa: S608  (our own words)
        item,
        text,
        own,
    )
    return _hits(rows)


async def _query(conn: "Connection", words: Sequence[str], unit: str | None, own: str | None) -> str:
    """The words as a tsquery. They are letters and figures, so that none of them is an operator."""
    rows = await conn.fetch("SELECT w, ts_lexize('indonesian_stem', w) AS stems FROM unnest($1::text[]) AS w", words)
    asked = [_either(row["w"], row["stems"] or ()) for row in rows]
    asked += [_of(unit)] if unit else []
    asked += [f"({_of(own)} | {_of(JOINT)})"] if own is not None else []
    return " & ".join(asked)


def _of(unit: str) -> str:
    quoted = unit.replace("\\", "\\\\").replace("'", "''")
    return f"'b:{quoted}'"


def _either(word: str, stems: Sequence[str]) -> str:
    """What begins with the word, or has its stem."""
    begins = f"'{word}':*" if len(word) > 1 else f"'{word}'"
    return "(" + " | ".join([begins, *(f"'{stem}'" for stem in stems)]) + ")"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _hits(rows: "Sequence[asyncpg.Record]") -> list[Hit]:
    return [Hit(*(row[field] for field in Hit._fields)) for row in rows]
