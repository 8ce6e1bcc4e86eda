"""What readers are told of a correction: which parts changed and how many, and never the words themselves."""

from typing import Any
from uuid import uuid4

import pytest

from services.publisher import consequences
from services.publisher.consequences import Change
from services.publisher.corrections import UNCHANGED, account
from shared.content import Figure, Heading, Paragraph, Span
from shared.events import StoryCorrected
from tests.unit.publisher.samples import PHOTO, approved, content, hear, live, minutes, photo, ready, shown

WORDS = Paragraph(spans=(Span(text="Warga menerima "), Span(text="40 rumah", bold=True), Span(text=".")))


def paragraph(text: str) -> Paragraph:
    return Paragraph(spans=(Span(text=text),))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"title": "42 Rumah"}, "Yang berubah: judul."),
        ({"lead": "Rabu pagi.", "topic": "rutilahu"}, "Yang berubah: ringkasan, topik."),
        ({"tags": ("rumah",), "information_class": "setiap-saat"}, "Yang berubah: kata kunci, klasifikasi informasi."),
        ({"body": (paragraph("Warga menerima 42 rumah."), Figure(media=PHOTO))}, "Yang berubah: isi (1 paragraf)."),
        (
            {"body": (WORDS, Figure(media=PHOTO), Heading(text="Baru"), paragraph("Dua."))},
            "Yang berubah: isi (2 bagian).",
        ),
        ({"media": ()}, "Yang berubah: foto (1 dihapus)."),
        ({"media": (photo("b" * 64),)}, "Yang berubah: foto (1 diganti)."),
        ({"media": (photo(), photo("c" * 64, id_=uuid4()))}, "Yang berubah: foto (1 ditambahkan)."),
        (
            {"media": (photo().model_copy(update={"caption": "Camat menyerahkan kunci."}),)},
            "Yang berubah: foto (1 keterangannya diubah).",
        ),
    ],
)
def test_a_correction_is_told_by_its_parts(changed: dict[str, Any], told: str) -> None:
    assert account(content(), content(**changed)) == told


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"channel_texts": {"instagram": "Rahasia"}},
        {"media": (photo().model_copy(update={"consent_note": "Izin Ibu Sari."}),)},
    ],
)
def test_what_no_reader_sees_is_no_correction_to_them(changed: dict[str, Any]) -> None:
    assert account(content(), content(**changed)) == UNCHANGED


def test_the_first_version_that_is_shown_corrects_nothing_and_a_later_one_does() -> None:
    first = live(ready(content=content("Lama")))
    waiting = hear(first, approved(first.id, 2, content=content("Baru"), at=minutes(5)))
    second = shown(waiting, 2, at=minutes(6))
    assert consequences.corrections(Change(ready(), first, minutes(0))) == []
    ((story, version, told),) = consequences.corrections(Change(waiting, second, minutes(6)))
    assert (story, version, told) == (first.id, 2, (minutes(6), "Yang berubah: judul."))


def test_the_event_tells_the_same() -> None:
    first = live(ready(content=content("Lama")))
    waiting = hear(first, approved(first.id, 2, content=content("Baru"), at=minutes(5)))
    second = live(waiting, 2, at=minutes(6))
    events = [e for _, e in consequences.events(Change(waiting, second, minutes(6)))]
    (corrected,) = [e for e in events if isinstance(e, StoryCorrected)]
    assert (corrected.previous_version, corrected.what_changed) == (1, "Yang berubah: judul.")
