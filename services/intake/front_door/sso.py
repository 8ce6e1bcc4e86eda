"""Log in by another provider's word (OpenID Connect), and out of it."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.intake.front_door.door import HOME, counted, door_of, give_cookie, local, refuse, take_cookie
from services.intake.front_door.log_in import go_in
from services.intake.front_door.provider import Provider, ProviderRefused
from shared import audit
from shared.accounts import identities
from shared.accounts.identities import LIFETIME, NotOurs
from shared.accounts.log_ins import LogIn
from shared.audit import Entry
from shared.refusal import NotFound, Refused
from shared.web import cookie_name, desk_of, public

router = APIRouter(include_in_schema=False)
BROWSER = "-sso"


@router.get("/masuk/sso", dependencies=[public])
async def start(request: Request, ke: str = HOME, ulang: bool = False) -> Response:
    desk, provider = desk_of(request), _provider(request)
    try:
        async with counted(request), desk.db.connection() as conn:
            asked = await identities.ask(conn, local(ke), now=desk.now())
        response = RedirectResponse(await provider.way_there(asked, anew=ulang), 303)
    except Refused as no:
        return _refused(request, provider, no, local(ke))
    give_cookie(request, response, asked.browser, suffix=BROWSER, seconds=int(LIFETIME.total_seconds()))
    return response


@router.get("/masuk/sso/kembali", dependencies=[public])
async def come_back(request: Request, state: str = "", code: str = "", iss: str | None = None) -> Response:
    desk, provider, target = desk_of(request), _provider(request), HOME
    browser = request.cookies.get(cookie_name(request) + BROWSER, "")
    try:
        async with counted(request), desk.db.connection() as conn:
            asked = await identities.answered(conn, state, browser, now=desk.now())
        target = asked.target
        if not code:
            raise ProviderRefused(provider.label)
        claims = await provider.who(asked, code, iss)
        async with desk.transaction() as conn:
            found = await identities.account_of(conn, claims, now=desk.now())
            if found is None:
                raise NotOurs(provider.label)
            account, is_new = found
            await audit.append(conn, [Entry("account.bound", account)] if is_new else [], at=desk.now())
        response = await go_in(request, LogIn(account, target, provider.issuer), None)
    except Refused as no:
        response = _refused(request, provider, no, target)
    take_cookie(request, response, suffix=BROWSER)
    return response


@router.get("/masuk/sso/keluar", dependencies=[public])
async def leave(request: Request) -> Response:
    """Out of the provider too; from a page, for a form may lead to no other host."""
    provider = _provider(request)
    try:
        return RedirectResponse(await provider.way_out() or "/masuk", 303)
    except Refused as no:
        return _refused(request, provider, no, HOME)


def _provider(request: Request) -> Provider:
    provider = door_of(request).provider
    if provider is None:
        raise NotFound("Halaman")
    return provider


def _refused(request: Request, provider: Provider, no: Refused, target: str) -> Response:
    return refuse(
        request, "masuk.html", no, ke=target, account="", kept=None, told="", label=provider.label, leaves=False
    )
