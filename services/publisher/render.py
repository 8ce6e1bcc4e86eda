"""What a page shows of a content: blocks with their pictures' public addresses. Pure."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.publisher.domain import public_key
from shared.content import Content, Figure, StoryMedia


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture as strangers see it; `width` and `height` in pixels, where they are known."""

    url: str
    alt: str
    caption: str
    credit: str
    width: int | None
    height: int | None


def pictures(content: Content, media_url: str) -> dict[UUID, Picture]:
    """The public picture of each file that has one."""
    found = {m.id: _picture(m, media_url) for m in content.media}
    return {id_: picture for id_, picture in found.items() if picture is not None}


def _picture(media: StoryMedia, media_url: str) -> Picture | None:
    chosen = next((r for r in media.renditions if r.content_type.startswith("image/")), None)
    if chosen is None:
        return None
    url = f"{media_url}/{public_key(chosen.sha256, chosen.content_type)}"
    return Picture(url, media.alt, media.caption, media.credit, chosen.width, chosen.height)


def article(content: Content, media_url: str) -> dict[str, Any]:
    """View data of a content: `blocks` in order, then the pictures that no block places."""
    shown = pictures(content, media_url)
    placed = {b.media for b in content.body if isinstance(b, Figure)}
    blocks = [
        {"kind": b.kind, "picture": shown[b.media]} if isinstance(b, Figure) else b.model_dump()
        for b in content.body
        if not isinstance(b, Figure) or b.media in shown
    ]
    rest = [picture for id_, picture in shown.items() if id_ not in placed]
    return {"title": content.title, "lead": content.lead, "blocks": blocks, "gallery": rest, "tags": content.tags}


def cover(content: Content, media_url: str) -> Picture | None:
    """The picture that stands for a content in a list."""
    return next(iter(pictures(content, media_url).values()), None)
