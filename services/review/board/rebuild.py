"""The board made again from the topics: what the service took in already, applied once more. It may run meanwhile.

What the service has yet to take in, it folds itself when it does; what it refused stays refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.review.board import store
from shared.envelope import Received, Record, read
from shared.inbox import Stream, stream
from shared.sla import Timekeeper

if TYPE_CHECKING:
    from shared.db import Connection

TABLES = ("board_items", "board_clocks", "board_links", "board_returns", "board_totals")


@dataclass(slots=True)
class Count:
    """Records read, events applied, and those left out: unreadable, refused, or still before the service."""

    read: int = 0
    applied: int = 0
    left_out: int = 0

    def add(self, other: "Count") -> None:
        self.read += other.read
        self.applied += other.applied
        self.left_out += other.left_out


async def empty(conn: "Connection") -> None:
    """Forget the whole board; one that is being written is waited for."""
    async with conn.transaction():
        await conn.execute(f"TRUNCATE {', '.join(TABLES)}")


async def again(conn: "Connection", keeper: Timekeeper, records: Sequence[Record]) -> Count:
    """Apply one batch of any topics again, in a transaction of its own."""
    found = [e for e in map(read, records) if isinstance(e, Received)]
    async with conn.transaction():
        taken = await _taken(conn, found)
        applied = await store.apply(conn, keeper, taken)
    return Count(len(records), applied, len(records) - len(taken))


async def _taken(conn: "Connection", events: Sequence[Received]) -> list[Received]:
    """Those that the service's own inbox has behind it, and did not refuse."""
    streams = sorted({stream(e) for e in events})
    keys = ([topic for topic, _ in streams], [key for _, key in streams])
    rows = await conn.fetch(
        """SELECT s.topic, s.key, s.sequence FROM inbox_streams s
           JOIN unnest($1::text[], $2::text[]) AS r (topic, key) USING (topic, key)""",
        *keys,
    )
    reached: dict[Stream, int] = {(row["topic"], row["key"]): row["sequence"] for row in rows}
    refused = {
        (row["topic"], row["stream_key"], row["sequence"])
        for row in await conn.fetch(
            """SELECT d.topic, d.stream_key, d.sequence FROM dead_letters d
               JOIN unnest($1::text[], $2::text[]) AS r (topic, key) ON d.topic = r.topic AND d.stream_key = r.key
               WHERE d.state <> 'replayed' AND d.sequence IS NOT NULL""",
            *keys,
        )
    }
    return [
        e
        for e in events
        if (e.envelope.sequence or 0) <= reached.get(stream(e), 0) and (*stream(e), e.envelope.sequence) not in refused
    ]
