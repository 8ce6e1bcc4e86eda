"""The front door: log in, log out."""

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from shared import accounts
from shared.accounts import Person
from shared.refusal import Refused
from shared.web import COOKIE, STATUS, Forged, Pages, PersonOf, desk_of, may, public, same_origin

router = APIRouter(include_in_schema=False)
HOME = "/beranda"
# A path of our own: browsers read "//", "/\" and a path with control characters as another host.
LOCAL = re.compile(r"/(?!/)[!-\[\]-~]*")


@router.get("/masuk", dependencies=[public])
async def form(request: Request, person: PersonOf, ke: str = HOME) -> Response:
    if person is not None:
        return RedirectResponse(_local(ke), 303)
    pages: Pages = request.app.state.pages
    return pages.show(request, "masuk.html", ke=_local(ke), account="", sentence=None)


@router.post("/masuk", dependencies=[public])
async def log_in(
    request: Request,
    account: Annotated[str, Form()],
    password: Annotated[str, Form()],
    ke: Annotated[str, Form()] = HOME,
) -> Response:
    if not same_origin(request):
        raise Forged
    desk = desk_of(request)
    try:
        async with desk.db.connection() as conn:
            token = await accounts.log_in(conn, _typed(account), password, now=desk.now())
    except Refused as no:
        pages: Pages = request.app.state.pages
        http = STATUS.get(type(no), 422)
        return pages.show(request, "masuk.html", http=http, ke=_local(ke), account=account, sentence=no.sentence)
    response = RedirectResponse(_local(ke), 303)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(accounts.LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=bool(request.app.state.secure_cookies),
    )
    return response


@router.post("/keluar")
async def log_out(request: Request, person: Annotated[Person, may("session.end")]) -> Response:
    async with desk_of(request).db.connection() as conn:
        await accounts.log_out(conn, request.cookies[COOKIE])
    response = RedirectResponse("/masuk", 303)
    response.delete_cookie(COOKIE)
    return response


def _typed(account: str) -> str:
    """An account's name as people type it; what no account can be named is nobody's."""
    return account.strip().lower().replace("\x00", "")


def _local(path: str) -> str:
    return path if LOCAL.fullmatch(path) else HOME
