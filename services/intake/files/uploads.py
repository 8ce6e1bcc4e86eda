"""The steps of an upload: begin, look how far it is, complete, take back. No byte of it comes through here."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import IO
from uuid import UUID

import structlog

from services.intake.files import passing, store_uploads
from services.intake.files.leftovers import kept_for
from services.intake.files.limits import OTHER_BYTES, DayLimit, FileNotTaken, UploadIncomplete, UploadInUse
from services.intake.files.originals import Vault
from services.intake.files.passing import Given
from services.intake.files.store_uploads import Upload
from services.intake.forms import NewUpload
from shared.desk import Desk
from shared.media.kinds import declared, why_not
from shared.media.store import Missing
from shared.refusal import NotFound

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sender:
    """In whose name uploads lie, in which folder of the incoming bucket, and for whom they count."""

    owner: str
    folder: str
    unit: str


async def begin(desk: Desk, vault: Vault, sender: Sender, files: Sequence[NewUpload]) -> list[Given | FileNotTaken]:
    """Begin many at once; the answer to each, in order. Raises DayLimit for all together."""
    now = desk.now()
    asked = [_asked(desk, vault, sender, file, now) for file in files]
    begun = list(await asyncio.gather(*(passing.with_parts(vault, u) for u in asked if isinstance(u, Upload))))
    try:
        await _count(desk, vault, begun, now)
    except BaseException:
        await passing.drop_parts(vault, begun)
        raise
    given = iter([await passing.give(vault, u) for u in begun])
    return [no if isinstance(no, FileNotTaken) else next(given) for no in asked]


async def put(
    desk: Desk, vault: Vault, sender: Sender, files: Sequence[tuple[NewUpload, IO[bytes]]]
) -> list[Upload | FileNotTaken]:
    """Files that came with a form itself, without a script: through here to the store. Raises DayLimit."""
    now = desk.now()
    asked = [_asked(desk, vault, sender, file, now, whole=True) for file, _ in files]
    begun = [upload for upload in asked if isinstance(upload, Upload)]
    await _count(desk, vault, begun, now)
    bodies = [body for upload, (_, body) in zip(asked, files, strict=True) if isinstance(upload, Upload)]
    for upload, body in zip(begun, bodies, strict=True):
        await vault.store.put_file(vault.buckets.incoming, upload.key, body, upload.size, upload.content_type)
    done = iter([await complete(desk, vault, sender.owner, u.id, u.sha256 or "") for u in begun])
    return [no if isinstance(no, FileNotTaken) else next(done) for no in asked]


async def look(desk: Desk, vault: Vault, owner: str, upload: UUID, *, start: int = 1) -> Given:
    """How far an upload is, with what its client needs for the rest; of parts those from `start` on."""
    found = await _own(desk, owner, upload)
    if found.state == "swept":
        raise NotFound("Unggahan")
    if found.state == "complete":
        async with desk.db.connection() as conn:
            return Given(found, used=bool(await store_uploads.needed(conn, [found.key], ever=True)))
    try:
        return await passing.give(vault, found, done=await passing.parts_there(vault, found), start=start)
    except Missing:
        await passing.expect_object(vault, found, NotFound("Unggahan"))
        return Given(found, done=tuple(range(1, len(Given(found).sizes) + 1)))


async def complete(desk: Desk, vault: Vault, owner: str, upload: UUID, sha256: str) -> Upload:
    """It is up: parts become one object, its size is checked. Again, or two at once, is the same."""
    found = await _own(desk, owner, upload)
    if found.sha256 is not None and found.sha256 != sha256:
        raise FileNotTaken(OTHER_BYTES)
    if found.state == "complete":
        return found
    if found.parts_id is not None:
        await passing.join(vault, found)
    await passing.expect_object(vault, found, UploadIncomplete(found.name))
    at = desk.now()
    until = at + (kept_for(found.key, "complete") or at - at)
    async with desk.db.transaction() as conn:
        if not await store_uploads.complete(conn, upload, sha256, at=at, kept_until=until):
            raise UploadIncomplete(found.name)
    return replace(found, state="complete", sha256=sha256)


async def take_back(desk: Desk, vault: Vault, owner: str, upload: UUID) -> None:
    """Remove an upload that no Report uses. What cannot be removed now, the sweep removes."""
    async with desk.db.transaction() as conn:
        found = await store_uploads.lock(conn, upload, owner=owner)
        if found is None:
            raise NotFound("Unggahan")
        if await store_uploads.needed(conn, [found.key], ever=True):
            raise UploadInUse(found.name)
        if found.parts_id is not None and found.state != "swept":  # a form could still be used, a part's URL cannot
            await store_uploads.give_back(conn, found, day_of(desk, found.created_at))
        await store_uploads.mark(conn, [upload], [], at=desk.now())
    try:
        await passing.remove(vault, found)
    except Exception as e:
        log.info("an upload that was taken back is left to the sweep", error=type(e).__name__)
        return
    async with desk.db.transaction() as conn:
        await store_uploads.forget(conn, [upload])


def day_of(desk: Desk, at: datetime) -> date:
    """The office's day, by which uploads are counted."""
    return at.astimezone(desk.clock.calendar.zone).date()


def _asked(
    desk: Desk, vault: Vault, sender: Sender, file: NewUpload, now: datetime, *, whole: bool = False
) -> Upload | FileNotTaken:
    content_type = declared(file.name, file.content_type)
    if why := why_not(content_type, file.size, vault.limits.file):
        return FileNotTaken(why)
    new_id, part = desk.new_id(), vault.limits.part
    in_parts = file.size > part and not whole
    key = f"{sender.folder}/{new_id}"
    kept = kept_for(key, "open", in_parts=in_parts)
    assert kept is not None, "only the quarantine is kept for ever"
    return Upload(
        new_id, sender.owner, key, file.name, content_type, file.size, file.sha256, "open", now, now + kept,
        unit=sender.unit, part_size=part if in_parts else None,
    )  # fmt: skip


async def _count(desk: Desk, vault: Vault, begun: Sequence[Upload], now: datetime) -> None:
    if not begun:
        return
    day, most, unit = day_of(desk, now), vault.limits.unit_day, begun[0].unit
    assert unit is not None
    async with desk.db.connection() as conn:
        if await store_uploads.begin(conn, begun, day=day, most=most):
            return
        raise DayLimit(most, await store_uploads.begun_on(conn, unit, day), sum(u.size for u in begun))


async def _own(desk: Desk, owner: str, upload: UUID) -> Upload:
    async with desk.db.connection() as conn:
        found = (await store_uploads.uploads(conn, [upload], owner=owner)).get(upload)
    if found is None:
        raise NotFound("Unggahan")
    return found
