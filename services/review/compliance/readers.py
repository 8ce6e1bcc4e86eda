"""Other dashboards that may read the figures: added, listed and disabled by the operator."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from shared.content import Code
from shared.refusal import NotFound, Refused

if TYPE_CHECKING:
    from shared.db import Connection

CODE: TypeAdapter[str] = TypeAdapter(Code)
# A dashboard asks every few seconds; when it last did needs no write each time.
USED_AGAIN = timedelta(minutes=1)


async def add(conn: "Connection", name: str, *, now: datetime) -> str:
    """Register a reader; returns its key, of which only the SHA-256 is kept."""
    try:
        CODE.validate_python(name)
    except ValidationError:
        raise Refused(
            "bad-name", f"Nama {name[:80]!r} hanya boleh memuat huruf kecil, angka dan tanda hubung, paling panjang 63."
        ) from None
    key = f"ar_{secrets.token_urlsafe(32)}"
    added = await conn.fetchval(
        "INSERT INTO readers (name, key_sha256, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING "
        "RETURNING name",
        name,
        _digest(key),
        now,
    )
    if added is None:
        raise Refused("already-there", f"Pembaca {name} sudah terdaftar. Pilih nama lain.")
    return key


async def list_all(conn: "Connection") -> list[dict[str, Any]]:
    """Name, times and whether disabled, by name."""
    rows = await conn.fetch("SELECT name, created_at, disabled, last_used_at FROM readers ORDER BY name")
    return [dict(row) for row in rows]


async def disable(conn: "Connection", name: str) -> None:
    """Answer this reader no more. Raises NotFound."""
    if await conn.fetchval("UPDATE readers SET disabled = true WHERE name = $1 RETURNING name", name) is None:
        raise NotFound("Pembaca")


async def reader_of_key(conn: "Connection", key: str, *, now: datetime) -> str | None:
    """The reader whose key this is, unless it was disabled; notes that it was here."""
    row = await conn.fetchrow(
        "SELECT name, last_used_at FROM readers WHERE key_sha256 = $1 AND NOT disabled", _digest(key)
    )
    if row is None:
        return None
    if row["last_used_at"] is None or now - row["last_used_at"] > USED_AGAIN:
        await conn.execute("UPDATE readers SET last_used_at = $2 WHERE name = $1", row["name"], now)
    return row["name"]


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
