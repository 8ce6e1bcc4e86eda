"""Where the office's main site shows its news and ours is off: Stories lead to their pages there, all else home."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.publisher import store_pages
from services.publisher.channels.site import MOVED, VERSION
from services.publisher.public import CANONICAL_ELSEWHERE
from services.publisher.public_answer import CACHED, READ, robots, site_of, without_page
from shared.web import desk_of, public

router = APIRouter(include_in_schema=False, dependencies=[public])


@router.api_route("/berita/{slug}", methods=READ)
async def story(request: Request, slug: str) -> Response:
    """Not there before it can be read there; taken down it is told of, as ever."""
    slug = slug.replace("\x00", "")
    async with desk_of(request).db.connection() as conn:
        found = await store_pages.canonical(conn, slug, CANONICAL_ELSEWHERE)
        gone = await store_pages.gone(conn, slug) if found is None else None
    if found is not None:
        return _moved(request, found.url, {VERSION: str(found.version)})
    if gone is not None:
        return without_page(request, 410, "publik_turun.html", gone=gone)
    return without_page(request, 404, "publik_tiada.html")


async def home(request: Request) -> Response:
    return _moved(request, site_of(request).main_site)


def _moved(request: Request, to: str, more: dict[str, str] | None = None) -> Response:
    # For good, and yet asked for again soon: of what is taken down one must hear here, not there.
    return RedirectResponse(to, MOVED, headers={"Cache-Control": CACHED, **robots(request), **(more or {})})


# What lists, finds or feeds; the Daftar Informasi Publik and the figures of the SOP stay, for nobody else has them.
for path in (
    "/", "/topik", "/topik/{_:path}", "/bidang", "/bidang/{_:path}", "/arsip", "/arsip/{_:path}", "/cari", "/umpan.xml",
    "/rss.xml", "/peta-situs.xml", "/peta-situs/{_:path}", "/peta-berita.xml",
):  # fmt: skip
    router.add_api_route(path, home, methods=READ)
