"""HTTP for every service: who is asking, what an error looks like, health, metrics, pages."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import asyncpg
import structlog
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from shared import access, accounts, static_files
from shared.accounts import LockedOut, Person
from shared.accounts.passwords import WrongPassword
from shared.audit_http import TellsOrigin
from shared.branding import Brand
from shared.caller import TooOften, Trusted, WrongOnes
from shared.channel_words import name_of
from shared.db import is_transient
from shared.guard import NO_LONGER, Guard, TooLong
from shared.language import say, say_many, speaking, spoken
from shared.log_in_again import FORMS, by_htmx, own_origin, to_confirm, to_log_in
from shared.refusal import NotFound, Refused, Stale, Transient
from shared.words import finding, words

if TYPE_CHECKING:
    from shared.desk import Desk

log = structlog.get_logger(__name__)
HERE = Path(__file__).parent
COOKIE = "alurwarta"
# With this prefix a browser takes the cookie from this host over HTTPS alone, so that no neighbour can plant one.
SECURE_COOKIE = f"__Host-{COOKIE}"
WRONG_KEYS = "60 per 5 minutes"
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' {media} data: blob:; media-src 'self' {media}; "
    "script-src 'self'; connect-src 'self' {media}; worker-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


class Forbidden(Refused):
    def __init__(self) -> None:
        super().__init__("forbidden", "Akun Anda tidak berwenang untuk tindakan ini. Hubungi Admin.")


class NotLoggedIn(Refused):
    def __init__(self) -> None:
        super().__init__("not-logged-in", "Silakan masuk lebih dahulu.")


class Forged(Refused):
    def __init__(self) -> None:
        super().__init__("forged", "Formulir ini sudah tidak berlaku. Muat ulang halamannya lalu kirim lagi.")


class NotFresh(Refused):
    """Who they are was shown too long ago for this."""

    def __init__(self) -> None:
        super().__init__("not-fresh", "Untuk tindakan ini, tunjukkan sekali lagi bahwa ini memang Anda.")


STATUS: dict[type[Exception], int] = {
    NotFound: 404, Stale: 409, Forbidden: 403, NotLoggedIn: 401, Forged: 403, WrongPassword: 401, LockedOut: 429,
    TooOften: 429, NotFresh: 403,
}  # fmt: skip


def status_of(no: Refused) -> int:
    """The HTTP status of a refusal: its own kind's, or else that what was sent is not right."""
    return next((code for kind, code in STATUS.items() if isinstance(no, kind)), 422)


