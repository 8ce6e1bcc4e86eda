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
    r"\\(?P<plain>[\\*\[\]#>.-])"
    r"|(?P<stars>\*+)"
    r"|\[(?P<words>(?:\\.|[^\[\]\\])+)\]\((?P<href>(?:https?://|mailto:)[^\s()]{1,1990})\)"
)
_ESCAPED = re.compile(r"[\\*\[\]]")
Style = tuple[bool, bool]
PLAIN: Style = (False, False)


def blocks_of(text: str, media: Sequence[UUID]) -> tuple[Block, ...]:
    """What was typed, as blocks; `media` are the chosen files in order. Raises FigureWithoutMedia."""
    lines = [line.strip() for line in text.replace("\r\n", "\n").split("\n")]
    return tuple(block for kind, group in groupby(lines, _kind) if kind for block in _blocks(kind, list(group), media))


def text_of(blocks: Iterable[Block], media: Sequence[UUID]) -> str:
    """Blocks as they would be typed."""
    return "\n\n".join(_typed(block, media) for block in blocks)


def normal(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Blocks from elsewhere as they would be, had they been typed: no empty ones, styles on words and not on spaces."""
    found: list[Block] = []
    names: list[UUID] = []
    for block in blocks:
        if isinstance(block, Figure):
            names.append(block.media)
        plain = _plainly(block)
        if not isinstance(plain, Quote) or _has_words(plain.spans):
            found.append(plain)
    return blocks_of(text_of(found, names), names)


def _plainly(block: Block) -> Block:
    match block:
        case Paragraph() | Quote():
            return block.model_copy(update={"spans": _trimmed(block.spans)})
        case ItemList():
            lines = [tuple(s.model_copy(update={"text": _one_line(s.text)}) for s in item) for item in block.items]
            return block.model_copy(update={"items": tuple(filter(_has_words, map(_trimmed, lines)))})
        case _:
            return block


def _has_words(spans: Iterable[Span]) -> bool:
    return any(span.text.strip() for span in spans)


def _trimmed(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Space at the edges of a styled run becomes plain: a star beside a space is a star."""
    found: list[Span] = []
    for span in spans:
        text = span.text.strip()
        before, after = span.text[: len(span.text) - len(span.text.lstrip())], span.text[len(span.text.rstrip()) :]
        if not text:
            before, after = span.text, ""
        href = _typeable(span.href) if span.href else None
        run = Span(text=text, bold=span.bold, italic=span.italic, href=href)
        found += [s for s in (Span(text=before), run, Span(text=after)) if s.text]
    # A blank line would end the block.
    return tuple(s.model_copy(update={"text": re.sub(r"\s*\n\s*", "\n", s.text)}) for s in _merged(found))


def _typeable(href: str) -> str:
    """An address without what ends it in the text."""
    return re.sub(r"[\s()]", lambda found: f"%{ord(found[0]):02X}", href)


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))


def _kind(line: str) -> str:
    if not line:
        return ""
    return next((kind for kind, mark in KINDS.items() if mark.match(line)), "paragraph")


def _blocks(kind: str, lines: list[str], media: Sequence[UUID]) -> Iterator[Block]:
    match kind:
        case "heading":
            for line in lines:
                marks, _, words = line.partition(" ")
                yield Heading(level=2 if len(marks) == 2 else 3, text=_plain(words))
        case "figure":
            for line in lines:
                yield Figure(media=_numbered(line, media))
        case "bullets" | "numbers":
            items = tuple(spans_of(KINDS[kind].sub("", line, count=1)) for line in lines)
            yield ItemList(ordered=kind == "numbers", items=items)
        case "quote":
            said = [KINDS["quote"].sub("", line, count=1) for line in lines]
            cite = said.pop()[len(CITE) :].strip() if len(said) > 1 and said[-1].startswith(CITE) else ""
            yield Quote(spans=spans_of("\n".join(said)), cite=_plain(cite))
        case _:
            yield Paragraph(spans=spans_of("\n".join(lines)))


def _numbered(line: str, media: Sequence[UUID]) -> UUID:
    found = KINDS["figure"].match(line)
    number = int(found[1]) if found else 0
    if not 1 <= number <= len(media):
        raise FigureWithoutMedia
    return media[number - 1]


