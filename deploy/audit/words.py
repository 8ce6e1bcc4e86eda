"""How the evidence reads on paper, in Bahasa Indonesia. Pure."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from shared.words import ABBREVIATION

NONE = "–"
ORIGINS: Mapping[str | None, str] = MappingProxyType({
    "screen": "layar", "api": "API", "event": "peristiwa", "worker": "otomatis", "command": "perintah", None: NONE,
})  # fmt: skip
WAYS: Mapping[str | None, str] = MappingProxyType({
    "fetched": "dibaca seperti oleh masyarakat", "api": "dibaca kembali lewat API kanal",
    "attested": "dinyatakan oleh petugas", None: NONE,
})  # fmt: skip
PPID = {"exempt": "dikecualikan", "open": "terbuka"}
REVOKED: Mapping[str, str] = MappingProxyType({
    "superseded": "diganti pengajuan yang lebih baru", "abandoned": "berita dihentikan", "official": "dicabut pejabat",
})  # fmt: skip


def at(moment: str | None, zone: str) -> str:
    """A moment of the JSON, to the second: `23-11-2026 07.30.05 WIB`."""
    if not moment:
        return NONE
    local = datetime.fromisoformat(moment).astimezone(ZoneInfo(zone))
    return f"{local:%d-%m-%Y %H.%M.%S} {ABBREVIATION.get(zone, zone)}"


def official(person: Mapping[str, Any] | None) -> str:
    """Name and capacity."""
    return f"{person['name']} ({person['capacity']})" if person else NONE


def digest(sha256: str | None) -> str:
    """A hash in two lines of 32 characters, so that it fits a column whole."""
    return f"{sha256[:32]} {sha256[32:]}" if sha256 else NONE


def size(count: int | None) -> str:
    return NONE if count is None else f"{max(1, round(count / 1000)):,} kB".replace(",", ".")
