"""Whether a newer Version only removes: nothing was put in but the mark of what was taken out. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import eq
from typing import TypeVar

from shared.content import Block, Content, Quote, Span, StoryMedia
from shared.redaction import MARK, MEDIA_WORDS, style_of, text_of, texts_of

T = TypeVar("T")
Letter = tuple[str, bool, bool, str | None]  # with its marks: bold, italic, link


def only_removes(before: Content, after: Content) -> bool:
    """Whether all that a newer Version did to an older one is to take out and to mark where something was."""
    apart = {"title", "lead", "body", "tags", "media", "channel_texts"}
    same = before.model_dump(exclude=apart) == after.model_dump(exclude=apart)
    texts = before.channel_texts.keys() == after.channel_texts.keys() and all(
        _less(text, after.channel_texts[code]) for code, text in before.channel_texts.items()
    )
    blocks = len(before.body) == len(after.body) and all(map(_less_block, before.body, after.body))
    files = len(before.media) == len(after.media) and all(map(_less_media, before.media, after.media))
    words = _less(before.title, after.title) and _less(before.lead, after.lead)
    return same and texts and blocks and files and words and _within(before.tags, after.tags)


def _less_block(before: Block, after: Block) -> bool:
    apart = {"text", "spans", "items", "cite"}
    runs, others = texts_of(before), texts_of(after)
    same = before.model_dump(exclude=apart) == after.model_dump(exclude=apart) and len(runs) == len(others)
    cite = not (isinstance(before, Quote) and isinstance(after, Quote)) or _less(before.cite, after.cite)
    return same and cite and all(map(_less_spans, runs, others))


def _less_spans(before: Sequence[Span], after: Sequence[Span]) -> bool:
    text = text_of(after)
    letters = list(_letters(after))
    pieces: list[Sequence[Letter]] = []
    at = 0
    for found in re.finditer(re.escape(MARK), text):
        pieces.append(letters[at : found.start()])
        at = found.end()
    return _left(list(_letters(before)), [*pieces, letters[at:]], _same_letter)


def _letters(spans: Iterable[Span]) -> Iterator[Letter]:
    return ((letter, *style_of(span)) for span in spans for letter in span.text)


def _same_letter(before: Letter, after: Letter) -> bool:
    return before[:3] == after[:3] and after[3] in (before[3], None)


def _less_media(before: StoryMedia, after: StoryMedia) -> bool:
    looks = {"renditions", "placeholder", "redacted"}
    apart = {*MEDIA_WORDS, *looks}
    same = before.model_dump(exclude=apart) == after.model_dump(exclude=apart)
    words = all(_less(getattr(before, name), getattr(after, name)) for name in MEDIA_WORDS)
    more = len(after.redacted) > len(before.redacted) and set(before.redacted) <= set(after.redacted)
    return same and words and (more or before.model_dump(include=looks) == after.model_dump(include=looks))


def _less(before: str, after: str) -> bool:
    return _left(before, after.split(MARK), eq)


def _left(before: Sequence[T], pieces: Sequence[Sequence[T]], same: Callable[[T, T], bool]) -> bool:
    """Whether the pieces stand in it in order: the first begins it, the last ends it, something between each two."""
    first, *rest = pieces
    if not _at(before, 0, first, same):
        return False
    if not rest:
        return len(first) == len(before)
    *middle, last = rest
    at = len(first)
    for piece in middle:
        places = range(at + 1, len(before) - len(piece) + 1)
        found = next((n for n in places if _at(before, n, piece, same)), None)
        if found is None:
            return False
        at = found + len(piece)
    end = len(before) - len(last)
    return end > at and _at(before, end, last, same)


def _at(before: Sequence[T], place: int, piece: Sequence[T], same: Callable[[T, T], bool]) -> bool:
    return place + len(piece) <= len(before) and all(same(before[place + n], one) for n, one in enumerate(piece))


def _within(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether the newer ones are some of the older, in their order."""
    rest = iter(before)
    return all(any(tag == one for one in rest) for tag in after)