def spans_of(text: str) -> tuple[Span, ...]:
    """One run of words with its marks; a star that stands alone or is never closed stays a star."""
    return tuple(_merged(_spans(text, PLAIN)))


def _spans(text: str, style: Style) -> Iterator[Span]:
    bold, italic = style
    literal = _unpaired(text)
    at = 0
    for found in _MARKS.finditer(text):
        yield Span(text=text[at : found.start()], bold=bold, italic=italic)
        at, stars = found.end(), found["stars"] or ""
        if found["plain"]:
            yield Span(text=found["plain"], bold=bold, italic=italic)
        elif found["href"]:
            inner = _spans(found["words"], (bold, italic))
            yield from (span.model_copy(update={"href": found["href"]}) for span in inner)
        if len(stars) > 3:
            yield Span(text=stars, bold=bold, italic=italic)
        for mark in _split(stars):
            if (found.start(), mark) in literal:
                yield Span(text=mark, bold=bold, italic=italic)
            else:
                bold, italic = bold ^ (mark == "**"), italic ^ (mark == "*")
    yield Span(text=text[at:], bold=bold, italic=italic)


def _split(stars: str) -> list[str]:
    """One to three stars as the marks that they stand for; more are a line drawn by hand."""
    return ["**"] * (len(stars) in (2, 3)) + ["*"] * (len(stars) in (1, 3))


def _unpaired(text: str) -> set[tuple[int, str]]:
    """The marks that are meant as stars: with space on both sides, and the last one where their number is odd."""
    literal: set[tuple[int, str]] = set()
    places: dict[str, list[int]] = {"**": [], "*": []}
    for found in _MARKS.finditer(text):
        for mark in _split(found["stars"] or ""):
            around = text[max(0, found.start() - 1) : found.start()] + text[found.end() : found.end() + 1]
            if around.strip():
                places[mark].append(found.start())
            else:
                literal.add((found.start(), mark))
    return literal | {(starts[-1], mark) for mark, starts in places.items() if len(starts) % 2}


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    for style, group in groupby(spans, lambda s: (s.bold, s.italic, s.href)):
        words = "".join(span.text for span in group)
        if words:
            bold, italic, href = style
            yield Span(text=words, bold=bold, italic=italic, href=href)


def _typed(block: Block, media: Sequence[UUID]) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {_escaped(_one_line(block.text))}"
        case Figure():
            return f"[foto {media.index(block.media) + 1}]" if block.media in media else ""
        case ItemList():
            return "\n".join(
                f"{f'{n}.' if block.ordered else '-'} {_marked(item)}" for n, item in enumerate(block.items, 1)
            )
        case Quote():
            said = [f"\\{line}" if line.startswith(CITE) else line for line in _marked(block.spans).split("\n")]
            lines = said + ([f"{CITE}{_escaped(_one_line(block.cite))}"] if block.cite else [])
            return "\n".join(f"> {line}" for line in lines)
        case Paragraph():
            return "\n".join(_guarded(line) for line in _marked(block.spans).split("\n"))


def _marked(spans: Iterable[Span]) -> str:
    """Words with marks where the style changes; a link is a run of its own."""
    typed: list[str] = []
    now = PLAIN
    for href, group in groupby(spans, lambda span: span.href):
        if href:
            inner = _marked(span.model_copy(update={"href": None}) for span in group)
            typed.append(f"{_change(now, PLAIN)}[{inner}]({href})")
            now = PLAIN
            continue
        for span in group:
            wanted = (span.bold, span.italic)
            typed.append(_change(now, wanted) + _escaped(span.text))
            now = wanted
    return "".join(typed) + _change(now, PLAIN)


def _change(now: Style, wanted: Style) -> str:
    return "**" * (now[0] != wanted[0]) + "*" * (now[1] != wanted[1])


def _guarded(line: str) -> str:
    """Keep a paragraph's line from reading as another kind of block."""
    kind = _kind(line)
    if kind == "numbers":
        return line.replace(".", "\\.", 1)
    return line if kind in ("", "paragraph") else f"\\{line}"


def _escaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: f"\\{found[0]}", text)


def _plain(text: str) -> str:
    return re.sub(r"\\([\\*\[\]#>.-])", r"\1", text)
