"""What the front door works with, and what all its screens share: cookies, counting of wrong tries, refusals."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from fastapi import Depends, Request
from fastapi.responses import Response

from services.intake.front_door.provider import Provider
from services.intake.web import show
from shared.accounts import LockedOut
from shared.accounts.identities import RequestOver
from shared.accounts.links import LinkOver
from shared.accounts.log_ins import LogInOver
from shared.accounts.passwords import WrongPassword
from shared.accounts.sealing import Seal
from shared.accounts.second_factor import WrongCode
from shared.accounts.sessions import Terms
from shared.caller import TooOften, WrongOnes
from shared.refusal import Refused
from shared.web import STATUS, Forged, cookie_name, same_origin

HOME = "/beranda"
# A path of our own: browsers read "//", "/\" and a path with control characters as another host.
LOCAL = re.compile(r"/(?!/)[!-\[\]-~]*")
WRONG = (WrongPassword, WrongCode, LockedOut, LinkOver, LogInOver, RequestOver)
WRONG_TRIES = "50 per 15 minutes"


@dataclass(frozen=True, slots=True)
class Door:
    """The front door as the settings have it."""

    seal: Seal
    must_have_second_factor: frozenset[str]
    terms: Terms
    provider: Provider | None
    provider_suffices: bool
    wrong: WrongOnes = field(default_factory=lambda: WrongOnes(WRONG_TRIES))


def door_of(request: Request) -> Door:
    return cast(Door, request.app.state.door)


async def _own_form(request: Request) -> None:
    if not same_origin(request):
        raise Forged


# A form that is posted without a session: of its origin alone we know that it is ours.
own_form = Depends(_own_form)


@asynccontextmanager
async def counted(request: Request) -> AsyncGenerator[None]:
    """Whoever is wrong within is counted for their address, and soon not listened to. Raises TooOften."""
    wrong = door_of(request).wrong
    await wrong.expect_few("front door", request)
    try:
        yield
    except WRONG:
        await wrong.count("front door", request)
        raise


def local(path: str) -> str:
    return path if LOCAL.fullmatch(path) else HOME


def refuse(request: Request, template: str, no: Refused, **view: Any) -> Response:
    """The screen again, with the sentence, and how long to wait where that is why."""
    # By its exact kind: NotYou is a wrong password of somebody who is logged in, and not a 401.
    answer = show(request, template, http=STATUS.get(type(no), 422), sentence=no.sentence, **view)
    if isinstance(no, LockedOut | TooOften):
        answer.headers["Retry-After"] = str(no.retry_after)
    return answer


def give_cookie(request: Request, response: Response, token: str, *, suffix: str = "", seconds: int) -> None:
    response.set_cookie(
        cookie_name(request) + suffix,
        token,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="lax",
        secure=bool(request.app.state.secure_cookies),
    )


def take_cookie(request: Request, response: Response, *, suffix: str = "") -> None:
    response.delete_cookie(
        cookie_name(request) + suffix, path="/", httponly=True, samesite="lax",
        secure=bool(request.app.state.secure_cookies),
    )  # fmt: skip
