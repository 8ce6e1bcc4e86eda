"""Walking one service's audit chain: names each row changed, removed or inserted, and each anchor that it belies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from shared.audit import GENESIS, link

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

AT_ONCE = 2_000  # rows that the cursor fetches; never the whole trail
MOST_UNSEALED = 1_000
# Both walk an index from its beginning, so that the first row comes at once.
_CHAIN = """SELECT c.sealed, c.audit_id, c.hash, c.form, a.* FROM audit_chain c LEFT JOIN audit a ON a.id = c.audit_id
            ORDER BY c.sealed"""
_UNSEALED = """SELECT id FROM audit a WHERE at < now() - interval '1 hour'
                 AND NOT EXISTS (SELECT FROM audit_chain c WHERE c.audit_id = a.id) ORDER BY id LIMIT $1"""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of a service's chain as another service was told it."""

    holder: str
    sealed: int
    hash: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Checked:
    """What a walk over one service's chain found; `findings` is empty of one that is whole."""

    service: str
    rows: int
    newest: int
    anchors: Sequence[Anchor]
    findings: Sequence[str]

    @property
    def last_anchor(self) -> Anchor | None:
        return max(self.anchors, key=lambda a: (a.sealed, a.at), default=None)


@dataclass(frozen=True, slots=True)
class _Seal:
    """One link as it stands, what its hash should be on the one before, and whether it is."""

    sealed: int
    audit_id: int
    stored: str
    computed: str
    before: str

    @property
    def fits(self) -> bool:
        return self.stored == self.computed


@dataclass(slots=True)
class Walk:
    """Takes the seals in order. A link that does not fit is judged by the one after it, which tells what happened."""

    findings: list[str] = field(default_factory=list[str])
    last: _Seal = _Seal(0, 0, GENESIS, GENESIS, GENESIS)
    rows: int = 0

    def step(self, row: "asyncpg.Record") -> None:
        self.rows += 1
        number: int = row["sealed"]
        gap = number > self.last.sealed + 1
        if gap:
            self._judge()
            self.findings.append(_removed(self.last.sealed + 1, number - 1))
        if row["id"] is None:
            self._judge()
            self.findings.append(f"audit row {row['audit_id']} was removed (seal {number})")
        if gap or row["id"] is None:  # what it should be on top of is not there, or it is not itself
            self.last = _Seal(number, row["audit_id"], row["hash"], row["hash"], self.last.stored)
            return
        self.last = self._next(row)

    def _next(self, row: "asyncpg.Record") -> _Seal:
        last = self.last
        seal = self._on(last.stored, row)
        if not last.fits and not seal.fits:
            if (on_right := self._on(last.computed, row)).fits:
                self.findings.append(f"the hash of seal {last.sealed} was changed")
                return on_right
            if (on_before := self._on(last.before, row)).fits:
                self.findings.append(f"audit row {last.audit_id} was inserted (seal {last.sealed})")
                return on_before
        self._judge()
        return seal

    def _on(self, previous: str, row: "asyncpg.Record") -> _Seal:
        return _Seal(row["sealed"], row["audit_id"], row["hash"], link(previous, row, row["form"]), self.last.stored)

    def _judge(self) -> None:
        """What is left to say of the last link once the one after it stands on it, or on nothing."""
        if not self.last.fits:
            self.findings.append(
                f"audit row {self.last.audit_id} was changed, or one was taken out or put in before it "
                f"(seal {self.last.sealed})"
            )

    def end(self) -> list[str]:
        self._judge()
        return self.findings


def _removed(first: int, last: int) -> str:
    return f"seal {first} was removed" if first == last else f"seals {first} to {last} were removed"


async def check(conn: "Connection", service: str, anchors: Sequence[Anchor]) -> Checked:
    """Walk the chain of the connection's schema, in a transaction of the caller's, a few rows in memory at a time."""
    walk, told = Walk(), _by_seal(anchors)
    belied: list[str] = []
    async for row in conn.cursor(_CHAIN, prefetch=AT_ONCE):
        walk.step(row)
        belied += [_belied(service, a) for a in told.get(row["sealed"], ()) if a.hash != row["hash"]]
    newest = walk.last.sealed
    belied += [_cut(service, newest, a) for a in anchors if a.sealed > newest]
    never = [
        f"audit row {row['id']} was never sealed: inserted, or its seal was removed"
        for row in await conn.fetch(_UNSEALED, MOST_UNSEALED)
    ]
    return Checked(service, walk.rows, newest, anchors, [*walk.end(), *belied, *never])


def _by_seal(anchors: Sequence[Anchor]) -> Mapping[int, list[Anchor]]:
    found: dict[int, list[Anchor]] = {}
    for anchor in anchors:
        found.setdefault(anchor.sealed, []).append(anchor)
    return found


def _belied(service: str, anchor: Anchor) -> str:
    return f"{service}'s chain at seal {anchor.sealed} is not what {anchor.holder} was told on {_day(anchor.at)}"


def _cut(service: str, newest: int, anchor: Anchor) -> str:
    return (
        f"{service}'s chain ends at seal {newest}, but {anchor.holder} was told of seal {anchor.sealed} "
        f"on {_day(anchor.at)}"
    )


def _day(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
