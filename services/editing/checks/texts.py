"""All that people will read of a Version, passage by passage, as it is read: without marks. Pure."""

from collections.abc import Iterator, Sequence

from shared.content import Block, Content, Heading, ItemList, Paragraph, Quote, Span


def texts_of(content: Content) -> Iterator[str]:
    """Title, lead, body, keywords, what stands by the files, and the texts of the channels; none is empty."""
    yield from filter(str.strip, _all(content))


def _all(content: Content) -> Iterator[str]:
    yield content.title
    yield content.lead
    for block in content.body:
        yield from _block(block)
    yield from content.tags
    for media in content.media:
        yield from (media.alt, media.caption, media.credit)
    yield from (content.channel_texts[channel] for channel in content.channels if channel in content.channel_texts)


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
