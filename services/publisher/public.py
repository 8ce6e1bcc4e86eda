"""The public site: no log-in, no script, nothing but visible Versions whose approval stands."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import asyncpg
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.publisher import metadata, render, store_finding, store_pages
from services.publisher.channels.site import MARK
from services.publisher.kept import Made
from services.publisher.metadata import Standing
from services.publisher.public_answer import READ, kept, made, send, site_of, text, without_page, zone_of
from services.publisher.steps import office_of
from services.publisher.store_pages import Page, Place, Scope, Turn, Whole
from shared.sop import CODE
from shared.web import desk_of, public
from shared.words import MONTHS

PER_PAGE = 20
LONGEST_SEARCH = 200
YEARS = (1990, 9998)
CANONICAL_ELSEWHERE = "wordpress"
router = APIRouter(include_in_schema=False, dependencies=[public])
Older = Annotated[str, Query(alias="sebelum", max_length=60)]
Newer = Annotated[str, Query(alias="sesudah", max_length=60)]


@router.api_route("/berita/{slug}", methods=READ)
async def story(request: Request, slug: str) -> Response:
    site, db = site_of(request), desk_of(request).db
    slug = slug.replace("\x00", "")
    revision = await site.revisions.of(db, slug)
    if revision is None:
        return await _not_there(request, slug)
    canonical = await _elsewhere(request, slug) if site.noindex else None
    found = site.kept.get(("berita", slug, revision, canonical), made_under=desk_of(request).clock)
    if found is not None:
        return send(request, found)
    async with db.connection() as conn:
        whole = await store_pages.whole(conn, slug)
    if whole is None:  # it went at this very moment
        return await _not_there(request, slug)
    key = ("berita", slug, whole.page.revision, canonical)
    return kept(request, key, lambda: _story(request, whole, canonical))


@router.api_route("/", methods=READ)
async def home(request: Request, older: Older = "", newer: Newer = "") -> Response:
    return await _list(request, Scope(), older, newer, heading="Berita", here="/", feed="")


@router.api_route("/topik/{topic}", methods=READ)
async def of_topic(request: Request, topic: str, older: Older = "", newer: Newer = "") -> Response:
    name = topic_words(topic)
    return await _list(
        request,
        Scope(topic=topic),
        older,
        newer,
        heading=f"Topik: {name}",
        here=f"/topik/{topic}",
        feed=f"/topik/{topic}",
    )


@router.api_route("/bidang/{unit}", methods=READ)
async def of_unit(request: Request, unit: str, older: Older = "", newer: Newer = "") -> Response:
    name, here = desk_of(request).clock.sop.unit_words(unit), f"/bidang/{unit}"
    return await _list(request, _of_unit(unit), older, newer, heading=name, here=here, feed=here)


@router.api_route("/arsip/{year:int}/{month:int}", methods=READ)
async def of_month(
    request: Request,
    year: int,
    month: int,
    older: Older = "",
    newer: Newer = "",
) -> Response:
    if not (YEARS[0] <= year <= YEARS[1] and 1 <= month <= len(MONTHS)):
        return without_page(request, 404, "publik_tiada.html")
    zone = ZoneInfo(zone_of(request))
    since = datetime(year, month, 1, tzinfo=zone)
    until = (since + timedelta(days=31)).replace(day=1)
    heading, here = f"Arsip {MONTHS[month - 1]} {year}", f"/arsip/{year}/{month:02}"
    return await _list(request, Scope(since=since, until=until), older, newer, heading=heading, here=here)


@router.api_route("/topik", methods=READ)
async def topics(request: Request) -> Response:
    async with desk_of(request).db.connection() as conn:
        found = await store_finding.topics(conn)
    ways = [(f"/topik/{topic}", topic_words(topic)) for topic in found]
    return _ways(request, "Topik", ways)


@router.api_route("/bidang", methods=READ)
async def units(request: Request) -> Response:
    async with desk_of(request).db.connection() as conn:
        found = await store_finding.units(conn)
    named = desk_of(request).clock.sop.unit_words
    return _ways(request, "Bidang", sorted(((f"/bidang/{u}", named(u)) for u in found), key=lambda way: way[1]))


@router.api_route("/arsip", methods=READ)
async def archive(request: Request) -> Response:
    async with desk_of(request).db.connection() as conn:
        found = await store_finding.months(conn, zone_of(request))
    years: dict[int, list[date]] = {}
    for month in found:
        years.setdefault(month.year, []).append(month)
    return kept(request, ("arsip", *found), lambda: _made(request, "publik_arsip.html", years=years, months=MONTHS))


@router.api_route("/cari", methods=READ)
async def search(
    request: Request,
    q: Annotated[str, Query(max_length=LONGEST_SEARCH)] = "",
    hal: Annotated[int, Query(ge=1, le=store_finding.MOST_HITS // PER_PAGE)] = 1,
) -> Response:
    """Words, "of a kind", -without. Search engines are kept out: it would be every word they know."""
    words, found, too_slow = q.replace("\x00", " ").strip(), None, False
    near: list[Page] = []
    if words:
        try:
            async with desk_of(request).db.transaction() as conn:
                found = await store_finding.by_words(conn, words, limit=PER_PAGE, offset=(hal - 1) * PER_PAGE)
                if not found.count and hal == 1:
                    near = await store_finding.nearly(conn, words, limit=PER_PAGE)
        except asyncpg.QueryCanceledError:
            too_slow = True
    teasers = _teasers(request, near or (found.pages if found else []))
    return send(
        request,
        _made(
            request, "publik_cari.html", q=words, found=found, stories=teasers, near=bool(near), hal=hal,
            too_slow=too_slow, more=found is not None and hal * PER_PAGE < found.count, most=store_finding.MOST_HITS,
        ),
    )  # fmt: skip


def topic_words(topic: str) -> str:
    """A topic as people read it: it is one small word, such as `rumah-layak-huni`."""
    return topic.replace("-", " ").capitalize()


def _story(request: Request, whole: Whole, canonical: str | None) -> Made:
    office, page = office_of(request), whole.page
    article = render.article(whole.content, office.media_url)
    address = canonical or f"{office.public_url}/berita/{page.slug}"
    standing = Standing(address, office.name, office.public_url, page.first_shown_at, page.shown_at)
    return _made(
        request, "publik_berita.html", page=page, article=article, mark=MARK, canonical=address,
        topic_words=topic_words, properties=metadata.open_graph(whole.content, standing, article["cover"]),
        data=metadata.linked_data(whole.content, standing, article["cover"]), modified_at=page.modified_at,
    )  # fmt: skip


async def _not_there(request: Request, slug: str) -> Response:
    async with desk_of(request).db.connection() as conn:
        gone = await store_pages.gone(conn, slug)
    if gone is not None:
        return without_page(request, 410, "publik_turun.html", gone=gone)
    return without_page(request, 404, "publik_tiada.html")


async def _elsewhere(request: Request, slug: str) -> str | None:
    async with desk_of(request).db.connection() as conn:
        return await store_pages.elsewhere(conn, slug, CANONICAL_ELSEWHERE)


async def _list(request: Request, scope: Scope, older: str, newer: str, **view: Any) -> Response:
    try:
        after, before = Place.of(older) if older else None, Place.of(newer) if newer else None
    except (ValueError, OverflowError):
        return without_page(request, 404, "publik_tiada.html")
    if not all(CODE.fullmatch(code) for code in (scope.topic, scope.unit) if code is not None):
        return without_page(request, 404, "publik_tiada.html")
    turn = await site_of(request).turns.of((scope, after, before), lambda: _turn(request, scope, after, before))
    if not turn.pages and scope not in (Scope(), *map(_of_unit, desk_of(request).clock.sop.units)):
        return without_page(request, 404, "publik_tiada.html")
    at = (view["here"], older, newer, turn.newer, turn.older)
    return kept(request, (*at, *(p.revision for p in turn.pages)), lambda: _listed(request, turn, view))


async def _turn(request: Request, scope: Scope, after: Place | None, before: Place | None) -> Turn:
    async with desk_of(request).db.connection() as conn:
        return await store_pages.turn(conn, scope, older_than=after, newer_than=before, limit=PER_PAGE)


def _of_unit(unit: str) -> Scope:
    return Scope(unit=unit)


def _listed(request: Request, turn: Turn, view: dict[str, Any]) -> Made:
    stories = _teasers(request, turn.pages)
    return _made(request, "publik_daftar.html", **({"feed": None} | view), turn=turn, stories=stories)


def _teasers(request: Request, pages: list[Page]) -> list[dict[str, Any]]:
    media_url = office_of(request).media_url
    return [{"page": page, "cover": render.shown(page.cover, media_url)} for page in pages]


def _ways(request: Request, heading: str, ways: list[tuple[str, str]]) -> Response:
    return kept(request, (heading, *ways), lambda: _made(request, "publik_jalan.html", heading=heading, ways=ways))


def _made(request: Request, template: str, *, modified_at: datetime | None = None, **view: Any) -> Made:
    return made(text(request, template, **view).encode(), modified_at=modified_at)
