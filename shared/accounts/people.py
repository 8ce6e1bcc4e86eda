"""Who is at the screen, by their session: what every service may read."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shared import access
from shared.content import Official

if TYPE_CHECKING:
    from shared.db import Connection


@dataclass(frozen=True, slots=True)
class Person:
    """Who is at the screen. `fresh`: they showed who they are in the last 15 minutes; `number` tells sessions apart."""

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

    @property
    def official(self) -> Official:
        return Official(account=self.account, name=self.name, capacity=self.capacity)

    def may(self, action: str) -> bool:
        """Whether the table of access knows this action for one of the person's roles."""
        return access.may(action, self.roles)

    def reaches(self, action: str, unit: str | None) -> bool:
        """Whether the person may do this with an item of that Bidang."""
        return access.reaches(action, self.roles, own=self.unit, unit=unit)

    def bound_to(self, action: str) -> str | None:
        """The Bidang to whose items this action is bound for the person; None is all of them."""
        return None if access.everywhere(action, self.roles) else self.unit or ""


async def person_of(conn: "Connection", token: str, *, touch: bool = True) -> Person | None:
    """The person whose session this token is, if it is alive; keeps it alive, unless no person did anything."""
    hashed = digest(token)
    row = await conn.fetchrow("SELECT * FROM accounts.current_sessions WHERE token_hash = $1", hashed)
    if row is None:
        return None
    if touch:
        await conn.execute("SELECT accounts.touch($1)", hashed)
    return Person(
        row["account"], row["name"], row["capacity"], frozenset(row["roles"]), row["unit"], row["csrf"],
        row["expires_at"], row["language"], row["fresh"], row["seconds_left"], row["number"],
    )  # fmt: skip


def digest(token: str) -> bytes:
    """What is kept of a token of 256 random bits."""
    return hashlib.sha256(token.encode()).digest()
