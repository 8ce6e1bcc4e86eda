"""What the text of documents and captions tells of people: read once, and held against the files that are shown. Pure.

The text itself is intake's private copy; nothing of it is kept here but which kind of thing stands where.
"""

import html
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from uuid import UUID

from services.editing.checks.facts import Facts, Reading, Spot
from services.editing.checks.findings import Finding, field_of
from services.editing.checks.passages import WORDS, Kind
from services.editing.checks.personal import BLOCKING, personal_data
from services.editing.manuscript import MediaNotInStory, media_of
from services.editing.reports import Report
from shared.content import TEXT_LABEL, Content, Rendition, StoryMedia
from shared.media.choosing import CAPTIONS
from shared.media.texts import captions

# Intake keeps at most 1 MB of a PDF's text, less what is left of a letter that was cut in two.
FULL = 1_000_000 - 4
MOST_SPOTS = 500
SHOWN = 5
PAGE_END = "\f"
PDF = "application/pdf"
BY_EYE = "Periksa sendiri apakah ada data pribadi di dalamnya."
_TAG = re.compile(r"<[^>]*>")


def read_pages(text: str) -> Reading:
    """The text of a PDF, its pages parted by form feeds."""
    pages = text.split(PAGE_END)
    spots = [Spot(kind=p.kind, at=n) for n, page in enumerate(pages, 1) for p in personal_data(page)]
    silent = tuple(n for n, page in enumerate(pages, 1) if not page.strip())
    return Reading(spots=_most(spots), silent=silent, cut_short=len(text.encode()) > FULL)


def read_captions(text: str) -> Reading:
    """Captions as intake wrote them, read in one: a number may run on into the next cue."""
    cues = captions.read(text)
    said = [html.unescape(_TAG.sub("", cue.words)).replace("\n", " ") for cue in cues]
    begins = list(accumulate((len(words) + 1 for words in said[:-1]), initial=0))
    whole = " ".join(said)
    in_cue = [(p, cues[bisect_right(begins, p.start) - 1]) for p in personal_data(whole)]
    return Reading(spots=_most([Spot(kind=p.kind, at=cue.start // 1000) for p, cue in in_cue]))


def read_by_machine(content: Content, reports: Sequence[Report]) -> dict[UUID, Rendition]:
    """The texts to be read of the files that are shown, by file."""
    return {m.id: text for m in content.media if (text := _text_of(m, reports)) is not None}


def personal_in_files(facts: Facts) -> list[Finding]:
    """By file and kind, with the pages; a text that could not be had yet holds the submission up."""
    return [found for m in facts.shown for found in _of(m, facts)]


def _of(m: StoryMedia, facts: Facts) -> Iterator[Finding]:
    place, there = field_of("berkas", m.id), m.name
    text = _text_of(m, facts.reports)
    if text is None:
        if any(r.content_type == PDF for r in m.renditions):
            yield Finding("document-unread", f"Isi {m.name} tidak dapat dibaca mesin. {BY_EYE}", False, place, there)
        return
    reading = facts.readings.get(text.sha256)
    if reading is None:
        sentence = f"Isi {m.name} belum selesai dibaca. Tunggu sebentar, simpan sekali lagi, lalu ajukan."
        yield Finding("document-not-read-yet", sentence, True, place, there)
        return
    yield from _told(m, reading, place)
    if reading.silent:
        sentence = f"{_where(m, reading.silent)} {m.name} tidak dapat dibaca mesin. {BY_EYE}"
        yield Finding("document-unread", sentence[0].upper() + sentence[1:], False, place, there)
    if reading.cut_short:
        sentence = f"Isi {m.name} terlalu panjang, hanya bagian awalnya dibaca mesin. {BY_EYE}"
        yield Finding("document-cut-short", sentence, False, place, there)


def _told(m: StoryMedia, reading: Reading, place: str) -> Iterator[Finding]:
    kinds: list[Kind] = sorted({s.kind for s in reading.spots}, key=lambda k: (k not in BLOCKING, k))
    for kind in kinds:
        places = sorted({s.at for s in reading.spots if s.kind == kind})
        what = f"{m.name} memuat {WORDS[kind]} di {_where(m, places)}."
        if kind in BLOCKING:
            sentence = (
                f"{what} Data pribadi tidak boleh terbit: lepas berkas ini, atau minta Bidang mengirim yang tanpa itu."
            )
        else:
            sentence = f"{what} Pastikan pemiliknya setuju, atau lepas berkas ini."
        yield Finding(f"document-personal-data-{kind}", sentence, kind in BLOCKING, place, m.name)


def _where(m: StoryMedia, places: Sequence[int]) -> str:
    shown = [str(n) if m.kind == "document" else f"{n // 60:02}:{n % 60:02}" for n in places[:SHOWN]]
    word = "halaman" if m.kind == "document" else "menit"
    more = f" dan {len(places) - SHOWN} lagi" if len(places) > SHOWN else ""
    return f"{word} {', '.join(shown)}{more}"


def _text_of(m: StoryMedia, reports: Sequence[Report]) -> Rendition | None:
    """The captions that go out with it, else the text that intake made of it."""
    try:
        _, media = media_of(m.id, reports)
    except MediaNotInStory:
        return None
    own = next((r for r in m.renditions if r.label == CAPTIONS), None)
    return own or next((r for r in media.renditions if r.label == TEXT_LABEL), None)


def _most(spots: list[Spot]) -> tuple[Spot, ...]:
    """No more than are of use; what blocks is never left out for what does not."""
    return tuple(sorted(dict.fromkeys(spots), key=lambda s: s.kind not in BLOCKING)[:MOST_SPOTS])
