"""The body as a person types it, and back, with nothing lost."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.editing.domain import FigureWithoutMedia
from services.editing.marks import blocks_of, normal, spans_of, text_of
from shared.content import Block, Figure, Heading, ItemList, Paragraph, Quote, Span

MEDIA = [UUID(int=1), UUID(int=2)]


def typed(text: str) -> tuple[Block, ...]:
    return blocks_of(text, MEDIA)


def test_each_mark_makes_its_block():
    text = "Pembuka.\r\n\r\n## Yang dibangun\r\n- atap\r\n- lantai\r\n1. satu\r\n"
    text += "> Tidak bocor.\r\n> -- Ibu Sumiati\r\n[foto 2]"
    assert typed(text) == (
        Paragraph(spans=(Span(text="Pembuka."),)),
        Heading(text="Yang dibangun"),
        ItemList(items=((Span(text="atap"),), (Span(text="lantai"),))),
        ItemList(ordered=True, items=((Span(text="satu"),),)),
        Quote(spans=(Span(text="Tidak bocor."),), cite="Ibu Sumiati"),
        Figure(media=MEDIA[1]),
    )


def test_a_blank_line_ends_a_paragraph_and_a_single_one_does_not():
    assert typed("satu\ndua\n\n\ntiga") == (
        Paragraph(spans=(Span(text="satu\ndua"),)),
        Paragraph(spans=(Span(text="tiga"),)),
    )


def test_words_are_bold_italic_and_linked():
    assert spans_of("a **b** *c* ***d*** [e *f*](https://x.go.id/)") == (
        Span(text="a "),
        Span(text="b", bold=True),
        Span(text=" "),
        Span(text="c", italic=True),
        Span(text=" "),
        Span(text="d", bold=True, italic=True),
        Span(text=" "),
        Span(text="e ", href="https://x.go.id/"),
        Span(text="f", italic=True, href="https://x.go.id/"),
    )


@pytest.mark.parametrize(
    "text",
    ["5 * 3 * 2", "2 ** 8 ** 1", "bintang * lima", "harga*", "[bukan tautan]", "[x](javascript:alert)", "****", "*"],
)
def test_what_is_no_mark_stays_as_it_was_typed(text: str):
    assert "".join(s.text for s in spans_of(text)) == text
    assert not any(s.href or s.bold or s.italic for s in spans_of(text))


def test_a_picture_that_is_not_there_is_named():
    with pytest.raises(FigureWithoutMedia):
        typed("[foto 3]")


words = st.text("ab9 .*\\[]()#->&<é", min_size=1, max_size=12).map(str.strip).filter(bool)
spans = st.builds(
    Span,
    text=words,
    bold=st.booleans(),
    italic=st.booleans(),
    href=st.sampled_from([None, "https://x.go.id/a", "mailto:a@x.go.id"]),
)
runs = st.lists(spans, min_size=1, max_size=4).map(
    lambda found: tuple(s for n, s in enumerate(found) if n == 0 or _style(s) != _style(found[n - 1]))
)
blocks = st.lists(
    st.one_of(
        st.builds(Paragraph, spans=runs),
        st.builds(Heading, level=st.sampled_from([2, 3]), text=words),
        st.builds(Quote, spans=runs, cite=st.one_of(st.just(""), words)),
        st.builds(Figure, media=st.sampled_from(MEDIA)),
    ),
    max_size=5,
)


def _style(span: Span) -> tuple[bool, bool, str | None]:
    return span.bold, span.italic, span.href


@given(runs)
def test_words_typed_from_spans_make_the_same_spans(run: tuple[Span, ...]):
    (paragraph,) = typed(text_of([Paragraph(spans=run)], MEDIA))
    assert isinstance(paragraph, Paragraph)
    assert _letters(paragraph.spans) == _letters(run)


@given(blocks)
def test_blocks_are_the_same_after_being_typed_and_read_again(body: list[Block]):
    once = blocks_of(text_of(body, MEDIA), MEDIA)
    assert [b.kind for b in once] == [b.kind for b in body]
    assert blocks_of(text_of(once, MEDIA), MEDIA) == once


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=200))
def test_any_text_is_read(text: str):
    assert text_of(blocks_of(text.replace("[foto", "(foto"), MEDIA), MEDIA) or not text.strip()


loose = st.builds(
    Span,
    text=st.text("ab9 \n.*\\[]()#->&é", min_size=1, max_size=12),
    bold=st.booleans(),
    italic=st.booleans(),
    href=st.sampled_from([None, "https://x.go.id/a(b) c", "mailto:a@x.go.id"]),
)
loose_runs = st.lists(loose, min_size=1, max_size=4).map(tuple)
pasted = st.lists(
    st.one_of(
        st.builds(Paragraph, spans=loose_runs),
        st.builds(ItemList, ordered=st.booleans(), items=st.lists(loose_runs, max_size=3).map(tuple)),
        st.builds(Quote, spans=loose_runs, cite=st.one_of(st.just(""), words)),
        st.builds(Figure, media=st.sampled_from(MEDIA)),
    ),
    max_size=5,
)


@given(pasted)
def test_what_the_editor_sends_is_saved_as_if_it_had_been_typed(body: list[Block]):
    """The screen with and the one without JavaScript save the same: nothing is changed by opening it in the other."""
    saved = normal(body)
    assert blocks_of(text_of(saved, MEDIA), MEDIA) == saved
    assert normal(saved) == saved


@given(pasted)
def test_no_word_and_no_style_of_a_word_is_lost_on_the_way(body: list[Block]):
    before = [pair for block in body for pair in _words_of(block)]
    assert [pair for block in normal(body) for pair in _words_of(block)] == before


def test_a_quote_whose_last_line_looks_like_a_name_keeps_it():
    quote = Quote(spans=(Span(text="satu\n-- dua"),))
    assert normal([quote]) == (quote,)


def _words_of(block: Block) -> list[tuple[str, tuple[bool, bool, bool]]]:
    """Every letter that is seen, with its style."""
    runs = block.items if isinstance(block, ItemList) else (getattr(block, "spans", ()),)
    seen = [(c, (s.bold, s.italic, bool(s.href))) for run in runs for s in run for c in s.text if not c.isspace()]
    return seen + [(c, (False, False, False)) for c in getattr(block, "cite", "") if not c.isspace()]


def _letters(run: tuple[Span, ...]) -> list[tuple[str, tuple[bool, bool, str | None]]]:
    return [(letter, _style(s)) for s in run for letter in s.text]
