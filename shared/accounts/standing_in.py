"""Plh and Plt: who acts for an official that is away, and in which capacities a person acts on a day. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

StandIn = Literal["plh", "plt"]
SHORT: dict[StandIn, str] = {"plh": "Plh.", "plt": "Plt."}
LENT = frozenset({"pimpinan"})  # a stand-in decides for the official; the official's other roles stay their own


@dataclass(frozen=True, slots=True)
class Away:
    """An official's absence: `capacity` and `roles` are the official's."""

    account: str
    stand_in: str
    kind: StandIn
    first: date
    last: date
    letter_number: str
    capacity: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Mandate:
    """In whose place a person acts today, by which letter."""

    official: str
    capacity: str
    letter_number: str
    roles: frozenset[str]


def last_in_chain(away: Mapping[str, str], account: str) -> str:
    """Who acts for an official, `away` being stand-ins by official: the last of the chain, or the official."""
    seen = {account}
    while (following := away.get(account)) is not None and following not in seen:
        seen.add(account := following)
    return account


def mandates(absences: Sequence[Away], account: str, day: date) -> tuple[Mandate, ...]:
    """Those for whom a person acts on a day, in the order of their capacities; none while they are away themselves."""
    today = {a.account: a for a in absences if a.first <= day <= a.last}
    chain = {a.account: a.stand_in for a in today.values()}
    return tuple(
        Mandate(a.account, f"{SHORT[a.kind]} {a.capacity}", a.letter_number, a.roles & LENT)
        for a in sorted(today.values(), key=lambda a: a.capacity)
        if a.roles & LENT and a.account != account and last_in_chain(chain, a.account) == account
    )


def lent(given: Iterable[Mandate]) -> frozenset[str]:
    """The roles that come with mandates."""
    return frozenset(role for mandate in given for role in mandate.roles)
