"""The public site: no log-in, no script, nothing but visible Versions whose approval stands."""

import hashlib
import re
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.publisher import metadata, render, store_pages
from services.publisher.channels.site import MARK
from services.publisher.metadata import Standing
from services.publisher.steps import office_of
from services.publisher.store_pages import GonePage, Page
from shared.web import Pages, desk_of, public

PER_PAGE = 20
# Short, so that a take-down is seen soon by all; a cache in front asks again with the ETag.
CACHED = "public, max-age=30, must-revalidate"
HTML, ATOM = "text/html; charset=utf-8", "application/atom+xml; charset=utf-8"
# What XML 1.0 has no way to write at all: one such character in a title would break the whole feed.
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
READ = ["GET", "HEAD"]
router = APIRouter(include_in_schema=False, dependencies=[public])


@router.api_route("/", methods=READ)
async def home(request: Request, hal: Annotated[int, Query(ge=1, le=10_000)] = 1) -> Response:
    async with desk_of(request).db.connection() as conn:
        found = await store_pages.newest(conn, limit=PER_PAGE + 1, offset=(hal - 1) * PER_PAGE)
    media_url = office_of(request).media_url
    stories = [{"page": p, "cover": render.cover(p.content, media_url)} for p in found[:PER_PAGE]]
    return _show(request, "publik_beranda.html", stories=stories, hal=hal, more=len(found) > PER_PAGE)


@router.api_route("/berita/{slug}", methods=READ)
async def story(request: Request, slug: str) -> Response:
    async with desk_of(request).db.connection() as conn:
        found = await store_pages.page(conn, slug)
    if isinstance(found, Page):
        office = office_of(request)
        article = render.article(found.content, office.media_url)
        standing = Standing(
            f"{office.public_url}/berita/{slug}", office.name, office.public_url, found.first_shown_at, found.shown_at
        )
        return _show(
            request,
            "publik_berita.html",
            page=found,
            article=article,
            mark=MARK,
            properties=metadata.open_graph(found.content, standing, article["cover"]),
            data=metadata.linked_data(found.content, standing, article["cover"]),
        )
    if isinstance(found, GonePage):
        return _show(request, "publik_turun.html", http=410, gone=found)
    return _show(request, "publik_tiada.html", http=404)


@router.api_route("/umpan.xml", methods=READ)
async def feed(request: Request) -> Response:
    async with desk_of(request).db.connection() as conn:
        found = await store_pages.newest(conn, limit=PER_PAGE)
    return _answer(request, NOT_XML.sub("", _text(request, "umpan.xml", pages=found)).encode(), ATOM, 200)


@router.api_route("/robots.txt", methods=READ)
async def robots(request: Request) -> Response:
    return _answer(request, b"User-agent: *\nAllow: /\n", "text/plain; charset=utf-8", 200)


def _show(request: Request, template: str, *, http: int = 200, **view: Any) -> Response:
    return _answer(request, _text(request, template, **view).encode(), HTML, http)


def _text(request: Request, template: str, **view: Any) -> str:
    pages: Pages = request.app.state.pages
    return pages.environment.get_template(template).render(office=office_of(request), **view)


def _answer(request: Request, body: bytes, media_type: str, http: int) -> Response:
    if http != 200:
        return Response(body, http, media_type=media_type, headers={"Cache-Control": "no-cache"})
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"Cache-Control": CACHED, "ETag": tag}
    known = {t.strip().removeprefix("W/") for t in request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, http, media_type=media_type, headers=headers)
