"""The board's tables: the items that a batch tells of are locked in id order, folded, and written set-based.

Whoever locks a Story's row in `stories` as well, does that first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field, fields
from typing import TYPE_CHECKING
from uuid import UUID

from services.review.board import fold, heading, openings
from services.review.board.facts import FACTS, ItemKind
from services.review.board.fold import Holder, Item, Key, Row
from shared.envelope import Received
from shared.sla import Clock, Timekeeper

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

CLOCK = tuple(f.name for f in fields(Clock))
COLUMNS = (*CLOCK, *Holder._fields)


@dataclass(slots=True)
class Found:
    """The locked items, and their rows as they stand on the board."""

    items: dict[UUID, Item]
    known: dict[UUID, dict[Key, Row]] = field(default_factory=dict[UUID, dict[Key, Row]])

    def running(self, item: UUID) -> dict[Key, Clock]:
        return {key: row.clock for key, row in self.known[item].items() if row.clock.is_open}


async def apply(conn: "Connection", keeper: Timekeeper, events: Iterable[Received]) -> int:
    """Fold events into the board, in the caller's transaction; returns how many told it something."""
    told = [e for e in events if isinstance(e.event, fold.TOLD)]
    kinds: dict[UUID, ItemKind] = {}
    for e in told:
        kinds |= fold.touched(e.event)
    if not kinds:
        return 0
    found = await lock(conn, kinds)
    items = dict(found.items)
    for e in told:
        for item in fold.touched(e.event):
            items[item] = fold.fold(items[item], e.event, e.envelope.sequence or 0)
    changed = [after for id_, after in items.items() if after != found.items[id_]]
    await _save_items(conn, changed)
    await _save_rows(conn, keeper, found, list(items.values()))
    await _save_returns(conn, changed)
    await _save_totals(conn, changed)
    await _link(conn, {link for e in told for link in fold.links(e.event)})
    await tell(conn)
    return len(told)


async def tell(conn: "Connection") -> None:
    """Let open boards know that something changed; this transaction may commit a moment later."""
    await conn.execute("SELECT nextval('board_revision')")


async def lock(conn: "Connection", kinds: Mapping[UUID, ItemKind]) -> Found:
    """Lock the given items in id order, known or not, and load them."""
    ids = sorted(kinds)
    await conn.execute(
        "INSERT INTO board_items (item, kind) SELECT * FROM unnest($1::uuid[], $2::text[]) ON CONFLICT DO NOTHING",
        ids,
        [kinds[i] for i in ids],
    )
    rows = await conn.fetch(
        "SELECT item, kind, facts FROM board_items WHERE item = ANY($1::uuid[]) ORDER BY item FOR UPDATE", ids
    )
    known: dict[UUID, dict[Key, Row]] = {row["item"]: {} for row in rows}
    for row in await conn.fetch(_LOAD, ids):
        owner = row["report"] or row["story"]
        made = row_of(row)
        known[owner][made.key] = made
    return Found({row["item"]: _item(row, known[row["item"]]) for row in rows}, known)


def _item(row: "asyncpg.Record", known: Mapping[Key, Row]) -> Item:
    facts = FACTS[row["kind"]].model_validate_json(row["facts"], extra="ignore")
    return Item(row["item"], row["kind"], facts, {k: r for k, r in known.items() if not r.clock.is_open})


def row_of(row: "asyncpg.Record") -> Row:
    """Read one row of board_clocks, with at least COLUMNS."""
    return Row(Clock(**{name: row[name] for name in CLOCK}), Holder(row["held_by"], row["capacity"]))


async def _save_items(conn: "Connection", items: Sequence[Item]) -> None:
    rows = [(i.id, i.facts.model_dump_json(exclude_defaults=True), *heading.heading(i)) for i in items]
    if rows:
        await conn.execute(_SAVE_ITEMS, *map(list, zip(*rows, strict=True)))


async def _save_rows(conn: "Connection", keeper: Timekeeper, found: Found, items: Sequence[Item]) -> None:
    written: list[Row] = []
    ended: list[Key] = []
    for item in items:
        known = found.known[item.id]
        now = openings.rows(item, keeper, found.running(item.id))
        written += [row for key, row in now.items() if known.get(key) != row]
        ended += [key for key in known if key not in now]
    if ended:
        await conn.execute(_DELETE, *map(list, zip(*sorted(ended), strict=True)))
    await write(conn, written)


