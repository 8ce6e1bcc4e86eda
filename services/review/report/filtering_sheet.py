"""The lembar penyaringan of one Decision as plain data for its template: every text ready to be set. Pure."""

from datetime import datetime
from typing import Any

from services.review.compliance.words import date_words
from services.review.register.rules import CLAUSES
from services.review.report.document import Head, letterhead, signature
from services.review.report.letter import Letter
from services.review.rulings import reason_words
from services.review.store_read import Afterwards, Decided, Dossier
from shared.channel_words import name_of
from shared.content import Official, Reason
from shared.content_words import content_words
from shared.sla import Timekeeper
from shared.words import moment, state

TITLE = "Lembar Penyaringan"
OUTCOMES = {
    "approved": "Disetujui", "returned": "Dikembalikan untuk diperbaiki", "declined": "Tidak dimuat",
    "withheld": "Diusulkan dikecualikan",
}  # fmt: skip
BASES = {
    "regular": "penyaringan biasa", "emergency": "persetujuan darurat, tanpa penyaringan pimpinan lain",
    "amendment": "kalimat pimpinan sendiri, yang diterima Admin tanpa diubah",
}  # fmt: skip


def sheet(
    found: Dossier,
    decided: Decided,
    letter: Letter,
    head: Head,
    keeper: Timekeeper,
    *,
    qr: str,
    address: str,
    at: datetime,
) -> dict[str, Any]:
    """All that is printed of one Decision; `qr` is the drawing of `address`, the Story's timeline."""
    review, zone, sop = found.review, keeper.calendar.zone.key, keeper.sop
    return {
        "head": letterhead(head, sop),
        "title": TITLE,
        "about": found.content.title,
        "footer": [f"{TITLE}, dicetak {moment(at, zone)}. "],
        "outcome": f"{OUTCOMES[decided.decision]}{' (LATIHAN)' if review.practice else ''}",
        "standing": _standing(found, zone),
        "facts": [
            ["Judul", found.content.title],
            ["Nomor berita", str(review.story)],
            ["Versi", f"{review.version}, pengajuan ke-{review.cycle}"],
            ["Bidang", ", ".join(sorted({sop.unit_words(o.unit) for o in review.origins}))],
            ["Diajukan oleh", f"{_named(review.submitted_by)}, {moment(review.submitted_at, zone)}"],
            ["Ikut menulis", ", ".join(review.authors)],
            ["Klasifikasi", content_words["information_class"](found.content.information_class)],
            ["Kanal publikasi", ", ".join(name_of(code) for code in found.content.channels)],
            *_ruled(decided, zone),
        ],
        "sha256": [review.content_sha256[:32], review.content_sha256[32:]],
        "reasons": [_reason(r) for r in decided.reasons],
        "proposal": decided.proposal is not None,
        "qr": qr,
        "address": address,
        **signature(letter),
    }


def letter_of(decided: Decided, at: datetime) -> Letter:
    """Who signs: whoever decided, in the capacity in which they did, on that day."""
    return Letter(day=at.date(), position=decided.decided_by.capacity, name=decided.decided_by.name)


def _ruled(decided: Decided, zone: str) -> list[list[str]]:
    told = [
        ("Diputuskan oleh", f"{_named(decided.decided_by)}, {moment(decided.decided_at, zone)}"),
        ("Bertindak dengan surat", decided.mandate),
        ("Cara", BASES[decided.basis]),
        ("Kalimat ditulis", _offered(decided, zone)),
        ("Kalimat ditarik oleh", _afterwards(decided.withdrawn, zone)),
        ("Tayang paling awal", moment(decided.not_before, zone) if decided.not_before else ""),
        ("Jenis informasi", _clause(decided)),
        ("Dasar hukum", decided.legal_basis),
        ("Dikecualikan sampai", date_words(decided.until) if decided.until else ""),
        ("Jangka waktu", decided.duration),
        ("Disahkan kemudian oleh", _afterwards(decided.confirmed, zone)),
    ]
    return [[name, words] for name, words in told if words]


def _standing(found: Dossier, zone: str) -> str:
    """What became of it, where it no longer stands."""
    review, decided = found.review, found.decided
    if decided is None or review.state == decided.decision:
        return ""
    ended = [r for r in found.revocations if r.version == review.version]
    when = f", {moment(ended[-1].at, zone)}" if ended else ""
    return f"Tidak berlaku lagi: {state(review.state)}{when}."


def _clause(decided: Decided) -> str:
    return f"UU 14/2008 Pasal 17 huruf {decided.clause}: {CLAUSES[decided.clause]}" if decided.clause else ""


def _offered(decided: Decided, zone: str) -> str:
    """When the words were written that were approved by being accepted."""
    known = decided.offered
    return f"atas versi {known.version}, {moment(known.at, zone)}; diterima Admin saat diajukan" if known else ""


def _afterwards(known: Afterwards | None, zone: str) -> str:
    if known is None:
        return ""
    letter = f", surat {known.mandate}" if known.mandate else ""
    return f"{_named(known.by)}{letter}, {moment(known.at, zone)}"


def _named(who: Official) -> str:
    return f"{who.name} ({who.capacity})"


def _reason(reason: Reason) -> list[str]:
    words = reason.note if reason.code == "lain" and reason.note else reason_words(reason.code)
    note = "" if reason.code == "lain" else reason.note
    return [reason.anchor or "seluruh berita", words, note]
