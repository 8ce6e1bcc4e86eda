"""Blocks of a content as HTML: escaped where it is made, and passed through a maintained sanitiser too. Pure."""

from collections.abc import Iterable
from html import escape

import nh3
from markupsafe import Markup

from shared.content import Block, Figure, Heading, ItemList, Quote, Span

TAGS = {"p", "h2", "h3", "ul", "ol", "li", "blockquote", "footer", "strong", "em", "a", "br"}
ATTRIBUTES = {"a": {"href"}}
SCHEMES = {"http", "https", "mailto"}


def block_html(block: Block) -> Markup:
    """One block; nothing for a figure, which its page shows as it shows files."""
    return Markup(nh3.clean(_made(block), tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener"))  # noqa: S704


def _made(block: Block) -> str:
    match block:
        case Figure():
            return ""
        case Heading():
            return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
        case ItemList():
            tag = "ol" if block.ordered else "ul"
            return f"<{tag}>{''.join(f'<li>{_words(item)}</li>' for item in block.items)}</{tag}>"
        case Quote():
            cite = f"<footer>{escape(block.cite)}</footer>" if block.cite else ""
            return f"<blockquote><p>{_words(block.spans)}</p>{cite}</blockquote>"
        case _:
            return f"<p>{_words(block.spans)}</p>"


def _words(spans: Iterable[Span]) -> str:
    return "".join(map(_run, spans))


def _run(span: Span) -> str:
    made = escape(span.text).replace("\n", "<br>")
    if span.italic:
        made = f"<em>{made}</em>"
    if span.bold:
        made = f"<strong>{made}</strong>"
    return f'<a href="{escape(span.href)}">{made}</a>' if span.href else made
