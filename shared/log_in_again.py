"""A session that ended, or that is too old for a grave step: to the front door and back, and nothing typed is lost.

A form goes there by 307, which makes the browser send it again as it is: the front door keeps what was typed while the
person shows who they are, and gives it back.
"""

from urllib.parse import quote, urlsplit

from fastapi import Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

LOG_IN, LOG_IN_KEEPING = "/masuk", "/masuk/lanjut"
CONFIRM, CONFIRM_KEEPING = "/akun/konfirmasi", "/akun/konfirmasi/isi"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def by_htmx(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"


def own_origin(request: Request) -> bool:
    """Whether the browser itself says that a form is from our own pages: silence is not enough."""
    return urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host")


def to_log_in(request: Request, problem: JSONResponse) -> Response:
    """Where a page's request without a session goes. What another site sent is not kept: it would come back signed."""
    return _sent(request, problem, LOG_IN, LOG_IN_KEEPING if own_origin(request) else None)


def to_confirm(request: Request, problem: JSONResponse) -> Response:
    """Where the request of a person goes who has to show again who they are; its form was found to be ours."""
    return _sent(request, problem, CONFIRM, CONFIRM_KEEPING)


def _sent(request: Request, problem: JSONResponse, plainly: str, keeping: str | None) -> Response:
    has_form = request.method == "POST" and request.headers.get("content-type", "").startswith(FORMS)
    if has_form and keeping:
        return RedirectResponse(f"{keeping}?ke={_quoted(_asked(request))}&dari={_quoted(page_before(request))}", 307)
    to = f"{plainly}?ke={_quoted(_asked(request) if request.method == 'GET' else page_before(request))}"
    if by_htmx(request):
        to = f"{plainly}?ke={_quoted(page_before(request))}"  # a piece of a page is no place to come back to
        problem.headers["HX-Redirect"] = to
        return problem
    return RedirectResponse(to, 303)


def _asked(request: Request) -> str:
    query = request.url.query
    return request.scope["path"] + (f"?{query}" if query else "")


def page_before(request: Request) -> str:
    """The page on which the person was."""
    told = request.headers.get("hx-current-url") or request.headers.get("referer", "")
    found = urlsplit(told)
    if found.netloc != request.headers.get("host") or not found.path:
        return "/beranda"
    return found.path + (f"?{found.query}" if found.query else "")


def _quoted(path: str) -> str:
    return quote(path, safe="/")
