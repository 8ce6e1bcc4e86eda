"""Anchors: each service tells the others the head of its audit chain, so that a rewrite of one shows in another."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.audit_verify import Anchor
from shared.events import OWNED_TOPIC, AuditAnchored, type_name
from shared.outbox import Draft

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.consume import React
    from shared.db import Connection
    from shared.desk import Desk
    from shared.inbox import Batch

ANCHORS = (type_name(AuditAnchored),)
NOT_ITS_TOPIC = "a service's chain is told of on its own topic alone"
OTHERWISE = "another head was told for this seal before: the chain was rewritten. Run `alurwarta audit verify`"


@dataclass(frozen=True, slots=True)
class Plan:
    """When a service tells of its chain: at `hour` o'clock of the office's day, and every `every` from then on."""

    every: timedelta
    hour: int

    def newest(self, now: datetime) -> datetime:
        """The last moment at which it was to be told."""
        first = now.replace(hour=self.hour, minute=0, second=0, microsecond=0) - timedelta(days=1)
        return first + (now - first) // self.every * self.every


@dataclass(frozen=True, slots=True)
class Anchoring:
    """The relay's chore. Where two lead for a moment, the table lets one of them tell."""

    desk: "Desk"
    plan: Plan

    async def __call__(self, conn: "Connection") -> None:
        now = self.desk.now()
        slot = self.plan.newest(now.astimezone(self.desk.clock.calendar.zone))
        head = await conn.fetchrow(_DUE, self.desk.service, slot)
        if head is None:
            return
        event = AuditAnchored(service=self.desk.service, sealed=head["sealed"], hash=head["hash"], at=now)  # pyright: ignore[reportArgumentType]
        await conn.execute(
            "INSERT INTO audit_anchors (service, sealed, hash, at) VALUES ($1, $2, $3, $4)",
            event.service,
            event.sealed,
            event.hash,
            event.at,
        )
        await self.desk.outbox.append(conn, [Draft(event, topic=OWNED_TOPIC[event.service])])


# The head of the chain, where more was sealed than was told last, and that was before the slot. A young chain waits for
# its first slot too.
_DUE = """
    SELECT c.sealed, c.hash
    FROM (SELECT sealed, hash FROM audit_chain ORDER BY sealed DESC LIMIT 1) c
    LEFT JOIN (SELECT sealed, at FROM audit_anchors WHERE service = $1 ORDER BY sealed DESC LIMIT 1) told ON true
    WHERE c.sealed > coalesce(told.sealed, 0)
      AND coalesce(told.at, (SELECT at FROM audit ORDER BY id LIMIT 1)) < $2"""


def keeping(react: "React", service: str) -> "React":
    """What a topic's reader does, and after it: keep what the topic's owner told of its chain."""

    async def both(conn: "Connection", batch: "Batch") -> None:
        await react(conn, batch)
        await keep(conn, batch, service)

    return both


async def keep(conn: "Connection", batch: "Batch", service: str) -> None:
    """Keep the anchors of a batch; one that belies an earlier one becomes a dead letter, which raises an alert."""
    told = [(r, e) for r in batch.of(AuditAnchored) if isinstance(e := r.event, AuditAnchored) and e.service != service]
    for received, event in told:
        if OWNED_TOPIC[event.service] != received.record.topic:
            batch.refuse(received, NOT_ITS_TOPIC)
    told = [(r, e) for r, e in told if OWNED_TOPIC[e.service] == r.record.topic]
    if not told:
        return
    known = await _add(conn, [event for _, event in told])
    for received, event in told:
        if known[event.service, event.sealed] != event.hash:
            batch.refuse(received, OTHERWISE)


async def _add(conn: "Connection", told: "Sequence[AuditAnchored]") -> dict[tuple[str, int], str]:
    """Add those that are new; returns the hash that is kept of each."""
    await conn.execute(
        """INSERT INTO audit_anchors (service, sealed, hash, at)
           SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::timestamptz[]) ON CONFLICT DO NOTHING""",
        *map(list, zip(*((e.service, e.sealed, e.hash, e.at) for e in told), strict=True)),
    )
    rows = await conn.fetch(
        """SELECT service, sealed, hash FROM audit_anchors
           JOIN unnest($1::text[], $2::bigint[]) AS r (service, sealed) USING (service, sealed)""",
        [e.service for e in told],
        [e.sealed for e in told],
    )
    return {(row["service"], row["sealed"]): row["hash"] for row in rows}


async def held(conn: "Connection", service: str, *, holder: str) -> "Sequence[Anchor]":
    """What one service, in whose schema the connection is, was told of another's chain."""

    rows = await conn.fetch("SELECT sealed, hash, at FROM audit_anchors WHERE service = $1 ORDER BY sealed", service)
    return [Anchor(holder, row["sealed"], row["hash"], row["at"]) for row in rows]
