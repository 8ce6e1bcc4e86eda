"""The JSON API of uploads: what is needed to send files straight to the store, how far one is, and that it is up."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.intake.api import INTEGRATOR
from services.intake.domain_requests import Source
from services.intake.files import uploads
from services.intake.files.limits import STAFF, FileNotTaken
from services.intake.files.originals import Vault
from services.intake.files.passing import Given
from services.intake.files.store_uploads import Upload
from services.intake.files.uploads import Sender
from services.intake.forms import NewUpload, NewUploads, UploadDone
from services.intake.web import body_as, by_key_or, owner_of, vault_of
from shared.accounts import Person
from shared.media.multipart import MOST
from shared.web import desk_of

Caller = Annotated[Source | Person, by_key_or("report.send")]
BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"oneOf": [{"$ref": f"#/components/schemas/{m.__name__}"} for m in (NewUpload, NewUploads)]}
        }
    },
}

router = APIRouter(prefix="/api/v1/uploads", tags=[INTEGRATOR])


@router.post("", status_code=201, summary="Begin to upload files", openapi_extra={"requestBody": BODY})
async def begin(request: Request, caller: Caller) -> dict[str, Any]:
    """For a file of one part: post it as the last field, `file`, of a multipart form with the `fields` to `url`.

    For a larger one: PUT each of its `parts` to its URL, all of `size` bytes but the last; there are URLs of the first
    100, and a GET of the upload gives those of the parts that have not come. With `files` the answer is `uploads`, in
    the same order; one that is not taken has a `problem` instead.
    """
    form = await body_as(request, NewUploads if await _is_many(request) else NewUpload)
    desk, vault = desk_of(request), vault_of(request)
    files = form.files if isinstance(form, NewUploads) else (form,)
    given = await uploads.begin(desk, vault, _sender(caller), files)
    if isinstance(form, NewUploads):
        return {"uploads": [_problem(g) if isinstance(g, FileNotTaken) else _begun(g, vault) for g in given]}
    (only,) = given
    if isinstance(only, FileNotTaken):
        raise only
    return _begun(only, vault)


@router.get("/{upload}", summary="How far an upload is")
async def look(
    request: Request, upload: UUID, caller: Caller, start: Annotated[int, Query(alias="from", ge=1, le=MOST)] = 1
) -> dict[str, Any]:
    """`state` is `open` or `complete`; `done` are the parts that have come. While it is open there is what is needed to
    go on, after hours too: the form anew, or URLs of up to 100 parts that have not come, with `from` of later ones."""
    vault = vault_of(request)
    given = await uploads.look(desk_of(request), vault, owner_of(caller), upload, start=start)
    found = given.upload
    about = {"state": found.state, "name": found.name, "size": found.size, "sha256": found.sha256, "used": given.used}
    if given.expires_at is None and not given.done:
        return {"id": str(upload), "bucket": vault.buckets.incoming, "key": found.key} | about
    return _begun(given, vault) | about


@router.delete("/{upload}", status_code=204, summary="Take an upload back")
async def take_back(request: Request, upload: UUID, caller: Caller) -> Response:
    """Removes what has come, unless a Report uses it."""
    await uploads.take_back(desk_of(request), vault_of(request), owner_of(caller), upload)
    return Response(status_code=204)


@router.post("/{upload}/complete", summary="Say that a file is up")
async def complete(request: Request, upload: UUID, form: UploadDone, caller: Caller) -> dict[str, Any]:
    """Its size is checked now, its SHA-256 before anything else uses it. Answers the `object` to name in a request."""
    vault = vault_of(request)
    found = await uploads.complete(desk_of(request), vault, owner_of(caller), upload, form.sha256)
    return {"id": str(upload), "state": "checking", "object": _object(found, vault)}


async def _is_many(request: Request) -> bool:
    try:
        return "files" in await request.json()
    except (ValueError, TypeError, RecursionError):  # said better by the model
        return False


def _sender(caller: Source | Person) -> Sender:
    if isinstance(caller, Source):
        owner = owner_of(caller)
        return Sender(owner, caller.name, owner)
    return of_person(caller)


def of_person(person: Person) -> Sender:
    return Sender(person.account, STAFF, person.unit or f"akun:{person.account}")


def _begun(given: Given, vault: Vault) -> dict[str, Any]:
    upload, form = given.upload, given.form
    place = {"id": str(upload.id), "bucket": vault.buckets.incoming, "key": upload.key, "expires_at": given.expires_at}
    if form is not None:
        return place | {"url": form.url, "fields": form.fields}
    urls = [{"number": part.number, "url": part.url} for part in given.urls]
    parts = {"size": upload.part_size, "count": len(given.sizes), "done": list(given.done), "urls": urls}
    return place | {"parts": parts}


def _problem(no: FileNotTaken) -> dict[str, Any]:
    return {"problem": {"title": no.code, "detail": no.sentence}}


def _object(upload: Upload, vault: Vault) -> dict[str, Any]:
    return {
        "bucket": vault.buckets.incoming,
        "key": upload.key,
        "sha256": upload.sha256,
        "size": upload.size,
        "content_type": upload.content_type,
    }
