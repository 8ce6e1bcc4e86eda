"""What a leader takes out of a Version is gone wherever it stood, and nothing else is changed."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.content import (
    Block,
    Content,
    Crop,
    Figure,
    Heading,
    ItemList,
    Paragraph,
    Quote,
    RedactedPicture,
    Redaction,
    Rendition,
    Span,
    StoryMedia,
)
from shared.redaction import (
    MARK,
    NothingRedacted,
    PassageNotThere,
    PictureNotThere,
    PicturesOnly,
    TitleRedacted,
    TooLongRedacted,
    expect_redactable,
    of_whole,
    redact,
    standing,
)
from shared.refusal import Refused
from shared.removing import only_removes

PHOTO, REPORT = uuid4(), uuid4()
WHOLE = Crop(left=0.1, top=0.2, right=0.5, bottom=0.6)


def paragraph(*spans: Span) -> Paragraph:
    return Paragraph(spans=spans)


def photo(**more: Any) -> StoryMedia:
    copy = Rendition(bucket="ren", key="k", sha256="a" * 64, size=1, content_type="image/jpeg", label="w")
    told: Any = {"id": PHOTO, "report": REPORT, "name": "kunci.jpg", "kind": "image"}
    return StoryMedia(**(told | {"renditions": (copy,)} | more))


def content(*body: Block, **more: Any) -> Content:
    told: dict[str, Any] = {"title": "Bu Siti menerima kunci", "body": body, **more}
    return Content(**told)


def test_each_occurrence_is_replaced_wherever_readers_would_see_it() -> None:
    before = content(
        Heading(text="Rumah Bu Siti"),
        ItemList(items=((Span(text="Bu Siti"),), (Span(text="Pak Budi"),))),
        Quote(spans=(Span(text="Saya Bu Siti."),), cite="Bu Siti, warga"),
        lead="Bu Siti, ya, Bu Siti.",
        tags=("rumah", "Bu Siti"),
        channel_texts={"ig": "Bu Siti!"},
        media=(photo(alt="Bu Siti", caption="Bu Siti dan Pak Budi", credit="Bu Siti", licence="Milik Bu Siti"),),
    )
    after = redact(before, ["Bu Siti"])
    assert "Siti" not in after.model_dump_json()
    assert after.title == f"{MARK} menerima kunci"
    assert after.lead == f"{MARK}, ya, {MARK}."
    assert after.tags == ("rumah",)
    assert after.channel_texts == {"ig": f"{MARK}!"}
    assert after.media[0].caption == f"{MARK} dan Pak Budi"
    assert after.body[1:2] == (ItemList(items=((Span(text=MARK),), (Span(text="Pak Budi"),))),)
    assert only_removes(before, after)


def test_a_passage_half_of_which_is_bold_is_one_mark_and_the_rest_keeps_its_marks() -> None:
    before = content(paragraph(Span(text="Rumah Bu "), Span(text="Siti Aminah", bold=True), Span(text=" selesai.")))
    after = redact(before, ["Bu Siti"])
    spans = (Span(text="Rumah "), Span(text=MARK), Span(text=" Aminah", bold=True), Span(text=" selesai."))
    joined = (Span(text=f"Rumah {MARK}"), *spans[2:])
    assert after.body == (paragraph(*joined),)
    assert only_removes(before, after)


def test_a_link_whose_address_tells_the_name_is_taken_off() -> None:
    before = content(
        paragraph(Span(text="Tulis surat", href="mailto:siti@x.id"), Span(text="situs", href="https://x.id/a%20siti"))
    )
    after = redact(before, ["siti@x.id", "a siti"])
    assert after.body == (paragraph(Span(text="Tulis surat"), Span(text="situs")),)
    assert standing(before, ["siti@x.id", "a siti", "b"]) == ("siti@x.id", "a siti")
    assert only_removes(before, after)


def test_a_line_that_was_broken_elsewhere_is_found_and_other_case_is_not() -> None:
    before = content(paragraph(Span(text="Jalan\nMawar 7, jalan mawar 7")))
    assert redact(before, ["Jalan Mawar 7"]).body == (paragraph(Span(text=f"{MARK}, jalan mawar 7")),)


def test_passages_that_overlap_leave_nothing_of_each_other() -> None:
    before = content(paragraph(Span(text="aba aba ba")))
    assert redact(before, ["aba aba", "aba ba"]).body == (paragraph(Span(text=MARK)),)


def test_what_was_redacted_before_may_be_redacted_further() -> None:
    before = content(paragraph(Span(text="Bu Siti, Pak Budi")))
    once = redact(before, ["Bu Siti"])
    twice = redact(once, ["Pak Budi"])
    assert twice.body == (paragraph(Span(text=f"{MARK}, {MARK}")),)
    assert only_removes(before, twice)


@pytest.mark.parametrize(
    ("redaction", "refused"),
    [
        (Redaction(), NothingRedacted),
        (Redaction(passages=("Bu Siti", "Pak Amir")), PassageNotThere),
        (Redaction(passages=("Bu Siti menerima kunci",)), TitleRedacted),
        (Redaction(pictures=(RedactedPicture(media=uuid4(), regions=(WHOLE,)),)), PictureNotThere),
        (Redaction(pictures=(RedactedPicture(media=PHOTO, regions=(WHOLE,)),)), PicturesOnly),
    ],
)
def test_what_cannot_be_taken_out_is_refused(redaction: Redaction, refused: type[Refused]) -> None:
    with pytest.raises(refused):
        expect_redactable(content(media=(photo(kind="video", name="film.mp4"),)), redaction)


def test_the_refusal_names_the_passage_that_does_not_stand_there() -> None:
    with pytest.raises(PassageNotThere, match="“Pak Amir” tidak ditemukan"):
        expect_redactable(content(), Redaction(passages=("Bu Siti", "Pak Amir")))


def test_marks_that_would_not_fit_are_refused() -> None:
    with pytest.raises(TooLongRedacted):
        redact(content(Heading(text="a " * 140)), ["a"])


def test_a_region_marked_on_a_cut_picture_is_one_of_the_whole() -> None:
    marked = Crop(left=0, top=0.5, right=0.5, bottom=1)
    made = of_whole(marked, WHOLE)
    assert [round(v, 6) for v in (made.left, made.top, made.right, made.bottom)] == [0.1, 0.4, 0.3, 0.6]
    assert of_whole(marked, None) == marked


@pytest.mark.parametrize(
    "changed",
    [
        {"title": f"{MARK} menerima dua kunci"},
        {"lead": "Baru."},
        {"body": (paragraph(Span(text="Rumah Bu Siti", bold=True)),)},
        {"body": (paragraph(Span(text="Rumah Bu Siti", href="https://x.id")),)},
        {"body": ()},
        {"tags": ("kota", "rumah")},
        {"channels": ("site", "ig")},
        {"media": (photo(alt="x"),)},
        {"media": (photo(placeholder="data:image/webp;base64,AA=="),)},
        {"media": ()},
    ],
)
def test_what_adds_or_changes_anything_is_no_removal(changed: dict[str, Any]) -> None:
    before = content(paragraph(Span(text="Rumah Bu Siti")), tags=("rumah", "kota"), media=(photo(),))
    assert only_removes(before, before)
    assert not only_removes(before, before.model_copy(update=changed))


def test_new_copies_are_a_removal_only_with_more_regions() -> None:
    before = content(media=(photo(redacted=(WHOLE,)),))
    other = photo().renditions[0].model_copy(update={"sha256": "b" * 64})
    more = photo(renditions=(other,), redacted=(WHOLE, of_whole(WHOLE, WHOLE)))
    assert only_removes(before, before.model_copy(update={"media": (more,)}))
    for wrong in (photo(renditions=(other,), redacted=(WHOLE,)), photo()):
        assert not only_removes(before, before.model_copy(update={"media": (wrong,)}))


WORDS = st.lists(st.sampled_from(["Bu", "Siti", "aba", "ab", MARK, "rumah,"]), min_size=1, max_size=6).map(" ".join)
SPANS = st.lists(
    st.builds(
        Span, text=st.text("ab \n", max_size=6), bold=st.booleans(), href=st.sampled_from([None, "https://ab.id"])
    ),
    max_size=5,
).map(tuple)
BLOCKS = st.one_of(
    SPANS.map(lambda spans: Paragraph(spans=spans)),
    st.builds(Quote, spans=SPANS, cite=WORDS),
    WORDS.map(lambda text: Heading(text=text)),
    st.lists(SPANS, max_size=3).map(lambda items: ItemList(items=tuple(items))),
    st.just(Figure(media=PHOTO)),
)
CONTENTS = st.builds(
    Content,
    title=WORDS.map(lambda text: f"{text} z"),
    lead=WORDS,
    body=st.lists(BLOCKS, max_size=4).map(tuple),
    tags=st.lists(WORDS, max_size=3).map(tuple),
    media=st.builds(photo, alt=WORDS).map(lambda m: (m,)),
    channel_texts=st.dictionaries(st.sampled_from(["ig", "fb"]), WORDS),
)
PASSAGES = st.lists(st.one_of(WORDS, st.text("ab ", min_size=1, max_size=4).filter(str.strip)), max_size=3)


@given(CONTENTS, PASSAGES)
def test_a_redaction_only_removes_and_leaves_no_passage_standing(before: Content, passages: list[str]) -> None:
    after = redact(before, passages)
    assert only_removes(before, after)
    # What the mark itself says is no passage of the Version.
    unmarked = Content.model_validate_json(after.model_dump_json().replace(MARK, "…"))
    assert standing(unmarked, passages) == ()
    assert after == before or standing(before, passages)


@given(CONTENTS, CONTENTS)
def test_what_only_removes_is_never_longer_but_for_the_marks(before: Content, after: Content) -> None:
    if only_removes(before, after):
        assert len(after.lead.replace(MARK, "")) <= len(before.lead)
