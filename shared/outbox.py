"""The outbox: events appended in the transaction that makes them true, each with its place in its key's sequence."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from shared.content import RequestRef
from shared.envelope import Envelope, attributes_of, event_source
from shared.events import Event, type_name
from shared.refusal import Refused

if TYPE_CHECKING:
    from shared.db import Connection, Database

LIMIT = 900_000
# Of rows `o`: what the relay may send now. A row that the broker refused for good holds back its own key alone.
WAITING = """o.sent_at IS NULL AND o.set_aside_at IS NULL
    AND NOT EXISTS (SELECT FROM outbox a WHERE a.set_aside_at IS NOT NULL AND a.topic = o.topic AND a.key = o.key)"""


class TooLarge(Refused):
    """The event would not fit the broker: the person who saves is told, not the relay at night."""

    def __init__(self, size: int) -> None:
        kilobytes = f"{size // 1000} kB"
        super().__init__("too-large", f"Isi terlalu besar ({kilobytes}; batasnya {LIMIT // 1000} kB). Bagi isinya.")


@dataclass(frozen=True, slots=True)
class Draft:
    """An event to append. `because` is what caused it; `suffix` ends the topic of one other system."""

    event: Event
    because: Envelope | None = None
    request: RequestRef | None = None
    suffix: str | None = None
    topic: str | None = None

    @property
    def address(self) -> str:
        topic = self.topic or self.event.topic
        return f"{topic}.{self.suffix}" if self.suffix else topic


@dataclass(frozen=True, slots=True)
class Outbox:
    """One service's pen: its name, and where ids and times come from."""

    service: str
    new_id: Callable[[], UUID]
    now: Callable[[], datetime]

    async def append(self, conn: "Connection", drafts: Sequence[Draft]) -> None:
        """Append in order. The caller holds the lock of each draft's aggregate, so that id order is commit order."""
        if not drafts:
            return
        places = await _take_places(conn, drafts)
        at = self.now()
        rows = [self._row(draft, places, at) for draft in drafts]
        await conn.execute(
            """INSERT INTO outbox (event_id, topic, key, sequence, type, headers, body, appended_at)
               SELECT e, t, k, s, y, h::jsonb, b, $8
               FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::bytea[])
                    WITH ORDINALITY AS r(e, t, k, s, y, h, b, n)
               ORDER BY n""",
            *map(list, zip(*rows, strict=True)),
            at,
        )

    def _row(self, draft: Draft, places: dict[tuple[str, str], int], at: datetime) -> tuple[object, ...]:
        event, because, topic = draft.event, draft.because, draft.address
        key = event.key
        body = event.model_dump_json().encode()
        if len(body) > LIMIT:
            raise TooLarge(len(body))
        places[topic, key] = place = places[topic, key] + 1
        event_id = self.new_id()
        envelope = Envelope(
            id=str(event_id),
            source=event_source(self.service),
            type=type_name(type(event)),
            subject=key,
            time=at,
            sequence=place,
            causation=because.id if because else None,
            traceparent=because.traceparent if because and because.traceparent else traceparent(event_id),
            request=draft.request or (because.request if because else None),
        )
        return event_id, topic, key, place, envelope.type, json.dumps(attributes_of(envelope)), body


def traceparent(event_id: UUID) -> str:
    """A W3C trace context of its own for a chain that nobody else traces."""
    digits = event_id.hex
    return f"00-{digits}-{digits[16:]}-01"


async def _take_places(conn: "Connection", drafts: Sequence[Draft]) -> dict[tuple[str, str], int]:
    """Move each stream on by what it will get; returns where each stood before. Locks streams in one order."""
    wanted = sorted(Counter((d.address, d.event.key) for d in drafts).items())
    rows = await conn.fetch(
        """INSERT INTO outbox_streams AS s (topic, key, sequence)
           SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
           ON CONFLICT (topic, key) DO UPDATE SET sequence = s.sequence + excluded.sequence
           RETURNING topic, key, sequence""",
        [stream[0] for stream, _ in wanted],
        [stream[1] for stream, _ in wanted],
        [count for _, count in wanted],
    )
    counts = dict(wanted)
    return {(r["topic"], r["key"]): r["sequence"] - counts[r["topic"], r["key"]] for r in rows}


async def mark_for_replay(conn: "Connection", since: datetime) -> int:
    """Mark all that was appended since then for sending again; returns how many. Readers ignore what they have."""
    done: str = await conn.execute(
        "UPDATE outbox SET sent_at = NULL WHERE appended_at >= $1 AND sent_at IS NOT NULL", since
    )
    return int(done.rpartition(" ")[2])


async def forget(db: "Database", before: datetime, limit: int = 10_000) -> int:
    """Delete what was sent before then, some at a time; returns how many."""
    async with db.transaction() as conn:
        done: str = await conn.execute(
            """DELETE FROM outbox WHERE id IN
               (SELECT id FROM outbox WHERE appended_at < $1 AND sent_at < $1 ORDER BY appended_at LIMIT $2)""",
            before,
            limit,
        )
    return int(done.rpartition(" ")[2])
