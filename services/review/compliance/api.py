"""HTTP in, for other dashboards and staff: the figures of compliance and the clocks behind them, as JSON or CSV."""

import base64
import binascii
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Query, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response, StreamingResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict

from services.review.compliance import answers, readers, sheet, steps, store_clocks
from services.review.compliance.answers import ClockRow, ClocksAnswer, ComplianceAnswer
from services.review.compliance.figures import BadQuery, Period, Scope, stage_named, unit_named
from services.review.compliance.store_clocks import Place
from shared import access
from shared.accounts import Person
from shared.caller import WrongOnes
from shared.content import Note
from shared.desk import Desk
from shared.sop import Stage
from shared.web import NotLoggedIn, desk_of, may, named, public

DASHBOARDS = "dashboards"
CSV = "text/csv; charset=utf-8"
BEARER = "bearer "
router = APIRouter(prefix="/api/v1/compliance", tags=[DASHBOARDS])
described = APIRouter(dependencies=[public])
Explainer = Annotated[Person, may("compliance.explain")]
DESCRIPTION = (
    "Service times of the office's publication desk against its SOP, in working time. Send `Authorization: Bearer "
    "<read-only key>`. All figures are also CSV (`format=csv`, or `Accept: text/csv`); its columns have the names of "
    "the fields. Errors are `application/problem+json` (RFC 9457)."
)
_staff = may("compliance.read")
AS_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question about compliance, by someone who may ask it."""

    desk: Desk
    scope: Scope
    csv: bool


class KeteranganBody(BaseModel):
    """Why a late clock was late."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    note: Note


async def _asker(request: Request) -> Person | None:
    """The person of the session; None for another dashboard, by its read-only key.

    Raises NotLoggedIn, or TooOften for an address with many wrong keys.
    """
    given = request.headers.get("authorization")
    if given is None:
        return cast(Person, await _staff.dependency(request))
    wrong: WrongOnes = request.app.state.wrong_keys
    await wrong.expect_few("key", request)
    if not given.lower().startswith(BEARER):
        raise NotLoggedIn
    desk = desk_of(request)
    async with desk.db.connection() as conn:
        found = await readers.reader_of_key(conn, given[len(BEARER) :].strip(), now=desk.now())
    if found is None:
        await wrong.count("key", request)
        raise NotLoggedIn
    return None


async def _asked(
    request: Request,
    person: Annotated[Person | None, named("compliance.read", _asker, tuple(access.grants("compliance.read")))],
    first: Annotated[str, Query(alias="from", description="First date, e.g. 2026-11-01")] = "",
    last: Annotated[str, Query(alias="to", description="Last date, included; at most 366 days")] = "",
    unit: Annotated[str | None, Query(description="A Unit's code of the SOP, `gabungan` or `lain`")] = None,
    stage: Annotated[str | None, Query(description="intake, editing, review or publisher")] = None,
    form: Annotated[str | None, Query(alias="format", description="json or csv")] = None,
) -> Asked:
    desk = desk_of(request)
    own = person.unit if person else None
    wanted = unit_named(unit, desk.clock.sop, own)
    scope = Scope(Period.of(first, last), steps.unit_for(person, wanted), stage_named(stage))
    return Asked(desk, scope, _wants_csv(request, form))


Question = Annotated[Asked, Depends(_asked)]


@router.get("", response_model=ComplianceAnswer, responses=AS_CSV)
async def read_compliance(
    asked: Question,
    by: Annotated[str, Query(description="Of CSV: a line per stage, or per stage and day, or per stage and unit")] = (
        "stage"
    ),
) -> ComplianceAnswer | Response:
    """Count a period: per stage, per day, per Unit, the reasons of returns, and the total until the public."""
    keeper, at = asked.desk.clock, asked.desk.now()
    async with asked.desk.db.connection() as conn:
        found = await steps.figures(conn, keeper, asked.scope)
    lines = {"stage": found.stages, "day": found.days, "unit": found.units}.get(by)
    if lines is None:
        raise BadQuery(f"Rincian (by) {by[:40]!r} tidak dikenal; pilih stage, day atau unit.")
    if not asked.csv:
        return answers.answer(found, keeper, steps.warnings(keeper.calendar, asked.scope, at))
    cells = answers.figure_cells(found, answers.figure_rows(found, lines))
    columns = sheet.FIGURES
    return Response(
        sheet.header(columns) + sheet.lines(columns, cells),
        media_type=CSV,
        headers=_named(asked, "kepatuhan"),
    )


