"""Wrong tries make the next one wait, longer and longer; whether an account is there does not matter."""

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from shared.refusal import Refused
from shared.words import span

if TYPE_CHECKING:
    from shared.db import Connection

FREE_TRIES = 5
FORGOTTEN_AFTER = timedelta(days=1)
What = Literal["password", "code"]


class LockedOut(Refused):
    """Too many tries; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = max(1, retry_after)
        minutes = -(-self.retry_after // 60)
        super().__init__(
            "locked-out", f"Terlalu banyak percobaan. Tunggu {span(minutes * 60)} lalu coba lagi, atau hubungi Admin."
        )


async def begin(conn: "Connection", what: What, who: str, *, now: datetime) -> None:
    """Count a try before it is looked at, so that many at once are no more tries than one after the other.

    From the fifth failure on each doubles the wait, to an hour at the most. Raises LockedOut. Call it outside a
    transaction: a refusal must not undo the count.
    """
    counted = await conn.fetchval(
        """INSERT INTO accounts.tries AS t (what, who, failures, tried_at) VALUES ($1, $2, 1, $3)
           ON CONFLICT (what, who) DO UPDATE SET tried_at = $3,
               failures = CASE WHEN t.tried_at < $3 - $5::interval THEN 1 ELSE t.failures + 1 END,
               locked_until = CASE WHEN t.failures + 1 >= $4 AND t.tried_at >= $3 - $5::interval
                   THEN $3 + least(interval '1 hour', interval '30 seconds' * (2 ^ least(t.failures + 1 - $4, 10))) END
           WHERE t.locked_until IS NULL OR t.locked_until <= $3
           RETURNING failures""",
        what,
        _whose(who),
        now,
        FREE_TRIES,
        FORGOTTEN_AFTER,
    )
    if counted is None:
        until = await conn.fetchval(
            "SELECT locked_until FROM accounts.tries WHERE what = $1 AND who = $2", what, _whose(who)
        )
        raise LockedOut(int((until - now).total_seconds()) + 1 if until else 1)


async def succeed(conn: "Connection", what: What, who: str, *, now: datetime) -> None:
    """Forget the wrong tries of one who showed who they are, and of all that are a day old."""
    await conn.execute(
        "DELETE FROM accounts.tries WHERE (what = $1 AND who = $2) OR tried_at < $3",
        what,
        _whose(who),
        now - FORGOTTEN_AFTER,
    )


def _whose(who: str) -> bytes:
    return hashlib.sha256(who.encode(errors="replace")).digest()