async def write(conn: "Connection", rows: Iterable[Row]) -> None:
    """Write rows in the order of their keys; what is closed already only learns its Unit."""
    ordered = sorted(rows, key=lambda row: row.key)
    if ordered:
        values = [(*(getattr(row.clock, name) for name in CLOCK), *row.holder) for row in ordered]
        await conn.execute(_SAVE_CLOCKS, *map(list, zip(*values, strict=True)))


async def _save_returns(conn: "Connection", items: Sequence[Item]) -> None:
    practice = [i.id for i in items if heading.heading(i).practice]
    if practice:
        await conn.execute("DELETE FROM board_returns WHERE item = ANY($1::uuid[])", practice)
    rows = [astuple(r) for r in sorted(r for i in items for r in heading.returns(i))]
    if rows:
        await conn.execute(_SAVE_RETURNS, *map(list, zip(*rows, strict=True)))


async def _save_totals(conn: "Connection", items: Sequence[Item]) -> None:
    rows = [astuple(total) for i in items if (total := heading.total(i)) is not None]
    if rows:
        await conn.execute(_SAVE_TOTALS, *map(list, zip(*sorted(rows), strict=True)))


async def _link(conn: "Connection", links: set[tuple[UUID, UUID]]) -> None:
    if links:
        await conn.execute(
            """INSERT INTO board_links (report, story) SELECT * FROM unnest($1::uuid[], $2::uuid[])
               ON CONFLICT DO NOTHING""",
            *map(list, zip(*sorted(links), strict=True)),
        )


_TYPES = {
    "cycle": "int", "report": "uuid", "story": "uuid", "opened_at": "timestamptz", "due_at": "timestamptz",
    "closed_at": "timestamptz", "target_seconds": "bigint", "working_seconds": "bigint", "elapsed_seconds": "bigint",
}  # fmt: skip
_LOAD = f"""
    SELECT {", ".join(COLUMNS)} FROM board_clocks WHERE report = ANY($1::uuid[])
    UNION ALL
    SELECT {", ".join(COLUMNS)} FROM board_clocks WHERE story = ANY($1::uuid[]) AND report IS NULL"""  # noqa: S608
_SAVE_ITEMS = """
    UPDATE board_items i
    SET facts = r.facts, title = r.title, unit = r.unit, practice = r.practice, state = r.state,
        happened_at = r.happened_at, ended_at = r.ended_at
    FROM unnest($1::uuid[], $2::jsonb[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::timestamptz[],
                $8::timestamptz[]) AS r (item, facts, title, unit, practice, state, happened_at, ended_at)
    WHERE i.item = r.item"""
_DELETE = """
    DELETE FROM board_clocks c USING unnest($1::text[], $2::text[], $3::int[]) AS r (stage, item, cycle)
    WHERE (c.stage, c.item, c.cycle) = (r.stage, r.item, r.cycle) AND c.closed_at IS NULL"""
_SAVE_CLOCKS = f"""
    INSERT INTO board_clocks AS c ({", ".join(COLUMNS)})
    SELECT * FROM unnest({", ".join(f"${i}::{_TYPES.get(name, 'text')}[]" for i, name in enumerate(COLUMNS, 1))})
    ON CONFLICT (stage, item, cycle) DO UPDATE
    SET {", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name not in ("stage", "item", "cycle"))}
    WHERE c.closed_at IS NULL OR (c.unit IS NULL AND c.closed_at = excluded.closed_at)"""  # noqa: S608
_SAVE_RETURNS = """
    INSERT INTO board_returns AS b (stage, item, cycle, n, outcome, code, note, unit, at)
    SELECT * FROM unnest($1::text[], $2::uuid[], $3::int[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[],
                         $9::timestamptz[])
    ON CONFLICT (stage, item, cycle, n) DO UPDATE SET unit = excluded.unit
    WHERE b.unit IS DISTINCT FROM excluded.unit"""
_SAVE_TOTALS = """
    INSERT INTO board_totals AS t
        (story, unit, opened_at, closed_at, working_seconds, elapsed_seconds, calendar_version)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::bigint[], $6::bigint[],
                         $7::text[])
    ON CONFLICT (story) DO UPDATE
    SET unit = excluded.unit, opened_at = excluded.opened_at, closed_at = excluded.closed_at,
        working_seconds = excluded.working_seconds, elapsed_seconds = excluded.elapsed_seconds,
        calendar_version = excluded.calendar_version
    WHERE t.closed_at > excluded.closed_at"""
