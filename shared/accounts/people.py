"""Who is at the screen, by their session: what every service may read."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from shared import access
from shared.accounts.standing_in import Away, Mandate, lent, mandates
from shared.content import Official
from shared.refusal import Refused

if TYPE_CHECKING:
    from shared.db import Connection


class NotYourCapacity(Refused):
    def __init__(self, capacity: str) -> None:
        super().__init__(
            "not-your-capacity",
            f"Anda tidak (lagi) bertindak sebagai “{capacity}”. Muat ulang halamannya, lalu pilih lagi jabatannya.",
        )


@dataclass(frozen=True, slots=True)
class Person:
    """Who is at the screen. `fresh`: they showed who they are in the last 15 minutes; `number` tells sessions apart.

    `roles` are their own and those lent by `mandates`, which say in whose place they act today.
    """

    account: str
    name: str
    capacity: str
    roles: frozenset[str]
    unit: str | None
    csrf: str
    expires_at: datetime
    language: str = "id"
    fresh: bool = False
    seconds_left: int = 0
    number: int = 0
    mandates: tuple[Mandate, ...] = ()
    own_roles: frozenset[str] | None = None

    @property
    def official(self) -> Official:
        return Official(account=self.account, name=self.name, capacity=self.capacity)

    def capacities(self, action: str) -> dict[str, Mandate | None]:
        """In which capacities this person may do this, their own first; with a mandate where it is somebody else's."""
        own = self.roles if self.own_roles is None else self.own_roles
        found: dict[str, Mandate | None] = {self.capacity: None} if access.may(action, own) else {}
        return found | {m.capacity: m for m in self.mandates if access.may(action, m.roles)}

    def acting(self, action: str, capacity: str = "") -> Official:
        """Who does this, in the capacity asked for, or the first in which they may. Raises NotYourCapacity."""
        able = self.capacities(action)
        if capacity and capacity not in able:
            raise NotYourCapacity(capacity)
        return Official(account=self.account, name=self.name, capacity=capacity or next(iter(able), self.capacity))

    def acting_with(self, action: str, capacity: str = "") -> tuple[Official, str]:
        """As `acting`, with the letter by which somebody else's capacity is theirs; "" in their own."""
        by = self.acting(action, capacity)
        mandate = self.capacities(action).get(by.capacity)
        return by, mandate.letter_number if mandate else ""

    def standing_in(self, absences: list[Away], day: date) -> "Person":
        """The same person with what others' absences lend them on a day."""
        given = mandates(absences, self.account, day)
        if not given:
            return self
        return replace(self, mandates=given, own_roles=self.roles, roles=self.roles | lent(given))

    def may(self, action: str) -> bool:
        """Whether the table of access knows this action for one of the person's roles."""
        return access.may(action, self.roles)

    def reaches(self, action: str, unit: str | None) -> bool:
        """Whether the person may do this with an item of that Bidang."""
        return access.reaches(action, self.roles, own=self.unit, unit=unit)

    def bound_to(self, action: str) -> str | None:
        """The Bidang to whose items this action is bound for the person; None is all of them."""
        return None if access.everywhere(action, self.roles) else self.unit or ""


async def person_of(conn: "Connection", token: str, *, touch: bool = True, day: date | None = None) -> Person | None:
    """The person whose session this token is, if it is alive; keeps it alive, unless no person did anything.

    `day` is the office's date, by which they stand in for others; without it they act for themselves alone.
    """
    hashed = digest(token)
    row = await conn.fetchrow(
        """SELECT s.*, EXISTS (SELECT FROM accounts.current_absences) AS somebody_is_away
           FROM accounts.current_sessions s WHERE token_hash = $1""",
        hashed,
    )
    if row is None:
        return None
    if touch:
        await conn.execute("SELECT accounts.touch($1)", hashed)
    person = Person(
        row["account"], row["name"], row["capacity"], frozenset(row["roles"]), row["unit"], row["csrf"],
        row["expires_at"], row["language"], row["fresh"], row["seconds_left"], row["number"],
    )  # fmt: skip
    if day is None or not row["somebody_is_away"]:
        return person
    return person.standing_in(await absences(conn), day)


async def absences(conn: "Connection") -> list[Away]:
    """Who is away about now."""
    rows = await conn.fetch("SELECT * FROM accounts.current_absences")
    return [
        Away(
            row["account"], row["stand_in"], row["kind"], row["first"], row["last"], row["letter_number"],
            row["capacity"], frozenset(row["roles"]),
        )
        for row in rows
    ]  # fmt: skip


def digest(token: str) -> bytes:
    """What is kept of a token of 256 random bits."""
    return hashlib.sha256(token.encode()).digest()
