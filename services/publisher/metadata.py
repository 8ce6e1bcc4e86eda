"""What a page tells machines of itself: Open Graph for what shares its link, JSON-LD for what searches. Pure.

Sources: ogp.me, and schema.org's NewsArticle.
"""

from datetime import datetime
from typing import Any, NamedTuple

from services.publisher.render import Shown
from shared.content import Content


class Standing(NamedTuple):
    """Where a page stands, whose it is, since when, and when it changed last."""

    url: str
    office: str
    site: str
    since: datetime
    changed: datetime


def open_graph(content: Content, standing: Standing, cover: Shown | None) -> list[tuple[str, str]]:
    """The properties in order; a picture with its size and its alternative text."""
    told = [
        ("og:type", "article"), ("og:locale", "id_ID"), ("og:site_name", standing.office), ("og:title", content.title),
        ("og:url", standing.url), ("og:description", content.lead),
        ("article:published_time", standing.since.isoformat()), ("article:modified_time", standing.changed.isoformat()),
        ("article:section", content.topic or ""), *(("article:tag", tag) for tag in content.tags),
    ]  # fmt: skip
    picture = cover.picture if cover else None
    if cover and picture:
        size = [("og:image:width", picture.width), ("og:image:height", picture.height)]
        told += [("og:image", picture.url), ("og:image:alt", cover.alt)]
        told += [(name, str(value)) for name, value in size if value]
    return [(name, value) for name, value in told if value]


def linked_data(content: Content, standing: Standing, cover: Shown | None) -> dict[str, Any]:
    """The page as a NewsArticle of a GovernmentOrganization."""
    office = {"@type": "GovernmentOrganization", "name": standing.office, "url": standing.site}
    told: dict[str, Any] = {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": content.title,
        "description": content.lead, "inLanguage": "id", "url": standing.url, "mainEntityOfPage": standing.url,
        "datePublished": standing.since.isoformat(), "dateModified": standing.changed.isoformat(), "author": office,
        "publisher": office, "isAccessibleForFree": True, "keywords": list(content.tags),
        "articleSection": content.topic, "image": [cover.picture.url] if cover and cover.picture else [],
    }  # fmt: skip
    return {name: value for name, value in told.items() if value not in ("", None, [])}
