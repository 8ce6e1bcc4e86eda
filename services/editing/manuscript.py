"""What an Admin writes, made into the whole Content of a Version. Pure."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, NamedTuple
from uuid import UUID

from pydantic import Field

from services.editing.domain import FigureWithoutMedia
from services.editing.reports import Report
from shared.content import (
    Block,
    Code,
    Content,
    Crop,
    Figure,
    Focus,
    InformationClass,
    Line,
    Media,
    MediaRights,
    Note,
    Rendition,
    StoryMedia,
    Text,
    Value,
)
from shared.media.choosing import CAPTIONS, choose, publishable
from shared.refusal import Refused


class CutKey(NamedTuple):
    """The file, the SHA-256 of the copy that is worked on, to what it is cut, and which regions of it are black."""

    media: UUID
    source: str
    crop: Crop | None
    redacted: tuple[Crop, ...] = ()


class Own(NamedTuple):
    """Copies that the desk made itself; of a redacted picture also the tiny one that stands for it."""

    renditions: tuple[Rendition, ...]
    placeholder: str = ""


Cuts = Mapping[CutKey, Own]
Regions = Mapping[UUID, tuple[Crop, ...]]  # what a leader had blacked out of the Story's pictures
NO_CUTS: Cuts = MappingProxyType({})
NO_REGIONS: Regions = MappingProxyType({})


class MediaChoice(MediaRights):
    """A file of one of the Story's Reports; what is not said about it stays as the Unit said it."""

    id: UUID
    crop: Crop | None = None
    focus: Focus | None = None


class Manuscript(Value):
    """A Version as its author sends it: renditions are never the author's to say."""

    title: Line
    lead: Note = ""
    body: tuple[Block, ...] = ()
    topic: Code | None = None
    tags: tuple[Line, ...] = ()
    information_class: InformationClass = "berkala"
    media: Annotated[tuple[MediaChoice, ...], Field(max_length=100)] = ()
    channels: Annotated[tuple[Code, ...], Field(min_length=1)] = ("site",)
    channel_texts: dict[str, Text] = Field(default_factory=dict[str, Text])


class MediaNotInStory(Refused):
    def __init__(self) -> None:
        super().__init__(
            "media-not-in-story",
            "Berkas yang dipilih tidak ada (lagi) pada bahan berita ini. Muat ulang, lalu pilih lagi.",
        )


class MediaTwice(Refused):
    def __init__(self, name: str) -> None:
        super().__init__("media-twice", f"Berkas {name} dipilih dua kali. Pilih sekali saja.")


class MediaRefused(Refused):
    def __init__(self, media: Media) -> None:
        why = f" ({media.reason})" if media.reason else ""
        super().__init__("media-refused", f"Berkas {media.name} tidak lolos pemeriksaan{why}. Jangan pakai berkas ini.")


class MediaForStaffOnly(Refused):
    """An office document: there is no copy of it that may be public."""

    def __init__(self, name: str) -> None:
        super().__init__("media-for-staff", f"Berkas {name} hanya dapat dibaca Admin; minta PDF-nya kepada Bidang.")


class CaptionsAlone(Refused):
    def __init__(self, name: str) -> None:
        super().__init__(
            "captions-alone", f"Berkas {name} adalah takarir, yang ikut dengan sendirinya bersama videonya."
        )


class NotCutYet(Refused):
    def __init__(self, name: str) -> None:
        super().__init__(
            "not-cut-yet", f"Foto {name} belum dipotong. Simpan sekali lagi; bila masih begini, lepas potongannya."
        )


class NotRedactable(Refused):
    def __init__(self, name: str) -> None:
        super().__init__(
            "not-redactable",
            f"Foto {name} harus tampil dengan bagian yang disamarkan, tetapi salinannya tidak dapat dibuat. Lepas foto "
            "ini, atau ganti dengan foto lain.",
        )


def compose(
    manuscript: Manuscript, reports: Sequence[Report], cuts: Cuts = NO_CUTS, redacted: Regions = NO_REGIONS
) -> Content:
    """The Content of a Version: the author's words, and the files as the Story's Reports have them, or cut.

    What a leader had blacked out of a picture of this Story stays black, whoever writes on.
    """
    chosen = tuple(_chosen(choice, reports, cuts, redacted.get(choice.id, ())) for choice in manuscript.media)
    seen: set[UUID] = set()
    for media in chosen:
        if media.id in seen:
            raise MediaTwice(media.name)
        seen.add(media.id)
    if any(isinstance(block, Figure) and block.media not in seen for block in manuscript.body):
        raise FigureWithoutMedia
    words = {name: getattr(manuscript, name) for name in Manuscript.model_fields if name != "media"}
    return Content(**words, media=chosen)


def cut_of(choice: MediaChoice, reports: Sequence[Report], redacted: tuple[Crop, ...] = ()) -> CutKey | None:
    """Which copy of the desk's own is wanted, where one is and the file has been checked."""
    _, media = media_of(choice.id, reports)
    source = source_of(media.renditions) if media.kind == "image" and media.state == "accepted" else None
    return CutKey(media.id, source.sha256, choice.crop, redacted) if source and (choice.crop or redacted) else None


def source_of(renditions: Sequence[Rendition]) -> Rendition | None:
    """The copy that is cut: the widest JPEG."""
    return choose(renditions, ("image/jpeg",), width=2**31)


def _chosen(choice: MediaChoice, reports: Sequence[Report], cuts: Cuts, redacted: tuple[Crop, ...]) -> StoryMedia:
    report, media = media_of(choice.id, reports)
    if media.state == "refused":
        raise MediaRefused(media)
    if media.state == "accepted" and not _shows(media):
        raise CaptionsAlone(media.name) if publishable(media.renditions) else MediaForStaffOnly(media.name)
    rights = {name: getattr(media, name) for name in MediaRights.model_fields}
    key = cut_of(choice, reports, redacted)
    if redacted and key is None:
        raise NotRedactable(media.name)
    if key is not None and key not in cuts:
        raise NotCutYet(media.name)
    said = choice.model_dump(exclude_unset=True, exclude={"id", "crop", "focus"})
    return StoryMedia(
        **(rights | said),
        id=media.id,
        report=report.id,
        name=media.name,
        kind=media.kind,
        renditions=cuts[key].renditions if key else copies_of(media, reports),
        placeholder=cuts[key].placeholder if key else media.placeholder,
        crop=choice.crop if key else None,
        redacted=redacted,
        focus=choice.focus if media.kind == "image" else None,
    )


def may_be_chosen(media: Media) -> bool:
    """Whether it may be shown in a Story, as far as its check has told."""
    if media.state == "checking":
        return media.kind != "document" or media.original.content_type == "application/pdf"
    return media.state == "accepted" and _shows(media)


def _shows(media: Media) -> bool:
    return any(r.label != CAPTIONS for r in publishable(media.renditions))


def copies_of(media: Media, reports: Sequence[Report]) -> tuple[Rendition, ...]:
    """What may become public of a file; a video takes along the newest captions that the Reports have for it."""
    found = publishable(media.renditions)
    if media.kind != "video" or not found:
        return found
    captions = [
        r
        for report in reports
        if not report.left
        for m in report.media
        if m.derived_from == media.original.sha256
        for r in m.renditions
        if r.label == CAPTIONS
    ]
    return (*found, *captions[-1:])


def media_of(media_id: UUID, reports: Sequence[Report]) -> tuple[Report, Media]:
    """A file of one of the Story's Reports, and that Report. Raises MediaNotInStory."""
    for report in reports:
        for media in report.media:
            if media.id == media_id and not report.left:
                return report, media
    raise MediaNotInStory
