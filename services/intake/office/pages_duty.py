"""The screen of piket: who is told of serta merta outside office hours."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.intake.office import steps_duty, store_duty
from services.intake.office.duty import Duty
from services.intake.office.pages import Changer, Typed, date_of, office_page, take_step, today_of
from shared.accounts import Person
from shared.refusal import Refused
from shared.web import desk_of, may

router = APIRouter(prefix="/pengaturan/piket", include_in_schema=False)
Reader = Annotated[Person, may("office.read")]
HERE = "/pengaturan/piket"


@router.get("")
async def show_duty(request: Request, person: Reader) -> Response:
    return await _shown(request)


@router.post("")
async def add_turn(request: Request, person: Changer, typed: Typed) -> Response:
    async def step() -> None:
        new = Duty(desk_of(request).new_id(), typed.get("account", ""), date_of(typed, "first"), date_of(typed, "last"))
        await steps_duty.add(desk_of(request), new, by=person.official)

    return await take_step(step, HERE, lambda no: _shown(request, typed, no))


@router.post("/{duty}/hapus")
async def cancel_turn(request: Request, duty: UUID, person: Changer) -> Response:
    async def step() -> None:
        await steps_duty.cancel(desk_of(request), duty, by=person.official)

    return await take_step(step, HERE, lambda no: _shown(request, {}, no))


async def _shown(request: Request, typed: dict[str, str] | None = None, no: Refused | None = None) -> Response:
    today = today_of(request)
    async with desk_of(request).db.connection() as conn:
        turns, able = await store_duty.turns(conn, today), await steps_duty.able(conn)
    return office_page(request, "pengaturan_piket.html", no=no, turns=turns, able=able, typed=typed or {}, today=today)
