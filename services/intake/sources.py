"""The other systems that may send: added, given other keys, listed and disabled by the operator."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from shared import audit
from shared.audit import SYSTEM, Entry
from shared.content import Code, Official
from shared.refusal import NotFound, Refused
from shared.sop import is_reserved

if TYPE_CHECKING:
    from shared.db import Connection

# A system asks many times a minute; when its key was last used needs no write each time.
USED_AGAIN = timedelta(minutes=5)
CODE: TypeAdapter[str] = TypeAdapter(Code)


class BadName(Refused):
    def __init__(self, what: str, name: str) -> None:
        super().__init__(
            "bad-name",
            f"{what} {name[:80]!r} hanya boleh memuat huruf kecil, angka dan tanda hubung, paling panjang 63.",
        )


class AlreadyThere(Refused):
    def __init__(self, name: str) -> None:
        super().__init__("already-there", f"Sistem pengirim {name} sudah terdaftar. Pilih nama lain.")


async def add(
    conn: "Connection", name: str, units: Sequence[str], *, now: datetime, expires_at: datetime | None = None,
    by: Official = SYSTEM,
) -> str:  # fmt: skip
    """Register a system for the given Units; returns its API key, of which only the SHA-256 is kept."""
    _expect_code("Nama sistem", name)
    if not units:
        raise Refused("no-unit", "Sebutkan sedikitnya satu Bidang/Sekretariat.")
    for unit in units:
        _expect_code("Bidang/Sekretariat", unit)
        if is_reserved(unit):
            raise Refused("reserved-unit", f"{unit} bukan Bidang: kode itu dipakai untuk hitungan bersama.")
    key = _new_key()
    added = await conn.fetchval(
        """INSERT INTO sources (name, key_sha256, units, created_at) VALUES ($1, $2, $3, $4)
           ON CONFLICT (name) DO NOTHING RETURNING name""",
        name,
        digest(key),
        list(dict.fromkeys(units)),
        now,
    )
    if added is None:
        raise AlreadyThere(name)
    await _keep(conn, name, key, now=now, expires_at=expires_at)
    await audit.append(conn, [Entry("source.added", name, by=by)], at=now)
    return key


async def rotate(
    conn: "Connection", name: str, *, overlap: timedelta, now: datetime, expires_at: datetime | None = None,
    by: Official = SYSTEM,
) -> str:  # fmt: skip
    """Another key for a system, which is returned; those it has are good for the overlap yet. Raises NotFound."""
    known = await conn.fetchval("SELECT name FROM sources WHERE name = $1 FOR UPDATE", name)
    if known is None:
        raise NotFound("Sistem pengirim")
    await conn.execute(
        "UPDATE source_keys SET expires_at = least(expires_at, $2) WHERE source = $1", name, now + overlap
    )
    key = _new_key()
    await _keep(conn, name, key, now=now, expires_at=expires_at)
    await audit.append(conn, [Entry("source.key-rotated", name, by=by)], at=now)
    return key


async def list_all(conn: "Connection", *, now: datetime) -> list[dict[str, Any]]:
    """Name, Units, whether disabled, when its last key is over (None: never) and when one was last used, by name."""
    rows = await conn.fetch(
        """SELECT s.name, s.units, s.created_at, s.disabled, max(k.last_used_at) AS last_used_at,
                  count(k.key_sha256) FILTER (WHERE k.expires_at IS NULL OR k.expires_at > $1) AS keys,
                  CASE WHEN bool_or(k.expires_at IS NULL) THEN NULL ELSE max(k.expires_at) END AS expires_at
           FROM sources s LEFT JOIN source_keys k ON k.source = s.name GROUP BY s.name ORDER BY s.name""",
        now,
    )
    return [dict(row) for row in rows]


async def disable(conn: "Connection", name: str, *, now: datetime, by: Official = SYSTEM) -> None:
    """Refuse what this system sends from now on. Raises NotFound."""
    if await conn.fetchval("UPDATE sources SET disabled = true WHERE name = $1 RETURNING name", name) is None:
        raise NotFound("Sistem pengirim")
    await audit.append(conn, [Entry("source.disabled", name, by=by)], at=now)


async def used(conn: "Connection", key: str, *, now: datetime) -> None:
    """Note that a key was used, where that is news."""
    await conn.execute(
        """UPDATE source_keys SET last_used_at = $2
           WHERE key_sha256 = $1 AND (last_used_at IS NULL OR last_used_at < $2::timestamptz - $3::interval)""",
        digest(key),
        now,
        USED_AGAIN,
    )


async def _keep(conn: "Connection", name: str, key: str, *, now: datetime, expires_at: datetime | None) -> None:
    await conn.execute(
        "INSERT INTO source_keys (key_sha256, source, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        digest(key),
        name,
        now,
        expires_at,
    )


def _new_key() -> str:
    return f"aw_{secrets.token_urlsafe(32)}"


def digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def _expect_code(what: str, name: str) -> None:
    try:
        CODE.validate_python(name)
    except ValidationError:
        raise BadName(what, name) from None
