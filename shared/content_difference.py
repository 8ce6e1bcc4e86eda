"""What changed between two Versions of a Story: texts word by word, blocks, files with their rights. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal, NamedTuple
from uuid import UUID

from shared.block_difference import BlockChange, blocks
from shared.content import Content, StoryMedia
from shared.content_words import value
from shared.word_difference import Effort, Words, words

# A file's copies and its blurred picture are one thing for people: how it looks.
_LOOKS = ("renditions", "placeholder")


class FieldChange(NamedTuple):
    """One text that changed, by its field's name; of `channel_texts` by its channel."""

    field: str
    words: Words


@dataclass(frozen=True, slots=True)
class MediaChange:
    """One file of the Story; `looks` says that another picture is shown in its place."""

    fate: Literal["added", "removed", "changed"]
    media: StoryMedia
    fields: tuple[FieldChange, ...] = ()
    looks: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """`names` are those of the files of both Versions, the newer one's first."""

    texts: tuple[FieldChange, ...]
    channel_texts: tuple[FieldChange, ...]
    body: tuple[BlockChange, ...]
    media: tuple[MediaChange, ...]
    reordered: bool
    names: dict[UUID, str]

    @property
    def any(self) -> bool:
        return self.count > 0

    @property
    def passages(self) -> list[tuple[bool, tuple[BlockChange, ...]]]:
        """The body in runs: whether it stayed as it was, and its blocks."""
        return [(same, tuple(run)) for same, run in groupby(self.body, key=lambda b: b.fate == "same")]

    @property
    def count(self) -> int:
        """How many places changed, for a heading."""
        body = sum(b.fate != "same" for b in self.body)
        return len(self.texts) + len(self.channel_texts) + body + len(self.media) + self.reordered


def difference(before: Content, after: Content, effort: Effort | None = None) -> Difference:
    """Compare two Versions; of hopelessly long and unlike texts it says that they were replaced."""
    effort = effort or Effort()
    apart = {"body", "media", "channel_texts"}
    return Difference(
        texts=_fields(before, after, [f for f in Content.model_fields if f not in apart], effort),
        channel_texts=_channel_texts(before, after, effort),
        body=tuple(blocks(before.body, after.body, effort)),
        media=tuple(_media(before.media, after.media, effort)),
        reordered=_reordered(before.media, after.media),
        names={m.id: m.name for m in (*before.media, *after.media)},
    )


def _fields(before: Any, after: Any, names: Iterable[str], effort: Effort) -> tuple[FieldChange, ...]:
    told = ((name, _told(name, getattr(before, name)), _told(name, getattr(after, name))) for name in names)
    return tuple(FieldChange(name, words(old, new, effort)) for name, old, new in told if old != new)


def _told(name: str, held: Any) -> str:
    if isinstance(held, tuple):
        return ", ".join(value(name, v) for v in held)  # pyright: ignore[reportUnknownArgumentType]
    return "" if held is None else value(name, held)


def _channel_texts(before: Content, after: Content, effort: Effort) -> tuple[FieldChange, ...]:
    codes = sorted({*before.channel_texts, *after.channel_texts})
    texts = ((c, before.channel_texts.get(c, ""), after.channel_texts.get(c, "")) for c in codes)
    return tuple(FieldChange(code, words(old, new, effort)) for code, old, new in texts if old != new)


def _media(before: Sequence[StoryMedia], after: Sequence[StoryMedia], effort: Effort) -> Iterator[MediaChange]:
    known = {m.id: m for m in before}
    compared = [f for f in StoryMedia.model_fields if f not in ("id", *_LOOKS)]
    for media in after:
        old = known.pop(media.id, None)
        if old is None:
            yield MediaChange("added", media)
            continue
        fields = _fields(old, media, compared, effort)
        looks = {r.sha256 for r in old.renditions} != {r.sha256 for r in media.renditions}
        if fields or looks:
            yield MediaChange("changed", media, fields, looks)
    yield from (MediaChange("removed", media) for media in known.values())


def _reordered(before: Sequence[StoryMedia], after: Sequence[StoryMedia]) -> bool:
    both = {m.id for m in before} & {m.id for m in after}
    return [m.id for m in before if m.id in both] != [m.id for m in after if m.id in both]
