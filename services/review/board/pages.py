"""HTTP in for the board: an item's way, all that is under way and its changes as they come, and finding items."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import Field
from sse_starlette import EventSourceResponse

from services.review.board import timeline, web
from services.review.board.live import Live
from services.review.board.timeline import STAGE_WORDS, Timeline
from shared.accounts import Person
from shared.refusal import Refused
from shared.sop import JOINT
from shared.web import Pages, desk_of, may, session_token

router = APIRouter()
Reader = Annotated[Person, may("board.read")]
Anyone = Annotated[Person, may("timeline.read")]
Seeker = Annotated[Person, may("item.search")]
Unit = Annotated[str, Field(max_length=63)]
PER_STAGE, PER_SEARCH = 30, 50
PING_SECONDS = 15  # well below the patience of any gateway


@router.get("/api/v1/timeline/{item}")
async def read_timeline(request: Request, person: Anyone, item: UUID) -> Timeline:
    """The whole way of one Report or Story: stages, cycles, who held it, counted time, target."""
    return await web.way(desk_of(request), item, person)


@router.get("/perjalanan/{item}", include_in_schema=False)
async def show_timeline(request: Request, person: Anyone, item: UUID, bagian: bool = False) -> HTMLResponse:
    """The same as a page; `bagian=1` gives the piece alone that other pages show."""
    desk = desk_of(request)
    found = await web.way(desk, item, person)
    template = "perjalanan_bagian.html" if bagian else "perjalanan.html"
    return _pages(request).show(
        request,
        template,
        way=found,
        outcome_words=timeline.outcome_words,
        unit_words=partial(timeline.unit_words, desk.clock.sop),
        stage_words=STAGE_WORDS,
        address_of=partial(_address_of, request),
        now=desk.now(),
    )


@router.get("/papan", include_in_schema=False)
async def show_board(
    request: Request, person: Reader, tahap: str = "", bidang: Unit = "", bagian: bool = False
) -> Response:
    """All that is under way by stage, the one due first at the top; `bagian=1` gives the stages alone, if changed."""
    desk, settings = desk_of(request), request.app.state.settings
    limit = settings.queue_limit if tahap else PER_STAGE
    columns, now = await web.columns(desk, stage=tahap or None, unit=bidang or None, limit=limit), desk.now()
    mark = web.mark(columns, now)
    if bagian and request.headers.get("if-none-match") == f'"{mark}"':
        return Response(status_code=304)
    return _pages(request).show(
        request,
        "papan_bagian.html" if bagian else "papan.html",
        columns=columns,
        mark=mark,
        units=_units(request, bidang),
        unit_words=partial(timeline.unit_words, desk.clock.sop),
        stage=tahap,
        unit=bidang,
        address_of=partial(_address_of, request),
        now=now,
    )


@router.get("/papan/aliran", include_in_schema=False)
async def follow_board(request: Request, person: Reader) -> EventSourceResponse:
    """Says that the board changed, and nothing of it: each reader then asks for what they may see."""
    live: Live = request.app.state.live
    live.expect_room(person.account)
    told = live.told(desk_of(request).db, session_token(request), person.account)
    return EventSourceResponse(told, ping=PING_SECONDS, headers={"X-Accel-Buffering": "no"})


@router.get("/cari", include_in_schema=False)
async def show_search(
    request: Request, person: Seeker, q: Annotated[str, Field(max_length=200)] = "", bidang: Unit = "",
    sebelum: UUID | None = None,
) -> HTMLResponse:  # fmt: skip
    """Reports and Stories by words of their titles, by number, or by another system's number; the newest first."""
    desk, sentence = desk_of(request), ""
    try:
        asked = web.search(desk, q, unit=bidang or None, before=sebelum, person=person, limit=PER_SEARCH)
        hits = await asked if q.strip() else None
    except Refused as refusal:
        hits, sentence = None, refusal.sentence
    return _pages(request).show(
        request,
        "cari.html",
        http=422 if sentence else 200,
        q=q,
        hits=hits,
        more=bool(hits) and len(hits) == PER_SEARCH,
        sentence=sentence,
        units=_units(request, bidang) if person.bound_to("item.search") is None else [],
        unit=bidang,
        unit_words=partial(timeline.unit_words, desk.clock.sop),
    )


def _units(request: Request, chosen: str) -> list[str]:
    sop = desk_of(request).clock.sop
    return sorted({*sop.units, JOINT, *filter(None, [chosen])}, key=sop.unit_words)


def _address_of(request: Request, item: UUID) -> str:
    """Where whoever is reminded of an item reads of it."""
    site: str = request.app.state.settings.staff_url
    return f"{site.rstrip('/')}/perjalanan/{item}"


def _pages(request: Request) -> Pages:
    return request.app.state.pages
