"""A one-time link: choose a password, and then on as after a log-in."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from services.intake.front_door.door import HOME, counted, own_form, refuse, show
from services.intake.front_door.log_in import go_in
from shared import audit
from shared.accounts import links, passwords
from shared.accounts.links import LinkOver
from shared.accounts.log_ins import LogIn
from shared.accounts.passwords import WeakPassword
from shared.audit import Entry
from shared.refusal import Refused
from shared.web import desk_of, public

router = APIRouter(include_in_schema=False)
# The address is a secret, and no page that is reached from here is told it. (With no-referrer a browser would not even
# say that the form is ours.)
NOT_TOLD = {"Referrer-Policy": "strict-origin"}


class NotTheSame(WeakPassword):
    def __init__(self) -> None:
        super().__init__("not-the-same", "Kedua kata sandi tidak sama. Ketik sekali lagi.")


@router.get("/undangan/{token}", dependencies=[public])
async def form(request: Request, token: str) -> Response:
    desk = desk_of(request)
    try:
        async with counted(request), desk.db.connection() as conn:
            link = await links.look(conn, token, now=desk.now())
    except Refused as no:
        return _quietly(refuse(request, "undangan.html", no, link=None))
    return _quietly(show(request, "undangan.html", link=link, sentence=None))


@router.post("/undangan/{token}", dependencies=[public, own_form])
async def choose(
    request: Request, token: str, password: Annotated[str, Form()] = "", again: Annotated[str, Form()] = ""
) -> Response:
    desk, link = desk_of(request), None
    try:
        async with counted(request), desk.db.connection() as conn:
            link = await links.look(conn, token, now=desk.now())
        expect_twice(password, again, account=link.account, name=link.name)
        chosen = await passwords.hashed(password)
        async with desk.transaction() as conn:
            await links.use(conn, token, now=desk.now())
            await passwords.choose(conn, link.account, chosen)
            await audit.append(conn, [Entry("account.password-set", link.account)], at=desk.now())
    except LinkOver as no:
        return _quietly(refuse(request, "undangan.html", no, link=None))
    except Refused as no:
        return _quietly(refuse(request, "undangan.html", no, link=link))
    return _quietly(await go_in(request, LogIn(link.account, HOME), None))


def expect_twice(password: str, again: str, *, account: str, name: str) -> None:
    """A good password that was typed twice. Raises WeakPassword."""
    passwords.expect_good(password, account=account, name=name)
    if password != again:
        raise NotTheSame


def _quietly(response: Response) -> Response:
    response.headers.update(NOT_TOLD)
    return response
