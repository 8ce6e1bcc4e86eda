"""Posting by hand: the approved text to copy, the files to download, and the link that is pasted back."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.publisher import desk_view, steps
from services.publisher.api import Version
from services.publisher.channels import Post
from services.publisher.domain import Story
from services.publisher.forms import Filled, Typed_, asked, row_of, standing_of
from services.publisher.pages import back, show, state_of
from services.publisher.posting import Addresses, Wording, post_of
from services.publisher.render import in_words
from services.publisher.taking_along import files_of
from services.publisher.typed import Typed, forget, kept_words
from shared.accounts import Person
from shared.channel_text import LIMITS, measure
from shared.content import Code
from shared.refusal import NotFound, Refused
from shared.web import desk_of, may

router = APIRouter(prefix="/terbit", include_in_schema=False, default_response_class=HTMLResponse, route_class=Typed)
Poster = Annotated[Person, may("publication.post")]
Witness = Annotated[Person, may("publication.confirm")]
OfVersion = Annotated[Version, Form()]


@router.get("/{story}/kanal/{channel}/posting")
async def posting_form(
    request: Request, story: UUID, channel: Code, person: Poster, version: int | None = None
) -> Response:
    return await _posting(request, story, channel, person, Filled(kept_words(request) or asked(version)))


@router.post("/{story}/kanal/{channel}/posting")
async def take_on(
    request: Request, story: UUID, channel: Code, person: Poster, version: OfVersion, ambil: Typed_ = ""
) -> Response:
    try:
        await steps.take_on(request, story, version, channel, by=person, anyway=ambil == "ya")
    except Refused as no:
        return await _posting(request, story, channel, person, Filled({"version": str(version)}, no))
    return _there(story, channel, version)


@router.post("/{story}/kanal/{channel}/posting/lepas")
async def give_back(request: Request, story: UUID, channel: Code, person: Poster, version: OfVersion) -> Response:
    await steps.give_back(request, story, version, channel, by=person)
    return back(story, "lepas")


@router.post("/{story}/kanal/{channel}/posting/sendiri")
async def by_hand(request: Request, story: UUID, channel: Code, person: Poster, version: OfVersion) -> Response:
    await steps.by_hand(request, story, version, channel, by=person)
    return _there(story, channel, version)


@router.post("/{story}/kanal/{channel}/posting/tautan")
async def posted(
    request: Request, story: UUID, channel: Code, person: Witness, version: OfVersion, tautan: Typed_ = ""
) -> Response:
    try:
        await steps.confirm(request, story, version, channel, tautan, by=person)
    except Refused as no:
        filled = Filled({"tautan": tautan, "version": str(version)}, no)
        return await _posting(request, story, channel, person, filled)
    return forget(request, back(story, "nyata"))


def _there(story: UUID, channel: str, version: int) -> RedirectResponse:
    return RedirectResponse(f"/terbit/{story}/kanal/{channel}/posting?version={version}", 303)


async def _posting(request: Request, story: UUID, channel: str, person: Person, filled: Filled) -> Response:
    found, versions = await desk_view.whole(request, story)
    row = row_of(versions, filled)
    standing = standing_of(row, channel)
    post = _post(request, found, row["version"], channel)
    view = state_of(found, versions, person) | {
        "row": row,
        "d": standing,
        "can": "post" in standing.doable,
        "post": post,
        "files": _files(post),
        "measured": measure(channel, post.text, picture=bool(post.attached)) if channel in LIMITS else None,
        "former": post.former,
        "hosts": steps.office_of(request).board.capabilities(channel).hosts,
        "sentence": filled.no.sentence if filled.no else None,
        "link": filled.texts.get("tautan", ""),
    }
    return show(request, "terbit_posting.html", http=filled.http, **view)


def _post(request: Request, story: Story, version: int, channel: str) -> Post:
    office = steps.office_of(request)
    publication = story.find(version)
    delivery = publication.delivery(channel) if publication else None
    if publication is None or delivery is None:
        raise NotFound("Kanal ini")
    wording = Wording(office.board.templates, desk_of(request).clock.sop.unit_words)
    addresses = Addresses(office.public_url, office.media_url, wording)
    return post_of(story, publication, delivery, addresses, office.board.capabilities(channel))


def _files(post: Post) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "words": f"{one.words} ({in_words(one.file.found.size)})",
            "type": one.file.found.content_type,
            "size": one.file.found.size,
            "alt": one.file.alt,
        }
        for one in files_of(post)
    ]
