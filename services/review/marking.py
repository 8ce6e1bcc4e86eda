"""What a leader marks to be taken out, as typed: passages line by line, regions of pictures in percent. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic import ValidationError

from shared.content import Content, Crop, RedactedPicture, Redaction, StoryMedia
from shared.redaction import of_whole
from shared.refusal import Refused

SIDES = ("kiri", "atas", "kanan", "bawah")
ROOM = 3  # rows that are there at least, and how many more are given at a time
Row = tuple[str, ...]  # the edges of one region as they were typed, by SIDES
EMPTY: Row = ("",) * len(SIDES)


class RegionNotReadable(Refused):
    def __init__(self, name: str) -> None:
        super().__init__(
            "region-not-readable",
            f"Bagian foto {name} belum benar. Isi keempat sisinya dengan persen 0 sampai 100, dihitung dari kiri atas: "
            "kanan lebih besar daripada kiri, bawah lebih besar daripada atas.",
        )


class TooMuchMarked(Refused):
    def __init__(self) -> None:
        super().__init__(
            "too-much-marked",
            "Paling banyak 100 baris kalimat, masing-masing 300 huruf, dan 50 bagian tiap foto. Bagi yang panjang.",
        )


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of the form, with the rows of its regions."""

    media: StoryMedia
    rows: tuple[Row, ...]


def rows_of(files: Sequence[str], sides: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, Row]]:
    """The regions that were typed, each with its file: inputs of one name go together by place."""
    edges = zip(*(sides[side] for side in SIDES), strict=False)
    return ((file, row) for file, row in zip(files, edges, strict=False) if any(row))


def pictures(content: Content, typed: Iterable[tuple[str, Row]], *, more: bool = False) -> list[Picture]:
    """The pictures of a Version that can be marked, with what was typed and room for more."""
    told = list(typed)
    return [
        Picture(media, _with_room([row for file, row in told if file == str(media.id)], more=more))
        for media in content.media
        if media.kind == "image" and media.renditions
    ]


def redaction(passages: str, typed: Iterable[tuple[str, Row]], content: Content) -> Redaction:
    """What was marked, with regions of the whole pictures. Raises RegionNotReadable, TooMuchMarked."""
    shown = {str(m.id): m for m in content.media}
    regions: dict[UUID, list[Crop]] = {}
    for file, row in typed:
        if file in shown:
            regions.setdefault(shown[file].id, []).append(_region(row, shown[file]))
    lines = dict.fromkeys(line.strip() for line in passages.splitlines() if line.strip())
    try:
        found = tuple(RedactedPicture(media=media, regions=tuple(marked)) for media, marked in regions.items())
        return Redaction(passages=tuple(lines), pictures=found)
    except ValidationError:
        raise TooMuchMarked from None


def _with_room(rows: Sequence[Row], *, more: bool) -> tuple[Row, ...]:
    room = ROOM if more else max(ROOM - len(rows), 0)
    return (*rows, *(EMPTY for _ in range(room)))


def _region(row: Row, media: StoryMedia) -> Crop:
    try:
        left, top, right, bottom = (_share(edge) for edge in row)
        return of_whole(Crop(left=left, top=top, right=right, bottom=bottom), media.crop)
    except ValueError:
        raise RegionNotReadable(media.name) from None


def _share(text: str) -> float:
    """A share of 1 from a percentage as people write it, with a comma or a point. Raises ValueError."""
    value = round(float(text.replace(",", ".")) / 100, 6)
    if not 0 <= value <= 1:  # also what is no number at all
        raise ValueError(text)
    return value
