"""One's own account: who one is here, language, password, and where one is logged in."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from services.intake.front_door.door import counted, door_of, refuse, show
from services.intake.front_door.invitation import expect_twice
from services.intake.front_door.kept import give_session
from services.intake.front_door.steps import needs_second_factor
from shared import audit
from shared.accounts import Person, directory, passwords, second_factor, sessions
from shared.audit import Entry
from shared.language import LANGUAGES
from shared.refusal import NotFound, Refused
from shared.web import desk_of, may, public

router = APIRouter(include_in_schema=False)
Own = Annotated[Person, may("own-account.change")]
DONE = {
    "bahasa": "Bahasa disimpan.",
    "sandi": "Kata sandi diganti. Di semua perangkat lain Anda sudah keluar.",
    "sesi": "Sesi itu sudah berakhir.",
    "faktor": "Faktor kedua dilepas.",
}


@router.get("/.well-known/change-password", dependencies=[public])
async def change_password_address() -> Response:
    """Where password managers look (W3C: A Well-Known URL for Changing Passwords)."""
    return RedirectResponse("/akun", 303)


@router.get("/akun")
async def own(request: Request, person: Own, selesai: str = "") -> Response:
    return show(request, "akun.html", sentence=None, **await _view(request, person), done=DONE.get(selesai))


@router.post("/akun/bahasa")
async def speak(request: Request, person: Own, language: Annotated[str, Form()] = "") -> Response:
    try:
        async with desk_of(request).db.transaction() as conn:
            await directory.speak(conn, person.account, language)
    except Refused as no:
        return await _refused(request, person, no)
    return _done("bahasa")


@router.post("/akun/kata-sandi")
async def change_password(
    request: Request,
    person: Own,
    current: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    desk = desk_of(request)
    try:
        expect_twice(password, again, account=person.account, name=person.name)
        async with counted(request), desk.db.connection() as conn:
            await passwords.check(conn, person.account, current, now=desk.now())
        token = await _change(request, person, await passwords.hashed(password))
    except Refused as no:
        return await _refused(request, person, no)
    response = _done("sandi")
    give_session(request, response, token)
    return response


@router.post("/akun/sesi/akhiri")
async def end_others(request: Request, person: Own) -> Response:
    await _end(request, person, None)
    return _done("sesi")


@router.post("/akun/sesi/{number}/akhiri")
async def end_one(request: Request, person: Own, number: int) -> Response:
    await _end(request, person, number)
    return _done("sesi")


async def _change(request: Request, person: Person, chosen: str) -> str:
    """Another password and, as all sessions end, one new session for who is here; its token."""
    desk, device = desk_of(request), ""
    async with desk.transaction() as conn:
        here = [s for s in await sessions.list_all(conn, person.account) if s.number == person.number]
        device = here[0].device if here else ""
        await passwords.choose(conn, person.account, chosen)
        await audit.append(conn, [Entry("account.password-set", person.account, by=person.official)], at=desk.now())
        return await sessions.begin(conn, person.account, terms=door_of(request).terms, device=device)


async def _end(request: Request, person: Person, number: int | None) -> None:
    desk = desk_of(request)
    async with desk.transaction() as conn:
        if number is None:
            await sessions.end_others(conn, person.account, but=person.number)
        elif not await sessions.end_numbered(conn, person.account, number):
            raise NotFound("Sesi")
        await audit.append(conn, [Entry("session.ended", person.account, by=person.official)], at=desk.now())


async def _view(request: Request, person: Person) -> dict[str, Any]:
    door = door_of(request)
    async with desk_of(request).db.connection() as conn:
        account = await directory.expect(conn, person.account)
        return {
            "account": account,
            "languages": LANGUAGES,
            "sessions": await sessions.list_all(conn, person.account),
            "codes_left": await second_factor.left(conn, person.account),
            "must_have": needs_second_factor(door, account),
        }


async def _refused(request: Request, person: Person, no: Refused) -> Response:
    return refuse(request, "akun.html", no, **await _view(request, person), done=None)


def _done(what: str) -> Response:
    return RedirectResponse(f"/akun?selesai={what}", 303)
