"""Log in by password, log out, and how long a session still is."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from services.intake.front_door import kept as keeping
from services.intake.front_door import steps
from services.intake.front_door.device import device_words
from services.intake.front_door.door import (
    HOME,
    counted,
    door_of,
    give_cookie,
    local,
    own_form,
    refuse,
    show,
    take_cookie,
)
from services.intake.front_door.kept import Kept, arrive, kept_in
from services.intake.front_door.steps import Browser, Opened, Waiting
from shared import audit
from shared.accounts import Person, passwords, sessions
from shared.accounts.log_ins import LIFETIME, LogIn
from shared.audit import Entry
from shared.log_in_again import own_origin, page_before
from shared.refusal import Refused
from shared.web import PersonOf, desk_of, may, public, session_token, wants_page

router = APIRouter()
pages = APIRouter(include_in_schema=False)
WAITING = "-masuk"
LOGGED_OUT = "Anda sudah keluar."


@pages.get("/masuk", dependencies=[public])
async def form(request: Request, person: PersonOf, ke: str = HOME, keluar: str = "") -> Response:
    if person is not None:
        return RedirectResponse(local(ke), 303)
    return log_in_page(request, ke=local(ke), told=LOGGED_OUT if keluar else "", leaves=keluar == "semua")


@pages.post("/masuk/lanjut", dependencies=[public])
async def go_on(request: Request, person: PersonOf, ke: str = HOME, dari: str = HOME) -> Response:
    """A form whose session had ended: log in, and it is still there; or of an earlier one: to be sent anew."""
    if not own_origin(request):
        return RedirectResponse("/masuk", 303)
    kept = await keeping.keep(request, ke, dari)
    if person is not None:
        return show(request, "lanjutkan.html", kept=kept.shown_to(person))
    return log_in_page(request, ke=kept.back, kept=kept)


@pages.post("/masuk", dependencies=[public, own_form])
async def log_in(
    request: Request,
    account: Annotated[str, Form()],
    password: Annotated[str, Form()],
    ke: Annotated[str, Form()] = HOME,
    titipan: Annotated[str, Form()] = "",
) -> Response:
    desk, kept = desk_of(request), kept_in(titipan)
    try:
        async with counted(request), desk.db.connection() as conn:
            known = await passwords.check(conn, _typed(account), password, now=desk.now())
    except Refused as no:
        return refuse(request, "masuk.html", no, **_view(request, ke=local(ke), account=account, kept=kept))
    return await go_in(request, LogIn(known, local(ke)), kept)


@pages.post("/keluar")
async def log_out(request: Request, person: Annotated[Person, may("session.end")]) -> Response:
    desk = desk_of(request)
    async with desk.transaction() as conn:
        provider = await sessions.end(conn, session_token(request))
        await audit.append(conn, [Entry("session.ended", person.account, by=person.official)], at=desk.now())
    response = RedirectResponse("/masuk?keluar=semua" if provider else "/masuk", 303)
    take_cookie(request, response)
    return response


@router.get("/api/v1/session", summary="How long this session still is")
async def session(person: Annotated[Person, may("home.see")]) -> dict[str, Any]:
    """Send `X-Background: 1` with it, or asking counts as use."""
    return {"seconds_left": person.seconds_left, "expires_at": person.expires_at}


@pages.post("/sesi/perpanjang")
async def extend(request: Request, person: Annotated[Person, may("home.see")]) -> Response:
    """Count the time without use from now; a form comes back to its page."""
    async with desk_of(request).db.connection() as conn:
        left = await sessions.extend(conn, person.number)
    if wants_page(request):
        return RedirectResponse(local(page_before(request)), 303)
    return JSONResponse({"seconds_left": left})


async def go_in(request: Request, log_in: LogIn, kept: Kept | None) -> Response:
    """The first factor was right: in, or on to the second."""
    passed = await steps.first_passed(desk_of(request), door_of(request), browser_of(request), log_in)
    if isinstance(passed, Opened):
        return await arrive(request, passed.token, target=log_in.target, kept=kept)
    return on_to_second(request, passed, kept)


def on_to_second(request: Request, passed: Waiting, kept: Kept | None) -> Response:
    path = "/masuk/pasang" if passed.enrol else "/masuk/kode"
    if kept is None:
        response: Response = RedirectResponse(path, 303)
    else:
        response = show(request, "masuk_terus.html", path=path, kept=kept)
    give_cookie(request, response, passed.token, suffix=WAITING, seconds=int(LIFETIME.total_seconds()))
    return response


def browser_of(request: Request) -> Browser:
    return Browser(session_token(request), device_words(request.headers.get("user-agent", "")))


def log_in_page(
    request: Request, *, ke: str, kept: Kept | None = None, told: str = "", leaves: bool = False
) -> Response:
    view = _view(request, ke=ke, kept=kept, told=told)
    provider = door_of(request).provider
    return show(request, "masuk.html", sentence=None, **view | {"leaves": leaves and provider is not None})


def _view(request: Request, *, ke: str, account: str = "", kept: Kept | None = None, told: str = "") -> dict[str, Any]:
    provider = door_of(request).provider
    label = provider.label if provider else None
    return {"ke": ke, "account": account, "kept": kept, "told": told, "label": label, "leaves": False}


def _typed(account: str) -> str:
    """An account's name as people type it; what no account can be named is nobody's."""
    return account.strip().lower().replace("\x00", "")


router.include_router(pages)
