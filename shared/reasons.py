"""Why the Admin sends a Report back: one vocabulary for who writes it, who reads it and who counts it. Pure."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.content import Reason

OTHER = "lain"
SENT_BACK: Mapping[str, str] = MappingProxyType(
    {
        "foto-kurang-jelas": "Foto kurang jelas",
        "foto-kurang": "Foto belum ada atau belum cukup",
        "data-kurang-lengkap": "Data belum lengkap (apa, kapan, di mana, siapa)",
        "data-perlu-diperiksa": "Data perlu diperiksa lagi",
        "izin-foto": "Izin orang yang difoto belum jelas",
        OTHER: "Lainnya (jelaskan dalam pertanyaan)",
    }
)


def told(reason: Reason) -> str:
    """A reason as the Unit reads it; a code of before, or of another system, as well as it can be read."""
    if reason.code == OTHER:
        return reason.note or "Lainnya"
    words = SENT_BACK.get(reason.code) or reason.code.replace("-", " ").capitalize()
    return f"{words}: {reason.note}" if reason.note else words
