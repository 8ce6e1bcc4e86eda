"""The files of a post for the person who posts it: each by itself, or all with the text as one ZIP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from services.publisher import assisting, steps, store
from services.publisher.api import Version
from services.publisher.channels import Post
from services.publisher.posting import Addresses, post_of
from services.publisher.taking_along import Along, files_of, texts_of
from shared.accounts import Person
from shared.content import Code
from shared.refusal import NotFound
from shared.web import desk_of, may
from shared.zip_answer import Zipped, expect_there, zip_answer, zip_name

router = APIRouter(prefix="/terbit", include_in_schema=False)
Poster = Annotated[Person, may("publication.post")]


@router.get("/{story}/kanal/{channel}/posting/berkas.zip")
async def all_files(request: Request, story: UUID, channel: Code, _: Poster, version: Version) -> StreamingResponse:
    post = await _to_post(request, story, channel, version)
    files = [_zipped(one) for one in files_of(post)]
    name = zip_name(f"{post.title[:60]} {channel}")
    return await zip_answer(steps.office_of(request).objects, files, name=name, texts=texts_of(post))


@router.get("/{story}/kanal/{channel}/posting/berkas/{number}")
async def one_file(
    request: Request, story: UUID, channel: Code, number: int, _: Poster, version: Version
) -> StreamingResponse:
    files = files_of(await _to_post(request, story, channel, version))
    if not 0 < number <= len(files):
        raise NotFound("Berkas ini")
    one, objects = files[number - 1], steps.office_of(request).objects
    await expect_there(objects, _zipped(one))
    found = one.file.found
    headers = {
        "Content-Disposition": f'attachment; filename="{one.name}"',
        "Content-Length": str(found.size),
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(
        objects.stream(found.bucket, found.source_key), media_type=found.content_type, headers=headers
    )


async def _to_post(request: Request, story: UUID, channel: str, version: int) -> Post:
    """What a person may post there at this moment. Raises NotFound, and what `assisting.to_post` does."""
    office = steps.office_of(request)
    async with desk_of(request).db.connection() as conn:
        found = await store.read(conn, story)
    if found is None:
        raise NotFound("Berita ini")
    publication, delivery = assisting.to_post(found, version, channel)
    addresses = Addresses(office.public_url, office.media_url)
    return post_of(found, publication, delivery, addresses, office.board.capabilities(channel))


def _zipped(one: Along) -> Zipped:
    found = one.file.found
    return Zipped(one.name, found.bucket, found.source_key, found.size)
