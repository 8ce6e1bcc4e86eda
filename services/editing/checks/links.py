"""The links of the body, by what came of looking them up. Pure."""

from collections.abc import Iterator
from itertools import chain

from services.editing.checks.facts import Facts, Look
from services.editing.checks.findings import Finding
from shared.content import Content, ItemList, Paragraph, Quote, Span

LONGEST = 2_000  # bytes of one: beyond it no server takes an address
MOST = 100  # of one Version
SHOWN = 80
WHY = {
    "gone": "tidak ditemukan ({status})",
    "failing": "sedang bermasalah ({status})",
    "silent": "tidak menjawab",
    "unknown": "memakai nama situs yang tidak dikenal",
    "certificate": "memakai sertifikat yang tidak sah",
    "inside": "menunjuk ke alamat di dalam jaringan, yang tidak dapat dibuka masyarakat",
    "circles": "terus dialihkan dan tidak sampai",
}


def links_of(content: Content) -> list[str]:
    """The http(s) addresses of the body, each once, in their order."""
    found = dict.fromkeys(span.href for span in _spans(content) if span.href and span.href.startswith("http"))
    return [address for address in found if len(address.encode()) <= LONGEST][:MOST]


def unreachable(facts: Facts) -> list[Finding]:
    """Links that led nowhere when they were looked up last; of one that was not yet nothing is said."""
    return [
        _finding(address, look)
        for address in links_of(facts.content)
        if (look := facts.looks.get(address)) and look.trouble in WHY
    ]


def _finding(address: str, look: Look) -> Finding:
    shown = address if len(address) <= SHOWN else f"{address[:SHOWN]}…"
    why = WHY[look.trouble].format(status=look.status)
    return Finding("link-unreachable", f"Tautan {shown} {why}. Perbaiki atau hapus tautannya.", False, "isi", "Isi")


def _spans(content: Content) -> Iterator[Span]:
    for block in content.body:
        match block:
            case Paragraph() | Quote():
                yield from block.spans
            case ItemList():
                yield from chain.from_iterable(block.items)
            case _:
                continue
