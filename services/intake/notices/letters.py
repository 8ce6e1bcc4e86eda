"""The words of a message: subject, plain text and simple HTML, with nothing of an item but its title. Pure."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import NamedTuple
from uuid import UUID

from services.intake.notices.rules import Kind
from shared.sla import LATER_REVIEW
from shared.words import moment

PATHS = {
    ("intake", "report"): "/bahan/{}", ("editing", "report"): "/meja/bahan/{}", ("editing", "story"): "/meja/berita/{}",
    ("review", "story"): "/saring/{}", ("publisher", "story"): "/terbit/{}",
}  # fmt: skip
STAGES = {
    "intake": "Bahan yang perlu dilengkapi", "editing": "Bahan atau berita yang menunggu disunting",
    "review": "Berita yang menunggu penyaringan", "publisher": "Berita yang menunggu dipublikasikan",
}  # fmt: skip
LATER = "Persetujuan darurat: penyaringan susulan oleh pimpinan lain"
KINDS = {"waits": "menunggu Anda", "due-soon": "mendekati batas waktu", "late": "melewati batas waktu"}
AT_MOST = 30
TITLE = 120


@dataclass(frozen=True, slots=True)
class Line:
    """One notice as it is shown; `waits` is whether the step is still to be taken."""

    id: UUID
    stage: str
    item: str
    about: str
    kind: Kind
    title: str
    lane: str
    practice: bool
    due_at: datetime
    made_at: datetime
    read_at: datetime | None
    waits: bool


class Words(NamedTuple):
    subject: str
    text: str
    html: str


def digest(lines: Sequence[Line], *, site: str, zone: str, titles: bool) -> Words:
    """Tell of all that gathered, in one message."""
    shown = [_shown(line, site=site, zone=zone, titles=titles) for line in lines[:AT_MOST]]
    worst = min(lines, key=lambda line: ("late", "due-soon", "waits").index(line.kind))
    subject = (
        f"{len(lines)} hal menunggu Anda, {KINDS[worst.kind]}"
        if len(lines) > 1
        else f"{KINDS[worst.kind].capitalize()}: {shown[0][0]}"
    )
    if len(lines) > 1 and worst.kind == "waits":
        subject = f"{len(lines)} hal menunggu Anda"
    rest = [f"Dan {len(lines) - AT_MOST} lagi: {site}/kabar"] if len(lines) > AT_MOST else []
    foot = f"Atur pemberitahuan: {site}/kabar/pengaturan"
    text = "\n\n".join([*("\n".join(part) for part in shown), *rest, f"-- \n{foot}"])
    return Words(subject, text + "\n", _html([*map(_item, shown), *(f"<p>{escape(r)}</p>" for r in rest)], site))


def code(value: str, *, site: str) -> Words:
    """Send the code by which a person proves that an address is theirs."""
    sentence = f"Kode Anda: {value}. Isikan di {site}/kabar/pengaturan dalam 30 menit."
    ignore = "Abaikan pesan ini bila Anda tidak memintanya."
    return Words(
        "Kode konfirmasi pemberitahuan",
        f"{sentence}\n\n{ignore}\n",
        _html([f"<p>Kode Anda: <strong>{escape(value)}</strong></p><p>{escape(ignore)}</p>"], site),
    )


def address(line: Line, *, site: str = "") -> str:
    """Give the page on which the person takes the step."""
    return address_of(line.stage, line.about, line.item, site=site)


def address_of(stage: str, about: str, item: str, *, site: str = "") -> str:
    return site + PATHS[stage, about].format(item.partition(".")[0])


def clean(title: str) -> str:
    """A title as one line without what turns text around or hides it, and not too long for a subject."""
    kept = "".join(" " if c.isspace() else c for c in title if c.isspace() or unicodedata.category(c)[0] != "C")
    line = " ".join(kept.split())
    return line if len(line) <= TITLE else f"{line[: TITLE - 1]}…"


def _shown(line: Line, *, site: str, zone: str, titles: bool) -> tuple[str, str, str]:
    what = stage_words(line.stage, line.item)
    title = clean(line.title) if titles else what
    until = _until(line.due_at, zone)
    return title, f"{what}, {KINDS[line.kind]}. {until}", address(line, site=site)


def stage_words(stage: str, item: str) -> str:
    """What waits; an emergency approval waits for another leader's look."""
    return LATER if item.endswith(LATER_REVIEW) else STAGES[stage]


def _until(due: datetime, zone: str) -> str:
    return f"Batas waktu {moment(due, zone)}."


def _item(part: tuple[str, str, str]) -> str:
    title, about, link = map(escape, part)
    return f'<p><a href="{link}"><bdi>{title}</bdi></a><br>{about}</p>'


def _html(parts: Sequence[str], site: str) -> str:
    foot = f'<p><a href="{escape(site)}/kabar/pengaturan">Atur pemberitahuan</a></p>'
    return (
        f'<!doctype html><html lang="id"><head><meta charset="utf-8"></head><body>{"".join(parts)}{foot}</body></html>'
    )
