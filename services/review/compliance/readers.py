"""Other dashboards that may read the figures: added, given other keys, listed and disabled by the operator."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from shared import audit
from shared.audit import SYSTEM, Entry
from shared.content import Code, Official
from shared.refusal import NotFound, Refused

if TYPE_CHECKING:
    from shared.db import Connection

CODE: TypeAdapter[str] = TypeAdapter(Code)
# A dashboard asks every few seconds; when it last did needs no write each time.
USED_AGAIN = timedelta(minutes=1)


async def add(
    conn: "Connection", name: str, *, now: datetime, expires_at: datetime | None = None, by: Official = SYSTEM
) -> str:
    """Register a reader; returns its key, of which only the SHA-256 is kept."""
    try:
        CODE.validate_python(name)
    except ValidationError:
        raise Refused(
            "bad-name", f"Nama {name[:80]!r} hanya boleh memuat huruf kecil, angka dan tanda hubung, paling panjang 63."
        ) from None
    key = _new_key()
    added = await conn.fetchval(
        "INSERT INTO readers (name, key_sha256, created_at, expires_at) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (name) DO NOTHING RETURNING name",
        name,
        _digest(key),
        now,
        expires_at,
    )
    if added is None:
        raise Refused("already-there", f"Pembaca {name} sudah terdaftar. Pilih nama lain.")
    await audit.append(conn, [Entry("reader.added", name, by=by)], at=now)
    return key


async def rotate(
    conn: "Connection", name: str, *, overlap: timedelta, now: datetime, expires_at: datetime | None = None,
    by: Official = SYSTEM,
) -> str:  # fmt: skip
    """Another key for a reader, which is returned; the one it has is good for the overlap yet.

    Raises NotFound, and Refused for a disabled reader and where the key before the present one is good yet.
    """
    row = await conn.fetchrow("SELECT disabled, former_until FROM readers WHERE name = $1 FOR UPDATE", name)
    if row is None:
        raise NotFound("Pembaca")
    if row["disabled"]:
        raise Refused("disabled", f"Pembaca {name} dinonaktifkan: kunci baru tidak membuka apa pun.")
    if overlap and row["former_until"] is not None and row["former_until"] > now:
        raise Refused(
            "former-still-good",
            f"Kunci sebelumnya masih berlaku sampai {row['former_until']:%d-%m-%Y}. Tunggu sampai itu, atau putar "
            "dengan --overlap-days 0.",
        )
    key = _new_key()
    await conn.execute(
        """UPDATE readers SET former_sha256 = key_sha256, former_until = least(expires_at, $3),
                              key_sha256 = $2, expires_at = $4
           WHERE name = $1""",
        name,
        _digest(key),
        now + overlap,
        expires_at,
    )
    await audit.append(conn, [Entry("reader.key-rotated", name, by=by)], at=now)
    return key


async def list_all(conn: "Connection") -> list[dict[str, Any]]:
    """Name, times and whether disabled, by name; a key without `expires_at` is good until it is rotated."""
    rows = await conn.fetch("SELECT name, created_at, disabled, expires_at, last_used_at FROM readers ORDER BY name")
    return [dict(row) for row in rows]


async def disable(conn: "Connection", name: str, *, now: datetime, by: Official = SYSTEM) -> None:
    """Answer this reader no more. Raises NotFound."""
    if await conn.fetchval("UPDATE readers SET disabled = true WHERE name = $1 RETURNING name", name) is None:
        raise NotFound("Pembaca")
    await audit.append(conn, [Entry("reader.disabled", name, by=by)], at=now)


async def reader_of_key(conn: "Connection", key: str, *, now: datetime) -> str | None:
    """The reader whose key this is, unless it is over or was disabled; notes that it was here."""
    row = await conn.fetchrow(
        """SELECT name, last_used_at FROM readers
           WHERE NOT disabled AND ((key_sha256 = $1 AND (expires_at IS NULL OR expires_at > $2))
                                   OR (former_sha256 = $1 AND former_until > $2))""",
        _digest(key),
        now,
    )
    if row is None:
        return None
    if row["last_used_at"] is None or now - row["last_used_at"] > USED_AGAIN:
        await conn.execute("UPDATE readers SET last_used_at = $2 WHERE name = $1", row["name"], now)
    return row["name"]


def _new_key() -> str:
    return f"ar_{secrets.token_urlsafe(32)}"


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
