"""From uploads of a person's own to the files of a Report."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from services.intake.files import store_uploads
from services.intake.files.limits import UnknownOrigin, UploadIncomplete, expect_report_size
from services.intake.files.originals import Vault, original_of
from services.intake.files.store_uploads import Upload
from services.intake.forms import AttachedFile
from shared.accounts import Person
from shared.content import Media, StoredObject
from shared.desk import Desk
from shared.media.kinds import kind_of

if TYPE_CHECKING:
    from shared.db import Connection


async def attached(
    conn: "Connection", desk: Desk, vault: Vault, person: Person, files: Sequence[AttachedFile], *, there: int = 0
) -> tuple[tuple[Media, str | None], ...]:
    """The files of a form as media to be checked, each with its place in the incoming bucket.

    Until the transaction ends nobody sweeps or takes back these uploads; from then on the media name them.
    """
    if not files:
        return ()
    found = await store_uploads.hold(conn, {f.upload for f in files}, owner=person.account)
    await _expect_origins(conn, person, files)
    attached = tuple(_media(f, found.get(f.upload), desk, vault) for f in files)
    expect_report_size([there, *(media.original.size for media, _ in attached)], vault.limits)
    return attached


async def _expect_origins(conn: "Connection", person: Person, files: Sequence[AttachedFile]) -> None:
    """Each file that was made of another must name one that this person may see."""
    named = {f.derived_from: f.name or str(f.upload) for f in files if f.derived_from is not None}
    if not named:
        return
    unit = person.bound_to("report.read")
    known = await store_uploads.known_to(conn, list(named), unit=unit)
    if unknown := sorted(set(named) - known):
        raise UnknownOrigin(f"{unknown[0][:12]}… ({named[unknown[0]]})")


def _media(file: AttachedFile, upload: Upload | None, desk: Desk, vault: Vault) -> tuple[Media, str]:
    if upload is None or upload.state != "complete" or upload.sha256 != file.sha256:
        raise UploadIncomplete(file.name or (upload.name if upload else str(file.upload)))
    stored = StoredObject(
        bucket=vault.buckets.incoming, key=upload.key, sha256=file.sha256, size=upload.size,
        content_type=upload.content_type,
    )  # fmt: skip
    rights: dict[str, Any] = file.model_dump(exclude={"upload", "sha256", "name"})
    media = Media(
        id=desk.new_id(),
        name=file.name or upload.name,
        kind=kind_of(upload.content_type),
        original=original_of(stored, vault),
        state="checking",
        **rights,
    )
    return media, upload.key
