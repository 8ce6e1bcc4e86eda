"""The JSON API of uploads: a form to send a file straight to the store, and the word that it is up."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request

from services.intake import store_media
from services.intake.api import INTEGRATOR
from services.intake.domain_media import OTHER_BYTES, OTHER_SIZE, FileNotTaken, UploadIncomplete, why_not
from services.intake.domain_requests import Source
from services.intake.forms import NewUpload, UploadDone
from services.intake.store_media import Upload
from services.intake.web import by_key_or, owner_of, vault_of
from shared.accounts import Person
from shared.media import Missing
from shared.refusal import NotFound
from shared.web import desk_of

Caller = Annotated[Source | Person, by_key_or("bidang", "admin")]
STAFF_FOLDER = "_staf"  # no source can be named so

router = APIRouter(prefix="/api/v1/uploads", tags=[INTEGRATOR])


@router.post("", status_code=201, summary="Get a form to upload one file")
async def begin(request: Request, form: NewUpload, caller: Caller) -> dict[str, Any]:
    """Post the file as the last field, `file`, of a multipart form with these `fields` to `url`."""
    desk, vault = desk_of(request), vault_of(request)
    if why := why_not(form.content_type, form.size, vault.limits):
        raise FileNotTaken(why)
    new_id = desk.new_id()
    folder = caller.name if isinstance(caller, Source) else STAFF_FOLDER
    upload = Upload(
        new_id, owner_of(caller), f"{folder}/{new_id}", form.name, form.content_type, form.size, form.sha256, "open",
        desk.now(),
    )  # fmt: skip
    bucket = vault.buckets.incoming
    given = await vault.store.upload_form(
        bucket,
        upload.key,
        content_type=form.content_type,
        size=form.size,
        lifetime=vault.form_lifetime,
    )
    async with desk.db.transaction() as conn:
        await store_media.add_upload(conn, upload)
    return {
        "id": str(new_id), "bucket": bucket, "key": upload.key, "url": given.url, "fields": given.fields,
        "expires_at": given.expires_at,
    }  # fmt: skip


@router.post("/{upload}/complete", summary="Say that a file is up")
async def complete(request: Request, upload: UUID, form: UploadDone, caller: Caller) -> dict[str, Any]:
    """Its size is checked now, its SHA-256 before anything else uses it. Answers the `object` to name in a request."""
    desk, vault = desk_of(request), vault_of(request)
    async with desk.db.connection() as conn:
        found = (await store_media.uploads(conn, [upload], owner=owner_of(caller))).get(upload)
    if found is None:
        raise NotFound("Unggahan")
    if found.sha256 is not None and found.sha256 != form.sha256:
        raise FileNotTaken(OTHER_BYTES)
    try:
        stat = await vault.store.stat(vault.buckets.incoming, found.key)
    except Missing:
        raise UploadIncomplete(found.name) from None
    if stat.size != found.size:
        raise FileNotTaken(OTHER_SIZE)
    async with desk.db.transaction() as conn:
        await store_media.complete(conn, upload, form.sha256)
    return {
        "id": str(upload),
        "object": {
            "bucket": vault.buckets.incoming,
            "key": found.key,
            "sha256": form.sha256,
            "size": found.size,
            "content_type": found.content_type,
        },
    }
