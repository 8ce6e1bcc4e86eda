"""The body of a Story as a person types it, and back. Pure.

A blank line ends a paragraph; `## ` and `### ` begin headings, `- ` and `1. ` items, `> ` a quote (its last line
`> -- ` names who said it), `[foto 2]` alone on a line shows the second chosen file. Within a line: `**bold**`,
`*italic*`, `[words](https://…)`. A backslash takes a mark its meaning.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from uuid import UUID

from services.editing.domain import FigureWithoutMedia
from shared.content import Block, Figure, Heading, ItemList, Paragraph, Quote, Span

KINDS = {
    "heading": re.compile(r"(#{2,3}) +(?=\S)"),
    "bullets": re.compile(r"- +(?=\S)"),
    "numbers": re.compile(r"\d{1,3}\. +(?=\S)"),
    "quote": re.compile(r"> ?"),
    "figure": re.compile(r"\[foto (\d{1,3})\]\s*$"),
}
CITE = "-- "
_MARKS = re.compile(
    r"\\(?P<plain>[\\*\[\]#>\-\d])"
    r"|(?P<stars>\*{1,3})"
    r"|\[(?P<words>(?:\\.|[^\[\]\\])+)\]\((?P<href>(?:https?://|mailto:)[^\s()]{1,1990})\)"
)
_ESCAPED = re.compile(r"[\\*\[\]]")


def blocks_of(text: str, media: Sequence[UUID]) -> tuple[Block, ...]:
    """What was typed, as blocks; `media` are the chosen files in order. Raises FigureWithoutMedia."""
    lines = [line.strip() for line in text.replace("\r\n", "\n").split("\n")]
    return tuple(block for kind, group in groupby(lines, _kind) if kind for block in _blocks(kind, list(group), media))


def text_of(blocks: Iterable[Block], media: Sequence[UUID]) -> str:
    """Blocks as they would be typed."""
    return "\n\n".join(_typed(block, media) for block in blocks)


def _kind(line: str) -> str:
    if not line:
        return ""
    return next((kind for kind, mark in KINDS.items() if mark.match(line)), "paragraph")


def _blocks(kind: str, lines: list[str], media: Sequence[UUID]) -> Iterator[Block]:
    match kind:
        case "heading":
            for line in lines:
                marks, _, words = line.partition(" ")
                yield Heading(level=2 if len(marks) == 2 else 3, text=_plain(words)[:300])
        case "figure":
            for line in lines:
                yield Figure(media=_numbered(line, media))
        case "bullets" | "numbers":
            items = tuple(spans_of(KINDS[kind].sub("", line, count=1)) for line in lines)
            yield ItemList(ordered=kind == "numbers", items=items)
        case "quote":
            said = [KINDS["quote"].sub("", line, count=1) for line in lines]
            cite = said.pop()[len(CITE) :].strip() if len(said) > 1 and said[-1].startswith(CITE) else ""
            yield Quote(spans=spans_of("\n".join(said)), cite=_plain(cite)[:4_000])
        case _:
            yield Paragraph(spans=spans_of("\n".join(lines)))


def _numbered(line: str, media: Sequence[UUID]) -> UUID:
    found = KINDS["figure"].match(line)
    number = int(found[1]) if found else 0
    if not 1 <= number <= len(media):
        raise FigureWithoutMedia
    return media[number - 1]


def spans_of(text: str) -> tuple[Span, ...]:
    """One run of words with its marks; stars that are never closed stay stars."""
    return tuple(_merged(_spans(text, bold=False, italic=False)))


def _spans(text: str, *, bold: bool, italic: bool) -> Iterator[Span]:
    at = 0
    while found := _MARKS.search(text, at):
        yield Span(text=text[at : found.start()], bold=bold, italic=italic)
        at = found.end()
        if found["plain"] is not None:
            yield Span(text=found["plain"], bold=bold, italic=italic)
        elif found["href"] is not None:
            inner = _spans(found["words"], bold=bold, italic=italic)
            yield from (span.model_copy(update={"href": found["href"]}) for span in inner)
        elif (end := _closing(text, found["stars"], at)) is not None:
            stars = len(found["stars"])
            yield from _spans(text[at:end], bold=bold or stars > 1, italic=italic or stars != 2)
            at = end + stars
        else:
            yield Span(text=found["stars"], bold=bold, italic=italic)
    yield Span(text=text[at:], bold=bold, italic=italic)


def _closing(text: str, stars: str, at: int) -> int | None:
    """Where the same number of stars stands again, outside links and escapes."""
    for found in _MARKS.finditer(text, at):
        if found["stars"] == stars:
            return found.start() if found.start() > at else None
    return None


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    for style, group in groupby(spans, lambda s: (s.bold, s.italic, s.href)):
        words = "".join(span.text for span in group)
        if words:
            bold, italic, href = style
            yield Span(text=words, bold=bold, italic=italic, href=href)


def _typed(block: Block, media: Sequence[UUID]) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {_escaped(block.text)}"
        case Figure():
            return f"[foto {media.index(block.media) + 1}]" if block.media in media else ""
        case ItemList():
            return "\n".join(
                f"{f'{n}.' if block.ordered else '-'} {_marked(item)}" for n, item in enumerate(block.items, 1)
            )
        case Quote():
            lines = _marked(block.spans).split("\n") + ([f"{CITE}{_escaped(block.cite)}"] if block.cite else [])
            return "\n".join(f"> {line}" for line in lines)
        case Paragraph():
            return "\n".join(_guarded(line) for line in _marked(block.spans).split("\n"))


def _marked(spans: Iterable[Span]) -> str:
    return "".join(_span_typed(span) for span in spans)


def _span_typed(span: Span) -> str:
    stars = "*" * (2 * span.bold + span.italic)
    words = f"{stars}{_escaped(span.text)}{stars}"
    return f"[{words}]({span.href})" if span.href else words


def _guarded(line: str) -> str:
    """Keep a paragraph's line from reading as another kind of block."""
    return line if _kind(line) in ("", "paragraph") else f"\\{line}"


def _escaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: f"\\{found[0]}", text)


def _plain(text: str) -> str:
    return re.sub(r"\\([\\*\[\]#>\-\d])", r"\1", text)
