"""The text of each channel that it goes to, as that channel counts it. Pure."""

from services.editing.checks.facts import Facts
from services.editing.checks.findings import Finding, field_of
from shared.channel_text import LIMITS, measure
from shared.channel_words import name_of


def channel_texts(facts: Facts) -> list[Finding]:
    content = facts.content
    picture = any(m.kind == "image" for m in content.media)
    texts = content.channel_texts
    found = [measure(c, texts[c], picture=picture) for c in content.channels if c in LIMITS and c in texts]
    return [
        Finding(
            "channel-text",
            f"Teks untuk {name_of(m.channel)}: {' '.join(m.problems)} Perbaiki teksnya.",
            True,
            field_of("teks", m.channel),
            f"Teks {name_of(m.channel)}",
        )
        for m in found
        if not m.fits
    ]
