"""A Version as the content of a WordPress post: blocks of its editor, everything escaped, and our mark. Pure.

Source: developer.wordpress.org/block-editor/reference-guides/core-blocks. What goes beyond these blocks stands in the
one for HTML, so that the editor finds nothing broken in it.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from services.publisher.channels import Attached, Post
from services.publisher.objects import public_key
from services.publisher.render import in_words
from shared.content import Figure, Heading, ItemList, Paragraph, Quote, Span, StoryMedia
from shared.media.choosing import CAPTIONS, choose, publishable

_MARK = re.compile(r'data-alurwarta="([0-9a-f-]{36})/(\d+)"')
_PICTURE = re.compile(r"\bwp-image-(\d+)\b")
CREDITS = {"image": "Foto", "video": "Video", "audio": "Rekaman"}


class Uploaded(NamedTuple):
    """A picture as WordPress keeps it."""

    id: int
    url: str


def mark_of(text: str) -> tuple[UUID, int] | None:
    """The Story and Version that a post, or the page that shows it, says it is."""
    found = _MARK.search(text)
    return (UUID(found[1]), int(found[2])) if found else None


def pictures_in(text: str) -> frozenset[int]:
    """The numbers of the pictures that a post shows."""
    return frozenset(int(number) for number in _PICTURE.findall(text))


def title_of(post: Post) -> str:
    return html.escape(post.title, quote=False)


def excerpt_of(post: Post) -> str:
    return html.escape(post.content.lead, quote=False)


def slug_of(post: Post) -> str:
    """The last part of the Story's own address."""
    return post.url.rstrip("/").rsplit("/", 1)[-1]


def shows(page: str, post: Post) -> bool:
    """Whether this page shows this very Version: WordPress sets quotes, dashes and crosses in its own way."""
    return mark_of(page) == (post.story, post.version) and has_title(page, post)


def has_title(page: str, post: Post) -> bool:
    return _letters(post.title) in _letters(page)


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKC", html.unescape(text)).replace("×", "x")
    return "".join(c for c in plain if c.isalnum()).casefold()


def content_of(post: Post, pictures: Mapping[str, Uploaded]) -> str:
    """All blocks; `pictures` by the SHA-256 of their copy. A file that no block places stands at the end."""
    files = {m.id: figure for m in post.content.media if (figure := _file(post, m, pictures))}
    parts = [_block("paragraph", f"<p>{_text(post.content.lead)}</p>")] if post.content.lead.strip() else []
    placed: set[UUID] = set()
    for block in post.content.body:
        if isinstance(block, Figure):
            parts += [files[block.media]] if block.media in files else []
            placed.add(block.media)
        else:
            parts.append(_words_of(block))
    parts += [figure for id_, figure in files.items() if id_ not in placed]
    return "\n\n".join([*parts, _source(post)])


def _words_of(block: Paragraph | Heading | ItemList | Quote) -> str:
    match block:
        case Heading():
            options = "" if block.level == 2 else f'{{"level":{block.level}}}'
            return _block("heading", f"<h{block.level}>{_text(block.text)}</h{block.level}>", options)
        case ItemList():
            name, options = ("ol", '{"ordered":true}') if block.ordered else ("ul", "")
            items = "\n\n".join(_block("list-item", f"<li>{_spans(item)}</li>") for item in block.items)
            return _block("list", f"<{name}>{items}</{name}>", options)
        case Quote():
            said = _block("paragraph", f"<p>{_spans(block.spans)}</p>")
            cite = f"<cite>{_text(block.cite)}</cite>" if block.cite.strip() else ""
            return _block("quote", f'<blockquote class="wp-block-quote">{said}{cite}</blockquote>')
        case Paragraph():
            return _block("paragraph", f"<p>{_spans(block.spans)}</p>")


