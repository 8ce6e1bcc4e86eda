"""HTTP in: what the public reads of how the office keeps its SOP, as a page and as open data."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.publisher import dip
from services.publisher.compliance import store, words
from services.publisher.compliance.counted import Revised
from services.publisher.compliance.figures import FEWEST, Month, together
from services.publisher.public_answer import READ, kept, made, send, site_of, text
from shared.web import desk_of, public

SHOWN = 13  # months: this one, and as many as a year has before it
CSV = "text/csv; charset=utf-8"
# For whoever reads it from a page of another site.
OPEN_DATA = {
    "Access-Control-Allow-Origin": "*", "Content-Disposition": 'attachment; filename="kepatuhan-sop.csv"',
    "Link": '</kepatuhan-sop>; rel="describedby"',
}  # fmt: skip
router = APIRouter(include_in_schema=False, dependencies=[public])


@router.api_route("/kepatuhan-sop", methods=READ)
async def compliance(request: Request) -> Response:
    revised = (await _revised(request))[:SHOWN]
    key = ("kepatuhan-sop", *revised)
    found = site_of(request).kept.get(key, made_under=desk_of(request).clock)
    if found is not None:
        return send(request, found)
    months = await _counted(request, revised)
    sop = desk_of(request).clock.sop
    view = {
        "sop": sop, "stage_words": words.STAGE_WORDS, "months": months, "whole": together(months), "fewest": FEWEST,
        "month_words": words.month_words, "percent": words.percent, "median": words.median,
        "number": "" if sop.number.startswith("(") else sop.number,
    }  # fmt: skip
    return kept(request, key, lambda: made(text(request, "publik_kepatuhan.html", **view).encode()))


@router.api_route("/kepatuhan-sop.csv", methods=READ)
async def compliance_sheet(request: Request) -> Response:
    """Every month since the first."""
    months = await _counted(request, await _revised(request))
    sheet = made(dip.sheet([words.COLUMNS, *words.rows(months)]).encode(), CSV)
    return send(request, sheet, OPEN_DATA)


async def _revised(request: Request) -> list[Revised]:
    async with desk_of(request).db.connection() as conn:
        return await store.revisions(conn)


async def _counted(request: Request, revised: list[Revised]) -> list[Month]:
    desk = desk_of(request)
    return await site_of(request).counted.of(desk.db, revised, desk.clock.calendar.zone)
