"""HTTP in, screens: `/kepatuhan`, the month's service times against the SOP, to read, print and explain."""

from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from services.review.compliance import charts, steps
from services.review.compliance.figures import NOT_REPORTED, Period, Scope, known_units, unit_named
from services.review.compliance.keterangan import Closed, may_explain
from services.review.compliance.steps import unit_for
from services.review.compliance.words import period_words, unit_words
from services.review.report import archive, signers
from shared.accounts import Person
from shared.desk import Desk
from shared.refusal import Refused
from shared.sop import Stage
from shared.typed_text import Typed, expect_within
from shared.web import desk_of, may, status_of

router = APIRouter(prefix="/kepatuhan", include_in_schema=False)
Reader = Annotated[Person, may("compliance.read")]
Explainer = Annotated[Person, may("compliance.explain")]
LATE_SHOWN = 200
Short = Annotated[str, Field(max_length=100)]


class Filter(BaseModel):
    """Which month and Bidang; empty is this month, and all."""

    bulan: Short = ""
    bidang: Short = ""


class KeteranganForm(Filter):
    stage: Stage
    item: Short
    cycle: int
    note: Typed = ""

    @property
    def place(self) -> str:
        """Where on the page the clock is."""
        return f"terlambat-{self.stage}-{self.item}-{self.cycle}"


class Unsaid(NamedTuple):
    """A keterangan that was refused; `place` is its form on the page, empty where the page has none."""

    note: str
    place: str


@router.get("")
async def show(request: Request, person: Reader, bulan: str = "", bidang: str = "") -> HTMLResponse:
    """The figures of one month, pictures of them, and what was late."""
    return await page(request, person, Filter(bulan=bulan, bidang=bidang))


async def page(
    request: Request,
    person: Person,
    asked: Filter,
    *,
    no: Refused | None = None,
    typed: Mapping[str, str] | None = None,
    unsaid: KeteranganForm | None = None,
) -> HTMLResponse:
    """The page; after a refused letter with why and all that was `typed`, after a keterangan with that."""
    desk = desk_of(request)
    scope, at, keeper = scope_of(desk, person, asked.bulan, asked.bidang), desk.now(), desk.clock
    may_report = person.may("compliance.report")
    async with desk.db.connection() as conn:
        seen = await steps.picture(conn, keeper, scope, at=at, limit=LATE_SHOWN)
        made = await archive.listed(conn, scope.period) if may_report else []
        leaders = await signers.offered(conn) if may_report else []
    query = {"from": scope.period.first, "to": scope.period.last} | ({"unit": scope.unit} if scope.unit else {})
    return request.app.state.pages.show(
        request,
        "kepatuhan.html",
        http=200 if no is None else status_of(no),
        no=no if unsaid is None else None,
        sentence=no.sentence if no and unsaid else None,
        unsaid=_unsaid(unsaid, [one.clock for one in seen.late], person) if unsaid else None,
        typed=typed or {},
        signers=leaders,
        seen=seen,
        found=seen.found,
        sop=keeper.sop,
        calendar=keeper.calendar,
        period=period_words(scope.period),
        unit=unit_words(seen.found, keeper.sop),
        units=known_units(keeper.sop) if person.bound_to("compliance.read") is None else (),
        stages_chart=charts.stages(seen.found),
        days_chart=charts.days(seen.found),
        query=urlencode(query),
        not_reported=NOT_REPORTED,
        may_explain=lambda clock: _may_explain(clock, person),  # pyright: ignore[reportUnknownLambdaType]
        reports=made,
        may_report=may_report,
        capacities=archive.CAPACITIES,
        today=at.astimezone(keeper.calendar.zone).date(),
        zone=keeper.calendar.zone.key,
    )


@router.post("/keterangan")
async def explain(request: Request, person: Explainer, form: Annotated[KeteranganForm, Form()]) -> Response:
    """Take a keterangan, and go back to where it was written; what is refused stays on the page."""
    desk = desk_of(request)
    try:
        expect_within("Keterangan", form.note)
        await steps.explain(desk, form.stage, form.item, form.cycle, form.note, person=person)
    except Refused as no:
        return await page(request, person, form, no=no, unsaid=form)
    return back(form, form.place)


def scope_of(desk: Desk, person: Person, month: str, unit: str) -> Scope:
    """The month and Bidang that a person asked for, and may see."""
    today = desk.now().astimezone(desk.clock.calendar.zone)
    wanted = unit_named(unit, desk.clock.sop, person.unit)
    return Scope(Period.month(month or f"{today:%Y-%m}"), unit_for(person, wanted))


def back(form: Filter, place: str) -> RedirectResponse:
    """To the page as it was filtered; what the form said of it is no address of its own."""
    query = urlencode({name: value for name, value in (("bulan", form.bulan), ("bidang", form.bidang)) if value})
    return RedirectResponse(f"/kepatuhan?{query}#{place}", 303)


def _unsaid(form: KeteranganForm, late: Sequence[Closed], person: Person) -> Unsaid:
    clock = form.stage, form.item, form.cycle
    shown = any((c.stage, c.item, c.cycle) == clock and _may_explain(c, person) for c in late)
    return Unsaid(form.note, form.place if shown else "")


def _may_explain(clock: Closed, person: Person) -> bool:
    return may_explain(clock, roles=person.roles, unit=person.unit)
