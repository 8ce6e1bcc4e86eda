"""The inbox: which events of a batch are new, in which order, and what becomes of those that are not applied.

Our own topics number their events per key (`ce_sequence`). The last number applied is all that a reader keeps: lower
or equal is already seen, the next is applied, a higher one waits as a dead letter until the gap is filled.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from shared import dead_letter
from shared.dead_letter import Letter
from shared.envelope import Malformed, Received, Record, read
from shared.refusal import Refused

if TYPE_CHECKING:
    from shared.db import Connection

Stream = tuple[str, str]
Place = tuple[str, int, int, datetime]


@dataclass(slots=True)
class Batch:
    """The new events of one transaction, in sequence per key, and the refusals that the handler finds."""

    events: tuple[Received, ...]
    refused: dict[Place, str] = field(default_factory=dict[Place, str])

    def fold(self, decide: Callable[[Received], None], events: Iterable[Received] | None = None) -> None:
        """Run a pure decision on each; a refusal rejects that event alone, and holds what follows it in its key."""
        stopped: set[Stream] = {stream(e) for e in self.events if place(e.record) in self.refused}
        for event in self.events if events is None else events:
            if event.envelope.sequence is not None and stream(event) in stopped:
                continue
            try:
                decide(event)
            except Refused as no:
                self.refuse(event, f"{no.code}: {no.sentence}")
                stopped.add(stream(event))

    def refuse(self, event: Received, reason: str) -> None:
        self.refused[place(event.record)] = reason

    def taken(self) -> "list[Received]":
        """Those that were not refused, and do not wait behind one that was."""
        stopped: set[Stream] = set()
        found: list[Received] = []
        for event in self.events:
            if place(event.record) in self.refused:
                stopped.add(stream(event))
            elif stream(event) not in stopped:
                found.append(event)
        return found

    def of(self, *kinds: type) -> list[Received]:
        """Those of the given event types, in order."""
        return [e for e in self.events if isinstance(e.event, kinds)]


def place(record: Record) -> Place:
    """Where a record lies, told apart from another one at the same offset of a topic made anew."""
    return record.topic, record.partition, record.offset, record.timestamp


def stream(event: Received) -> Stream:
    return event.record.topic, event.key


@dataclass(slots=True)
class Claim:
    """What was found of one batch, while its streams are locked."""

    fresh: list[Received]
    letters: list[Letter]
    applied: dict[Stream, int]
    seen: int = 0
    more: bool = False  # more may wait than one look saw


async def claim(conn: "Connection", records: Sequence[Record], *, at: datetime) -> Claim:
    """Lock the streams of a batch and sort its records into new, seen, waiting and malformed."""
    understood, letters = _understand(records, at)
    numbered = [e for e in understood if e.envelope.sequence is not None]
    applied = await _lock(conn, {stream(e) for e in numbered})
    waiting = await dead_letter.waiting(conn, applied)
    # One that waits may come again in this very batch, if its offset was never committed: it is one event, not two.
    here = {place(r) for r in records}
    held = [e for e in map(read, waiting) if isinstance(e, Received) and place(e.record) not in here]
    result = Claim([e for e in understood if e.envelope.sequence is None], letters, dict(applied))
    result.more = len(waiting) == dead_letter.LOOK
    gone = await _given_up(conn, [*numbered, *held], applied)
    _sort([*numbered, *held], result, {place(r) for r in waiting}, gone, at)
    return result


async def _given_up(
    conn: "Connection", events: Iterable[Received], applied: dict[Stream, int]
) -> set[tuple[str, str, int]]:
    """The numbers that a person discarded ahead of their turn, in the streams that have a gap."""
    gaps = {stream(e) for e in events if (e.envelope.sequence or 0) > applied[stream(e)] + 1}
    return await dead_letter.discarded(conn, {s: applied[s] for s in gaps})


def _understand(records: Sequence[Record], at: datetime) -> tuple[list[Received], list[Letter]]:
    understood: list[Received] = []
    letters: list[Letter] = []
    for record in records:
        found = read(record)
        if isinstance(found, Malformed):
            letters.append(Letter.of_malformed(found, at))
        elif found.envelope.sequence is None and not found.event.closed:
            problem = "ce_sequence: is missing, and this topic numbers its events"
            letters.append(Letter.of_refused(found, problem, at))
        else:
            understood.append(found)
    return understood, letters


def _sort(
    events: Iterable[Received], claim: Claim, waiting: set[Place], gone: set[tuple[str, str, int]], at: datetime
) -> None:
    """Walk each stream in order of number; the same number twice is seen the second time."""
    for event in sorted(events, key=lambda e: (stream(e), e.envelope.sequence or 0)):
        number, last = event.envelope.sequence or 0, claim.applied[stream(event)]
        while number > last + 1 and (*stream(event), last + 1) in gone:
            last = claim.applied[stream(event)] = last + 1
        if number <= last:
            claim.seen += 1
            if place(event.record) in waiting:
                claim.letters.append(Letter.of_settled(event, at))
        elif number == last + 1:
            claim.applied[stream(event)] = number
            claim.fresh.append(event)
        elif place(event.record) not in waiting:
            claim.letters.append(Letter.of_waiting(event, last + 1, at))


async def settle(conn: "Connection", claim: Claim, batch: Batch, *, at: datetime) -> None:
    """Record how far each stream got, and write a dead letter for all that did not."""
    applied: dict[Stream, int] = {}
    for event in claim.fresh:
        number = event.envelope.sequence
        reason = batch.refused.get(place(event.record))
        if number is None:
            if reason is not None:
                claim.letters.append(Letter.of_refused(event, reason, at))
            continue
        held_at = applied.get(stream(event), 0)
        if held_at < 0:
            claim.letters.append(Letter.of_waiting(event, -held_at, at))
        elif reason is not None:
            claim.letters.append(Letter.of_refused(event, reason, at))
            applied[stream(event)] = -number
        else:
            claim.letters.append(Letter.of_settled(event, at))
            applied[stream(event)] = number
    await _advance(conn, claim, applied)
    await dead_letter.write(conn, claim.letters)
    if claim.more:
        await dead_letter.request_next(conn, claim.applied)


async def _lock(conn: "Connection", streams: set[Stream]) -> dict[Stream, int]:
    if not streams:
        return {}
    ordered = sorted(streams)
    rows = await conn.fetch(
        """INSERT INTO inbox_streams AS s (topic, key)
           SELECT * FROM unnest($1::text[], $2::text[])
           ON CONFLICT (topic, key) DO UPDATE SET sequence = s.sequence
           RETURNING topic, key, sequence""",
        [topic for topic, _ in ordered],
        [key for _, key in ordered],
    )
    return {(r["topic"], r["key"]): r["sequence"] for r in rows}


async def _advance(conn: "Connection", claim: Claim, applied: dict[Stream, int]) -> None:
    first = {}
    for event in reversed(claim.fresh):
        first[stream(event)] = event.envelope.sequence or 0
    reached = {s: (n if n > 0 else -n - 1) for s, n in applied.items()}
    moved = [(topic, key, n) for (topic, key), n in reached.items() if n >= first[topic, key]]
    if moved:
        await conn.execute(
            """UPDATE inbox_streams s SET sequence = r.n
               FROM unnest($1::text[], $2::text[], $3::bigint[]) AS r(t, k, n)
               WHERE s.topic = r.t AND s.key = r.k AND s.sequence < r.n""",
            *map(list, zip(*moved, strict=True)),
        )
