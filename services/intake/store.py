"""Reports and their supplements: the SQL beside its mapping."""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, get_args
from uuid import UUID

from services.intake.domain import Report, State, Supplement
from shared.ledger import COLUMNS
from shared.sla import Clock

if TYPE_CHECKING:
    from shared.db import Connection

FIELDS = ", ".join(Report._fields)
_INSERT = f"""
    INSERT INTO reports ({FIELDS}) VALUES ({", ".join(f"${n}" for n in range(1, len(Report._fields) + 1))})
    ON CONFLICT DO NOTHING"""  # noqa: S608  (our own column names)
_LOCK = f"SELECT {FIELDS} FROM reports WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE"  # noqa: S608
_BY_KEY = f"SELECT {FIELDS} FROM reports WHERE created_by = $1 AND idempotency_key = $2"  # noqa: S608
_CLOCKS = f"SELECT {', '.join(COLUMNS)} FROM clocks WHERE report = $1 ORDER BY cycle"  # noqa: S608
_LAST = f"""
    SELECT DISTINCT ON (report) {", ".join(COLUMNS)} FROM clocks WHERE report = ANY($1::uuid[])
    ORDER BY report, cycle DESC"""  # noqa: S608
WORD = re.compile(r"\w+")
MOST_COUNTED = 1_000


async def add(conn: "Connection", reports: Sequence[Report]) -> None:
    """Write new Reports whose ids nobody else can have; COPY takes half the time of an INSERT."""
    if reports:
        await conn.copy_records_to_table("reports", records=reports, columns=Report._fields)


async def add_once(conn: "Connection", report: Report) -> bool:
    """Write a new Report, unless the same form came before."""
    done: str = await conn.execute(_INSERT, *report)
    return done == "INSERT 0 1"


async def lock(conn: "Connection", ids: Collection[UUID]) -> dict[UUID, Report]:
    """Lock Reports in order of id; those that are not here are missing from the answer."""
    if not ids:
        return {}
    rows = await conn.fetch(_LOCK, sorted(ids))
    return {row["id"]: Report(**row) for row in rows}


async def save(conn: "Connection", reports: Iterable[Report]) -> None:
    """Write what may change of Reports that are locked."""
    rows = [(r.id, r.state, r.cycle, r.sent_back) for r in reports]
    if rows:
        await conn.execute(
            """UPDATE reports r SET state = x.state, cycle = x.cycle, sent_back = x.sent_back::json
               FROM unnest($1::uuid[], $2::text[], $3::int[], $4::text[]) AS x(id, state, cycle, sent_back)
               WHERE r.id = x.id""",
            *map(list, zip(*rows, strict=True)),
        )


async def add_supplements(conn: "Connection", supplements: Sequence[Supplement]) -> None:
    rows = [(s.id, s.report, s.cycle, s.text, s.received_at, s.sent_by) for s in supplements]
    if rows:
        await conn.execute(
            """INSERT INTO supplements (id, report, cycle, text, received_at, sent_by)
               SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::timestamptz[], $6::text[])""",
            *map(list, zip(*rows, strict=True)),
        )


async def find(conn: "Connection", report: UUID) -> Report | None:
    row = await conn.fetchrow(f"SELECT {FIELDS} FROM reports WHERE id = $1", report)  # noqa: S608
    return None if row is None else Report(**row)


async def made_before(conn: "Connection", report: Report) -> Report:
    """The Report that this person made with this form already."""
    row = await conn.fetchrow(_BY_KEY, report.created_by, report.idempotency_key)
    assert row is not None, "only the same form of the same person is not added again"
    return Report(**row)


async def page(
    conn: "Connection", *, unit: str | None, state: str | None, before: UUID | None, limit: int, words: str = ""
) -> list[Report]:
    """Reports, the newest first; `unit` None is every Unit. Each of the `words` begins one of the title's."""
    # Only what is asked stands in the query: a plan for every case would go by no index.
    asked: dict[str, Any] = {"unit = {}": unit, "state = {}": state, "id < {}": before}
    if found := WORD.findall(words.replace("_", " "))[:20]:
        asked["to_tsvector('simple', title) @@ to_tsquery('simple', {})"] = " & ".join(f"{w}:*" for w in found)
    given = {condition: value for condition, value in asked.items() if value is not None}
    where = " AND ".join(condition.format(f"${n}") for n, condition in enumerate(given, 2)) or "true"
    sql = f"SELECT {FIELDS} FROM reports WHERE {where} ORDER BY id DESC LIMIT $1"  # noqa: S608  (our own conditions)
    return [Report(**row) for row in await conn.fetch(sql, limit, *given.values())]


async def counts(conn: "Connection", unit: str | None) -> dict[str, int]:
    """How many Reports are in each state, up to the most that is counted."""
    own = "" if unit is None else "AND unit = $2"
    first = f"SELECT FROM reports WHERE state = $1 {own} ORDER BY id LIMIT {MOST_COUNTED}"
    sql = f"SELECT count(*) AS n FROM ({first}) AS few"  # noqa: S608
    given = [] if unit is None else [unit]
    return {state: (await conn.fetch(sql, state, *given))[0]["n"] for state in get_args(State)}


async def last_clocks(conn: "Connection", reports: Collection[UUID]) -> dict[UUID, Clock]:
    """The newest intake clock of each Report."""
    return {row["report"]: Clock(**dict(row)) for row in await conn.fetch(_LAST, list(reports))}


async def supplements_of(conn: "Connection", report: UUID) -> list[dict[str, Any]]:
    rows = await conn.fetch(
        "SELECT cycle, text, received_at, sent_by FROM supplements WHERE report = $1 ORDER BY received_at, id", report
    )
    return [dict(row) for row in rows]


async def clocks_of(conn: "Connection", report: UUID) -> list[Clock]:
    """All intake clocks of a Report, closed and open, in order of cycle."""
    return [Clock(**dict(row)) for row in await conn.fetch(_CLOCKS, report)]
