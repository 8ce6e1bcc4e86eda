"""What must stand by a file before it is public: words for those who cannot see it, consent, credit, licence. Pure."""

import re

from services.editing.checks.facts import Facts
from services.editing.checks.findings import Finding, field_of
from shared.content import StoryMedia
from shared.content_words import SUBJECTS

OWN_CONSENT = "named"
# A licence is free text: these are the words by which people say that a file is not for the public.
_FORBIDS = re.compile(
    r"\b(?:tidak|bukan|dilarang|jangan)\b(?: (?:boleh|dapat|diizinkan|untuk))* "
    r"(?:di|me)?(?:[pm]ublikasi|[tn]erbit|muat|(?:s|ny)ebar|(?:s|ny)iar|[tn]ayang)"
    r"|\b(?:hanya|penggunaan|keperluan|kalangan)(?: untuk)? internal\b|\binternal use\b|\bnot for publication\b"
    r"|\bdo not publish\b",
    re.IGNORECASE,
)


def alternative(facts: Facts) -> list[Finding]:
    """A picture without words is lost on whoever cannot see it; of a recording its caption tells as much."""
    return [_without_words(m) for m in facts.shown if m.kind != "document" and not m.alt.strip()]


def consent(facts: Facts) -> list[Finding]:
    """On which basis people are shown; children, victims and those who get aid need a consent of their own."""
    return [found for m in facts.shown if m.kind in ("image", "video") for found in _consent(m)]


def credit(facts: Facts) -> list[Finding]:
    return [found for m in facts.shown for found in _credit(m)]


def licence(facts: Facts) -> list[Finding]:
    """What its licence keeps from the public."""
    return [
        Finding(
            "licence-forbids",
            f"Lisensi {m.name} berbunyi “{m.licence}”. Lepas berkas ini, atau minta izinnya, lalu ganti lisensi.",
            True,
            field_of("licence", m.id),
            f"Lisensi {m.name}",
        )
        for m in facts.shown
        if _FORBIDS.search(m.licence)
    ]


def _without_words(m: StoryMedia) -> Finding:
    place, there = field_of("alt", m.id), f"Teks alternatif {m.name}"
    if m.kind == "image":
        sentence = (
            f"Foto {m.name} belum punya teks alternatif. Tulis apa yang terlihat, bagi yang tidak dapat melihatnya."
        )
        return Finding("alt-missing", sentence, True, place, there)
    sentence = f"{m.name} belum punya teks alternatif. Tulis apa isinya, bagi yang tidak dapat memutarnya."
    return Finding("alt-missing", sentence, False, place, there)


def _consent(m: StoryMedia) -> list[Finding]:
    place, there = field_of("consent", m.id), f"Dasar pemuatan {m.name}"
    if m.shows and m.consent != OWN_CONSENT:
        who = " dan ".join(SUBJECTS[code] for code in m.shows)
        sentence = (
            f"{m.name} menampilkan {who} tanpa izin dari yang difoto. "
            "Pilih dasar “Ada izin dari yang difoto” dan tulis siapa yang mengizinkan (untuk anak-anak, walinya), "
            "atau lepas berkas ini."
        )
        return [Finding("consent-missing", sentence, True, place, there)]
    if m.shows and not m.consent_note.strip():
        sentence = f"Tulis siapa yang mengizinkan {m.name} dimuat; untuk anak-anak, orang tua atau walinya."
        return [Finding("consent-unnamed", sentence, False, field_of("consent_note", m.id), f"Catatan izin {m.name}")]
    if m.consent is None:
        sentence = f"Dasar pemuatan orang pada {m.name} belum ditentukan. Bila ada yang dapat dikenali, pilih dasarnya."
        return [Finding("consent-unknown", sentence, False, place, there)]
    return []


def _credit(m: StoryMedia) -> list[Finding]:
    lacking = [word for word, value in (("sumber", m.credit), ("lisensi", m.licence)) if not value.strip()]
    if not lacking:
        return []
    place = field_of("credit" if not m.credit.strip() else "licence", m.id)
    sentence = f"{m.name} belum menyebut {' dan '.join(lacking)}. Isi supaya pembaca tahu dari siapa dan boleh apa."
    return [Finding("credit-missing", sentence, False, place, f"{lacking[0].capitalize()} {m.name}")]
