"""The second factor on the way in: the code, or setting it up."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from services.intake.front_door import steps
from services.intake.front_door.door import counted, door_of, own_form, refuse, show, take_cookie
from services.intake.front_door.kept import arrive, give_session, kept_in
from services.intake.front_door.log_in import WAITING, browser_of
from services.intake.front_door.picture import qr
from shared.accounts import directory, log_ins, person_of, second_factor
from shared.accounts.log_ins import LogIn, LogInOver
from shared.accounts.second_factor import WrongCode
from shared.refusal import Refused
from shared.web import cookie_name, desk_of, public

router = APIRouter(include_in_schema=False)


@router.get("/masuk/kode", dependencies=[public])
async def code_form(request: Request) -> Response:
    return await _code_page(request, titipan="")


@router.post("/masuk/kode", dependencies=[public, own_form])
async def code(request: Request, kode: Annotated[str, Form()] = "", titipan: Annotated[str, Form()] = "") -> Response:
    desk, door = desk_of(request), door_of(request)
    if not kode:
        return await _code_page(request, titipan=titipan)
    try:
        async with counted(request), desk.db.connection() as conn:
            log_in = await log_ins.attempt(conn, _token(request), now=desk.now())
            on_paper = await second_factor.check(conn, door.seal, log_in.account, kode, now=desk.now())
        token = await steps.second_passed(desk, door, browser_of(request), _token(request), log_in, on_paper=on_paper)
    except LogInOver:
        return _from_the_start(request)
    except Refused as no:
        return refuse(request, "masuk_kode.html", no, kept=kept_in(titipan))
    response = await arrive(request, token, target=log_in.target, kept=kept_in(titipan))
    take_cookie(request, response, suffix=WAITING)
    return response


@router.get("/masuk/pasang", dependencies=[public])
async def enrol_form(request: Request) -> Response:
    return await _enrol_page(request, titipan="")


@router.post("/masuk/pasang", dependencies=[public, own_form])
async def enrol(request: Request, kode: Annotated[str, Form()] = "", titipan: Annotated[str, Form()] = "") -> Response:
    desk, door, kept = desk_of(request), door_of(request), kept_in(titipan)
    if not kode:
        return await _enrol_page(request, titipan=titipan)
    try:
        async with counted(request), desk.db.connection() as conn:
            log_in = await log_ins.attempt(conn, _token(request), now=desk.now())
            await _expect_none(conn, log_in)
            token, codes = await steps.enrolled(desk, door, browser_of(request), _token(request), log_in, kode)
            request.state.person = person = await person_of(conn, token)
    except LogInOver:
        return _from_the_start(request)
    except WrongCode as no:
        return await _enrol_page(request, titipan=titipan, no=no)
    except Refused as no:
        return refuse(request, "masuk_kode.html", no, kept=kept)
    if kept is not None and person is not None:
        kept = kept.shown_to(person)
    response = show(request, "kode_cadangan.html", codes=codes, target=log_in.target, kept=kept)
    give_session(request, response, token)
    take_cookie(request, response, suffix=WAITING)
    return response


async def _code_page(request: Request, *, titipan: str) -> Response:
    desk = desk_of(request)
    try:
        async with desk.db.connection() as conn:
            await log_ins.find(conn, _token(request), now=desk.now())
    except LogInOver:
        return _from_the_start(request)
    return show(request, "masuk_kode.html", sentence=None, kept=kept_in(titipan))


async def _enrol_page(request: Request, *, titipan: str, no: Refused | None = None) -> Response:
    desk, door = desk_of(request), door_of(request)
    try:
        async with desk.db.transaction() as conn:
            log_in = await log_ins.find(conn, _token(request), now=desk.now())
            await _expect_none(conn, log_in)
            holder = log_ins.holder(_token(request))
            secret = await second_factor.begin(conn, door.seal, log_in.account, holder, now=desk.now())
    except LogInOver:
        return _from_the_start(request)
    view: dict[str, Any] = {"kept": kept_in(titipan), "action": "/masuk/pasang", "on_the_way": True}
    view |= enrolment(log_in.account, secret)
    if no is not None:
        return refuse(request, "pasang_kode.html", no, **view)
    return show(request, "pasang_kode.html", sentence=None, **view)


def enrolment(account: str, secret: str) -> dict[str, str]:
    """What the screen shows of a secret: the QR code, and the letters for those who cannot scan."""
    letters = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return {"picture": qr(second_factor.address(account, secret)), "letters": letters}


async def _expect_none(conn: Any, log_in: LogIn) -> None:
    """Whoever has a second factor shows it; on the way in nobody puts another in its place. Raises LogInOver."""
    if (await directory.expect(conn, log_in.account)).has_second_factor:
        raise LogInOver


def _token(request: Request) -> str:
    return request.cookies.get(cookie_name(request) + WAITING, "")


def _from_the_start(request: Request) -> Response:
    response = RedirectResponse("/masuk?lewat=1", 303)
    take_cookie(request, response, suffix=WAITING)
    return response
