"""The public site for machines: feeds, sitemaps, robots, whom to tell of a weakness, the Daftar Informasi Publik."""

import re
from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response, StreamingResponse

from services.publisher import dip, store_finding, store_pages
from services.publisher.dip import About
from services.publisher.public import topic_words
from services.publisher.public_answer import (
    ASK_ALWAYS,
    READ,
    kept,
    made,
    robots,
    send,
    site_of,
    text,
    without_page,
    zone_of,
)
from services.publisher.steps import office_of
from services.publisher.store_pages import Place, Scope
from shared.sop import CODE
from shared.web import desk_of, public

IN_FEED = 20
# Sitemaps 0.90: at most 50,000 addresses in one file; news sitemaps: 1,000, of the last two days.
IN_SITEMAP, IN_NEWS, NEWS = 50_000, 1_000, timedelta(days=2)
IN_SHEET = 1_000
ATOM, RSS = "application/atom+xml; charset=utf-8", "application/rss+xml; charset=utf-8"
XML, PLAIN, CSV = "application/xml; charset=utf-8", "text/plain; charset=utf-8", "text/csv; charset=utf-8"
# What XML 1.0 has no way to write at all: one such character in a title would break the whole feed.
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
WAYS = ("/", "/topik", "/bidang", "/arsip", "/daftar-informasi-publik", "/kepatuhan-sop")
router = APIRouter(include_in_schema=False, dependencies=[public])


class Fed(NamedTuple):
    """What a feed is of: its pages, the address of their list, and its name, none for all."""

    scope: Scope
    here: str
    name: str


ALL = Fed(Scope(), "/", "")


@router.api_route("/umpan.xml", methods=READ)
async def atom(request: Request) -> Response:
    return await _feed(request, "umpan.xml", ATOM)


@router.api_route("/rss.xml", methods=READ)
async def rss(request: Request) -> Response:
    return await _feed(request, "rss.xml", RSS)


@router.api_route("/topik/{topic}/umpan.xml", methods=READ)
async def atom_of_topic(request: Request, topic: str) -> Response:
    return await _feed(request, "umpan.xml", ATOM, _topic(topic))


@router.api_route("/topik/{topic}/rss.xml", methods=READ)
async def rss_of_topic(request: Request, topic: str) -> Response:
    return await _feed(request, "rss.xml", RSS, _topic(topic))


@router.api_route("/bidang/{unit}/umpan.xml", methods=READ)
async def atom_of_unit(request: Request, unit: str) -> Response:
    return await _feed(request, "umpan.xml", ATOM, _unit(request, unit))


@router.api_route("/bidang/{unit}/rss.xml", methods=READ)
async def rss_of_unit(request: Request, unit: str) -> Response:
    return await _feed(request, "rss.xml", RSS, _unit(request, unit))


