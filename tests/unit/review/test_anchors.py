"""A leader's comment names its place in words, and finds it again in a newer Version."""

from uuid import UUID, uuid4

from services.review.anchors import Comment, carried, places, reasons_of
from services.review.reading import turn_of
from services.review.store_seen import Place
from shared.content import Block, Content, Figure, Heading, Paragraph, Span, StoryMedia

PHOTO = uuid4()


def paragraph(text: str) -> Paragraph:
    return Paragraph(spans=(Span(text=text),))


def version(*body: Block) -> Content:
    photo = StoryMedia(id=PHOTO, report=uuid4(), name="kunci.jpg", kind="image", renditions=())
    return Content(title="Judul", lead="Teras.", body=body, media=(photo,), channel_texts={"instagram": "Halo"})


def test_every_place_has_a_key_of_its_own_and_words_for_people() -> None:
    same = paragraph("Warga menerima kunci.")
    content = version(Heading(text="Awal"), same, Figure(media=PHOTO), same)
    found = places(content)
    assert [p.words for p in found.blocks] == [
        "judul bagian 1: “Awal”", "paragraf 1: “Warga menerima kunci.”", "berkas 1: “kunci.jpg”",
        "paragraf 2: “Warga menerima kunci.”",
    ]  # fmt: skip
    assert len(found.all()) == 7  # title, lead, three texts, one file, one channel


def test_a_long_paragraph_is_named_by_how_it_begins() -> None:
    (place,) = places(version(paragraph("kata " * 50))).blocks
    assert place.words.endswith("kata…”")
    assert len(place.words) < 80


def test_a_comment_becomes_a_reason_with_its_place() -> None:
    content = version(paragraph("Ada 40 rumah."))
    (reason,) = reasons_of([Comment(places(content).blocks[0].key, "lain", "Cocokkan dengan SK.")], content)
    assert (reason.code, reason.note, reason.anchor) == (
        "lain", "Cocokkan dengan SK.", "paragraf 1: “Ada 40 rumah.”",
    )  # fmt: skip


def test_a_comment_follows_its_paragraph_into_a_newer_version_and_is_not_lost_without_it() -> None:
    stays, goes = paragraph("Tetap."), paragraph("Hilang.")
    before, after = version(goes, stays), version(paragraph("Baru."), stays)
    lost, kept = (Comment(place.key, "lain", "Periksa.") for place in places(before).blocks)
    assert carried([lost, kept], before, after) == ((kept,), "paragraf 1: “Hilang.”: Periksa.")


def test_the_neighbours_in_the_queue() -> None:
    order = [Place(UUID(int=n), f"Berita {n}") for n in range(3)]
    middle, last = turn_of(UUID(int=1), order), turn_of(UUID(int=2), order)
    assert (middle.number, middle.count, middle.before, middle.after) == (2, 3, order[0], order[2])
    assert (last.after, last.before) == (None, order[1])
    assert turn_of(uuid4(), order).after == order[0]
    assert turn_of(uuid4(), []).after is None
