"""The files of the edit form: which are shown, in what order, with what words, and cut to what. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from services.editing.manuscript import MediaChoice, may_be_chosen
from services.editing.reports import Report
from shared.content import Content, Crop, Focus, Media, MediaRights
from shared.refusal import Refused

CONSENTS = {
    "public-event": "Kegiatan yang terbuka untuk umum",
    "official-duty": "Orang dalam tugas kedinasan",
    "named": "Ada izin dari yang difoto",
}
SUBJECTS = {"children": "Anak-anak", "victims": "Korban", "aid-recipients": "Penerima bantuan"}
RIGHTS = tuple(MediaRights.model_fields)
SIDES = {"kiri": "kiri", "atas": "atas", "kanan": "kanan", "bawah": "bawah"}
AXES = ("mendatar", "tegak")
NO_CUT: Mapping[str, str] = dict.fromkeys(SIDES, "0")
NO_POINT: Mapping[str, str] = dict.fromkeys(AXES, "")


class CutNotReadable(Refused):
    def __init__(self, name: str) -> None:
        super().__init__(
            "cut-not-readable",
            f"Potongan atau titik perhatian foto {name} belum benar: isi persen 0 sampai 100, dan sisakan fotonya.",
        )


class WordsNotReadable(Refused):
    def __init__(self, name: str) -> None:
        super().__init__("words-not-readable", f"Keterangan berkas {name} terlalu panjang atau tidak dapat dibaca.")


@dataclass(frozen=True, slots=True)
class Choice:
    """One file that may be shown, at its place in the form; `[foto n]` in the text means the n-th.

    `cut` is how much is taken off each side and `point` where the eye should rest, both in percent as they were typed.
    """

    report: UUID
    media: Media
    chosen: bool
    rights: dict[str, Any]
    cut: Mapping[str, str]
    point: Mapping[str, str]

    @property
    def may_be_cut(self) -> bool:
        return self.media.kind == "image" and self.media.state == "accepted"


def choices(content: Content | None, reports: Sequence[Report]) -> tuple[Choice, ...]:
    """The files in the order of the newest Version, then the others that may be shown."""
    there = {m.id: (r.id, m) for r in reports if not r.left for m in r.media}
    shown = {m.id: m for m in content.media if m.id in there} if content else {}
    first = [
        Choice(*there[i], chosen=True, rights=_rights(m), cut=_cut_of(m.crop), point=_point_of(m.focus))
        for i, m in shown.items()
    ]
    others = [
        Choice(report, m, chosen=False, rights=_rights(m), cut=NO_CUT, point=NO_POINT)
        for i, (report, m) in there.items()
        if i not in shown and may_be_chosen(m)
    ]
    return (*first, *others)


def as_shown(found: Sequence[Choice], typed: Mapping[str, str]) -> tuple[Choice, ...]:
    """The files in the order in which the form showed them to whoever typed; those that came since are last."""
    order = {name: n for n, name in enumerate(typed.get("berkas", "").split(","))}
    return tuple(sorted(found, key=lambda c: order.get(str(c.media.id), len(order))))


def in_order(found: Sequence[Choice], typed: Mapping[str, str]) -> tuple[Choice, ...]:
    """The files as the numbers that were typed beside them say."""
    return tuple(sorted(found, key=lambda c: _number(typed.get(f"urutan-{c.media.id}", ""))))


def typed_choice(choice: Choice, typed: Mapping[str, str]) -> Choice:
    """One file with what was typed about it."""
    file = choice.media.id
    rights: dict[str, Any] = {name: typed.get(f"{name}-{file}", "").strip() for name in RIGHTS}
    rights |= {
        "consent": rights["consent"] or None,
        "shows": tuple(code for code in SUBJECTS if f"shows-{code}-{file}" in typed),
    }
    return replace(
        choice,
        chosen=f"pilih-{file}" in typed,
        rights=rights,
        cut={side: typed.get(f"potong-{side}-{file}", "0").strip() for side in SIDES},
        point={axis: typed.get(f"fokus-{axis}-{file}", "").strip() for axis in AXES},
    )


def media_choice(choice: Choice) -> MediaChoice:
    """What the form says of one file. Raises CutNotReadable, WordsNotReadable."""
    try:
        crop, focus = _crop(choice.cut), _focus(choice.point)
    except ValueError:
        raise CutNotReadable(choice.media.name) from None
    if not choice.may_be_cut:
        crop = focus = None
    try:
        return MediaChoice.model_validate({"id": choice.media.id, **choice.rights, "crop": crop, "focus": focus})
    except ValidationError:
        raise WordsNotReadable(choice.media.name) from None


def _rights(media: MediaRights) -> dict[str, Any]:
    return {name: getattr(media, name) for name in RIGHTS}


def _crop(cut: Mapping[str, str]) -> Crop | None:
    left, top, right, bottom = (_share(cut[side] or "0") for side in SIDES)
    if not any((left, top, right, bottom)):
        return None
    return Crop(left=left, top=top, right=round(1 - right, 4), bottom=round(1 - bottom, 4))


def _focus(point: Mapping[str, str]) -> Focus | None:
    if not any(point.values()):
        return None
    x, y = (_share(point[axis] or "50") for axis in AXES)
    return Focus(x=x, y=y)


def _cut_of(crop: Crop | None) -> Mapping[str, str]:
    if crop is None:
        return NO_CUT
    taken = (crop.left, crop.top, 1 - crop.right, 1 - crop.bottom)
    return dict(zip(SIDES, map(_percent, taken), strict=True))


def _point_of(focus: Focus | None) -> Mapping[str, str]:
    return NO_POINT if focus is None else dict(zip(AXES, map(_percent, (focus.x, focus.y)), strict=True))


def _share(text: str) -> float:
    """A share of 1 from a percentage as people write it, with a comma or a point. Raises ValueError."""
    value = round(float(text.replace(",", ".")) / 100, 4)
    if not 0 <= value <= 1:  # also what is no number at all
        raise ValueError(text)
    return value


def _percent(share: float) -> str:
    return f"{share * 100:.2f}".rstrip("0").rstrip(".")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 10_000
