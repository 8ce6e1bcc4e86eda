"""The other systems that may send: added, listed and disabled by the operator."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from shared.content import Code
from shared.refusal import NotFound, Refused
from shared.sop import is_reserved

if TYPE_CHECKING:
    from shared.db import Connection

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


async def add(conn: "Connection", name: str, units: Sequence[str], *, now: datetime) -> str:
    """Register a system for the given Units; returns its API key, of which only the SHA-256 is kept."""
    _expect_code("Nama sistem", name)
    if not units:
        raise Refused("no-unit", "Sebutkan sedikitnya satu Bidang/Sekretariat.")
    for unit in units:
        _expect_code("Bidang/Sekretariat", unit)
        if is_reserved(unit):
            raise Refused("reserved-unit", f"{unit} bukan Bidang: kode itu dipakai untuk hitungan bersama.")
    key = f"aw_{secrets.token_urlsafe(32)}"
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
    return key


async def list_all(conn: "Connection") -> list[dict[str, Any]]:
    """Name, Units, time and whether disabled, by name."""
    rows = await conn.fetch("SELECT name, units, created_at, disabled FROM sources ORDER BY name")
    return [dict(row) for row in rows]


async def disable(conn: "Connection", name: str) -> None:
    """Refuse what this system sends from now on. Raises NotFound."""
    if await conn.fetchval("UPDATE sources SET disabled = true WHERE name = $1 RETURNING name", name) is None:
        raise NotFound("Sistem pengirim")


def digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def _expect_code(what: str, name: str) -> None:
    try:
        CODE.validate_python(name)
    except ValidationError:
        raise BadName(what, name) from None