def create_app(
    *,
    title: str,
    lifespan: Callable[[FastAPI], Any],
    media_origins: str = "",
    longer_bodies: Mapping[str, int] = NO_LONGER,
) -> FastAPI:
    """A FastAPI app with our errors, security headers, static files and nothing public by default.

    `longer_bodies` are the paths, by how they begin, that take more bytes than others.
    """
    app = FastAPI(title=title, lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/aset", static_files.serve, name="static")
    app.state.secure_cookies, app.state.trusted, app.state.wrong_keys = False, Trusted(()), WrongOnes(WRONG_KEYS)
    app.add_middleware(TellsOrigin)
    app.add_middleware(Guard, csp=CSP.format(media=media_origins), longer=longer_bodies)
    app.add_exception_handler(Refused, _on_refused)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    # By its own type, for Starlette raises again (and logs as a crash) what only the handler of Exception caught.
    app.add_exception_handler(Transient, _on_error)
    # What no database or clock can hold: a NUL, a number beyond 32 bits, a moment before the year 1.
    for unfit in (asyncpg.DataError, OverflowError):
        app.add_exception_handler(unfit, _on_unfit)
    app.add_exception_handler(ClientDisconnect, _on_gone)
    app.add_exception_handler(Exception, _on_error)
    return app


def problem(status: int, code: str, detail: str, **more: Any) -> JSONResponse:
    """RFC 9457: `type`, `title`, `status`, `detail`."""
    body = {"type": f"urn:alurwarta:problem:{code}", "title": code, "status": status, "detail": detail, **more}
    return JSONResponse(body, status, media_type="application/problem+json")


def wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")


async def _on_refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    status = status_of(error)
    if isinstance(error, NotLoggedIn | NotFresh) and (wants_page(request) or by_htmx(request)):
        sent = to_log_in if isinstance(error, NotLoggedIn) else to_confirm
        return sent(request, problem(status, error.code, error.sentence))
    if isinstance(error, Forged) and _is_of_an_older_session(request):
        return to_log_in(request, problem(status, error.code, error.sentence))
    answer = _answer(request, status, error.code, error.sentence)
    if isinstance(error, LockedOut | TooOften):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _is_of_an_older_session(request: Request) -> bool:
    """Whether a person who is logged in sent a form of our own pages that was made before: it is shown again, not done.

    What a script sends with its token in a header is not: it would get a page for an answer.
    """
    return (
        request.method == "POST"
        and request.headers.get("content-type", "").startswith(FORMS)
        and wants_page(request)
        and not by_htmx(request)
        and "x-csrf-token" not in request.headers
        and own_origin(request)
        and getattr(request.state, "person", None) is not None
    )


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    say = finding if wants_page(request) else _as_it_is
    found = [{"field": ".".join(str(p) for p in e["loc"][1:]), "message": say(e)} for e in error.errors()[:20]]
    listed = "; ".join(f"{f['field']}: {f['message']}" for f in found)
    return _answer(request, 422, "invalid", f"Isian belum benar: {listed}", errors=found)


def _as_it_is(error: dict[str, Any]) -> str:
    """For other systems: pydantic's own words, as in dead letters and outcomes."""
    return str(error["msg"])


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    sentence = "Halaman tidak ditemukan." if error.status_code == 404 else str(error.detail)
    code = "too-large" if isinstance(error, TooLong) else f"http-{error.status_code}"
    return _answer(request, error.status_code, code, sentence)


async def _on_unfit(request: Request, error: Exception) -> Response:
    return _answer(request, 422, "invalid", "Ada isian yang tidak dapat dibaca. Periksa kembali lalu kirim lagi.")


async def _on_error(request: Request, error: Exception) -> Response:
    if is_transient(error) or isinstance(error, Transient):
        response = _answer(request, 503, "away", "Sistem sedang sibuk. Tunggu sebentar lalu coba lagi.")
        response.headers["Retry-After"] = "5"
        return response
    # The route's own path, for what stands in its places may be a secret: a one-time link is one.
    log.error("request failed", path=getattr(request.scope.get("route"), "path", ""), error=type(error).__name__)
    return _answer(request, 500, "error", "Terjadi kesalahan pada sistem. Isian Anda tidak disimpan; coba lagi.")


async def _on_gone(request: Request, error: Exception) -> Response:
    """Who left the page in the middle of what it sent gets no answer, and is no failure of ours."""
    return Response(status_code=499)


def _answer(request: Request, status: int, code: str, sentence: str, **more: Any) -> Response:
    if not wants_page(request):
        return problem(status, code, sentence, **more)
    pages: Pages | None = getattr(request.app.state, "pages", None)
    if pages is None:
        return HTMLResponse(f"<!doctype html><html lang=id><title>{status}</title><p>{sentence}", status)
    return pages.show(request, "error.html", status=status, sentence=sentence, code=code, http=status)


def brand_routes(app: FastAPI, brand: Brand) -> None:
    """`/merek.css` and `/merek-logo`, which the layout links to where the office has a colour or a logo of its own."""

    async def colours() -> Response:
        return Response(brand.css, media_type="text/css", headers={"Cache-Control": static_files.FOR_EVER})

    async def logo() -> Response:
        if brand.logo is None:
            raise NotFound("Logo")
        # A drawing may hold scripts, which run where it is opened by itself: there it may do nothing.
        headers = {
            "Cache-Control": static_files.FOR_EVER,
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        }
        return Response(brand.logo.body, media_type=brand.logo.content_type, headers=headers)

    for path, answer in (("/merek.css", colours), ("/merek-logo", logo)):
        app.add_api_route(path, answer, include_in_schema=False, dependencies=[public])


async def current_person(request: Request) -> Person | None:
    """The person of this request's session, looked up once per request."""
    if not hasattr(request.state, "person"):
        token = session_token(request)
        request.state.person = None
        if token:
            desk, touch = (
                desk_of(request),
                "x-background" not in request.headers,
            )  # a script's own, and no person's doing
            async with desk.db.connection() as conn:
                day = desk.today()
                request.state.person = await accounts.person_of(conn, token, touch=touch, day=day)
    return request.state.person


def cookie_name(request: Request) -> str:
    return SECURE_COOKIE if request.app.state.secure_cookies else COOKIE


def session_token(request: Request) -> str:
    return request.cookies.get(cookie_name(request), "")


def desk_of(request: Request) -> "Desk":
    desk: Desk | None = getattr(request.app.state, "desk", None)
    if desk is None:
        raise Transient("still starting")
    return desk


def may(action: str, *, fresh: bool = False) -> Any:
    """A dependency: the person, to whom the table grants this, and who for a change must come from our own form.

    `fresh` asks those who showed who they are more than 15 minutes ago to do so again; what they typed is kept.
    """

    async def check(request: Request) -> Person:
        person = await current_person(request)
        if person is None:
            raise NotLoggedIn
        if not person.may(action):
            raise Forbidden
        if request.method not in ("GET", "HEAD"):
            await _expect_own_form(request, person)
        if fresh and not person.fresh:
            raise NotFresh
        return person

    return named(action, check, access.roles_of(action))


def named(action: str, check: Callable[..., Any], roles: Sequence[str]) -> Any:
    """A dependency that names the action of the route which depends on it, and whom it lets through."""
    check.action, check.roles = action, tuple(roles)  # pyright: ignore[reportFunctionMemberAccess]
    return Depends(check)


async def _nobody_is_asked() -> None:
    return None


# What a route says that anybody may call: `dependencies=[public]`.
public = named(access.PUBLIC, _nobody_is_asked, ())


async def _expect_own_form(request: Request, person: Person) -> None:
    token = request.headers.get("x-csrf-token")
    if token is None and request.headers.get("content-type", "").startswith(
        ("application/x-www-form-urlencoded", "multipart/form-data")
    ):
        token = str((await request.form()).get("csrf", ""))
    if token is None or _secret_part(token) != _secret_part(person.csrf):
        raise Forged


def typed_by_another(token: str, person: Person) -> bool:
    """Whether the token of a form, of whatever session, says that its page was another account's."""
    secret, mark = _secret_part(token), token.partition(".")[2]
    return bool(mark) and mark != hashlib.sha256(f"{secret}:{person.account}".encode()).hexdigest()[:16]


def _secret_part(token: str) -> str:
    return token.partition(".")[0]


def same_origin(request: Request) -> bool:
    """Whether a form without a session (the log-in) comes from our own pages."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


@dataclass(frozen=True, slots=True)
class Pages:
    """The Jinja pages of one service over the shared layout."""

    environment: Environment

    @classmethod
    def of(cls, folder: Path) -> "Pages":
        environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(folder), FileSystemLoader(HERE / "templates")]),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        environment.install_gettext_callables(say, say_many, newstyle=True)  # pyright: ignore[reportAttributeAccessIssue]
        environment.filters.update(words | {"channel": name_of})
        shown_everywhere = {"aset": static_files.address, "brand": Brand(), "language": spoken}
        environment.globals |= shown_everywhere  # pyright: ignore[reportAttributeAccessIssue]
        return cls(environment)

    def branded(self, brand: Brand) -> None:
        """From now on every page is this office's."""
        self.environment.globals |= {"brand": brand}  # pyright: ignore[reportAttributeAccessIssue]

    def show(self, request: Request, template: str, *, http: int = 200, **view: Any) -> HTMLResponse:
        person: Person | None = getattr(request.state, "person", None)
        page = self.environment.get_template(template)
        shown: dict[str, Any] = {"person": person, "path": request.url.path, "unit_words": _unit_words(request)} | view
        with speaking(person.language if person else spoken()):
            if shown.get("sentence"):
                shown["sentence"] = say(shown["sentence"])
            return HTMLResponse(page.render(shown), http)


def _unit_words(request: Request) -> Callable[[str], str]:
    """How pages name a Bidang: as the SOP does; by its code until the service has read it."""
    desk: Desk | None = getattr(request.app.state, "desk", None)
    return desk.clock.sop.unit_words if desk else str


PersonOf = Annotated[Person | None, Depends(current_person)]
