"""What passes between a client and the store: forms, URLs of parts, and what has come of them."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from services.intake.files.limits import OTHER_SIZE, FileNotTaken, check_parts
from services.intake.files.originals import Vault
from services.intake.files.store_uploads import Upload
from shared.media.multipart import PartUrl, part_sizes
from shared.media.store import Form, Missing

URLS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Given:
    """An upload with what its client needs to go on: a form, or URLs of parts that have not come.

    `used` where a Report has it already, or a request names it.
    """

    upload: Upload
    expires_at: datetime | None = None
    form: Form | None = None
    done: tuple[int, ...] = ()
    urls: Sequence[PartUrl] = ()
    used: bool = False

    @property
    def sizes(self) -> list[int]:
        return part_sizes(self.upload.size, self.upload.part_size or self.upload.size)


async def with_parts(vault: Vault, upload: Upload) -> Upload:
    """The same, with its parts begun at the store where it comes in parts."""
    if upload.part_size is None:
        return upload
    parts_id = await vault.store.multipart.begin(vault.buckets.incoming, upload.key, upload.content_type)
    return replace(upload, parts_id=parts_id)


async def drop_parts(vault: Vault, begun: Iterable[Upload]) -> None:
    """Nothing of these was written down; what is not removed now, the sweep finds in the store's own list."""
    for upload in begun:
        if upload.parts_id is not None:
            with suppress(Exception):
                await vault.store.multipart.abort(vault.buckets.incoming, upload.key, upload.parts_id)


async def give(vault: Vault, upload: Upload, *, done: Sequence[int] = (), start: int = 1) -> Given:
    store, bucket, lifetime = vault.store, vault.buckets.incoming, vault.form_lifetime
    if upload.parts_id is None:
        form = await store.upload_form(
            bucket, upload.key, content_type=upload.content_type, size=upload.size, lifetime=lifetime
        )
        return Given(upload, form.expires_at, form=form)
    there = set(done)
    numbered = enumerate(Given(upload).sizes, 1)
    missing = [(n, size) for n, size in numbered if n >= start and n not in there][:URLS_AT_ONCE]
    urls = store.multipart.urls(bucket, upload.key, upload.parts_id, missing, lifetime=lifetime)
    return Given(upload, datetime.now(UTC) + lifetime, done=tuple(done), urls=urls)


async def parts_there(vault: Vault, upload: Upload) -> list[int]:
    """The numbers of the parts that have come as they are to be. Raises Missing."""
    if upload.parts_id is None:
        return []
    sizes = Given(upload).sizes
    found = await vault.store.multipart.parts(vault.buckets.incoming, upload.key, upload.parts_id)
    return [p.part_number for p in found if p.part_number <= len(sizes) and p.size == sizes[p.part_number - 1]]


async def join(vault: Vault, upload: Upload) -> None:
    """Make the parts one object. Where they are no longer there, that was done before, or is looked into next."""
    multipart, bucket, parts_id = vault.store.multipart, vault.buckets.incoming, upload.parts_id
    assert parts_id is not None
    with suppress(Missing):
        parts = await multipart.parts(bucket, upload.key, parts_id)
        check_parts(upload.name, Given(upload).sizes, {p.part_number: p.size or 0 for p in parts})
        await multipart.complete(bucket, upload.key, parts_id, parts)


async def remove(vault: Vault, upload: Upload) -> None:
    """Remove an upload's parts and object, as far as they are there. Raises Transient."""
    bucket = vault.buckets.incoming
    if upload.parts_id is not None:
        with suppress(Missing):
            await vault.store.multipart.abort(bucket, upload.key, upload.parts_id)
    await vault.store.remove(bucket, upload.key)


async def expect_object(vault: Vault, upload: Upload, otherwise: Exception) -> None:
    try:
        stat = await vault.store.stat(vault.buckets.incoming, upload.key)
    except Missing:
        raise otherwise from None
    if stat.size != upload.size:
        raise FileNotTaken(OTHER_SIZE)
