"""What a channel is asked to show of a Publication: its text, with the way back to the site, and its files. Pure."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from services.publisher.channels import Attached, Capabilities, Former, MediaFit, Post
from services.publisher.domain import SENT, SITE, Delivery, Publication, Story
from services.publisher.objects import PublicObject, objects_of, public_key, public_type
from services.publisher.template import DEFAULT, Words, written
from shared.channel_text import LIMITS, measure
from shared.content import Content, Rendition, StoryMedia
from shared.media.choosing import publishable

STOOD = ("live", "unconfirmed", "superseded")
LINK, TEXT = f"{SENT}link", f"{SENT}text"


class Wording(NamedTuple):
    """In which words the office tells of a Story: its own templates by channel, and how its Units are called."""

    templates: Mapping[str, str] = MappingProxyType({})
    unit_words: Callable[[str], str] = str


def no_account(_channel: str) -> str:
    return ""


class Addresses(NamedTuple):
    """Where strangers find the site and the objects of the public bucket, and in which words they are sent there.

    `account_of` names the account that a channel is connected by.
    """

    public_url: str
    media_url: str
    wording: Wording = Wording()
    account_of: Callable[[str], str] = no_account


def post_of(story: Story, p: Publication, d: Delivery, at: Addresses, can: Capabilities) -> Post:
    """One Version in the form that this channel needs."""
    content, url, account = p.approval.content, f"{at.public_url}/berita/{story.slug}", at.account_of(d.channel)
    former = _former(story, p, d.channel, account)
    link = url if former is None or can.edit else f"{url}?versi={p.version}"
    files = attached(content, can, at.media_url)
    text = "" if d.channel == SITE else _text(p, d.channel, link, at.wording, picture=bool(files))
    if d.made.submitted:
        # What was sent is looked for as it was sent: an older Version, a file or a template may be gone since.
        link, text = d.made.facts.get(LINK, link), d.made.facts.get(TEXT, text)
    return Post(
        story.id, p.version, d.channel, d.tries, content.title, url, content, text, link, files, objects_of(content),
        former, d.made.facts, d.made.submitted, d.made.external_id, d.url, account,
    )  # fmt: skip


def sent_of(post: Post) -> dict[str, str]:
    """What is kept of a post as it is submitted; the site needs no finding."""
    return {} if post.channel == SITE else {"link": post.link, "text": post.text, "account": post.account}


def _text(p: Publication, channel: str, link: str, wording: Wording, *, picture: bool) -> str:
    units = dict.fromkeys(o.unit for o in p.approval.origins)  # each once, in their order
    return text_of(
        channel, p.approval.content, link, picture=picture, template=wording.templates.get(channel, DEFAULT),
        units=", ".join(map(wording.unit_words, units)),
    )  # fmt: skip


def _former(story: Story, p: Publication, channel: str, account: str) -> Former | None:
    older = [(o.version, found) for o in story.publications if o.version < p.version if (found := o.delivery(channel))]
    for version, found in reversed(older):
        # A number of another account's would be somebody else's post here.
        if found.state in STOOD and found.made.is_at(account):
            return Former(version, found.made.external_id, found.url)
    return None


def text_of(
    channel: str, content: Content, link: str, *, picture: bool, template: str = DEFAULT, units: str = ""
) -> str:
    """The approved text for this channel, with the link back where it fits, or what its template makes of it."""
    approved = content.channel_texts.get(channel, "").strip()
    if approved:
        told = approved if link in approved else f"{approved}\n\n{link}"
        fits = channel not in LIMITS or measure(channel, told, picture=picture).fits
        return told if fits else approved
    tags = tuple(f"#{word}" for tag in content.tags if (word := re.sub(r"\W", "", tag)))
    topic = (content.topic or "").replace("-", " ")
    return written(channel, template, Words(content.title, content.lead, link, tags, units, topic), picture=picture)


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
