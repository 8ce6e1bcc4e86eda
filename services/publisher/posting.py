"""What a channel is asked to show of a Publication: its text, with the way back to the site, and its files. Pure."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from services.publisher.channels import Attached, Capabilities, Former, MediaFit, Post
from services.publisher.domain import SITE, Delivery, Publication, Story
from services.publisher.objects import PublicObject, objects_of, public_key, public_type
from shared.channel_text import LIMITS, measure
from shared.content import Content, Rendition, StoryMedia
from shared.media.choosing import publishable

STOOD = ("live", "unconfirmed", "superseded")
ELLIPSIS = "…"


class Addresses(NamedTuple):
    """Where strangers find the site, and the objects of the public bucket."""

    public_url: str
    media_url: str


def post_of(story: Story, p: Publication, d: Delivery, at: Addresses, can: Capabilities) -> Post:
    """One Version in the form that this channel needs."""
    content, url = p.approval.content, f"{at.public_url}/berita/{story.slug}"
    former = _former(story, p, d.channel)
    link = url if former is None or can.edit else f"{url}?versi={p.version}"
    files = attached(content, can, at.media_url)
    text = "" if d.channel == SITE else text_of(d.channel, content, link, picture=bool(files))
    return Post(
        story.id, p.version, d.channel, d.tries, content.title, url, content, text, link, files, objects_of(content),
        former, d.made.facts, d.made.submitted, d.made.external_id, d.url,
    )  # fmt: skip


def _former(story: Story, p: Publication, channel: str) -> Former | None:
    older = [(o.version, found) for o in story.publications if o.version < p.version if (found := o.delivery(channel))]
    for version, found in reversed(older):
        if found.state in STOOD:
            return Former(version, found.made.external_id, found.url)
    return None


def text_of(channel: str, content: Content, link: str, *, picture: bool) -> str:
    """The approved text for this channel, or title, lead and tags; with the link back, where it fits."""
    approved = content.channel_texts.get(channel, "").strip()
    if approved:
        told = approved if link in approved else f"{approved}\n\n{link}"
        return told if _fits(channel, told, picture=picture) else approved
    tags = " ".join(f"#{word}" for tag in content.tags if (word := re.sub(r"\W", "", tag)))
    for lead in _shorter(content.lead):
        told = "\n\n".join(part for part in (content.title, lead, link, tags) if part)
        if _fits(channel, told, picture=picture):
            return told
    return f"{content.title}\n\n{link}"


def _shorter(lead: str) -> Iterator[str]:
    """The lead, then less and less of it, word by word, and at last nothing."""
    yield lead
    words = lead.split()
    for count in range(len(words) - 1, 0, -1):
        yield " ".join(words[:count]) + ELLIPSIS
    yield ""


def _fits(channel: str, text: str, *, picture: bool) -> bool:
    return channel not in LIMITS or measure(channel, text, picture=picture).fits


def attached(content: Content, can: Capabilities, media_url: str) -> tuple[Attached, ...]:
    """The files that this channel takes, each in its best copy that fits, in the order of the Version."""
    fitting = (one for m in content.media if (one := _attached(m, can.media, media_url)) is not None)
    return tuple(fitting)[: can.max_media]


def _attached(media: StoryMedia, fit: MediaFit, media_url: str) -> Attached | None:
    copies = [r for r in publishable(media.renditions) if _is_taken(r, fit)]
    if not copies:
        return None
    best = max(copies, key=lambda r: (not _is_still(media, r), -fit.types.index(r.content_type), r.width or 0, r.size))
    kind = "image" if _is_still(media, best) else media.kind
    key = public_key(best.sha256, best.content_type)
    found = PublicObject(key, best.bucket, best.key, best.sha256, best.size, public_type(best.content_type))
    return Attached(
        kind, found, f"{media_url}/{key}", best.width, best.height, best.duration_ms, media.alt, media.caption
    )


def _is_still(media: StoryMedia, copy: Rendition) -> bool:
    """A video's poster: it goes where its channel takes no copy that moves, and goes as a picture."""
    return media.kind == "video" and copy.content_type.startswith("image/")


def _is_taken(copy: Rendition, fit: MediaFit) -> bool:
    ratio = copy.width / copy.height if copy.width and copy.height else None
    return (
        copy.content_type in fit.types
        and (fit.max_bytes is None or copy.size <= fit.max_bytes)
        and (fit.max_width is None or (copy.width or 0) <= fit.max_width)
        and (fit.min_ratio is None or ratio is None or ratio >= fit.min_ratio)
        and (fit.max_ratio is None or ratio is None or ratio <= fit.max_ratio)
        and (fit.max_duration_ms is None or (copy.duration_ms or 0) <= fit.max_duration_ms)
    )
