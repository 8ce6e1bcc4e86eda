"""The second factor: codes of an authenticator (TOTP, RFC 6238), and codes on paper for when it is lost."""

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pyotp import random_base32
from pyotp.totp import TOTP

from shared.accounts import tries
from shared.accounts.sealing import Seal
from shared.refusal import Refused

if TYPE_CHECKING:
    from shared.db import Connection

ISSUER = "Alurwarta"
STEP = 30
WAITS = timedelta(minutes=15)
RECOVERY_CODES = 10
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that is read as another


class WrongCode(Refused):
    def __init__(self) -> None:
        super().__init__(
            "wrong-code", "Kode salah atau sudah dipakai. Tunggu kode berikutnya di aplikasi lalu coba lagi."
        )


async def begin(conn: "Connection", seal: Seal, account: str, holder: str, *, now: datetime) -> str:
    """A secret that waits to be confirmed by this holder, the same until then. What is in force stays so."""
    await conn.execute("DELETE FROM accounts.factor_candidates WHERE expires_at < $1", now)
    kept = await conn.fetchval(
        """INSERT INTO accounts.factor_candidates (holder, account, secret, expires_at) VALUES ($1, $2, $3, $4)
           ON CONFLICT (holder) DO UPDATE SET expires_at = $4 RETURNING secret""",
        holder,
        account,
        seal.seal(account, random_base32()),
        now + WAITS,
    )
    return seal.open(account, kept)


def address(account: str, secret: str) -> str:
    """What an authenticator reads from the QR code."""
    return TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)


async def confirm(conn: "Connection", seal: Seal, account: str, holder: str, code: str, *, now: datetime) -> list[str]:
    """Put the holder's secret in force by a code of it; returns new recovery codes, the only time. Raises WrongCode."""
    sealed = await conn.fetchval(
        """SELECT secret FROM accounts.factor_candidates
           WHERE holder = $1 AND account = $2 AND expires_at > $3 FOR UPDATE""",
        holder,
        account,
        now,
    )
    step = _step(seal.open(account, sealed), code, now) if sealed else None
    if step is None:
        raise WrongCode
    await conn.execute("DELETE FROM accounts.factor_candidates WHERE account = $1", account)
    await conn.execute(
        """INSERT INTO accounts.second_factors (account, secret, confirmed_at, last_step) VALUES ($1, $2, $3, $4)
           ON CONFLICT (account) DO UPDATE SET secret = $2, confirmed_at = $3, last_step = $4""",
        account,
        sealed,
        now,
        step,
    )
    return await recovery_codes(conn, seal, account)


async def recovery_codes(conn: "Connection", seal: Seal, account: str) -> list[str]:
    """Ten codes, each good once, in place of any older ones; told this once."""
    codes = ["-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(2))
             for _ in range(RECOVERY_CODES)]  # fmt: skip
    await conn.execute("DELETE FROM accounts.recovery_codes WHERE account = $1", account)
    await conn.executemany(
        "INSERT INTO accounts.recovery_codes (account, code_hash) VALUES ($1, $2)",
        [(account, seal.code(account, _bare(code))) for code in codes],
    )
    return codes


async def check(conn: "Connection", seal: Seal, account: str, code: str, *, now: datetime) -> bool:
    """Use a code of the authenticator or one on paper; whether it was one on paper. Raises WrongCode, LockedOut.

    Call it outside a transaction: a refusal must not undo the count of tries.
    """
    await tries.begin(conn, "code", account, now=now)
    sealed = await conn.fetchval("SELECT secret FROM accounts.second_factors WHERE account = $1", account)
    step = _step(seal.open(account, sealed), code, now) if sealed else None
    on_paper = False
    if step is not None:
        used = await conn.fetchval(
            "UPDATE accounts.second_factors SET last_step = $2 WHERE account = $1 AND last_step < $2 RETURNING true",
            account,
            step,
        )
    else:
        used = on_paper = sealed is not None and await _use_recovery(conn, seal, account, code)
    if not used:
        raise WrongCode
    await tries.succeed(conn, "code", account, now=now)
    return on_paper


async def left(conn: "Connection", account: str) -> int:
    """How many recovery codes are still good."""
    return await conn.fetchval("SELECT count(*) FROM accounts.recovery_codes WHERE account = $1", account)


async def remove(conn: "Connection", account: str) -> bool:
    """Take the second factor away; whether there was one."""
    await conn.execute("DELETE FROM accounts.recovery_codes WHERE account = $1", account)
    gone = await conn.fetchval("DELETE FROM accounts.second_factors WHERE account = $1 RETURNING true", account)
    return bool(gone)


async def _use_recovery(conn: "Connection", seal: Seal, account: str, code: str) -> bool:
    gone = await conn.fetchval(
        "DELETE FROM accounts.recovery_codes WHERE account = $1 AND code_hash = $2 RETURNING true",
        account,
        seal.code(account, _bare(code)),
    )
    return bool(gone)


def _step(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is: now, or one beside it for clocks that differ a little."""
    typed = "".join(code.split())
    current = int(now.timestamp()) // STEP
    totp = TOTP(secret)
    fits = [step for step in (current - 1, current, current + 1) if secrets.compare_digest(
        totp.generate_otp(step).encode(), typed.encode()
    )]  # fmt: skip
    return fits[-1] if fits else None


def _bare(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter in _ALPHABET)
