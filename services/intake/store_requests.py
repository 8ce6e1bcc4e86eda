"""Sources and requests: the SQL beside its mapping."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from pydantic import TypeAdapter

from services.intake.domain_requests import Answer, Request, Source
from services.intake.files.limits import LONG
from shared.envelope import Envelope
from shared.events import IntakeRequested, Problem

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection, Database

Key = tuple[str, str]
ENVELOPE = TypeAdapter(Envelope)
PROBLEMS = TypeAdapter(tuple[Problem, ...])


class Pending(NamedTuple):
    """A request whose files are to be looked at, and how often that was tried."""

    request: Request
    report: UUID
    attempts: int


async def sources(conn: "Connection", names: Collection[str]) -> dict[str, Source]:
    rows = await conn.fetch("SELECT name, units, disabled FROM sources WHERE name = ANY($1::text[])", list(names))
    return {row["name"]: _source(row) for row in rows}


async def source_of_key(conn: "Connection", key_sha256: bytes, *, now: datetime) -> Source | None:
    """The system whose key this is, as long as it is good."""
    row = await conn.fetchrow(
        """SELECT s.name, s.units, s.disabled FROM source_keys k JOIN sources s ON s.name = k.source
           WHERE k.key_sha256 = $1 AND (k.expires_at IS NULL OR k.expires_at > $2)""",
        key_sha256,
        now,
    )
    return None if row is None else _source(row)


async def claim(conn: "Connection", answers: Sequence[Answer], *, at: datetime) -> set[Key]:
    """Write each request with its answer, unless its id is taken; returns those that are new."""
    rows = [_row(a) for a in answers]
    rows.sort(key=lambda row: row[:2])  # the order in which two receivers of the same requests lock them
    fresh = await conn.fetch(
        """INSERT INTO requests (source, id, data_sha256, state, report, problems, body, envelope, received_at,
                                 long, answered_at, next_at)
           SELECT s, i, d, st, r, p::json, b::json, e::json, ra, l,
                  CASE WHEN st <> 'checking' THEN $11::timestamptz END, $11
           FROM unnest($1::text[], $2::text[], $3::bytea[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::text[],
                       $9::timestamptz[], $10::boolean[]) AS x(s, i, d, st, r, p, b, e, ra, l)
           ON CONFLICT (source, id) DO NOTHING RETURNING source, id""",
        *map(list, zip(*rows, strict=True)),
        at,
    )
    return {(row["source"], row["id"]) for row in fresh}


async def digests(conn: "Connection", keys: Collection[Key]) -> dict[Key, bytes]:
    """What was said under ids that are taken."""
    rows = await conn.fetch(
        """SELECT source, id, data_sha256 FROM requests
           WHERE (source, id) IN (SELECT * FROM unnest($1::text[], $2::text[]))""",
        [source for source, _ in keys],
        [request_id for _, request_id in keys],
    )
    return {(row["source"], row["id"]): row["data_sha256"] for row in rows}


async def answered(conn: "Connection", answers: Sequence[Answer], *, at: datetime) -> None:
    """Write the answer to requests that were looked at further, and forget what they said."""
    if not answers:
        return
    await conn.execute(
        """UPDATE requests r SET state = x.st, problems = x.p::json, body = NULL, envelope = NULL, answered_at = $5
           FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS x(s, i, st, p)
           WHERE r.source = x.s AND r.id = x.i""",
        [a.request.source for a in answers],
        [a.request.id for a in answers],
        ["refused" if a.problems else "accepted" for a in answers],
        [_problems(a) for a in answers],
        at,
    )


async def take(db: "Database", *, at: datetime, lease: timedelta, limit: int, long: bool) -> list[Pending]:
    """Take some of one lane that wait to be looked at; who dies with them loses them when the lease ends."""
    async with db.transaction() as conn:
        rows = await conn.fetch(
            """UPDATE requests r SET next_at = $1::timestamptz + $2::interval, attempts = r.attempts + 1
               FROM (SELECT source, id FROM requests WHERE state = 'checking' AND long = $4 AND next_at <= $1
                     ORDER BY next_at LIMIT $3 FOR UPDATE SKIP LOCKED) AS t
               WHERE r.source = t.source AND r.id = t.id
               RETURNING r.*""",
            at,
            lease,
            limit,
            long,
        )
    return [_pending(row) for row in rows]


async def postpone(db: "Database", ref: Key, *, until: datetime) -> None:
    async with db.transaction() as conn:
        await conn.execute(
            "UPDATE requests SET next_at = $3 WHERE source = $1 AND id = $2 AND state = 'checking'", *ref, until
        )


async def host_was_away(conn: "Connection", ref: Key) -> int:
    """Count that a host from which a file was to be fetched did not answer; returns how often that was."""
    found: int | None = await conn.fetchval(
        "UPDATE requests SET away = away + 1 WHERE source = $1 AND id = $2 RETURNING away", *ref
    )
    return found or 0


async def lock_unanswered(conn: "Connection", ref: Key) -> bool:
    """Whether a request still waits for its answer; nobody else answers it until the transaction ends."""
    found = await conn.fetchval(
        "SELECT state FROM requests WHERE source = $1 AND id = $2 AND state = 'checking' FOR UPDATE", *ref
    )
    return found is not None


async def find(conn: "Connection", ref: Key) -> dict[str, Any] | None:
    """State, Report, problems and times of a request."""
    row = await conn.fetchrow(
        "SELECT id, state, report, problems, received_at, answered_at FROM requests WHERE source = $1 AND id = $2", *ref
    )
    if row is None:
        return None
    return dict(row) | {"problems": json.loads(row["problems"] or "[]")}


def _row(a: Answer) -> tuple[Any, ...]:
    request, state = a.request, a.state
    body = envelope = None
    if state == "checking":
        body = a.data
        envelope = ENVELOPE.dump_json(request.because).decode() if request.because else None
    return (
        request.source, request.id, a.sha256, state, a.report, _problems(a), body, envelope, request.received_at,
        _is_long(request.asked),
    )  # fmt: skip


def _is_long(asked: IntakeRequested) -> bool:
    """Whether looking at its files may take minutes: what is fetched from elsewhere, and what is large together."""
    return any(m.object is None for m in asked.media) or sum(m.object.size for m in asked.media if m.object) > LONG


def _problems(a: Answer) -> str | None:
    return PROBLEMS.dump_json(a.problems).decode() if a.problems else None


def _pending(row: "asyncpg.Record") -> Pending:
    because = ENVELOPE.validate_json(row["envelope"]) if row["envelope"] else None
    asked = IntakeRequested.model_validate_json(row["body"], extra="ignore")
    request = Request(row["source"], row["id"], asked, row["received_at"], because)
    return Pending(request, row["report"], row["attempts"])


def _source(row: "asyncpg.Record") -> Source:
    return Source(row["name"], tuple(row["units"]), row["disabled"])
