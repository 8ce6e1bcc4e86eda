"""HTTP in: who calls (a person by session, another system by key), and what is shared by the API and the pages."""

from typing import Any, TypeVar, cast

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, ValidationError

from services.intake import sources, store_requests
from services.intake.domain_requests import Source
from services.intake.files.originals import Vault
from shared import access
from shared.accounts import Person
from shared.caller import WrongOnes
from shared.guard import MAX_BODY
from shared.refusal import Refused
from shared.web import NotLoggedIn, Pages, desk_of, may, named

M = TypeVar("M", bound=BaseModel)
BEARER = "bearer "


class BodyTooLarge(Refused):
    def __init__(self) -> None:
        super().__init__("too-large", f"Isi permintaan melebihi {MAX_BODY // 1000} kB. Unggah berkasnya lebih dahulu.")


def vault_of(request: Request) -> Vault:
    return cast(Vault, request.app.state.vault)


def show(request: Request, template: str, *, http: int = 200, **view: Any) -> Response:
    """A page of ours."""
    pages: Pages = request.app.state.pages
    return pages.show(request, template, http=http, **view)


async def _source(request: Request) -> Source:
    """The system whose API key this is. Raises NotLoggedIn, or TooOften for an address with many wrong keys."""
    desk, given = desk_of(request), request.headers.get("authorization", "")
    wrong: WrongOnes = request.app.state.wrong_keys
    await wrong.expect_few("key", request)
    if not given.lower().startswith(BEARER):
        raise NotLoggedIn
    key = given[len(BEARER) :].strip()
    async with desk.db.connection() as conn:
        found = await store_requests.source_of_key(conn, sources.digest(key), now=desk.now())
        if found is not None and not found.disabled:
            await sources.used(conn, key, now=desk.now())
    if found is None or found.disabled:
        await wrong.count("key", request)
        raise NotLoggedIn
    return found


def by_key(action: str) -> Any:
    """A dependency: another system by its key."""

    async def check(request: Request) -> Source:
        return await _source(request)

    return named(action, check, access.machines_of(action))


def by_key_or(action: str) -> Any:
    """A dependency: another system by its key, or else a person who may do this, from our own form."""
    staff = may(action)

    async def check(request: Request) -> Source | Person:
        if request.headers.get("authorization") is not None:
            return await _source(request)
        return await staff.dependency(request)

    return named(action, check, tuple(access.grants(action)))


async def body_as(request: Request, model: type[M]) -> M:
    """Parse a JSON body as a closed model, naming what is wrong."""
    try:
        return model.model_validate_json(await _bounded_body(request), extra="forbid")
    except ValidationError as e:
        found = e.errors(include_url=False, include_input=False, include_context=False)
        raise RequestValidationError([{**error, "loc": ("body", *error["loc"])} for error in found]) from None


async def _bounded_body(request: Request) -> bytes:
    """Read a body that need not say how long it is."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise BodyTooLarge
    return bytes(body)


def owner_of(caller: Source | Person) -> str:
    """In whose name uploads lie; no account can be named like a source."""
    return caller.official.account if isinstance(caller, Source) else caller.account