def _file(post: Post, media: StoryMedia, pictures: Mapping[str, Uploaded]) -> str:
    """The figure of one file; empty where it has no copy that can be shown here."""
    copy = copy_of(post.attached, media)
    if copy is None:
        return ""
    if copy.kind == "image":
        there = pictures.get(copy.found.sha256)
        return _picture(there, media) if there else ""
    size = in_words(copy.found.size)
    label = f' aria-label="{_attribute(media.alt)}"' if media.alt.strip() else ""
    address = _attribute(copy.url)
    match copy.kind:
        case "video":
            shown = f'<video controls preload="none" src="{address}"{_poster(copy, media)}{label}>{_track(copy, media)}'
            shown += f'<a href="{address}">Unduh video ({size})</a></video>'
        case "audio":
            shown = f'<audio controls preload="none" src="{address}"{label}></audio>'
        case _:
            shown = f'<a href="{address}">Unduh PDF ({size})</a>'
    return _block("html", f'<figure class="wp-block-{copy.kind}">{shown}{_caption(media)}</figure>')


def copy_of(attached: Iterable[Attached], media: StoryMedia) -> Attached | None:
    """The copy of this file that goes along."""
    hashes = {r.sha256 for r in publishable(media.renditions)}
    return next((a for a in attached if a.found.sha256 in hashes), None)


def _picture(there: Uploaded, media: StoryMedia) -> str:
    image = f'<img src="{_attribute(there.url)}" alt="{_attribute(media.alt)}" class="wp-image-{there.id}"/>'
    options = f'{{"id":{there.id},"sizeSlug":"full","linkDestination":"none"}}'
    return _block("image", f'<figure class="wp-block-image size-full">{image}{_caption(media)}</figure>', options)


def caption_of(media: StoryMedia) -> str:
    """Caption and credit of a file, escaped: whoever made it is named wherever it is shown."""
    credit = f"{CREDITS.get(media.kind, 'Sumber')}: {_text(media.credit)}" if media.credit.strip() else ""
    return " ".join(part for part in (_text(media.caption), credit) if part.strip())


def _caption(media: StoryMedia) -> str:
    said = caption_of(media)
    return f'<figcaption class="wp-element-caption">{said}</figcaption>' if said else ""


def _poster(copy: Attached, media: StoryMedia) -> str:
    picture = choose(publishable(media.renditions))
    if picture is None:
        return ""
    return f' poster="{_attribute(_beside(copy, public_key(picture.sha256, picture.content_type)))}"'


def _track(copy: Attached, media: StoryMedia) -> str:
    captions = next((r for r in publishable(media.renditions) if r.label == CAPTIONS), None)
    if captions is None:
        return ""
    address = _attribute(_beside(copy, public_key(captions.sha256, captions.content_type)))
    return f'<track kind="captions" srclang="id" label="Bahasa Indonesia" src="{address}"/>'


def _beside(copy: Attached, key: str) -> str:
    return copy.url.removesuffix(copy.found.key) + key


def _source(post: Post) -> str:
    """The way back to the office's own page; it carries the mark, which no cleaning of comments takes away."""
    link = post.link or post.url
    said = f'Sumber: <a href="{_attribute(link)}">{_text(link)}</a>'
    mark = f'class="alurwarta-sumber" data-alurwarta="{post.story}/{post.version}"'
    return _block("html", f"<p {mark}>{said}</p>")


def _spans(spans: Iterable[Span]) -> str:
    return "".join(map(_span, spans))


def _span(span: Span) -> str:
    told = _text(span.text)
    if span.italic:
        told = f"<em>{told}</em>"
    if span.bold:
        told = f"<strong>{told}</strong>"
    return f'<a href="{_attribute(span.href)}">{told}</a>' if span.href else told


def _text(text: str) -> str:
    """No word of ours becomes a tag, a shortcode in brackets, or what WordPress embeds for an address alone."""
    return _attribute(text).replace("://", "&#058;//")


def _attribute(text: str) -> str:
    return html.escape(text).replace("[", "&#091;").replace("]", "&#093;")


def _block(name: str, inner: str, options: str = "") -> str:
    return f"<!-- wp:{name} {options}{' ' if options else ''}-->\n{inner}\n<!-- /wp:{name} -->"
