"""What waits on whom: its tables, written in the transaction of the step or event that they follow.

Whoever locks a Report or a Story as well, does that first; items are locked in order of their ids.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.intake.notices.facts import FACTS, Facts, ItemKind, fold, touched
from services.intake.notices.waiting import Key, Waiting, rows
from shared.events import Event
from shared.sla import Clock, Timekeeper

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

CLOCK = ("stage", "item", "cycle", "lane", "unit", "opened_at", "due_at", "target_seconds", "kind", "sop_version",
         "calendar_version")  # fmt: skip
COLUMNS = (*CLOCK, "owner", "about", "title", "practice", "authors", "soon_at")
NAMES = ", ".join(COLUMNS)
LOOK = f"SELECT {NAMES} FROM waiting WHERE next_at <= $1 ORDER BY next_at LIMIT $2 FOR UPDATE SKIP LOCKED"  # noqa: S608


async def follow(conn: "Connection", keeper: Timekeeper, events: Iterable[tuple[Event, int]]) -> None:
    """Fold events, each with its number in its key, into what waits."""
    told = [(event, number, touched(event)) for event, number in events]
    kinds: dict[UUID, ItemKind] = {}
    for _, _, about in told:
        kinds |= about
    if not kinds:
        return
    before = await _lock(conn, kinds)
    after = dict(before)
    for event, number, about in told:
        for item in about:
            after[item] = fold(item, after[item], event, number)
    changed = {item: facts for item, facts in after.items() if facts != before[item]}
    if not changed:
        return
    await _save_facts(conn, changed)
    await _save_rows(conn, keeper, changed)


async def _lock(conn: "Connection", kinds: Mapping[UUID, ItemKind]) -> dict[UUID, Facts]:
    ids = sorted(kinds)
    found = await conn.fetch(
        """INSERT INTO waiting_items AS w (item, kind) SELECT * FROM unnest($1::uuid[], $2::text[])
           ON CONFLICT (item) DO UPDATE SET kind = w.kind RETURNING item, kind, facts""",
        ids,
        [kinds[i] for i in ids],
    )
    return {row["item"]: FACTS[row["kind"]].model_validate_json(row["facts"], extra="ignore") for row in found}


async def _save_facts(conn: "Connection", changed: Mapping[UUID, Facts]) -> None:
    await conn.execute(
        """UPDATE waiting_items w SET facts = x.facts
           FROM unnest($1::uuid[], $2::jsonb[]) AS x(item, facts) WHERE w.item = x.item""",
        list(changed),
        [facts.model_dump_json(exclude_defaults=True) for facts in changed.values()],
    )


async def _save_rows(conn: "Connection", keeper: Timekeeper, changed: Mapping[UUID, Facts]) -> None:
    known: dict[UUID, dict[Key, Waiting]] = {item: {} for item in changed}
    for row in await conn.fetch(f"SELECT {NAMES} FROM waiting WHERE owner = ANY($1::uuid[])", list(changed)):  # noqa: S608
        made = row_of(row)
        known[made.owner][made.key] = made
    written: list[Waiting] = []
    ended: list[Key] = []
    for item, facts in changed.items():
        now = rows(item, facts, keeper, known[item])
        written += [row for key, row in now.items() if known[item].get(key) != row]
        ended += [key for key in known[item] if key not in now]
    if ended:
        await conn.execute(_DELETE, *map(list, zip(*sorted(ended), strict=True)))
    await write(conn, written)


async def write(conn: "Connection", waiting: Iterable[Waiting]) -> None:
    """Write rows in the order of their keys; who is to be told of each is looked at again."""
    ordered = sorted(waiting, key=lambda w: w.key)
    if ordered:
        # One array a column; an array of arrays would have to be a rectangle.
        values = [
            (
                *(getattr(w.clock, n) for n in CLOCK),
                w.owner,
                w.about,
                w.title,
                w.practice,
                "\n".join(w.authors),
                w.soon_at,
            )
            for w in ordered
        ]
        await conn.execute(_SAVE, *map(list, zip(*values, strict=True)))


async def to_look_at(conn: "Connection", *, at: datetime, limit: int) -> list[Waiting]:
    """Take rows of which somebody may have to be told, those that another worker looks at left out."""
    return [row_of(row) for row in await conn.fetch(LOOK, at, limit)]


async def of_reports(conn: "Connection", reports: Collection[UUID]) -> list[tuple[UUID, Waiting]]:
    """What waits of the given Reports and of the Stories made of them, each with its Report."""
    rows = await conn.fetch(
        f"""SELECT o.report, {NAMES} FROM (
                SELECT r AS report, r AS owner FROM unnest($1::uuid[]) AS r
                UNION SELECT report, story FROM report_stories WHERE report = ANY($1::uuid[])) o
            JOIN waiting w USING (owner) ORDER BY w.opened_at, w.stage""",  # noqa: S608  (our own column names)
        list(reports),
    )
    return [(row["report"], row_of(row)) for row in rows]


async def look_again(conn: "Connection", when: Sequence[tuple[Key, datetime | None]]) -> None:
    await conn.execute(
        """UPDATE waiting w SET next_at = x.next_at
           FROM unnest($1::text[], $2::text[], $3::int[], $4::timestamptz[]) AS x(stage, item, cycle, next_at)
           WHERE (w.stage, w.item, w.cycle) = (x.stage, x.item, x.cycle)""",
        *map(list, zip(*((*key, at) for key, at in when), strict=True)),
    )


async def of_another_calendar(conn: "Connection", keeper: Timekeeper, after: Key, *, limit: int) -> list[Waiting]:
    # Skipped where a batch of events writes it now: the next look finds it.
    found = await conn.fetch(
        f"""SELECT {NAMES} FROM waiting
            WHERE (stage, item, cycle) > ($1, $2, $3)
              AND calendar_version <> CASE lane WHEN 'immediate' THEN $4 ELSE $5 END
            ORDER BY stage, item, cycle LIMIT $6 FOR UPDATE SKIP LOCKED""",  # noqa: S608  (our own column names)
        *after,
        keeper.wall.version,
        keeper.calendar.version,
        limit,
    )
    return [row_of(row) for row in found]


def row_of(row: "asyncpg.Record") -> Waiting:
    clock = Clock(**{name: row[name] for name in CLOCK})
    return Waiting(
        clock, row["owner"], row["about"], row["title"], row["practice"], tuple(row["authors"]), row["soon_at"]
    )


_DELETE = """
    DELETE FROM waiting w USING unnest($1::text[], $2::text[], $3::int[]) AS x (stage, item, cycle)
    WHERE (w.stage, w.item, w.cycle) = (x.stage, x.item, x.cycle)"""
_TYPES = {
    "cycle": "int", "opened_at": "timestamptz", "due_at": "timestamptz", "soon_at": "timestamptz", "owner": "uuid",
    "target_seconds": "bigint", "practice": "boolean",
}  # fmt: skip
_READ = ", ".join("string_to_array(x.authors, E'\\n')" if name == "authors" else f"x.{name}" for name in COLUMNS)
_SAVE = f"""
    INSERT INTO waiting ({NAMES}, next_at)
    SELECT {_READ}, x.opened_at
    FROM unnest({", ".join(f"${i}::{_TYPES.get(name, 'text')}[]" for i, name in enumerate(COLUMNS, 1))}) AS x ({NAMES})
    ON CONFLICT (stage, item, cycle) DO UPDATE
    SET {", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name not in ("stage", "item", "cycle"))},
        next_at = excluded.next_at"""  # noqa: S608  (our own column names)
