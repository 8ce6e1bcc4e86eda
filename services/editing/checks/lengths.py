"""Title and lead: there, and no longer than readers see. Pure.

Nothing here blocks but an empty Story: what the contract cannot hold (300 and 4,000 letters) is refused at saving.
"""

from services.editing.checks.facts import Facts
from services.editing.checks.findings import Finding

# Google shows about 60 letters of a title, shared cards on Facebook and WhatsApp about 100.
TITLE = 100
# The lead is the description of the page and of the feed: of it search results show some 160 letters, cards 200 to 300.
LEAD = 300


def empty(facts: Facts) -> list[Finding]:
    if facts.content.body or facts.content.lead:
        return []
    return [Finding("empty-story", "Isi berita masih kosong. Tulis isinya dahulu.", True, "isi", "Isi")]


def title(facts: Facts) -> list[Finding]:
    length = len(facts.content.title)
    if length <= TITLE:
        return []
    sentence = (
        f"Judul {length} huruf; yang terlihat dalam hasil pencarian dan kartu media sosial paling banyak {TITLE}."
    )
    return [Finding("title-long", f"{sentence} Ringkaskan.", False, "title", "Judul")]


def lead(facts: Facts) -> list[Finding]:
    length = len(facts.content.lead)
    if not length:
        sentence = (
            "Teras masih kosong. Tulis satu atau dua kalimat; itu yang terlihat dalam daftar dan hasil pencarian."
        )
        return [Finding("lead-missing", sentence, False, "lead", "Teras")]
    if length <= LEAD:
        return []
    sentence = f"Teras {length} huruf; lebih dari {LEAD} akan terpotong dalam daftar dan hasil pencarian. Ringkaskan."
    return [Finding("lead-long", sentence, False, "lead", "Teras")]
