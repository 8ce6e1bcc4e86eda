"""What a page shows of a content is what was written, and never what a browser would run."""

import re

from hypothesis import given
from hypothesis import strategies as st

from shared.content import Heading, ItemList, Paragraph, Quote, Span
from shared.content_html import block_html

EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def test_each_block_has_its_element():
    run = (Span(text="a ", bold=True), Span(text="b\nc", italic=True, href="https://x.go.id/?a=1&b=2"))
    linked = '<a href="https://x.go.id/?a=1&amp;b=2" rel="noopener"><em>b<br>c</em></a>'
    assert block_html(Paragraph(spans=run)) == f"<p><strong>a </strong>{linked}</p>"
    assert block_html(Heading(level=3, text="Tiga & empat")) == "<h3>Tiga &amp; empat</h3>"
    assert block_html(ItemList(ordered=True, items=(run[:1],))) == "<ol><li><strong>a </strong></li></ol>"
    quote = Quote(spans=run[:1], cite="Ibu Sumiati")
    assert block_html(quote) == "<blockquote><p><strong>a </strong></p><footer>Ibu Sumiati</footer></blockquote>"


def test_markup_in_every_field_is_words():
    for block in (Paragraph(spans=(Span(text=EVIL),)), Heading(text=EVIL), Quote(spans=(Span(text=EVIL),), cite=EVIL)):
        made = block_html(block)
        assert not re.search(r"<(script|img)", made)
        assert "&lt;script&gt;" in made


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1, max_size=60))
def test_any_text_is_shown_as_it_is(text: str):
    made = block_html(Paragraph(spans=(Span(text=text, href='https://x.go.id/"onclick="'),)))
    assert set(re.findall(r"<(/?\w+)", made)) <= {"p", "/p", "a", "/a", "br"}
    assert "onclick=" not in re.sub(r'href="[^"]*"', "", made) or "onclick=" in text
