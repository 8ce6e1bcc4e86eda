"""Dead letters: what could not be applied, kept whole with its reason, for a person to replay or discard."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from shared.envelope import Envelope, Malformed, Received, Record

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

State = Literal["open", "waiting", "replayed"]
LOOK = 1_000  # how many waiting records one batch takes with it


@dataclass(frozen=True, slots=True)
class Letter:
    """One row to write. `replayed` settles a row that may be there and writes none."""

    record: Record
    state: State
    reason: str
    at: datetime
    envelope: Envelope | None
    key: str | None
    waiting_for: int | None = None

    @classmethod
    def of_malformed(cls, bad: Malformed, at: datetime) -> "Letter":
        return cls(bad.record, "open", bad.reason, at, bad.envelope, _text(bad.record.key))

    @classmethod
    def of_refused(cls, event: Received, reason: str, at: datetime) -> "Letter":
        return cls(event.record, "open", reason, at, event.envelope, event.key)

    @classmethod
    def of_waiting(cls, event: Received, number: int, at: datetime) -> "Letter":
        return cls(event.record, "waiting", f"waiting for {number}", at, event.envelope, event.key, number)

    @classmethod
    def of_settled(cls, event: Received, at: datetime) -> "Letter":
        return cls(event.record, "replayed", "", at, event.envelope, event.key)


async def write(conn: "Connection", letters: Sequence[Letter]) -> None:
    """Write new ones, set again those that failed once more, settle those that went through."""
    kept = [x for x in letters if x.state != "replayed"]
    if kept:
        await conn.execute(
            """INSERT INTO dead_letters AS d (topic, partition, "offset", recorded_at, key, body, headers, stream_key,
                                         sequence, event_id, type, reason, waiting_for, state, at)
               SELECT t, p, o, r, k, b, h::jsonb, sk, s, e, y, w, n, st, a
               FROM unnest($1::text[], $2::int[], $3::bigint[], $4::timestamptz[], $5::bytea[], $6::bytea[],
                           $7::text[], $8::text[], $9::bigint[], $10::text[], $11::text[], $12::text[], $13::bigint[],
                           $14::text[], $15::timestamptz[])
                    AS x(t, p, o, r, k, b, h, sk, s, e, y, w, n, st, a)
               ON CONFLICT (topic, partition, "offset", recorded_at) DO UPDATE
               SET reason = excluded.reason, waiting_for = excluded.waiting_for, state = excluded.state
               WHERE d.state IN ('requested', 'waiting')""",
            *map(list, zip(*map(_row, kept), strict=True)),
        )
    await _settle(conn, [x for x in letters if x.state == "replayed"])


async def _settle(conn: "Connection", letters: Sequence[Letter]) -> None:
    """Mark rows that were waiting or requested as gone through. Nearly always there is none: ask that first."""
    if not letters or not await conn.fetchval(
        "SELECT EXISTS (SELECT FROM dead_letters WHERE state IN ('open', 'waiting', 'requested'))"
    ):
        return
    await conn.execute(
        """UPDATE dead_letters d SET state = 'replayed', resolved_at = $5
           FROM unnest($1::text[], $2::int[], $3::bigint[], $4::timestamptz[]) AS x(t, p, o, r)
           WHERE d.topic = x.t AND d.partition = x.p AND d."offset" = x.o AND d.recorded_at = x.r
             AND d.state IN ('waiting', 'requested')""",
        [x.record.topic for x in letters],
        [x.record.partition for x in letters],
        [x.record.offset for x in letters],
        [x.record.timestamp for x in letters],
        letters[0].at,
    )


async def waiting(conn: "Connection", applied: Mapping[tuple[str, str], int]) -> list[Record]:
    """The records held back in the given streams, in order, at most LOOK; `request_next` sees to the rest."""
    if not applied:
        return []
    rows = await conn.fetch(
        """SELECT topic, partition, "offset", recorded_at, key, body, headers FROM dead_letters
           WHERE state = 'waiting' AND (topic, stream_key) IN (SELECT * FROM unnest($1::text[], $2::text[]))
           ORDER BY topic, stream_key, sequence LIMIT $3""",
        [topic for topic, _ in applied],
        [key for _, key in applied],
        LOOK,
    )
    return [record_of(row) for row in rows]


async def discarded(conn: "Connection", applied: Mapping[tuple[str, str], int]) -> set[tuple[str, str, int]]:
    """The numbers beyond the last one applied that a person gave up: nothing waits for them any more."""
    if not applied:
        return set()
    rows = await conn.fetch(
        """SELECT topic, stream_key, sequence FROM dead_letters d
           JOIN unnest($1::text[], $2::text[], $3::bigint[]) AS x(t, k, n)
             ON d.topic = x.t AND d.stream_key = x.k AND d.sequence > x.n
           WHERE state = 'discarded'""",
        [topic for topic, _ in applied],
        [key for _, key in applied],
        list(applied.values()),
    )
    return {(row["topic"], row["stream_key"], row["sequence"]) for row in rows}


async def request_next(conn: "Connection", streams: Iterable[tuple[str, str]]) -> None:
    """Ask for what waits and whose turn it is by now, where more waited than one look saw."""
    listed = list(streams)
    await conn.execute(
        """UPDATE dead_letters d SET state = 'requested'
           FROM inbox_streams s JOIN unnest($1::text[], $2::text[]) AS x(t, k) ON s.topic = x.t AND s.key = x.k
           WHERE d.topic = s.topic AND d.stream_key = s.key AND d.sequence = s.sequence + 1 AND d.state = 'waiting'""",
        [topic for topic, _ in listed],
        [key for _, key in listed],
    )


def record_of(row: "asyncpg.Record") -> Record:
    headers = [(name, base64.b64decode(value)) for name, value in json.loads(row["headers"])]
    return Record(
        row["topic"], row["partition"], row["offset"], row["recorded_at"], row["key"], row["body"], headers
    )  # fmt: skip


def _row(x: Letter) -> tuple[object, ...]:
    record, envelope = x.record, x.envelope
    headers = json.dumps([[_clean(name), base64.b64encode(value or b"").decode()] for name, value in record.headers])
    return (
        record.topic, record.partition, record.offset, record.timestamp, record.key, record.value, headers,
        x.key, envelope.sequence if envelope else None, envelope.id if envelope else None,
        envelope.type if envelope else None, _clean(x.reason)[:4000], x.waiting_for, x.state, x.at,
    )  # fmt: skip


def _clean(text: str) -> str:
    """What PostgreSQL can hold: a letter that cannot be written would come again for ever."""
    return text.encode(errors="replace").decode().replace("\x00", "")


def _text(key: bytes | None) -> str | None:
    if key is None or len(key) > 200:  # longer than any key of ours, and than what an index takes
        return None
    try:
        return _clean(key.decode())
    except UnicodeDecodeError:
        return None
