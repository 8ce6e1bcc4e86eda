"""The declared state machines as tests walk them, and a picture of all that a service holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import asyncpg

from deploy.states.declared import declared


class No(NamedTuple):
    """How a person is told that something cannot be done now."""

    status: int
    code: str
    sentence: str


@dataclass(frozen=True)
class Arrow:
    """What an action makes of a state, and who may cause it by hand: nobody where only an event or the system does."""

    to: frozenset[str]
    roles: frozenset[str]


@dataclass(frozen=True)
class Machine:
    """One item's whole table. A state before the item begins is ''."""

    service: str
    item: str
    arrows: Mapping[tuple[str, str], Arrow]

    @property
    def states(self) -> tuple[str, ...]:
        known = [state for (before, _), arrow in self.arrows.items() for state in (before, *sorted(arrow.to))]
        return tuple(dict.fromkeys(known))

    @property
    def by_hand(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(action for (_, action), arrow in self.arrows.items() if arrow.roles))

    @property
    def by_event(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(action for (_, action), arrow in self.arrows.items() if not arrow.roles))

    def after(self, before: str, action: str) -> frozenset[str]:
        """The states that the table names; none where it does not have this action in this state."""
        arrow = self.arrows.get((before, action))
        return arrow.to if arrow else frozenset()


@cache
def machine(service: str, item: str) -> Machine:
    """The table of one item, as its service declares it."""
    arrows: dict[tuple[str, str], Arrow] = {}
    for d in declared():
        if (d.service, d.item) == (service, item):
            key = d.before or "", d.action
            before = arrows.get(key, Arrow(frozenset(), frozenset(d.roles)))
            assert before.roles == frozenset(d.roles), f"{key} is granted to different people in different rows"
            arrows[key] = Arrow(before.to | {d.after}, before.roles)
    return Machine(service, item, arrows)


class Picture:
    """All rows of a schema, table by table: so that `nothing changed` means nothing at all."""

    def __init__(
        self, owner: "asyncpg.Connection[asyncpg.Record]", schema: str, *, without: Iterable[str] = ()
    ) -> None:
        self.owner = owner
        self.schema = schema
        self.without = frozenset(without) | {"migrations"}
        self._query = ""

    async def take(self) -> dict[str, str]:
        """A hash of each table's rows."""
        if not self._query:
            rows = await self.owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", self.schema)
            names = sorted({str(r["tablename"]) for r in rows} - self.without)
            self._query = " UNION ALL ".join(
                f"SELECT '{n}' AS name, md5(coalesce(string_agg(x::text, '|' ORDER BY x::text), '')) AS rows"
                f' FROM {self.schema}."{n}" x'
                for n in names
            )
        return {r["name"]: r["rows"] for r in await self.owner.fetch(self._query)}


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The tables that are not as they were."""
    return [name for name in before if before[name] != after[name]]