@router.get("/clocks", response_model=ClocksAnswer, responses=AS_CSV)
async def read_clocks(
    asked: Question,
    limit: Annotated[int, Query(ge=1, le=1000, description="Of JSON: clocks on a page")] = 200,
    after: Annotated[str | None, Query(description="`next` of the page before")] = None,
) -> ClocksAnswer | Response:
    """The clocks behind the figures, in the order of their closing: JSON in pages, CSV whole."""
    sop, zone = asked.desk.clock.sop, asked.desk.clock.calendar.zone
    if asked.csv:
        return StreamingResponse(_clock_lines(asked), media_type=CSV, headers=_named(asked, "waktu-layanan"))
    place = _place(after) if after else None
    async with asked.desk.db.connection() as conn:
        found = await store_clocks.page(conn, asked.scope, sop=sop, zone=zone, after=place, limit=limit + 1)
    shown = found[:limit]
    more = _cursor(store_clocks.place_of(shown[-1])) if len(found) > limit else None
    return ClocksAnswer(clocks=[answers.clock_row(clock) for clock in shown], next=more)


@router.post("/clocks/{stage}/{item}/{cycle}/keterangan", status_code=201, tags=["review"])
async def add_keterangan(
    request: Request, person: Explainer, stage: Stage, item: str, cycle: int, body: KeteranganBody
) -> ClockRow:
    """Say why a late clock was late; it stays late."""
    clock = await steps.explain(desk_of(request), stage, item, cycle, body.note, person=person)
    return answers.clock_row(clock)


@described.get("/api/v1/compliance/openapi.json", include_in_schema=False)
async def openapi() -> dict[str, Any]:
    return document()


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of what another dashboard may read."""
    routes = [r for r in router.routes if isinstance(r, APIRoute) and r.methods == {"GET"}]
    found = get_openapi(title="Alurwarta: compliance", version="1", description=DESCRIPTION, routes=routes)
    found.setdefault("components", {})["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    found["security"] = [{"key": []}]
    return found


async def _clock_lines(asked: Asked) -> AsyncGenerator[str]:
    columns = sheet.CLOCKS
    yield sheet.header(columns)
    sop, zone = asked.desk.clock.sop, asked.desk.clock.calendar.zone
    async for found in store_clocks.every(asked.desk.db, asked.scope, sop=sop, zone=zone):
        yield sheet.lines(columns, (answers.clock_cells(clock) for clock in found))


def _wants_csv(request: Request, form: str | None) -> bool:
    if form not in (None, "csv", "json"):
        raise BadQuery(f"Bentuk (format) {form[:40]!r} tidak dikenal; pilih json atau csv.")
    return form == "csv" or (form is None and request.headers.get("accept", "").startswith("text/csv"))


def _named(asked: Asked, what: str) -> dict[str, str]:
    period = asked.scope.period
    name = "-".join([what, f"{period.first}", f"{period.last}", *filter(None, [asked.scope.unit, asked.scope.stage])])
    return {"Content-Disposition": f'attachment; filename="{name}.csv"'}


def _cursor(place: Place) -> str:
    told = [place[0].isoformat(), *place[1:]]
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()


def _place(cursor: str) -> Place:
    try:
        at, stage, item, cycle = json.loads(base64.urlsafe_b64decode(cursor))
        place = datetime.fromisoformat(at), str(stage), str(item), int(cycle)
        if place[0].tzinfo is None or place[3] < 0 or place[3] >= 2**31 or "\x00" in place[1] + place[2]:
            raise ValueError(cursor)
        place[0].astimezone(UTC)
        (place[1] + place[2]).encode()
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        raise BadQuery("Penanda halaman (after) tidak terbaca; pakai `next` dari halaman sebelumnya.") from None
    return place
