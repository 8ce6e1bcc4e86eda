"""Accounts: who is there, in which capacity, with which roles."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.access import ROLES
from shared.accounts import passwords
from shared.language import LANGUAGES
from shared.refusal import NotFound, Refused
from shared.sop import is_reserved

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}")
# The address of the form for a new one.
RESERVED = frozenset({"baru"})
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


@dataclass(frozen=True, slots=True)
class Particulars:
    """What an account says of its person."""

    name: str
    capacity: str
    roles: Sequence[str]
    unit: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """One account, without any secret. `stands_in`: now or soon for an official who is away."""

    account: str
    name: str
    capacity: str
    roles: frozenset[str]
    unit: str | None
    email: str | None
    language: str
    disabled: bool
    has_password: bool
    has_second_factor: bool
    stands_in: bool = False


class BadAccount(Refused):
    """Something about an account's particulars cannot be."""


class NotAnAccount(NotFound):
    def __init__(self) -> None:
        super().__init__("Akun")


async def add(
    conn: "Connection", account: str, *, password: str, name: str, capacity: str, roles: list[str], unit: str | None
) -> None:
    """Create an account with a password, or set both anew: for scripts; people are invited."""
    about = Particulars(name, capacity, roles, unit)
    passwords.expect_good(password, account=account, name=name)
    given = await passwords.hashed(password)
    await put(conn, account, about)
    await passwords.choose(conn, account, given)


async def put(conn: "Connection", account: str, about: Particulars) -> bool:
    """Create an account without a password, or set its particulars anew; whether it is new. Raises BadAccount."""
    _expect_possible(account, about)
    if about.email and await _other_of(conn, about.email, account):
        raise BadAccount("email-taken", "Alamat surel ini sudah dipakai akun lain.")
    return await conn.fetchval(
        """INSERT INTO accounts.accounts AS a (account, name, capacity, roles, unit, email)
           VALUES ($1, $2, $3, $4, $5, nullif($6, ''))
           ON CONFLICT (account) DO UPDATE SET name = $2, capacity = $3, roles = $4, unit = $5,
               email = CASE WHEN $6::text IS NULL THEN a.email ELSE nullif($6, '') END
           RETURNING xmax = 0""",
        account,
        about.name.strip(),
        about.capacity.strip(),
        list(dict.fromkeys(about.roles)),
        about.unit,
        about.email,
    )


async def find(conn: "Connection", account: str, *, lock: bool = False) -> Account | None:
    row = await conn.fetchrow(f"{_SELECT} WHERE a.account = $1 {'FOR UPDATE OF a' if lock else ''}", account)
    return None if row is None else _account(row)


async def expect(conn: "Connection", account: str, *, lock: bool = False) -> Account:
    """The account. Raises NotAnAccount."""
    found = await find(conn, account, lock=lock)
    if found is None:
        raise NotAnAccount
    return found


async def list_all(conn: "Connection") -> list[Account]:
    """Every account, by name."""
    return [_account(row) for row in await conn.fetch(f"{_SELECT} ORDER BY a.account")]


async def set_disabled(conn: "Connection", account: str, *, disabled: bool) -> None:
    """Close an account, or open it again; closing ends what it has open at once."""
    await conn.execute("UPDATE accounts.accounts SET disabled = $2 WHERE account = $1", account, disabled)
    if disabled:
        for table in ("sessions", "log_ins", "links"):
            await conn.execute(f"DELETE FROM accounts.{table} WHERE account = $1", account)  # noqa: S608


async def speak(conn: "Connection", account: str, language: str) -> None:
    """In which language the person reads our screens. Raises BadAccount."""
    if language not in LANGUAGES:
        raise BadAccount("bad-language", f"Pilih salah satu bahasa: {', '.join(LANGUAGES.values())}.")
    await conn.execute("UPDATE accounts.accounts SET language = $2 WHERE account = $1", account, language)


_SELECT = """SELECT a.account, a.name, a.capacity, a.roles, a.unit, a.email, a.language, a.disabled,
                    a.password_hash <> '' AS has_password, f.confirmed_at IS NOT NULL AS has_second_factor,
                    EXISTS (SELECT FROM accounts.absences b WHERE b.stand_in = a.account AND b.cancelled_at IS NULL
                            AND b.last >= current_date - 1) AS stands_in
             FROM accounts.accounts a LEFT JOIN accounts.second_factors f USING (account)"""


def _account(row: "asyncpg.Record") -> Account:
    known: dict[str, Any] = {**row, "roles": frozenset(row["roles"])}
    return Account(**known)


async def _other_of(conn: "Connection", email: str, account: str) -> bool:
    return await conn.fetchval(
        "SELECT EXISTS (SELECT FROM accounts.accounts WHERE lower(email) = lower($1) AND account <> $2)", email, account
    )


def _expect_possible(account: str, about: Particulars) -> None:
    if account in RESERVED:
        raise BadAccount("reserved-account", f"Nama akun {account} dipakai oleh sistem. Pilih nama lain.")
    if not NAME.fullmatch(account):
        raise BadAccount(
            "bad-account", "Nama akun: 2 sampai 63 huruf kecil, angka, titik, garis bawah atau tanda hubung."
        )
    if not about.name.strip() or not about.capacity.strip():
        raise BadAccount("bad-name", "Isi nama dan jabatannya.")
    if not about.roles or set(about.roles) - set(ROLES):
        raise BadAccount("bad-role", f"Pilih sedikitnya satu peran: {', '.join(ROLES)}.")
    if "bidang" in about.roles and not about.unit:
        raise BadAccount("no-unit", "Peran bidang memerlukan Bidang/Sekretariatnya.")
    if about.unit is not None and is_reserved(about.unit):
        raise BadAccount("reserved-unit", f"{about.unit} bukan Bidang: kode itu dipakai untuk hitungan bersama.")
    if about.email and not EMAIL.fullmatch(about.email):
        raise BadAccount("bad-email", "Alamat surel ini belum benar.")
