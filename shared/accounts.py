"""People: accounts, passwords, server-side sessions. Intake logs in; every service reads sessions."""

import asyncio
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared import access
from shared.content import Official
from shared.refusal import Refused
from shared.sop import is_reserved

if TYPE_CHECKING:
    from shared.db import Connection

LIFETIME = timedelta(hours=12)
FREE_TRIES = 5
_hasher = PasswordHasher()
# Verified where no such account exists, so that the answer takes as long as for a wrong password.
_NOBODY = _hasher.hash(secrets.token_hex(16))


@dataclass(frozen=True, slots=True)
class Person:
    """Who is at the screen, by their session."""

    account: str
    name: str
    capacity: str
    roles: frozenset[str]
    unit: str | None
    csrf: str
    expires_at: datetime

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


class WrongPassword(Refused):
    def __init__(self) -> None:
        super().__init__("wrong-password", "Nama akun atau kata sandi salah. Periksa lalu coba lagi.")


class LockedOut(Refused):
    def __init__(self) -> None:
        super().__init__("locked-out", "Terlalu banyak percobaan. Tunggu beberapa menit lalu coba lagi.")


async def add(
    conn: "Connection", account: str, *, password: str, name: str, capacity: str, roles: list[str], unit: str | None
) -> None:
    """Create an account, or set its password and particulars anew."""
    if len(password) < 12:
        raise Refused("weak-password", "Kata sandi sedikitnya 12 huruf.")
    if unit is not None and is_reserved(unit):
        raise Refused("reserved-unit", f"{unit} bukan Bidang: kode itu dipakai untuk hitungan bersama.")
    hashed = await asyncio.to_thread(_hasher.hash, password)
    await conn.execute(
        """INSERT INTO accounts.accounts (account, name, capacity, roles, unit, password_hash)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (account) DO UPDATE SET name = $2, capacity = $3, roles = $4, unit = $5, password_hash = $6""",
        account,
        name,
        capacity,
        roles,
        unit,
        hashed,
    )


async def log_in(conn: "Connection", account: str, password: str, *, now: datetime) -> str:
    """Check a password and open a session; returns its token, which is stored nowhere.

    Call it outside a transaction: a refusal must not undo the count of failures.
    """
    row = await conn.fetchrow(
        "SELECT password_hash, disabled, failures, locked_until FROM accounts.accounts WHERE account = $1",
        account,
    )
    if row and row["locked_until"] and row["locked_until"] > now:
        raise LockedOut
    right = await asyncio.to_thread(_matches, row["password_hash"] if row else _NOBODY, password)
    if row is None or row["disabled"] or not right:
        await _count_failure(conn, account, now)
        raise WrongPassword
    await conn.execute(
        "UPDATE accounts.accounts SET failures = 0, locked_until = NULL WHERE account = $1 AND failures > 0", account
    )
    # Sessions live by the database's own clock, by which every service's reading of them ends.
    await conn.execute("DELETE FROM accounts.sessions WHERE expires_at < now()")
    token = secrets.token_urlsafe(32)
    await conn.execute(
        "INSERT INTO accounts.sessions (token_hash, account, csrf, expires_at) VALUES ($1, $2, $3, now() + $4)",
        _digest(token),
        account,
        secrets.token_urlsafe(24),
        LIFETIME,
    )
    return token


async def log_out(conn: "Connection", token: str) -> None:
    await conn.execute("DELETE FROM accounts.sessions WHERE token_hash = $1", _digest(token))


async def person_of(conn: "Connection", token: str) -> Person | None:
    """The person whose session this token is, if it is alive; keeps it alive."""
    row = await conn.fetchrow("SELECT * FROM accounts.current_sessions WHERE token_hash = $1", _digest(token))
    if row is None:
        return None
    await conn.execute("SELECT accounts.touch($1)", _digest(token))
    return Person(
        row["account"], row["name"], row["capacity"], frozenset(row["roles"]), row["unit"], row["csrf"],
        row["expires_at"],
    )  # fmt: skip


async def _count_failure(conn: "Connection", account: str, now: datetime) -> None:
    """After five failures each further one doubles the wait, to an hour at the most."""
    await conn.execute(
        """UPDATE accounts.accounts SET failures = failures + 1,
               locked_until = CASE WHEN failures + 1 >= $2
                   THEN $3::timestamptz
                        + least(interval '1 hour', interval '30 seconds' * (2 ^ least(failures + 1 - $2, 10)))
               END
           WHERE account = $1""",
        account,
        FREE_TRIES,
        now,
    )


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
