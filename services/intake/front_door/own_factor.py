"""One's own second factor: set up, put another in its place, new recovery codes, take it away."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from services.intake.front_door.door import counted, door_of, refuse, show
from services.intake.front_door.second_factor import enrolment
from services.intake.front_door.steps import needs_second_factor
from shared import audit
from shared.accounts import Person, directory, second_factor
from shared.audit import Entry
from shared.refusal import Refused
from shared.web import desk_of, may

router = APIRouter(include_in_schema=False, prefix="/akun/faktor-kedua")
Proven = Annotated[Person, may("own-account.change", fresh=True)]


class MustHave(Refused):
    def __init__(self) -> None:
        super().__init__("must-have", "Peran Anda wajib memakai faktor kedua. Pasang yang baru untuk menggantinya.")


@router.get("")
async def form(request: Request, person: Proven) -> Response:
    return await _page(request, person, None)


@router.post("")
async def confirm(request: Request, person: Proven, kode: Annotated[str, Form()] = "") -> Response:
    desk, door = desk_of(request), door_of(request)
    try:
        async with counted(request), desk.transaction() as conn:
            codes = await second_factor.confirm(conn, door.seal, person.account, _holder(person), kode, now=desk.now())
            await audit.append(conn, [_entry("account.second-factor-set", person)], at=desk.now())
    except Refused as no:
        return await _page(request, person, no)
    return show(request, "kode_cadangan.html", codes=codes, target="/akun", kept=None)


@router.post("/kode-cadangan")
async def new_codes(request: Request, person: Proven) -> Response:
    desk, door = desk_of(request), door_of(request)
    async with desk.transaction() as conn:
        if not (await directory.expect(conn, person.account)).has_second_factor:
            return RedirectResponse("/akun/faktor-kedua", 303)
        codes = await second_factor.recovery_codes(conn, door.seal, person.account)
        await audit.append(conn, [_entry("account.recovery-codes-made", person)], at=desk.now())
    return show(request, "kode_cadangan.html", codes=codes, target="/akun", kept=None)


@router.post("/lepas")
async def remove(request: Request, person: Proven) -> Response:
    desk = desk_of(request)
    async with desk.transaction() as conn:
        if needs_second_factor(door_of(request), await directory.expect(conn, person.account, lock=True)):
            raise MustHave
        if await second_factor.remove(conn, person.account):
            await audit.append(conn, [_entry("account.second-factor-removed", person)], at=desk.now())
    return RedirectResponse("/akun?selesai=faktor", 303)


async def _page(request: Request, person: Person, no: Refused | None) -> Response:
    desk, seal = desk_of(request), door_of(request).seal
    async with desk.db.transaction() as conn:
        secret = await second_factor.begin(conn, seal, person.account, _holder(person), now=desk.now())
    view: dict[str, Any] = {
        **enrolment(person.account, secret),
        "action": "/akun/faktor-kedua",
        "kept": None,
        "on_the_way": False,
    }
    if no is not None:
        return refuse(request, "pasang_kode.html", no, **view)
    return show(request, "pasang_kode.html", sentence=None, **view)


def _entry(action: str, person: Person) -> Entry:
    return Entry(action, person.account, by=person.official)


def _holder(person: Person) -> str:
    return f"session:{person.number}"