@router.api_route("/peta-situs.xml", methods=READ)
async def sitemaps(request: Request) -> Response:
    if site_of(request).noindex:
        return without_page(request, 404, "publik_tiada.html")
    async with desk_of(request).db.connection() as conn:
        months = await store_finding.sitemap_months(conn)
    parts = [(m, part) for m in months for part in range(1, -(-m.count // IN_SITEMAP) + 1)]
    return send(request, made(text(request, "peta_situs.xml", parts=parts).encode(), XML))


@router.api_route("/peta-situs/halaman.xml", methods=READ)
async def standing_pages(request: Request) -> Response:
    if site_of(request).noindex:
        return without_page(request, 404, "publik_tiada.html")
    return send(request, made(text(request, "peta_halaman.xml", ways=WAYS).encode(), XML))


@router.api_route("/peta-situs/{month}/{part}.xml", methods=READ)
async def sitemap(
    request: Request,
    month: Annotated[str, Path(pattern=r"^(19|2\d)\d\d-(0[1-9]|1[0-2])$")],
    part: Annotated[int, Path(ge=1, le=1_000)],
) -> Response:
    if site_of(request).noindex:
        return without_page(request, 404, "publik_tiada.html")
    since = datetime.combine(date.fromisoformat(f"{month}-01"), datetime.min.time(), UTC)
    until = (since + timedelta(days=31)).replace(day=1)
    async with desk_of(request).db.connection() as conn:
        rows = await store_finding.addresses(conn, since, until, limit=IN_SITEMAP, offset=(part - 1) * IN_SITEMAP)
    if not rows:
        return without_page(request, 404, "publik_tiada.html")
    return send(request, made(text(request, "peta_bagian.xml", rows=rows).encode(), XML))


@router.api_route("/peta-berita.xml", methods=READ)
async def news(request: Request) -> Response:
    if site_of(request).noindex:
        return without_page(request, 404, "publik_tiada.html")
    desk = desk_of(request)
    async with desk.db.connection() as conn:
        found = await store_pages.turn(conn, Scope(since=desk.now() - NEWS), limit=IN_NEWS)
    body = NOT_XML.sub("", text(request, "peta_berita.xml", pages=found.pages))
    return send(request, made(body.encode(), XML))


@router.api_route("/robots.txt", methods=READ)
async def for_robots(request: Request) -> Response:
    """Robots may read all but searches; where they shall not list us they must read so in each page."""
    lines = ["User-agent: *", "Disallow: /cari", "Allow: /"]
    if not site_of(request).noindex:
        url = office_of(request).public_url
        lines += ["", f"Sitemap: {url}/peta-situs.xml", f"Sitemap: {url}/peta-berita.xml"]
    return send(request, made("\n".join([*lines, ""]).encode(), PLAIN))


@router.api_route("/.well-known/security.txt", methods=READ)
async def security(request: Request) -> Response:
    """RFC 9116. It expires within a year: half of one from this month on, so that it is the same for a month."""
    contact = site_of(request).security_contact
    if not contact:
        return without_page(request, 404, "publik_tiada.html")
    expires = (desk_of(request).now().astimezone(UTC).replace(day=1) + timedelta(days=215)).replace(day=1)
    url = office_of(request).public_url
    lines = [f"Contact: {contact}", f"Expires: {expires:%Y-%m-%d}T00:00:00Z", "Preferred-Languages: id, en"]
    if url.startswith("https://"):  # another address of it may not be named
        lines.append(f"Canonical: {url}/.well-known/security.txt")
    return send(request, made("\n".join([*lines, ""]).encode(), PLAIN))


@router.api_route("/daftar-informasi-publik", methods=READ)
async def public_information(request: Request) -> Response:
    async with desk_of(request).db.connection() as conn:
        found = await store_pages.turn(conn, Scope(), limit=IN_FEED)
    about = _about(request)
    rows = [dip.row_of(n, page, about) for n, page in enumerate(found.pages, 1)]
    key = ("daftar-informasi-publik", *(p.revision for p in found.pages))
    view: dict[str, Any] = {"columns": dip.COLUMNS, "rows": rows, "more": found.older}
    return kept(request, key, lambda: made(text(request, "publik_dip.html", **view).encode()))


@router.api_route("/daftar-informasi-publik.csv", methods=READ)
async def public_information_sheet(request: Request) -> Response:
    named = {"Content-Disposition": 'attachment; filename="daftar-informasi-publik.csv"', "Cache-Control": ASK_ALWAYS}
    return StreamingResponse(_sheet(request), media_type=CSV, headers=named | robots(request))


async def _sheet(request: Request) -> AsyncGenerator[bytes]:
    """The whole list, the newest first, a part at a time: no connection waits for who reads slowly."""
    yield b"\xef\xbb\xbf" + dip.sheet([dip.COLUMNS]).encode()
    if request.method == "HEAD":
        return
    about, number, place, more = _about(request), 0, None, True
    while more:
        found, more = await _next_part(request, place)
        place = found[-1].place if found else place
        yield dip.sheet(dip.row_of(number + n, page, about) for n, page in enumerate(found, 1)).encode()
        number += len(found)


async def _next_part(request: Request, place: Place | None) -> tuple[list[store_pages.Page], bool]:
    async with desk_of(request).db.connection() as conn:
        found = await store_pages.turn(conn, Scope(), older_than=place, limit=IN_SHEET)
    return found.pages, found.older


def _about(request: Request) -> About:
    office, site = office_of(request), site_of(request)
    named = desk_of(request).clock.sop.unit_words
    return About(office.name, office.public_url, site.place, site.retention, zone_of(request), named)


def _topic(topic: str) -> Fed:
    return Fed(Scope(topic=topic), f"/topik/{topic}", topic_words(topic))


def _unit(request: Request, unit: str) -> Fed:
    return Fed(Scope(unit=unit), f"/bidang/{unit}", desk_of(request).clock.sop.unit_words(unit))


async def _feed(request: Request, template: str, media_type: str, fed: Fed = ALL) -> Response:
    code, known = fed.scope.topic or fed.scope.unit, desk_of(request).clock.sop.units
    if code is not None and not CODE.fullmatch(code):
        return without_page(request, 404, "publik_tiada.html")
    async with desk_of(request).db.connection() as conn:
        pages = await store_pages.changed_last(conn, fed.scope, limit=IN_FEED)
    # A Bidang of the SOP has a page and a feed before it has news, as the whole office has.
    if code and not pages and fed.scope.unit not in known:
        return without_page(request, 404, "publik_tiada.html")
    view: dict[str, Any] = {"pages": pages, "fed": fed, "topic_words": topic_words, "dated": _dated}
    key = (template, fed, *(p.revision for p in pages))
    return kept(request, key, lambda: made(NOT_XML.sub("", text(request, template, **view)).encode(), media_type))


def _dated(at: datetime) -> str:
    """As RSS writes a moment (RFC 822)."""
    return format_datetime(at.astimezone(UTC), usegmt=True)
