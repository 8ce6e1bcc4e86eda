"""The reports as they were made, and what came back signed: rows that are only ever added."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from services.review.compliance.figures import Period, Scope
from services.review.report.letter import Letter
from shared.content import Official

if TYPE_CHECKING:
    from shared.db import Connection


@dataclass(frozen=True, slots=True)
class Signed:
    """One file that came back signed; the newest has the highest number."""

    n: int
    sha256: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """One report that was made, without its bytes."""

    id: int
    first_day: date
    last_day: date
    unit: str | None
    number: str
    sha256: str
    name: str
    capacity: str
    at: datetime
    signed: tuple[Signed, ...] = ()


async def add(
    conn: "Connection", scope: Scope, letter: Letter, pdf: bytes, sha256: str, *, by: Official, at: datetime
) -> int:
    """Keep a report; returns its id. The NIP stands on the paper alone."""
    told = asdict(replace(letter, nip="")) | {"day": letter.day.isoformat() if letter.day else None}
    return await conn.fetchval(
        """INSERT INTO compliance_reports (first_day, last_day, unit, letter, pdf, sha256, account, name, capacity, at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id""",
        scope.period.first,
        scope.period.last,
        scope.unit,
        json.dumps(told),
        pdf,
        sha256,
        by.account,
        by.name,
        by.capacity,
        at,
    )


async def hold(conn: "Connection", scope: Scope, number: str) -> None:
    """From now until the transaction ends, the reports of this scope and number are made one after another."""
    key = f"compliance_reports/{scope.period.first}/{scope.period.last}/{scope.unit or ''}/{number}"
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", key)


async def lately(
    conn: "Connection", scope: Scope, number: str, *, since: datetime, most: int = 2
) -> list[tuple[int, str, datetime]]:
    """The id, SHA-256 and time of what was made lately of a scope with this number, the newest first."""
    rows = await conn.fetch(
        """SELECT id, sha256, at FROM compliance_reports
           WHERE first_day = $1 AND last_day = $2 AND unit IS NOT DISTINCT FROM $3 AND letter->>'number' = $4
                 AND at >= $5
           ORDER BY id DESC LIMIT $6""",
        scope.period.first,
        scope.period.last,
        scope.unit,
        number,
        since,
        most,
    )
    return [(row["id"], row["sha256"], row["at"]) for row in rows]


async def add_signed(
    conn: "Connection", report: int, pdf: bytes, sha256: str, *, by: Official, at: datetime
) -> int | None:
    """Keep a signed file as the next of its report; None where this very file is kept already."""
    return await conn.fetchval(
        """INSERT INTO signed_reports (report, n, pdf, sha256, account, name, capacity, at)
           SELECT $1, coalesce(max(n), 0) + 1, $2, $3, $4, $5, $6, $7 FROM signed_reports WHERE report = $1
           ON CONFLICT (report, sha256) DO NOTHING RETURNING n""",
        report,
        pdf,
        sha256,
        by.account,
        by.name,
        by.capacity,
        at,
    )


async def listed(conn: "Connection", period: Period) -> list[Made]:
    """The reports of a period, the newest first."""
    rows = await conn.fetch(
        """SELECT id, first_day, last_day, unit, letter->>'number' AS number, sha256, name, capacity, at
           FROM compliance_reports WHERE first_day = $1 AND last_day = $2 ORDER BY id DESC""",
        period.first,
        period.last,
    )
    back: dict[int, list[Signed]] = {row["id"]: [] for row in rows}
    for row in await conn.fetch(
        "SELECT report, n, sha256, name, at FROM signed_reports WHERE report = ANY($1::bigint[]) ORDER BY report, n",
        list(back),
    ):
        back[row["report"]].append(Signed(row["n"], row["sha256"], row["name"], row["at"]))
    return [Made(**dict(row), signed=tuple(back[row["id"]])) for row in rows]


async def lock(conn: "Connection", report: int) -> str | None:
    """The SHA-256 of a report, whose signed files are then added one after another; None where there is none."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('signed_reports', $1))", report)
    return await conn.fetchval("SELECT sha256 FROM compliance_reports WHERE id = $1", report)


async def bytes_of(conn: "Connection", report: int, n: int | None = None) -> tuple[bytes, date, str] | None:
    """A report's file, or the n-th that came back signed, with its month and hash."""
    row = await conn.fetchrow(
        """SELECT r.first_day, coalesce(s.pdf, r.pdf) AS pdf, coalesce(s.sha256, r.sha256) AS sha256
           FROM compliance_reports r LEFT JOIN signed_reports s ON s.report = r.id AND s.n = $2
           WHERE r.id = $1 AND ($2::int IS NULL OR s.n IS NOT NULL)""",
        report,
        n,
    )
    return (row["pdf"], row["first_day"], row["sha256"]) if row else None
