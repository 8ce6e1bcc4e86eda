"""Which channels nobody may call for a while, as all processes see it: they asked for it, or failed again and again.

A row is a limit's name: a channel, or what several channels share (an app of a platform).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.db import Connection

# So many calls in a row without an answer, and the channel is left alone for a while; then it is tried with one.
BROKEN = 5
FIRST_REST = timedelta(seconds=15)
LONGEST_REST = timedelta(minutes=10)
MOST_ASKED = timedelta(days=1)


@dataclass(slots=True)
class Resting:
    """Until when each channel rests; `trying` are those that one delivery may try."""

    until: Mapping[str, datetime]
    trying: set[str]

    def take(self, channel: str) -> datetime | None:
        """None where it may be called: of one that is only tried, the first time."""
        if channel in self.trying:
            self.trying.remove(channel)
            return None
        return self.until.get(channel)


async def resting(
    conn: "Connection", limits: Mapping[str, tuple[str, ...]], *, at: datetime, lease: timedelta
) -> Resting:
    """Of these channels, each with the names of its limits."""
    names = sorted({name for own in limits.values() for name in own})
    # One that failed so often and has rested is tried by whoever comes first; the others wait for how that ends.
    tried = await conn.fetch(
        """UPDATE channel_rests SET until = $2 WHERE name = ANY($1) AND failures >= $3 AND until <= $4
           RETURNING name""",
        names, at + lease, BROKEN, at,
    )  # fmt: skip
    rows = await conn.fetch("SELECT name, until FROM channel_rests WHERE name = ANY($1) AND until > $2", names, at)
    found: dict[str, datetime] = {row["name"]: row["until"] for row in rows}
    trying = {row["name"] for row in tried}
    holding = {channel: [n for n in own if n in found] for channel, own in limits.items()}
    until = {channel: max(found[n] for n in names) for channel, names in holding.items() if names}
    return Resting(until, {channel for channel in until if trying.issuperset(holding[channel])})


async def rest(conn: "Connection", until: Mapping[str, datetime], *, reason: str, at: datetime) -> None:
    """The channel asked for it; a day at the most, for what it says may be wrong."""
    until = {name: min(time, at + MOST_ASKED) for name, time in until.items()}
    await conn.execute(
        """INSERT INTO channel_rests (name, until, reason)
           SELECT n, u, $3 FROM unnest($1::text[], $2::timestamptz[]) AS r(n, u) ORDER BY n
           ON CONFLICT (name) DO UPDATE SET until = greatest(channel_rests.until, excluded.until),
               reason = excluded.reason""",
        list(until), list(until.values()), reason,
    )  # fmt: skip


async def failing(conn: "Connection", channel: str, *, at: datetime) -> None:
    """A call ended without an answer."""
    failures: int = await conn.fetchval(
        """INSERT INTO channel_rests (name, failures) VALUES ($1, 1)
           ON CONFLICT (name) DO UPDATE SET failures = channel_rests.failures + 1 RETURNING failures""",
        channel,
    )
    if failures >= BROKEN:
        pause = min(LONGEST_REST, FIRST_REST * 2 ** min(failures - BROKEN, 10))
        await conn.execute(
            "UPDATE channel_rests SET until = greatest(until, $2), reason = 'failing' WHERE name = $1",
            channel,
            at + pause,
        )


async def answered(conn: "Connection", channel: str) -> None:
    """It is there, whatever it said."""
    await conn.execute(
        """UPDATE channel_rests SET failures = 0, until = CASE WHEN failures >= $2 THEN NULL ELSE until END
           WHERE name = $1 AND failures > 0""",
        channel,
        BROKEN,
    )
