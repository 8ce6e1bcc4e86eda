"""Show again who one is, before a grave step: the password or a code, and what was typed comes back."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from services.intake.front_door.door import HOME, counted, door_of, local, refuse, show
from services.intake.front_door.kept import Kept, arrive, keep, kept_in
from shared.accounts import Person, directory, passwords, second_factor, sessions
from shared.accounts.passwords import WrongPassword
from shared.accounts.second_factor import WrongCode
from shared.refusal import Refused
from shared.web import desk_of, may, session_token

router = APIRouter(include_in_schema=False, prefix="/akun/konfirmasi")
Own = Annotated[Person, may("own-account.change")]


class NotYou(WrongPassword):
    def __init__(self) -> None:
        Refused.__init__(self, "not-you", "Kata sandi atau kode salah. Periksa lalu coba lagi.")


@router.get("")
async def form(request: Request, person: Own, ke: str = HOME) -> Response:
    if person.fresh:
        return RedirectResponse(local(ke), 303)
    return show(request, "konfirmasi.html", sentence=None, **await _view(request, person, local(ke), None))


@router.post("/isi")
async def keeping(request: Request, person: Own, ke: str = HOME, dari: str = HOME) -> Response:
    """A form that asks for it: shown again when its person did so."""
    kept = await keep(request, ke, dari)
    return show(request, "konfirmasi.html", sentence=None, **await _view(request, person, kept.back, kept))


@router.post("")
async def confirm(
    request: Request,
    person: Own,
    password: Annotated[str, Form()] = "",
    kode: Annotated[str, Form()] = "",
    ke: Annotated[str, Form()] = HOME,
    titipan: Annotated[str, Form()] = "",
) -> Response:
    kept = kept_in(titipan)
    try:
        async with counted(request):
            await _expect_right(request, person, password, kode)
    except Refused as no:
        return refuse(request, "konfirmasi.html", no, **await _view(request, person, local(ke), kept))
    async with desk_of(request).db.connection() as conn:
        token = await sessions.freshen(conn, session_token(request))
    return await arrive(request, token, target=ke, kept=kept)


async def _expect_right(request: Request, person: Person, password: str, kode: str) -> None:
    """Who has a second factor shows that: a password alone would be enough to put another in its place.

    Raises WrongPassword, WrongCode, LockedOut.
    """
    desk = desk_of(request)
    async with desk.db.connection() as conn:
        account = await directory.expect(conn, person.account)
        try:
            if kode or account.has_second_factor:
                await second_factor.check(conn, door_of(request).seal, person.account, kode, now=desk.now())
            else:
                await passwords.check(conn, person.account, password, now=desk.now())
        except (WrongPassword, WrongCode):
            raise NotYou from None


async def _view(request: Request, person: Person, ke: str, kept: Kept | None) -> dict[str, Any]:
    provider = door_of(request).provider
    async with desk_of(request).db.connection() as conn:
        account = await directory.expect(conn, person.account)
    return {"account": account, "ke": ke, "kept": kept, "label": provider.label if provider else None}
