"""Forms whose typed words outlive the session: kept in a cookie of the browser until its person has logged in again.

They are shown to the account that typed them and to no other, and what another site sent is not kept at all.
Not in the address, which logs and histories keep; and by the server alone, so that it needs no script.
"""

import base64
import json
import zlib
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, cast
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute
from starlette.datastructures import FormData

from shared.web import Forged, NotLoggedIn, Pages, current_person, same_origin, typed_by_another, wants_page

COOKIE = "terbit_tulisan"
CHUNK, MOST = 3_500, 3
SECONDS = 30 * 60
NOT_TYPED = ("csrf", "yakin")
# Whose own page shows the form again; after any other step the Story's page says how things stand.
FORMS = ("jadwal", "turunkan", "nyatakan", "bebaskan")


class Typed(APIRoute):
    """A route of a form: where the session has ended, or another began, what was typed is shown again."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def kept(request: Request) -> Response:
            try:
                if request.method == "GET" and await _is_anothers(request):
                    return _not_shown(request)
                return await handle(request)
            except (NotLoggedIn, Forged) as no:
                if request.method != "POST" or not wants_page(request) or not same_origin(request):
                    raise
                return _again(request, await request.form(), logged_in=isinstance(no, Forged))

        return kept


def _again(request: Request, form: FormData, *, logged_in: bool) -> Response:
    path = request.url.path
    is_form = path.rsplit("/", 1)[-1] in FORMS
    back = path if is_form else f"/terbit/{request.path_params['story']}"
    response = RedirectResponse(f"{back}?pesan=lagi" if logged_in else f"/masuk?ke={quote(back)}", 303)
    if is_form:
        texts = {name: text for name, text in form.items() if isinstance(text, str) and name not in NOT_TYPED}
        secure = bool(request.app.state.settings.secure_cookies)
        for number, chunk in enumerate(_packed(path, texts, str(form.get("csrf", "")))):
            response.set_cookie(
                f"{COOKIE}{number}",
                chunk,
                max_age=SECONDS,
                path="/terbit",
                httponly=True,
                samesite="lax",
                secure=secure,
            )
    return response


def kept_words(request: Request) -> dict[str, str]:
    """What was typed into the form of this page before the session ended."""
    found = _found(request)
    return dict(found[0]) if found else {}


async def _is_anothers(request: Request) -> bool:
    """Whether the words that are kept for this page are of another account than the one that asks for it."""
    found = _found(request)
    person = await current_person(request) if found else None
    return found is not None and person is not None and typed_by_another(found[1], person)


def _not_shown(request: Request) -> Response:
    pages = request.app.state.pages
    assert isinstance(pages, Pages)
    return forget(request, pages.show(request, "terbit_milik_lain.html"))


def _found(request: Request) -> tuple[Mapping[str, str], str] | None:
    """What was typed into the form of this page, and the token of that form."""
    packed = "".join(request.cookies.get(f"{COOKIE}{number}", "") for number in range(MOST))
    if not packed:
        return None
    try:
        inflate = zlib.decompressobj()
        found = cast("object", json.loads(inflate.decompress(base64.urlsafe_b64decode(packed), 100_000)))
    except (ValueError, zlib.error):
        return None
    if not isinstance(found, list) or len(cast("list[object]", found)) != 3:
        return None
    path, texts, token = cast("list[object]", found)
    if path != request.url.path or not isinstance(texts, dict):
        return None
    return {str(name): str(text) for name, text in cast("Mapping[object, object]", texts).items()}, str(token)


def forget(request: Request, response: Response) -> Response:
    """The step was taken, so that nothing is kept of its form."""
    for number in range(MOST):
        if f"{COOKIE}{number}" in request.cookies:
            response.delete_cookie(f"{COOKIE}{number}", path="/terbit")
    return response


def _packed(path: str, texts: Mapping[str, str], token: str) -> list[str]:
    kept = json.dumps([path, texts, token], ensure_ascii=False).encode()
    packed = base64.urlsafe_b64encode(zlib.compress(kept, 9)).decode()
    chunks = [packed[n : n + CHUNK] for n in range(0, len(packed), CHUNK)]
    return chunks if len(chunks) <= MOST else []
