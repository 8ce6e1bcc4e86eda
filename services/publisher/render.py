"""What a page shows of a content: blocks with their files' public addresses. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.publisher.objects import public_key
from shared.content import Content, Figure, MediaKind, Rendition, StoryMedia
from shared.media.choosing import CAPTIONS, choose, publishable

# For browsers that choose nothing by themselves; those that do take what fits their screen.
FALLBACK_WIDTH = 960
MODERN_FIRST = ("image/webp", "image/jpeg")
MAIN: dict[MediaKind, tuple[str, ...]] = {
    "image": (), "video": ("video/",), "audio": ("audio/",), "document": ("application/pdf",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """The same picture in several widths, of one type."""

    content_type: str
    srcset: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as strangers see it; `width` and `height` of its largest copy in pixels, where they are known."""

    url: str
    width: int | None
    height: int | None
    sources: tuple[Source, ...]

    @property
    def is_tall(self) -> bool:
        """Higher than wide, so that it would not fit a screen at its full width."""
        return (self.height or 0) > (self.width or 0)


@dataclass(frozen=True, slots=True)
class Shown:
    """One file on a page. `url` leads to the video, recording or PDF itself, for a picture to the picture.

    `picture` is the picture, the video's poster or the document's first page; `size` is in words; `focus` are the
    classes (fokus.css) that keep in sight what the Admin marked.
    """

    kind: MediaKind
    alt: str
    caption: str
    credit: str
    placeholder: str
    url: str
    size: str
    picture: Picture | None = None
    captions: str = ""
    focus: str = ""


def shown_of(content: Content, media_url: str) -> dict[UUID, Shown]:
    """Each file that has something to show."""
    found = {m.id: _shown(m, media_url) for m in content.media}
    return {id_: shown for id_, shown in found.items() if shown is not None}


def _shown(media: StoryMedia, media_url: str) -> Shown | None:
    copies = publishable(media.renditions)
    picture = _picture(copies, media_url)
    main = choose(copies, MAIN[media.kind])
    if main is None and (picture is None or media.kind != "image"):
        return None
    captions = next((r for r in copies if r.label == CAPTIONS), None)
    return Shown(
        media.kind, media.alt, media.caption, media.credit, media.placeholder,
        _url(main, media_url) if main else picture.url if picture else "",
        in_words(main.size) if main else "", picture, _url(captions, media_url) if captions else "", _focus(media),
    )  # fmt: skip


def _focus(media: StoryMedia) -> str:
    return f"fx-{round(media.focus.x * 10)} fy-{round(media.focus.y * 10)}" if media.focus else ""


def _picture(copies: tuple[Rendition, ...], media_url: str) -> Picture | None:
    chosen = choose(copies, width=FALLBACK_WIDTH)
    largest = choose(copies, width=2**31)
    if chosen is None or largest is None:
        return None
    sources = tuple(Source(t, srcset) for t in MODERN_FIRST if (srcset := _srcset(copies, t, media_url)))
    return Picture(_url(chosen, media_url), largest.width, largest.height, sources)


def _srcset(copies: tuple[Rendition, ...], content_type: str, media_url: str) -> str:
    by_width = {r.width: r for r in copies if r.content_type == content_type and r.width}
    return ", ".join(f"{_url(by_width[width], media_url)} {width}w" for width in sorted(by_width))


def _url(rendition: Rendition, media_url: str) -> str:
    return f"{media_url}/{public_key(rendition.sha256, rendition.content_type)}"


def in_words(size: int) -> str:
    """E.g. `1,2 MB`."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1_000))} kB"
    return f"{size / 1_000_000:.1f} MB".replace(".", ",")


def article(content: Content, media_url: str) -> dict[str, Any]:
    """View data of a content: `blocks` in order, the files that no block places, and its `cover`."""
    shown = shown_of(content, media_url)
    placed = {b.media for b in content.body if isinstance(b, Figure)}
    blocks = [
        {"kind": b.kind, "shown": shown[b.media]} if isinstance(b, Figure) else b.model_dump()
        for b in content.body
        if not isinstance(b, Figure) or b.media in shown
    ]
    rest = [one for id_, one in shown.items() if id_ not in placed]
    return {
        "title": content.title, "lead": content.lead, "blocks": blocks, "gallery": rest, "tags": content.tags,
        "cover": _cover(shown),
    }  # fmt: skip


def shown(media: StoryMedia | None, media_url: str) -> Shown | None:
    """One file as strangers see it; None where there is nothing of it to see."""
    return _shown(media, media_url) if media else None


def _cover(shown: Mapping[UUID, Shown]) -> Shown | None:
    """What stands for a content: its first file with a picture; a document where there is nothing else."""
    pictured = [s for s in shown.values() if s.picture is not None]
    return min(pictured, key=lambda s: s.kind == "document", default=None)
