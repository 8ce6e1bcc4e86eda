"""All that people will read of a Version, passage by passage, as it is read: without marks. Pure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from services.editing.checks.findings import field_of
from shared.channel_words import name_of
from shared.content import Block, Content, Heading, ItemList, Paragraph, Quote, Span

SITE = "site"


class Placed(NamedTuple):
    """A text, the id of the field that it stands in, and what that is called."""

    text: str
    place: str
    there: str


def texts_of(content: Content) -> Iterator[Placed]:
    """Title, lead, body, keywords, what stands by the files, and the texts of the channels; none is empty."""
    return (placed for placed in _all(content) if placed.text.strip())


def _all(content: Content) -> Iterator[Placed]:
    yield Placed(content.title, "title", "Judul")
    yield Placed(content.lead, "lead", "Teras")
    for block in content.body:
        yield from (Placed(text, "isi", "Isi") for text in _block(block))
    yield from (Placed(tag, "tags", "Kata kunci") for tag in content.tags)
    for media in content.media:
        yield Placed(media.alt, field_of("alt", media.id), f"Teks alternatif {media.name}")
        yield Placed(media.caption, field_of("caption", media.id), f"Keterangan {media.name}")
        yield Placed(media.credit, field_of("credit", media.id), f"Sumber {media.name}")
    for channel in content.channels:
        place = field_of("teks", channel) if channel != SITE else ""  # the form has none for the site
        yield Placed(content.channel_texts.get(channel, ""), place, f"Teks {name_of(channel)}")


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph():
            yield _read(block.spans)
        case Quote():
            yield _read(block.spans)
            yield block.cite
        case Heading():
            yield block.text
        case ItemList():
            yield from map(_read, block.items)
        case _:
            return


def _read(spans: Sequence[Span]) -> str:
    """Spans in one: a number half of which is bold is read as one."""
    return "".join(span.text for span in spans)
