"""The places of a Version that a leader's comment can be about, and the comments as reasons. Pure."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.block_difference import lines_of
from shared.content import Block, Content, Figure, Reason

OTHER = "lain"
_SHORT = 60
_NAMES = {"heading": "judul bagian", "list": "daftar", "quote": "kutipan", "paragraph": "paragraf"}


@dataclass(frozen=True, slots=True)
class Place:
    """`key` is the same in another Version with the same text there; `name` is short, `words` say how it begins."""

    key: str
    name: str
    begins: str = ""

    @property
    def words(self) -> str:
        return f"{self.name}: “{self.begins}”" if self.begins else self.name


@dataclass(frozen=True, slots=True)
class Comment:
    """What a leader wrote at one place."""

    place: str
    code: str
    note: str


@dataclass(frozen=True, slots=True)
class Places:
    """`blocks` in the order of the body, `media` by file, `channels` by code."""

    title: Place
    lead: Place
    blocks: tuple[Place, ...]
    media: Mapping[UUID, Place]
    channels: Mapping[str, Place]

    def all(self) -> dict[str, str]:
        """The words of each place by its key."""
        found = (self.title, self.lead, *self.blocks, *self.media.values(), *self.channels.values())
        return {place.key: place.words for place in found}


def places(content: Content) -> Places:
    media = {m.id: Place(f"m-{m.id}", f"berkas {n}", _shortly(m.name)) for n, m in enumerate(content.media, 1)}
    return Places(
        title=Place("judul", "judul"),
        lead=Place("teras", "teras"),
        blocks=tuple(_blocks(content.body, media)),
        media=media,
        channels={code: Place(f"k-{code}", f"teks untuk kanal {code}") for code in content.channel_texts},
    )


def _blocks(body: Sequence[Block], media: Mapping[UUID, Place]) -> Iterable[Place]:
    numbers, copies = Counter[str](), Counter[str]()
    for block in body:
        if isinstance(block, Figure):
            yield media.get(block.media, Place(f"m-{block.media}", "berkas yang tidak ada"))
            continue
        lines = lines_of(block)
        name = _NAMES[block.kind]
        numbers[name] += 1
        mark = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
        copies[mark] += 1
        yield Place(f"b-{mark}-{copies[mark]}", f"{name} {numbers[name]}", _shortly(" ".join(lines)))


def _shortly(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHORT else text[:_SHORT].rsplit(" ", 1)[0] + "…"


def reasons_of(comments: Iterable[Comment], content: Content) -> tuple[Reason, ...]:
    """Comments as reasons with the place that each is about."""
    known = places(content).all()
    return tuple(Reason(code=c.code, note=c.note, anchor=known.get(c.place, "")) for c in comments)


def carried(comments: Sequence[Comment], before: Content, after: Content) -> tuple[tuple[Comment, ...], str]:
    """Comments on an older Version, brought to a newer one: those whose place is there still, and the rest in words."""
    still, was = places(after).all(), places(before).all()
    kept = tuple(c for c in comments if c.place in still)
    rest = [f"{was.get(c.place, 'berita')}: {c.note}" for c in comments if c.place not in still]
    return kept, "\n".join(rest)
