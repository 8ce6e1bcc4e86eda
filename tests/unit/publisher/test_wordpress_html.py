"""A Version as a WordPress post, and a page of strangers read back."""

import html
from typing import Any
from uuid import UUID

import pytest

from services.publisher.channels import Attached, Post
from services.publisher.channels.wordpress_html import Uploaded, content_of, mark_of, pictures_in, shows, slug_of
from services.publisher.objects import PublicObject
from shared.content import Content, Heading, ItemList, Paragraph, Quote, Span
from tests.unit.publisher.samples import content, photo

STORY = UUID("0190d3a4-0000-7000-8000-0123456789ab")
SHA = "a" * 64
PICTURES = {SHA: Uploaded(7, "https://wp.test/wp-content/uploads/a.jpg")}


def post(whole: Content | None = None, **more: Any) -> Post:
    whole = whole or content()
    found = PublicObject(f"{SHA}.jpg", "b", "k", SHA, 7, "image/jpeg")
    copies = (Attached("image", found, f"https://media.test/{SHA}.jpg", 800, 600, None, "", ""),)
    facts: dict[str, Any] = {
        "story": STORY, "version": 3, "channel": "wordpress", "tries": 1, "title": whole.title, "content": whole,
        "url": "https://warta.test/berita/kunci-0123456789ab", "attached": copies,
    }  # fmt: skip
    return Post(**facts | more)


def test_the_post_says_which_version_it_is_and_where_the_offices_own_page_is() -> None:
    made = content_of(post(link="https://warta.test/berita/kunci?versi=3"), {})
    assert mark_of(made) == (STORY, 3)
    assert 'href="https://warta.test/berita/kunci?versi=3"' in made
    assert slug_of(post()) == "kunci-0123456789ab"


def test_a_picture_stands_where_the_text_places_it_with_its_words_and_whose_it_is() -> None:
    made = content_of(post(), PICTURES)
    assert pictures_in(made) == {7}
    assert '<img src="https://wp.test/wp-content/uploads/a.jpg" alt="Serah terima kunci." class="wp-image-7"/>' in made
    assert "Wali Kota menyerahkan kunci. Foto: Humas</figcaption>" in made


def test_a_picture_that_no_block_places_stands_at_the_end_and_one_that_was_not_brought_nowhere() -> None:
    whole = content(body=(Paragraph(spans=(Span(text="Kalimat."),)),))
    made = content_of(post(whole), PICTURES)
    assert made.index("Kalimat.") < made.index("wp-image-7") < made.index("Sumber:")
    assert "<img" not in content_of(post(whole), {})


@pytest.mark.parametrize("hostile", ["<script>x</script>", "[gallery]", '" onload="x', "--> <b>", "]]>"])
def test_no_word_becomes_a_tag_a_shortcode_or_a_comment(hostile: str) -> None:
    shown = photo().model_copy(update={"alt": hostile, "caption": hostile, "credit": hostile})
    spans = (Span(text=hostile, href=f"https://x.test/{hostile}"),)
    whole = content(
        lead=hostile, media=(shown,),
        body=(
            Heading(text=hostile), Paragraph(spans=spans), ItemList(items=(spans,)), Quote(spans=spans, cite=hostile)
        ),
    )  # fmt: skip
    made = content_of(post(whole, link=f"https://warta.test/{hostile}"), PICTURES)
    assert hostile not in made
    assert html.unescape(made).count(hostile) == 14


def test_an_address_alone_in_a_paragraph_is_not_made_an_embedded_page() -> None:
    made = content_of(post(content(body=(Paragraph(spans=(Span(text="https://youtu.be/x"),)),))), {})
    assert "<p>https://youtu.be/x</p>" not in made
    assert "<p>https://youtu.be/x</p>" in html.unescape(made)


@pytest.mark.parametrize(
    ("title", "set_as"),
    [
        ('"Rumah" 3x4 -- layak', "&#8220;Rumah&#8221; 3&#215;4 &#8212; layak"),
        ("A & B <c>", "A &amp; B &lt;c&gt;"),
        ("Dinas' kerja...", "Dinas&#8217; kerja&#8230;"),
    ],
)
def test_a_page_shows_a_version_however_wordpress_sets_its_title(title: str, set_as: str) -> None:
    mark = f'<p data-alurwarta="{STORY}/3">'
    asked = post(content(title))
    assert shows(f"<h1>{set_as}</h1>{mark}", asked)
    assert not shows(f"<h1>{set_as}</h1>", asked)
    assert not shows(f"<h1>Judul lain</h1>{mark}", asked)
    assert not shows(f"<h1>{set_as}</h1>{mark.replace('/3', '/2')}", asked)
