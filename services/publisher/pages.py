"""The Admin's screens: what is ready to be published, and one Story on its channels."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from services.publisher import render, steps, store_pages
from services.publisher.api import AT_WORK, DONE, Version, Why, story_of
from services.publisher.domain import UNDERWAY
from shared.accounts import Person
from shared.content import Content
from shared.web import Pages, desk_of, may

SHOWN_DONE = 50
router = APIRouter(prefix="/terbit", include_in_schema=False, default_response_class=HTMLResponse)


def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


def _back(story: UUID) -> RedirectResponse:
    return RedirectResponse(f"/terbit/{story}", 303)


@router.get("")
async def publications(request: Request, _: Annotated[Person, may("publication.read")]) -> HTMLResponse:
    desk = desk_of(request)
    async with desk.db.connection() as conn:
        waiting = await store_pages.desk(conn, states=AT_WORK, limit=200)
        done = await store_pages.desk(conn, states=DONE, limit=SHOWN_DONE)
    return _pages(request).show(request, "terbit.html", waiting=waiting, done=done, now=desk.now())


@router.get("/{story}")
async def publication(
    request: Request, story: UUID, person: Annotated[Person, may("publication.read")]
) -> HTMLResponse:
    found = await story_of(request, story)
    now = desk_of(request).now()
    content = Content.model_validate(found["content"], extra="ignore")
    versions = found["publications"]
    view: dict[str, Any] = {
        "story": story,
        "url": found["url"],
        "versions": versions,
        "article": render.article(content, steps.office_of(request).media_url),
        "now": now,
        "may_publish": person.may("publication.publish"),
        "may_take_down": person.may("publication.take-down") and any(v["state"] in UNDERWAY for v in versions),
        "may_retry": person.may("publication.retry"),
    }
    return _pages(request).show(request, "terbit_berita.html", **view)


@router.post("/{story}/terbitkan")
async def publish(
    request: Request,
    story: UUID,
    person: Annotated[Person, may("publication.publish")],
    version: Annotated[Version, Form()],
) -> RedirectResponse:
    await steps.publish(request, story, version, by=person)
    return _back(story)


@router.post("/{story}/turunkan")
async def take_down(
    request: Request,
    story: UUID,
    person: Annotated[Person, may("publication.take-down")],
    reason: Annotated[Why, Form()],
) -> RedirectResponse:
    await steps.take_down(request, story, reason, by=person)
    return _back(story)


@router.post("/{story}/kanal/{channel}/ulang")
async def retry(
    request: Request, story: UUID, channel: str, person: Annotated[Person, may("publication.retry")]
) -> RedirectResponse:
    await steps.retry(request, story, channel, by=person)
    return _back(story)
