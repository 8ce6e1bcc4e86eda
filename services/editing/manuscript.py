"""What an Admin writes, made into the whole Content of a Version, and whether that may be submitted. Pure."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.editing.checks.findings import Finding
from services.editing.checks.personal import personal_data
from services.editing.checks.texts import texts_of
from services.editing.domain import FigureWithoutMedia
from services.editing.reports import Report
from shared.channel_text import LIMITS, Measured, measure
from shared.channel_words import name_of
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

CutKey = tuple[UUID, str, Crop]  # the file, the SHA-256 of the copy that is cut, and to what
Cuts = Mapping[CutKey, tuple[Rendition, ...]]
NO_CUTS: Cuts = MappingProxyType({})


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


class MediaStillChecking(Refused):
    def __init__(self, name: str) -> None:
        super().__init__("media-checking", f"Berkas {name} masih diperiksa. Tunggu sebentar, lalu ajukan lagi.")


class MediaCheckedSince(Refused):
    def __init__(self, name: str) -> None:
        super().__init__(
            "media-checked-since",
            f"Berkas {name} atau takarirnya berubah sesudah versi ini disimpan. Simpan sekali lagi, lalu ajukan.",
        )


class NotCutYet(Refused):
    def __init__(self, name: str) -> None:
        super().__init__(
            "not-cut-yet", f"Foto {name} belum dipotong. Simpan sekali lagi; bila masih begini, lepas potongannya."
        )


class TextForChannel(Refused):
    def __init__(self, measured: Measured) -> None:
        super().__init__("channel-text", f"Teks untuk {name_of(measured.channel)}: {' '.join(measured.problems)}")


class PersonalData(Refused):
    """A passage that may tell who somebody is; raised where it blocks, said where it is advice."""

    def __init__(self, found: Finding) -> None:
        super().__init__(f"personal-data-{found.kind}", found.sentence)


class ReportLeft(Refused):
    """Said of a Story, not raised: one of its Reports may no longer be used."""

    def __init__(self, report: Report) -> None:
        done = "ditarik oleh pengirimnya" if report.state == "withdrawn" else "ditolak dalam pemeriksaan"
        why = f": {report.facts.gone}" if report.facts.gone else "."
        super().__init__(f"report-{report.state}", f"Bahan “{report.facts.title}” {done}{why}")


class EmptyStory(Refused):
    def __init__(self) -> None:
        super().__init__("empty-story", "Isi berita masih kosong. Tulis isinya dahulu.")


def compose(manuscript: Manuscript, reports: Sequence[Report], cuts: Cuts = NO_CUTS) -> Content:
    """The Content of a Version: the author's words, and the files as the Story's Reports have them, or cut."""
    chosen = tuple(_chosen(choice, reports, cuts) for choice in manuscript.media)
    seen: set[UUID] = set()
    for media in chosen:
        if media.id in seen:
            raise MediaTwice(media.name)
        seen.add(media.id)
    if any(isinstance(block, Figure) and block.media not in seen for block in manuscript.body):
        raise FigureWithoutMedia
    words = {name: getattr(manuscript, name) for name in Manuscript.model_fields if name != "media"}
    return Content(**words, media=chosen)


def expect_ready(content: Content, reports: Sequence[Report], cuts: Cuts = NO_CUTS) -> None:
    """Refuse what the leader cannot judge yet: no text, unchecked files, texts too long; and a NIK anywhere in it."""
    if not content.body and not content.lead:
        raise EmptyStory
    for shown in content.media:
        _expect_checked(shown, reports, cuts)
    for measured in measured_texts(content):
        if not measured.fits:
            raise TextForChannel(measured)
    for found in personal(content):
        if found.blocking:
            raise PersonalData(found)


def findings(content: Content | None, reports: Sequence[Report], cuts: Cuts = NO_CUTS) -> tuple[Refused, ...]:
    """What the Admin should know before submitting, file by file and Report by Report."""
    found: list[Refused] = [ReportLeft(r) for r in reports if r.left]
    for shown in content.media if content else ():
        try:
            _expect_checked(shown, reports, cuts)
        except Refused as no:
            found.append(no)
    if content:
        found += [TextForChannel(m) for m in measured_texts(content) if not m.fits]
        found += [PersonalData(f) for f in personal(content)]
    return tuple(found)


def personal(content: Content) -> list[Finding]:
    """What may tell who somebody is, each passage once, what blocks first."""
    found = {(f.kind, f.passage): f for text in texts_of(content) for f in personal_data(text)}
    return sorted(found.values(), key=lambda f: not f.blocking)


def measured_texts(content: Content) -> list[Measured]:
    """The text of each channel that it goes to, as that channel counts it."""
    picture = any(m.kind == "image" for m in content.media)
    texts = content.channel_texts
    return [measure(c, texts[c], picture=picture) for c in content.channels if c in LIMITS and c in texts]


def cut_of(choice: MediaChoice, reports: Sequence[Report]) -> CutKey | None:
    """Which cut of which copy is wanted, where one is and the file has been checked."""
    _, media = _found(choice.id, reports)
    source = source_of(media.renditions) if media.kind == "image" and media.state == "accepted" else None
    return (media.id, source.sha256, choice.crop) if choice.crop and source else None


def source_of(renditions: Sequence[Rendition]) -> Rendition | None:
    """The copy that is cut: the widest JPEG."""
    return choose(renditions, ("image/jpeg",), width=2**31)


def _expect_checked(shown: StoryMedia, reports: Sequence[Report], cuts: Cuts) -> None:
    _, media = _found(shown.id, reports)
    if media.state == "refused":
        raise MediaRefused(media)
    if media.state == "checking":
        raise MediaStillChecking(media.name)
    if shown.crop is not None:
        key = cut_of(MediaChoice(id=shown.id, crop=shown.crop), reports)
        if key is None or cuts.get(key) != shown.renditions:
            raise MediaCheckedSince(media.name)
    elif _copies(media, reports) != shown.renditions:
        raise MediaCheckedSince(media.name)


def _chosen(choice: MediaChoice, reports: Sequence[Report], cuts: Cuts) -> StoryMedia:
    report, media = _found(choice.id, reports)
    if media.state == "refused":
        raise MediaRefused(media)
    if media.state == "accepted" and not _shows(media):
        raise CaptionsAlone(media.name) if publishable(media.renditions) else MediaForStaffOnly(media.name)
    rights = {name: getattr(media, name) for name in MediaRights.model_fields}
    key = cut_of(choice, reports)
    if key is not None and key not in cuts:
        raise NotCutYet(media.name)
    said = choice.model_dump(exclude_unset=True, exclude={"id", "crop", "focus"})
    return StoryMedia(
        **(rights | said),
        id=media.id,
        report=report.id,
        name=media.name,
        kind=media.kind,
        renditions=cuts[key] if key else _copies(media, reports),
        placeholder=media.placeholder if key is None else "",
        crop=choice.crop if key else None,
        focus=choice.focus if media.kind == "image" else None,
    )


def may_be_chosen(media: Media) -> bool:
    """Whether it may be shown in a Story, as far as its check has told."""
    if media.state == "checking":
        return media.kind != "document" or media.original.content_type == "application/pdf"
    return media.state == "accepted" and _shows(media)


def _shows(media: Media) -> bool:
    return any(r.label != CAPTIONS for r in publishable(media.renditions))


def _copies(media: Media, reports: Sequence[Report]) -> tuple[Rendition, ...]:
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


def _found(media_id: UUID, reports: Sequence[Report]) -> tuple[Report, Media]:
    for report in reports:
        for media in report.media:
            if media.id == media_id and not report.left:
                return report, media
    raise MediaNotInStory
