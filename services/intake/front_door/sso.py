"""Log in by another provider's word (OpenID Connect), and out of it; what was typed goes along and comes back."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

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
from services.intake.front_door.kept import Kept, kept_in
from services.intake.front_door.log_in import go_in
from services.intake.front_door.provider import Provider, ProviderRefused
from shared import audit
from shared.accounts import identities
from shared.accounts.identities import LIFETIME, Asked, NotCarried, NotOurs
from shared.accounts.log_ins import LogIn
from shared.accounts.sealing import WrongKey
from shared.audit import Entry
from shared.refusal import NotFound, Refused
from shared.web import cookie_name, desk_of, public

router = APIRouter(include_in_schema=False)
BROWSER = "-sso"
SEALED_FOR = "form that goes along to the provider"


@router.get("/masuk/sso", dependencies=[public])
async def start(request: Request, ke: str = HOME, ulang: bool = False) -> Response:
    return await _go_there(request, local(ke), anew=ulang, kept=None)


@router.post("/masuk/sso", dependencies=[public, own_form])
async def start_with_form(
    request: Request,
    ke: Annotated[str, Form()] = HOME,
    ulang: Annotated[bool, Form()] = False,
    titipan: Annotated[str, Form()] = "",
) -> Response:
    """With what was typed, which the row of the request keeps, sealed."""
    return await _go_there(request, local(ke), anew=ulang, kept=kept_in(titipan))


async def _go_there(request: Request, target: str, *, anew: bool, kept: Kept | None) -> Response:
    desk, provider = desk_of(request), _provider(request)
    try:
        if kept is not None and kept.is_too_long:
            raise NotCarried
        sealed = None if kept is None else door_of(request).seal.seal(SEALED_FOR, kept.model_dump_json())
        async with counted(request), desk.db.connection() as conn:
            asked = await identities.ask(conn, target, now=desk.now(), kept=sealed)
        address = await provider.way_there(asked, anew=anew)
    except Refused as no:
        return _refused(request, provider, no, target, kept)
    response: Response = RedirectResponse(address, 303)
    if request.method == "POST":  # a form may lead to no other host, not by a redirect either: a page does
        response = show(request, "masuk_sso.html", address=address, label=provider.label)
    give_cookie(request, response, asked.browser, suffix=BROWSER, seconds=int(LIFETIME.total_seconds()))
    return response


@router.get("/masuk/sso/kembali", dependencies=[public])
async def come_back(request: Request, state: str = "", code: str = "", iss: str | None = None) -> Response:
    desk, provider, target = desk_of(request), _provider(request), HOME
    kept: Kept | None = None
    browser = request.cookies.get(cookie_name(request) + BROWSER, "")
    try:
        async with counted(request), desk.db.connection() as conn:
            asked = await identities.answered(conn, state, browser, now=desk.now())
        target, kept = asked.target, _kept(request, asked)
        if not code:
            raise ProviderRefused(provider.label)
        claims = await provider.who(asked, code, iss)
        async with desk.transaction() as conn:
            found = await identities.account_of(conn, claims, now=desk.now())
            if found is None:
                raise NotOurs(provider.label)
            account, is_new = found
            await audit.append(conn, [Entry("account.bound", account)] if is_new else [], at=desk.now())
        response = await go_in(request, LogIn(account, target, provider.issuer), kept)
    except Refused as no:
        response = _refused(request, provider, no, target, kept)
    take_cookie(request, response, suffix=BROWSER)
    return response


@router.get("/masuk/sso/keluar", dependencies=[public])
async def leave(request: Request) -> Response:
    """Out of the provider too; from a page, for a form may lead to no other host."""
    provider = _provider(request)
    try:
        return RedirectResponse(await provider.way_out() or "/masuk", 303)
    except Refused as no:
        return _refused(request, provider, no, HOME, None)


def _provider(request: Request) -> Provider:
    provider = door_of(request).provider
    if provider is None:
        raise NotFound("Halaman")
    return provider


def _kept(request: Request, asked: Asked) -> Kept | None:
    try:
        return None if asked.kept is None else kept_in(door_of(request).seal.open(SEALED_FOR, asked.kept))
    except WrongKey:
        return None


def _refused(request: Request, provider: Provider, no: Refused, target: str, kept: Kept | None) -> Response:
    return refuse(
        request, "masuk.html", no, ke=target, account="", kept=kept, told="", label=provider.label, leaves=False
    )
