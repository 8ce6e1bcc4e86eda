"""How a public page is sent: its tag and how long a cache may keep it, made anew only where the database says so."""

import hashlib
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from types import MappingProxyType
from typing import Any, Literal

from fastapi import Request
from fastapi.responses import Response

from services.publisher.compliance.counted import Counted
from services.publisher.kept import Kept, Made, Revisions, Together
from services.publisher.steps import office_of
from services.publisher.store_pages import Turn
from shared.web import Pages, desk_of

# Short, so that a take-down is seen soon by all; a cache in front asks again with the ETag. Nothing stale is allowed,
# not even while it is asked again: what was taken down would be shown once more.
CACHED = "public, max-age=30, must-revalidate"
ASK_ALWAYS = "no-cache"
HTML = "text/html; charset=utf-8"
READ = ["GET", "HEAD"]
Index = Literal["canonical", "noindex", "off"]
NO_MORE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PublicSite:
    """What the public site is told at start.

    `noindex`: search engines are sent to where the office's main site is; `off`: people are too, and `main_site` is its
    home.
    `place` and `retention` are what the Daftar Informasi Publik says of all that is published here.
    """

    index: Index = "canonical"
    security_contact: str = ""
    place: str = ""
    retention: str = ""
    kept: Kept = field(default_factory=lambda: Kept(32_000_000))
    revisions: Revisions = field(default_factory=Revisions)
    turns: Together[Turn] = field(default_factory=Together[Turn])
    counted: Counted = field(default_factory=Counted)
    main_site: str = ""

    @property
    def noindex(self) -> bool:
        return self.index != "canonical"

    @property
    def off(self) -> bool:
        return self.index == "off"


def site_of(request: Request) -> PublicSite:
    site: PublicSite = request.app.state.site
    return site


def zone_of(request: Request) -> str:
    """The office's own zone, in which dates are meant."""
    return str(desk_of(request).clock.calendar.zone)


def text(request: Request, template: str, **view: Any) -> str:
    """A public page with what all of them need."""
    pages: Pages = request.app.state.pages
    site, desk = site_of(request), desk_of(request)
    shown = {
        "office": office_of(request), "noindex": site.noindex, "zone": zone_of(request), "path": request.url.path,
        "unit_words": desk.clock.sop.unit_words, "security": bool(site.security_contact),
        "main_site": site.main_site if site.off else "",
    }  # fmt: skip
    return pages.environment.get_template(template).render(shown | view)


def made(body: bytes, media_type: str = HTML, modified_at: datetime | None = None) -> Made:
    return Made(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"', media_type, modified_at)


def kept(request: Request, key: Hashable, make: Callable[[], Made]) -> Response:
    """Send the page of this key, which names all that it shows by revision; `make` it where it is not in memory."""
    memory, keeper = site_of(request).kept, desk_of(request).clock
    found = memory.get(key, made_under=keeper)
    if found is None:
        found = make()
        memory.put(key, found)
    return send(request, found)


def send(request: Request, page: Made, more: Mapping[str, str] = NO_MORE) -> Response:
    """200 with the page, or 304 where who asks has exactly these bytes; `more` headers with either."""
    headers = {"Cache-Control": CACHED, "ETag": page.tag, **robots(request), **more}
    if page.modified_at is not None:
        headers["Last-Modified"] = format_datetime(page.modified_at, usegmt=True)
    # Not by date: two changes within a second have one date, and a take-down must not be missed.
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if page.tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(page.body, media_type=page.media_type, headers=headers)


def without_page(request: Request, http: int, template: str, **view: Any) -> Response:
    """404 or 410, in words. It may be another answer at any moment, so that a cache has to ask."""
    headers = {"Cache-Control": ASK_ALWAYS, **robots(request)}
    return Response(text(request, template, **view).encode(), http, media_type=HTML, headers=headers)


def robots(request: Request) -> dict[str, str]:
    return {"X-Robots-Tag": "noindex"} if site_of(request).noindex else {}
