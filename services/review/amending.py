"""Setujui dengan perbaikan: the leader's own words for a Version, laid over what was submitted. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from pydantic import ValidationError

from services.review import anchors
from services.review.rulings import Ruling
from shared.content import Block, Content, Figure, Heading, ItemList, Paragraph, Quote, Span, Words
from shared.content_hash import content_sha256
from shared.refusal import Refused


class NothingAmended(Refused):
    def __init__(self) -> None:
        super().__init__(
            "nothing-amended", "Belum ada kalimat yang Anda ubah. Ubah dahulu, atau setujui versi ini apa adanya."
        )


class TooMuch(Refused):
    def __init__(self) -> None:
        super().__init__(
            "amended-too-long",
            "Kalimat perbaikan terlalu panjang atau memuat tanda yang tidak dapat disimpan. Ringkaskan.",
        )


class MoreThanWords(Refused):
    """A leader mends sentences; pictures, channels and classification are the Admin's to change."""

    def __init__(self) -> None:
        super().__init__(
            "more-than-words",
            "Perbaikan pimpinan hanya atas kalimat. Untuk mengganti foto, kanal atau klasifikasi, kembalikan dengan "
            "alasannya.",
        )


def amended(content: Content, typed: Mapping[str, str]) -> Words:
    """The Version's words with what was typed at its places, by the keys of `anchors.places`.

    A place not typed stands. In a passage whose words changed, links and emphasis are lost; one with the same words
    keeps them.
    """
    places = anchors.places(content)
    told = {key: _clean(text) for key, text in typed.items()}
    texts = content.channel_texts.items()
    try:
        words = Words(
            title=told.get(places.title.key, content.title).strip() or content.title,
            lead=_changed(told.get(places.lead.key), content.lead),
            body=tuple(_body(content.body, [p.key for p in places.blocks], told)),
            channel_texts={code: _changed(told.get(places.channels[code].key), text) for code, text in texts},
        )
        return Words.model_validate(words.model_dump())  # a block that was copied is not looked at before
    except ValidationError:
        raise TooMuch from None


def written(content: Content) -> dict[str, str]:
    """What stands at each place that can be amended, as plain text by the place's key."""
    places = anchors.places(content)
    blocks = zip(places.blocks, content.body, strict=True)
    texts = {place.key: _text(block) for place, block in blocks if not isinstance(block, Figure)}
    channels = {places.channels[code].key: text for code, text in content.channel_texts.items()}
    return {places.title.key: content.title, places.lead.key: content.lead} | texts | channels


def offered(ruling: Ruling, content: Content) -> str | None:
    """The hash by which a leader's words are approved, where there are some.

    Raises NothingAmended for those of the Version itself, MoreThanWords for others than its passages.
    """
    words = ruling.proposal
    if words is None:
        return None
    if words == Words.of(content):
        raise NothingAmended
    if set(words.channel_texts) != set(content.channel_texts) or _figures(words.body) != _figures(content.body):
        raise MoreThanWords
    return content_sha256(words.laid_over(content))


def _figures(body: Sequence[Block]) -> list[Figure]:
    return [block for block in body if isinstance(block, Figure)]


def _body(body: Sequence[Block], keys: Sequence[str], told: Mapping[str, str]) -> Iterator[Block]:
    for key, block in zip(keys, body, strict=True):
        new = told.get(key)
        if new is None or isinstance(block, Figure) or new.strip() == _text(block).strip():
            yield block
        elif new.strip():  # a passage that was emptied is left out
            yield _rewritten(block, new.strip())


def _rewritten(block: Block, text: str) -> Block:
    match block:
        case Heading():
            return block.model_copy(update={"text": " ".join(text.split())})
        case ItemList():
            items = tuple((Span(text=line.strip()),) for line in text.splitlines() if line.strip())
            return block.model_copy(update={"items": items})
        case Paragraph() | Quote():
            return block.model_copy(update={"spans": (Span(text=text),)})
        case Figure():
            return block


def _text(block: Block) -> str:
    match block:
        case Heading():
            return block.text
        case ItemList():
            return "\n".join("".join(s.text for s in item) for item in block.items)
        case Paragraph() | Quote():
            return "".join(s.text for s in block.spans)
        case Figure():
            return ""  # no place to write at


def _changed(new: str | None, old: str) -> str:
    return old if new is None or new.strip() == old.strip() else new.strip()


def _clean(text: str) -> str:
    """As forms send it, with lines that end as ours do."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
