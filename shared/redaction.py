"""Partial withholding: passages are taken out of a Version, regions of its pictures are named. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from pydantic import ValidationError

from shared.content import Block, Content, Crop, Figure, Heading, ItemList, Quote, Redaction, Span, StoryMedia
from shared.refusal import Refused

MARK = "[disamarkan]"
MEDIA_WORDS = ("alt", "caption", "credit", "licence")  # of a file's words those that may become public
Range = tuple[int, int]


class Wanted(NamedTuple):
    """A passage to be found: with any white space between its words, of which `first` is looked for before."""

    first: str
    pattern: re.Pattern[str]


class NothingRedacted(Refused):
    def __init__(self) -> None:
        super().__init__(
            "nothing-redacted", "Tulis dahulu kalimat yang disamarkan, atau tandai bagian foto yang disamarkan."
        )


class PassageNotThere(Refused):
    def __init__(self, passage: str) -> None:
        super().__init__(
            "passage-not-there",
            f"“{passage}” tidak ditemukan dalam versi ini. Tulis persis seperti dalam berita, juga huruf besarnya.",
        )


class TitleRedacted(Refused):
    def __init__(self) -> None:
        super().__init__(
            "title-redacted", "Judulnya akan habis disamarkan. Kembalikan kepada Admin agar judulnya ditulis lain."
        )


class TooLongRedacted(Refused):
    """The mark is longer than some of what it stands for."""

    def __init__(self) -> None:
        super().__init__(
            "redacted-too-long",
            "Satu isian menjadi terlalu panjang oleh tanda penyamaran. Samarkan kalimat yang lebih utuh.",
        )


class PicturesOnly(Refused):
    def __init__(self, name: str) -> None:
        super().__init__(
            "pictures-only",
            f"Hanya bagian foto yang dapat disamarkan. Untuk berkas {name}, kembalikan kepada Admin agar diganti.",
        )


class PictureNotThere(Refused):
    def __init__(self) -> None:
        super().__init__(
            "picture-not-there", "Foto yang hendak disamarkan tidak ada (lagi) dalam versi ini, atau disebut dua kali."
        )


def redact(content: Content, passages: Sequence[str]) -> Content:
    """The content with a mark wherever a passage stood. Raises TitleRedacted, TooLongRedacted.

    A passage may lie across differently marked words; a link whose address tells it is taken off, a keyword left out.
    """
    wanted = _wanted(passages)
    made = content.model_copy(
        update={
            "title": _line(content.title, wanted),
            "lead": _line(content.lead, wanted),
            "body": tuple(_block(block, wanted) for block in content.body),
            "tags": tuple(tag for tag in content.tags if not _ranges(tag, wanted)),
            "media": tuple(_media(media, wanted) for media in content.media),
            "channel_texts": {code: _line(text, wanted) for code, text in content.channel_texts.items()},
        }
    )
    if not any(letter.isalnum() for letter in made.title.replace(MARK, "")):
        raise TitleRedacted
    try:
        Content.model_validate(made.model_dump())
    except ValidationError:
        raise TooLongRedacted from None
    return made


def standing(content: Content, passages: Sequence[str]) -> tuple[str, ...]:
    """Those of the passages that stand somewhere in it."""
    texts = tuple(_texts(content))
    each = ((passage, _wanted([passage])) for passage in passages)
    return tuple(passage for passage, wanted in each if any(_ranges(text, wanted) for text in texts))


def expect_redactable(content: Content, redaction: Redaction) -> None:
    """Refuse what cannot be taken out of this Version, with a sentence that names it."""
    if not redaction.passages and not redaction.pictures:
        raise NothingRedacted
    there = standing(content, redaction.passages)
    for passage in redaction.passages:
        if passage not in there:
            raise PassageNotThere(passage)
    shown = {m.id: m for m in content.media}
    named = [picture.media for picture in redaction.pictures]
    if len(named) != len(set(named)) or any(media not in shown or not shown[media].renditions for media in named):
        raise PictureNotThere
    for media in named:
        if shown[media].kind != "image":
            raise PicturesOnly(shown[media].name)
    redact(content, redaction.passages)


def of_whole(region: Crop, crop: Crop | None) -> Crop:
    """A region that was marked on the shown part of a picture, in shares of the whole one."""
    if crop is None:
        return region
    width, height = crop.right - crop.left, crop.bottom - crop.top
    return Crop(
        left=crop.left + region.left * width,
        top=crop.top + region.top * height,
        right=min(1.0, crop.left + region.right * width),
        bottom=min(1.0, crop.top + region.bottom * height),
    )


def _wanted(passages: Iterable[str]) -> list[Wanted]:
    """By looking ahead, so that none hides behind another that it overlaps."""
    split = (passage.split() for passage in passages)
    spaced = ((words[0], r"\s+".join(map(re.escape, words))) for words in split if words)
    return [Wanted(first, re.compile(f"(?=({words}))")) for first, words in spaced]


def _ranges(text: str, wanted: Iterable[Wanted]) -> list[Range]:
    """What is to be taken out, in order; what touches is one."""
    found = sorted(m.span(1) for first, pattern in wanted if first in text for m in pattern.finditer(text))
    merged: list[Range] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged


def _line(text: str, wanted: Sequence[Wanted]) -> str:
    kept: list[str] = []
    at = 0
    for start, end in _ranges(text, wanted):
        kept += [text[at:start], MARK]
        at = end
    return "".join((*kept, text[at:]))


def _block(block: Block, wanted: Sequence[Wanted]) -> Block:
    match block:
        case Heading():
            return block.model_copy(update={"text": _line(block.text, wanted)})
        case ItemList():
            return block.model_copy(update={"items": tuple(_spans(item, wanted) for item in block.items)})
        case Quote():
            return block.model_copy(update={"spans": _spans(block.spans, wanted), "cite": _line(block.cite, wanted)})
        case Figure():
            return block
        case _:
            return block.model_copy(update={"spans": _spans(block.spans, wanted)})


def _spans(spans: Sequence[Span], wanted: Sequence[Wanted]) -> tuple[Span, ...]:
    ranges = _ranges(text_of(spans), wanted)
    unlinked = tuple(s.model_copy(update={"href": None}) if _tells(s.href, wanted) else s for s in spans)
    if not ranges:
        return unlinked
    return tuple(_merged(_pieces(unlinked, ranges)))


def _pieces(spans: Iterable[Span], ranges: Sequence[Range]) -> Iterator[Span]:
    """What is left of each run, and one mark without a style where each range begins."""
    at = 0
    for span in spans:
        begin, end = at, at + len(span.text)
        for start, stop in ranges:
            if stop <= begin or start >= end:
                continue
            if start >= begin:
                yield span.model_copy(update={"text": span.text[at - begin : start - begin]})
                yield Span(text=MARK)
            at = min(stop, end)
        yield span.model_copy(update={"text": span.text[at - begin :]})
        at = end


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    held: Span | None = None
    for span in spans:
        if held is not None and style_of(held) == style_of(span):
            held = held.model_copy(update={"text": held.text + span.text})
        elif span.text:
            if held is not None:
                yield held
            held = span
    if held is not None:
        yield held


def _tells(href: str | None, wanted: Sequence[Wanted]) -> bool:
    return href is not None and bool(_ranges(href, wanted) or _ranges(unquote(href), wanted))


def _media(media: StoryMedia, wanted: Sequence[Wanted]) -> StoryMedia:
    return media.model_copy(update={name: _line(getattr(media, name), wanted) for name in MEDIA_WORDS})


def _texts(content: Content) -> Iterator[str]:
    yield from (content.title, content.lead, *content.tags, *content.channel_texts.values())
    for block in content.body:
        for spans in texts_of(block):
            yield text_of(spans)
            yield from (told for span in spans if span.href for told in (span.href, unquote(span.href)))
        if isinstance(block, Quote):
            yield block.cite
    for media in content.media:
        yield from (getattr(media, name) for name in MEDIA_WORDS)


def texts_of(block: Block) -> tuple[tuple[Span, ...], ...]:
    """The texts of a block, each as its spans."""
    match block:
        case Heading():
            return ((Span(text=block.text),),)
        case ItemList():
            return block.items
        case Figure():
            return ()
        case _:
            return (block.spans,)


def text_of(spans: Iterable[Span]) -> str:
    return "".join(span.text for span in spans)


def style_of(span: Span) -> tuple[bool, bool, str | None]:
    return span.bold, span.italic, span.href
