"""HTTP in for the board: an item's whole way as a page, a piece of another page, or JSON; and all that is under way."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.review.board import timeline, web
from services.review.board.timeline import STAGE_WORDS, Timeline
from shared.accounts import Person
from shared.sop import JOINT
from shared.web import Pages, desk_of, may

router = APIRouter()
Reader = Annotated[Person, may("board.read")]
Anyone = Annotated[Person, may("timeline.read")]


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
    )


@router.get("/papan", include_in_schema=False)
async def show_board(request: Request, person: Reader, tahap: str = "", bidang: str = "") -> HTMLResponse:
    """All that is under way by stage, the one due first at the top."""
    desk, limit = desk_of(request), request.app.state.settings.queue_limit
    lines, counts = await web.under_way(desk, stage=tahap or None, unit=bidang or None, limit=limit)
    sop = desk.clock.sop
    units = sorted({*sop.units, JOINT, *(c.unit for c in counts if c.unit)}, key=sop.unit_words)
    return _pages(request).show(
        request,
        "papan.html",
        lines=lines,
        open_by_stage={
            s: sum(c.clocks for c in counts if c.stage == s and bidang in ("", c.unit)) for s in STAGE_WORDS
        },
        stage_words=STAGE_WORDS,
        units=units,
        unit_words=partial(timeline.unit_words, sop),
        stage=tahap,
        unit=bidang,
        limit=limit,
    )


def _pages(request: Request) -> Pages:
    return request.app.state.pages
