"""What changed between two Versions: every field that readers see, each block once, files with their rights."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared import content_words
from shared.content import (
    Block,
    Content,
    Figure,
    Heading,
    ItemList,
    Paragraph,
    Quote,
    Rendition,
    Span,
    StoryMedia,
)
from shared.content_difference import Difference, difference
from shared.word_difference import Words
from shared.words import words as filters

PHOTO, OTHER, REPORT = uuid4(), uuid4(), uuid4()
WORDS = st.lists(st.sampled_from(["rumah", "warga", "kota", "Bekasi", "air"]), min_size=1, max_size=5).map(" ".join)


def paragraph(text: str, **looks: Any) -> Paragraph:
    return Paragraph(spans=(Span(text=text, **looks),))


def photo(id_: UUID = PHOTO, *, picture: str = "a", **more: Any) -> StoryMedia:
    copy = Rendition(
        bucket="renditions", key="k.jpg", sha256=picture * 64, size=1, content_type="image/jpeg", label="w"
    )
    return StoryMedia(id=id_, report=REPORT, name="kunci.jpg", kind="image", renditions=(copy,), **more)


BLOCKS = st.one_of(
    WORDS.map(paragraph),
    WORDS.map(lambda text: Heading(text=text)),
    WORDS.map(lambda text: Quote(spans=(Span(text=text),), cite="Warga")),
    st.lists(WORDS, min_size=1, max_size=3).map(lambda t: ItemList(items=tuple((Span(text=x),) for x in t))),
    st.sampled_from([Figure(media=PHOTO), Figure(media=OTHER)]),
)
BODIES = st.lists(BLOCKS, max_size=8).map(tuple)


def of(before: Any, after: Any) -> Difference:
    return difference(Content(title="Judul", body=before), Content(title="Judul", body=after))


def fates(before: Any, after: Any) -> list[str]:
    return [b.fate for b in of(before, after).body]


@given(BODIES, BODIES)
def test_every_block_of_both_versions_is_told_once(before: tuple[Block, ...], after: tuple[Block, ...]) -> None:
    told = of(before, after).body
    assert [b.after for b in told if b.after] == list(after)
    gone = [b.before for b in told if b.before]
    moved = [b.after for b in told if b.fate == "moved"]
    assert len(gone) + len(moved) == len(before)
    assert all(b.before == b.after for b in told if b.fate == "same")


@given(BODIES, WORDS)
def test_a_version_is_no_different_from_itself(body: tuple[Block, ...], title: str) -> None:
    content = Content(title=title, body=body, media=(photo(),), channel_texts={"site": title})
    assert not difference(content, content).any


def text(pieces: Words, mark: str) -> str:
    return "".join(run.text for run in pieces if run.mark == mark)


def test_an_edited_paragraph_is_told_word_by_word() -> None:
    (told,) = of((paragraph("Ada 40 rumah di Bekasi."),), (paragraph("Ada 45 rumah di Bekasi."),)).body
    assert told.fate == "changed"
    assert (text(told.lines[0], "gone"), text(told.lines[0], "new")) == ("40", "45")


def test_a_paragraph_put_in_leaves_the_others_as_they_were() -> None:
    a, b, c = paragraph("Pertama."), paragraph("Kedua."), paragraph("Sisipan baru sama sekali.")
    assert fates((a, b), (a, c, b)) == ["same", "added", "same"]
    assert fates((a, c, b), (a, b)) == ["same", "removed", "same"]


def test_a_paragraph_carried_elsewhere_is_moved_and_not_lost() -> None:
    a, b, c = paragraph("Pertama sekali."), paragraph("Kedua kali."), paragraph("Ketiga nanti.")
    assert sorted(fates((a, b, c), (c, a, b))) == ["moved", "same", "same"]


def test_of_two_alike_that_were_taken_out_only_one_was_moved() -> None:
    a, b = paragraph("Ulang."), paragraph("Tetap.")
    assert sorted(fates((a, a, b), (b, a))) == ["moved", "removed", "same"]


def test_an_item_put_into_a_list_does_not_shift_the_rest() -> None:
    before = ItemList(items=tuple((Span(text=t),) for t in ("satu rumah", "dua rumah", "tiga rumah")))
    after = ItemList(items=(before.items[0], (Span(text="sisipan"),), *before.items[1:]))
    (told,) = of((before,), (after,)).body
    assert [line[0].mark for line in told.lines] == ["same", "new", "same", "same"]


def test_a_link_that_leads_elsewhere_under_the_same_words_is_told() -> None:
    old, new = (paragraph("Daftar di sini", href=f"https://{to}.go.id") for to in ("lama", "baru"))
    (told,) = of((old,), (new,)).body
    assert told.fate == "changed"
    assert "https://baru.go.id" in text(told.lines[0], "new")


def test_bold_alone_is_a_matter_of_looks() -> None:
    assert fates((paragraph("Sama."),), (paragraph("Sama.", bold=True),)) == ["restyled"]
    assert fates((Heading(text="Sama."),), (Heading(text="Sama.", level=3),)) == ["restyled"]


@pytest.mark.parametrize("field", [f for f in Content.model_fields if f not in ("body", "media", "channel_texts")])
def test_each_field_of_a_version_is_compared(field: str) -> None:
    values: dict[str, Any] = {
        "title": "Lain", "lead": "Lain", "topic": "lain", "tags": ("lain",), "information_class": "setiap-saat",
        "channels": ("site", "instagram"),
    }  # fmt: skip
    told = difference(Content(title="Judul"), Content(title="Judul").model_copy(update={field: values[field]}))
    assert [t.field for t in told.texts] == [field]
    assert content_words.field(field) != field


@pytest.mark.parametrize(
    "field", [f for f in StoryMedia.model_fields if f not in ("id", "kind", "report", "placeholder", "renditions")]
)
def test_each_right_of_a_file_is_compared(field: str) -> None:
    values: dict[str, Any] = {"consent": "named", "shows": ("children",)}
    after = photo().model_copy(update={field: values.get(field, "Lain")})
    (told,) = difference(Content(title="J", media=(photo(),)), Content(title="J", media=(after,))).media
    assert (told.fate, [f.field for f in told.fields], told.looks) == ("changed", [field], False)
    assert content_words.field(field) != field


def test_another_picture_under_the_same_words_is_told() -> None:
    (told,) = difference(Content(title="J", media=(photo(),)), Content(title="J", media=(photo(picture="b"),))).media
    assert told.looks


def test_files_that_came_went_or_changed_places_are_told() -> None:
    one, other = photo(), photo(OTHER)
    told = difference(Content(title="J", media=(one,)), Content(title="J", media=(other,)))
    assert [m.fate for m in told.media] == ["added", "removed"]
    assert difference(Content(title="J", media=(one, other)), Content(title="J", media=(other, one))).reordered


def test_a_channels_own_text_is_told_by_its_channel() -> None:
    told = difference(
        Content(title="J", channel_texts={"x": "Lama"}), Content(title="J", channel_texts={"instagram": "Baru"})
    )
    assert [t.field for t in told.channel_texts] == ["instagram", "x"]


def test_a_hostile_pair_of_versions_is_compared_within_its_effort() -> None:
    before = tuple(paragraph(f"a{n} " * 40) for n in range(300))
    after = tuple(paragraph(f"b{n} " * 40) for n in range(300))
    assert {b.fate for b in of(before, after).body} == {"added", "removed"}


def test_the_page_says_what_changed_to_ear_and_eye_and_runs_no_script() -> None:
    environment = Environment(
        loader=FileSystemLoader("shared/templates"), autoescape=True, undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.install_null_translations(newstyle=True)  # pyright: ignore[reportAttributeAccessIssue]
    environment.filters.update(filters)
    told = difference(
        Content(title="Ada 40 rumah di Bekasi", body=(paragraph("Tetap."), Figure(media=PHOTO)), media=(photo(),)),
        Content(title="Ada <script> rumah di Bekasi", body=(paragraph("Tetap."),)),
    )
    page = environment.from_string('{% import "beda.html" as beda %}{{ beda.show(told, channel) }}').render(
        told=told, channel=str
    )
    assert "<script>" not in page
    assert '<del><span class="ucap">[dihapus: </span>40<span class="ucap">]</span></del>' in page
    assert "1 bagian tidak berubah" in page
    assert "kunci.jpg" in page
