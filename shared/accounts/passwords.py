"""Passwords: which are good, and whether one is right."""

import asyncio
import re
import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.accounts import tries
from shared.accounts.obvious import KEYBOARD, WORDS
from shared.refusal import Refused

if TYPE_CHECKING:
    from shared.db import Connection

SHORTEST, LONGEST = 12, 256
_hasher = PasswordHasher()
# Verified where no such account exists, so that the answer takes as long as for a wrong password.
_NOBODY = _hasher.hash(secrets.token_hex(16))
_LETTERS = str.maketrans("013457@$!", "oieastasi")


class WrongPassword(Refused):
    def __init__(self) -> None:
        super().__init__("wrong-password", "Nama akun atau kata sandi salah. Periksa lalu coba lagi.")


class WeakPassword(Refused):
    """A password that others would guess; the sentence says what would be better."""


def expect_good(password: str, *, account: str, name: str) -> None:
    """Refuse what is short, or what anybody would try first. Raises WeakPassword."""
    if len(password) < SHORTEST:
        raise WeakPassword(
            "weak-password", f"Kata sandi sedikitnya {SHORTEST} huruf. Pakai beberapa kata yang tak lazim."
        )
    if len(password) > LONGEST:
        raise WeakPassword("weak-password", f"Kata sandi paling panjang {LONGEST} huruf.")
    words = _words(password)
    own = {_plain(word) for word in (account, *re.split(r"[^\w]+", f"{account} {name}"))} - {""}
    if (words and words <= own | {""}) or _plain(account) == _plain(password):
        raise WeakPassword("weak-password", "Kata sandi ini berisi nama Anda saja. Pakai beberapa kata yang tak lazim.")
    if _is_obvious(password, words, own):
        raise WeakPassword("weak-password", "Kata sandi ini mudah ditebak. Pakai beberapa kata yang tak lazim.")


async def hashed(password: str) -> str:
    return await asyncio.to_thread(_hasher.hash, password)


async def check(conn: "Connection", account: str, password: str, *, now: datetime) -> str:
    """The account whose password this is. Raises WrongPassword, or LockedOut after too many tries.

    Call it outside a transaction: a refusal must not undo the count of tries.
    """
    await tries.begin(conn, "password", account, now=now)
    row = await conn.fetchrow("SELECT password_hash, disabled FROM accounts.accounts WHERE account = $1", account)
    known = row["password_hash"] if row else ""
    right = await asyncio.to_thread(_matches, known or _NOBODY, password)
    if row is None or row["disabled"] or not known or not right:
        raise WrongPassword
    await tries.succeed(conn, "password", account, now=now)
    if _hasher.check_needs_rehash(known):
        better = await hashed(password)
        await conn.execute(
            "UPDATE accounts.accounts SET password_hash = $2 WHERE account = $1 AND password_hash = $3",
            account,
            better,
            known,
        )
    return account


async def choose(conn: "Connection", account: str, password_hash: str) -> None:
    """Give the account another password; it ends all its sessions and links, for whoever has one may be why."""
    await conn.execute("UPDATE accounts.accounts SET password_hash = $2 WHERE account = $1", account, password_hash)
    for table in ("sessions", "log_ins", "links"):
        await conn.execute(f"DELETE FROM accounts.{table} WHERE account = $1", account)  # noqa: S608


def _matches(known: str, password: str) -> bool:
    try:
        return _hasher.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False


def _words(password: str) -> set[str]:
    """The words of a password as a guesser reads them: without digits and signs around, 4 as a, 0 as o."""
    return {_plain(part) for part in re.split(r"[^\w]+", re.sub(r"(?<=\D)[\d_]+|^[\d_]+", " ", password)) if part}


def _plain(word: str) -> str:
    return re.sub(r"[^a-z]", "", word.lower().translate(_LETTERS))


def _is_obvious(password: str, words: set[str], own: set[str]) -> bool:
    folded = password.lower()
    if len(set(folded)) < 5 or any(_runs_along(folded, row) for row in KEYBOARD):
        return True
    whole = _plain(re.sub(r"[\d\W_]+$", "", folded))
    return bool(words) and (words <= WORDS | own or whole in WORDS)


def _runs_along(password: str, row: str) -> bool:
    """Whether it is keys in their order, from one end or the other, over and over."""
    return any(password in line * (len(password) // len(line) + 2) for line in (row, row[::-1]))
