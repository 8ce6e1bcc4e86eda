"""Files that a request names by their address: fetched once, and from then on like uploads of its sender."""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

from services.intake import store_requests
from services.intake.files import store_uploads
from services.intake.files.fetching import Fetched, Fetcher, HostAway, NotFetched
from services.intake.files.leftovers import UNUSED
from services.intake.files.limits import OTHER_BYTES, DayLimit
from services.intake.files.originals import Vault
from services.intake.files.store_uploads import Upload
from services.intake.files.uploads import day_of
from services.intake.store_requests import Pending
from shared.content import RequestedMedia, StoredObject
from shared.desk import Desk
from shared.media.kinds import TYPES, UNKNOWN, declared, kind_of, why_not

FETCHES = 6  # that a host may leave unanswered, before that is told to the sender
NOT_REACHED = "Alamat berkas tidak dapat dihubungi. Unggah berkasnya langsung, atau kirim lagi nanti."
NOWHERE = Fetcher(frozenset())


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """`folder` is where a file lies on its way."""

    desk: Desk
    vault: Vault
    fetcher: Fetcher = NOWHERE
    folder: Path | None = None

    async def bring(self, pending: Pending, n: int, file: RequestedMedia, *, left: int) -> StoredObject:
        """The file as it lies in the incoming bucket now; `left` is how many bytes the Report may still have.

        Raises NotFetched with a sentence for the sender, Transient where it may go better later.
        """
        source, url = pending.request.source, file.url or ""
        name = hashlib.sha256(f"{pending.request.id}\n{n}\n{url}".encode()).hexdigest()
        key = f"{source}/alamat-{name[:40]}"
        async with self.desk.db.connection() as conn:
            before = await store_uploads.at_key(conn, key)
        if before is not None and before.sha256 is not None:
            return self._stored(key, before.content_type, before.sha256, before.size)
        most = min(left, self.vault.limits.file.of(kind_of(declared(file.name, UNKNOWN))))
        with tempfile.TemporaryDirectory(prefix="ambil-", dir=self.folder) as folder:
            here = Path(folder) / "berkas"
            found = await self._fetched(pending, url, here, most)
            stored = self._taken(file, key, found)
            with here.open("rb") as data:
                await self.vault.store.put_file(stored.bucket, key, data, found.size, stored.content_type)
        await self._count(pending, file, stored)
        return stored

    async def _fetched(self, pending: Pending, url: str, here: Path, most: int) -> Fetched:
        try:
            return await self.fetcher.fetch(url, here, most=most)
        except HostAway:
            async with self.desk.db.transaction() as conn:
                ref = (pending.request.source, pending.request.id)
                failed = await store_requests.host_was_away(conn, ref)
            if failed < FETCHES:
                raise
            raise NotFetched(NOT_REACHED) from None

    def _taken(self, file: RequestedMedia, key: str, found: Fetched) -> StoredObject:
        if file.sha256 is not None and found.sha256 != file.sha256:
            raise NotFetched(OTHER_BYTES)
        content_type = declared(file.name, found.content_type)
        if why := why_not(content_type, found.size, self.vault.limits.file):
            raise NotFetched(why)
        return self._stored(key, content_type, found.sha256, found.size)

    def _stored(self, key: str, content_type: str, sha256: str, size: int) -> StoredObject:
        return StoredObject(
            bucket=self.vault.buckets.incoming,
            key=key,
            sha256=sha256,
            size=size,
            content_type=content_type if content_type in TYPES else UNKNOWN,
        )

    async def _count(self, pending: Pending, file: RequestedMedia, stored: StoredObject) -> None:
        """From now on it is an upload of its sender's: within what that may send in a day, and swept as such."""
        now, owner = self.desk.now(), f"sumber:{pending.request.source}"
        upload = Upload(
            self.desk.new_id(), owner, stored.key, file.name, stored.content_type, stored.size, stored.sha256,
            "complete", now, now + UNUSED, unit=owner, completed_at=now,
        )  # fmt: skip
        day, most = day_of(self.desk, now), self.vault.limits.unit_day
        async with self.desk.db.transaction() as conn:
            if await store_uploads.begin(conn, [upload], day=day, most=most):
                return
            used = await store_uploads.begun_on(conn, owner, day)
        await self.vault.store.remove(stored.bucket, stored.key)
        raise NotFetched(DayLimit(most, used, stored.size).sentence)
