"""Whose account a subject at an OpenID provider is, and its requests while the person is there."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.accounts.people import digest
from shared.refusal import Refused

if TYPE_CHECKING:
    from shared.db import Connection

LIFETIME = timedelta(minutes=10)
MOST_KEPT = 1_000_000  # bytes of one form, less than a form's own field may have; and of all that are under way
MOST_KEPT_TOGETHER = 64 * MOST_KEPT


@dataclass(frozen=True, slots=True)
class Claims:
    """What a provider says of one who logged in there; `names` are those by which an account may be theirs."""

    issuer: str
    subject: str
    account: str | None
    verified_email: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to the provider: what must come back with it, where the person wanted to go, and their form, sealed."""

    state: str
    nonce: str
    verifier: str
    browser: str
    target: str
    kept: bytes | None = None


class NotOurs(Refused):
    def __init__(self, label: str) -> None:
        super().__init__(
            "not-ours",
            f"Akun {label} Anda belum dikenal di sini. Minta Admin membuatkan akun dengan nama atau alamat surel yang "
            "sama, lalu coba lagi.",
        )


class RequestOver(Refused):
    def __init__(self) -> None:
        super().__init__("request-over", "Permintaan masuk ini sudah tidak berlaku. Mulai lagi dari halaman masuk.")


class NotCarried(Refused):
    """What was typed cannot go along to the provider; it is still on the page."""

    def __init__(self) -> None:
        super().__init__(
            "not-carried",
            "Isian Anda tidak dapat ikut melalui penyedia masuk. Salin dahulu teksnya, atau coba beberapa menit lagi.",
        )


async def ask(conn: "Connection", target: str, *, now: datetime, kept: bytes | None = None) -> Asked:
    """Keep what belongs to a request that is about to be made. Raises NotCarried."""
    state, nonce, verifier, browser = (secrets.token_urlsafe(48) for _ in range(4))
    asked = Asked(state, nonce, verifier, browser, target, kept)
    await conn.execute("DELETE FROM accounts.provider_requests WHERE expires_at < $1", now)
    if kept is not None:
        await _expect_room(conn, len(kept))
    await conn.execute(
        """INSERT INTO accounts.provider_requests (state_hash, browser, nonce, verifier, target, expires_at, kept)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        digest(asked.state),
        digest(asked.browser),
        asked.nonce,
        asked.verifier,
        asked.target,
        now + LIFETIME,
        asked.kept,
    )
    return asked


async def _expect_room(conn: "Connection", size: int) -> None:
    """Whoever is not logged in can have a form kept: all of them together get so much room, and no more."""
    used = await conn.fetchval("SELECT coalesce(sum(octet_length(kept)), 0) FROM accounts.provider_requests")
    if used + size > MOST_KEPT_TOGETHER:
        raise NotCarried


async def answered(conn: "Connection", state: str, browser: str, *, now: datetime) -> Asked:
    """The request that this answers, for the only time, in the browser that made it. Raises RequestOver."""
    row = await conn.fetchrow(
        """DELETE FROM accounts.provider_requests WHERE state_hash = $1 AND browser = $2 AND expires_at > $3
           RETURNING nonce, verifier, target, kept""",
        digest(state),
        digest(browser),
        now,
    )
    if row is None:
        raise RequestOver
    return Asked(state, row["nonce"], row["verifier"], browser, row["target"], row["kept"])


async def account_of(conn: "Connection", claims: Claims, *, now: datetime) -> tuple[str, bool] | None:
    """The account that is theirs, and whether it was bound to them just now; None where none is.

    An account is bound once: one that is another subject's is not given to this one, whatever it is called.
    """
    known = await conn.fetchval(
        """SELECT account FROM accounts.identities JOIN accounts.accounts USING (account)
           WHERE issuer = $1 AND subject = $2 AND NOT disabled""",
        claims.issuer,
        claims.subject,
    )
    if known is not None:
        return known, False
    bound = await conn.fetchval(
        """INSERT INTO accounts.identities (issuer, subject, account, bound_at)
           SELECT $1, $2, a.account, $5 FROM accounts.accounts a
           WHERE NOT a.disabled AND (a.account = $3 OR lower(a.email) = lower($4))
             AND NOT EXISTS (SELECT FROM accounts.identities i WHERE i.issuer = $1 AND i.account = a.account)
           ORDER BY a.account = $3 DESC LIMIT 1
           ON CONFLICT DO NOTHING RETURNING account""",
        claims.issuer,
        claims.subject,
        claims.account,
        claims.verified_email,
        now,
    )
    return None if bound is None else (bound, True)


async def unbind(conn: "Connection", account: str) -> bool:
    """Let another subject take the account over; whether one had."""
    rows = await conn.fetch("DELETE FROM accounts.identities WHERE account = $1 RETURNING subject", account)
    return bool(rows)
