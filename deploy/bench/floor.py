"""The floor of one hop: a bare aiokafka and asyncpg loop with the effects of intake's request handler, and no more.

It decodes, validates with the same models, writes the same rows in the same batches in one transaction, produces the
same events with the same idempotent producer, and commits the offsets after it. It has no inbox order, no isolation of
bad events, no retry, no metrics and no other topic.
"""

import asyncio
import hashlib
import json
import os
import sys
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import uvloop
from aiokafka import AIOKafkaConsumer
from uuid_utils.compat import uuid7

from shared.content import ClockRecord, RequestRef
from shared.envelope import Envelope, headers_of
from shared.events import Event, IntakeAccepted, IntakeRequested, ReportReceived, type_name
from shared.kafka import MAX_RECORDS
from shared.relay import producer
from shared.topics import Topics

SOURCE, UNIT = "bench", "perumahan"
Rows = list[tuple[Any, ...]]

SQL = {
    "requests": """INSERT INTO requests (source, id, data_sha256, state, report, received_at, answered_at, next_at)
        SELECT s, i, d, 'accepted', r, a, a, a
        FROM unnest($1::text[], $2::text[], $3::bytea[], $4::uuid[], $5::timestamptz[]) AS x(s, i, d, r, a)
        ON CONFLICT (source, id) DO NOTHING RETURNING source, id""",
    "reports": """INSERT INTO reports (id, unit, title, state, cycle, facts, happened_at, received_at, urgency, source,
                                      request_id)
        SELECT r, u, t, 'received', 1, f::json, h, a, 'regular', s, i
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::text[],
                    $8::text[]) AS x(r, u, t, f, h, a, s, i)""",
    "clocks": """INSERT INTO clocks (stage, item, cycle, lane, kind, report, opened_at, due_at, target_seconds,
                                    sop_version, calendar_version, closed_at, outcome, punctuality, working_seconds,
                                    elapsed_seconds)
        SELECT 'intake', r::text, 1, 'regular', 'regular', r, o, o, 27000, '1', 'b', c, 'completed', 'in_time', 1, 1
        FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS x(r, o, c)""",
    "totals": """INSERT INTO clock_totals AS t
        VALUES ('intake', 'regular', 'regular', 'completed', 'in_time', 0, $1, $1)
        ON CONFLICT (stage, lane, kind, outcome, punctuality, edge)
        DO UPDATE SET closed = t.closed + excluded.closed, working_seconds = t.working_seconds + excluded.closed""",
    "audit": """INSERT INTO audit (at, actor, capacity, action, item, after_hash, event_id)
        SELECT now(), 'sumber:bench', 'sistem pengirim', 'report.received', r, h, i
        FROM unnest($1::text[], $2::text[], $3::text[]) AS x(r, h, i)""",
    "streams": """INSERT INTO outbox_streams SELECT t, k, 1 FROM unnest($1::text[], $2::text[]) AS x(t, k)
        ON CONFLICT DO NOTHING""",
    "outbox": """INSERT INTO outbox (event_id, topic, key, sequence, type, headers, body, appended_at, sent_at)
        SELECT e, t, k, 1, y, h::jsonb, b, now(), now()
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[]) AS x(e, t, k, y, h, b)""",
}


def decide(record: Any, at: datetime) -> tuple[dict[str, tuple[Any, ...]], list[tuple[str, Event, UUID]]]:
    """The rows of one request, and the events that follow from it."""
    headers = {name: value.decode() for name, value in record.headers}
    asked = IntakeRequested.model_validate_json(record.value)
    data = asked.model_dump_json(exclude_unset=True)
    digest = hashlib.sha256(data.encode()).digest()
    report, request_id = uuid7(), headers["ce_id"]
    assert isinstance(asked.happened_at, datetime)
    clock = ClockRecord(
        stage="intake", item=str(report), cycle=1, opened_at=asked.happened_at, due_at=asked.happened_at, closed_at=at,
        working_seconds=1, elapsed_seconds=1, target_seconds=27000, sop_version="1", calendar_version="bench",
        outcome="completed", punctuality="in_time", report=report,
    )  # fmt: skip
    received = ReportReceived(
        report=report, request=RequestRef(source=SOURCE, id=request_id), unit=UNIT, title=asked.title, text=asked.text,
        happened_at=asked.happened_at, received_at=at, place=asked.place, people=asked.people, reporter=asked.reporter,
        clocks=(clock,),
    )  # fmt: skip
    accepted = IntakeAccepted(request_id=request_id, at=at, report=report, received_at=at)
    rows: dict[str, tuple[Any, ...]] = {
        "requests": (SOURCE, request_id, digest, report, at),
        "reports": (report, UNIT, asked.title, data, asked.happened_at, at, SOURCE, request_id),
        "clocks": (report, asked.happened_at, at),
        "audit": (str(report), digest.hex(), request_id),
    }
    return rows, [("reports", received, uuid7()), (f"intake-outcomes.{SOURCE}", accepted, uuid7())]


def outgoing(topic: str, event: Event, event_id: UUID, at: datetime) -> tuple[Any, ...]:
    """One outbox row of an event."""
    envelope = Envelope(str(event_id), "/alurwarta/intake", type_name(type(event)), event.key, at, 1, "x", "y")
    headers = json.dumps({name: value.decode() for name, value in headers_of(envelope)})
    return event_id, topic, event.key, envelope.type, headers, event.model_dump_json().encode()


async def apply(conn: Any, records: list[Any]) -> Rows:
    """One batch in one transaction; returns its outbox rows."""
    rows: dict[str, Rows] = {"requests": [], "reports": [], "clocks": [], "audit": [], "outbox": []}
    for record in records:
        at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
        found, events = decide(record, at)
        for table, row in found.items():
            rows[table].append(row)
        rows["outbox"] += [outgoing(topic, event, event_id, at) for topic, event, event_id in events]
    async with conn.transaction():
        for table in ("requests", "reports", "clocks", "audit"):
            await conn.fetch(SQL[table], *map(list, zip(*rows[table], strict=True)))
        await conn.execute(SQL["totals"], len(records))
        await conn.execute(SQL["streams"], [r[1] for r in rows["outbox"]], [r[2] for r in rows["outbox"]])
        await conn.execute(SQL["outbox"], *map(list, zip(*rows["outbox"], strict=True)))
    return rows["outbox"]


async def run() -> None:
    """Consume until ended from outside."""
    topics = Topics(os.environ["ALURWARTA_NAMESPACE"])
    conn = await asyncpg.connect(os.environ["ALURWARTA_POSTGRES_DSN"], server_settings={"search_path": "intake"})
    sender = producer(os.environ["ALURWARTA_KAFKA"])
    await sender.start()
    consumer = AIOKafkaConsumer(
        topics.requests_of(SOURCE),
        bootstrap_servers=os.environ["ALURWARTA_KAFKA"],
        group_id=f"{topics.namespace}.floor",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=4 * 1024 * 1024,
    )
    await consumer.start()
    while True:
        found = await consumer.getmany(timeout_ms=500, max_records=MAX_RECORDS)
        records = [record for part in found.values() for record in part]
        if not records:
            continue
        futures: list[Any] = []
        for _, topic, key, _, headers, body in await apply(conn, records):
            pairs = [(name, value.encode()) for name, value in json.loads(headers).items()]
            futures.append(await sender.send(topics.full(topic), value=body, key=key.encode(), headers=pairs))
        await asyncio.gather(*futures)
        await consumer.commit()


if __name__ == "__main__":
    sys.exit(uvloop.run(run()))
