"""Sweeps the incoming bucket: what was begun and never ended, or ended and never used. One process at a time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from services.intake.files import passing, store_uploads, uploads
from services.intake.files.leftovers import may_go
from services.intake.files.originals import Vault
from services.intake.files.store_uploads import Upload
from services.intake.sending import store_drafts
from services.intake.sending.drafts import KEPT
from shared.desk import Desk
from shared.media.multipart import Begun
from shared.media.store import Listed, Missing

if TYPE_CHECKING:
    from shared.db import Connection

log = structlog.get_logger(__name__)

EVERY = timedelta(hours=1)
LOCK = 0x73617075  # "sapu": any constant of ours
AT_ONCE = 500
DAYS_KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Sweep:
    """Rows first, for a row decides on what lies at its key; then what the store has without a row."""

    desk: Desk
    vault: Vault

    async def run(self) -> None:
        async with self.desk.db.leading(LOCK) as still:
            while True:
                await still()
                await self.once()
                await asyncio.sleep(EVERY.total_seconds())

    async def once(self) -> int:
        """One round; returns how many uploads and objects it removed."""
        async with self.desk.db.connection() as conn:
            await store_drafts.expire(conn, before=self.desk.now() - KEPT)
        swept = await self._uploads() + await self._parts() + await self._objects()
        async with self.desk.db.connection() as conn:
            await store_uploads.forget_days(conn, before=uploads.day_of(self.desk, self.desk.now() - DAYS_KEPT))
        if swept:
            log.info("incoming bucket swept", count=swept)
        return swept

    async def _uploads(self) -> int:
        removed = 0
        while True:
            due, gone = await self._mark()
            done = [upload.id for upload in gone if await self._remove(upload)]
            async with self.desk.db.connection() as conn:
                await store_uploads.forget(conn, done)
            removed += len(done)
            if due < AT_ONCE:
                return removed

    async def _mark(self) -> tuple[int, Sequence[Upload]]:
        """Say which uploads go, before anything is removed; gives how many were looked at, and those that go."""
        at = self.desk.now()
        async with self.desk.db.transaction() as conn:
            due = await store_uploads.lock_due(conn, at=at, limit=AT_ONCE)
            # A statement of its own: it sees what was attached until just before these were locked.
            keys = [u.key for u in due]
            needed = await store_uploads.needed(conn, keys) | await store_drafts.keys_in_use(conn, keys)
            gone = [u for u in due if _is_over(u, at - u.since, needed)]
            going = {u.id for u in gone}
            await store_uploads.mark(conn, going, {u.id for u in due} - going, at=at)
        return len(due), gone

    async def _remove(self, upload: Upload) -> bool:
        try:
            await passing.remove(self.vault, upload)
        except Exception as e:
            log.warning("an upload will be swept again", upload=str(upload.id), error=type(e).__name__)
            return False
        return True

    async def _parts(self) -> int:
        """Parts that became no object, and that no row knows."""
        multipart, bucket, now = self.vault.store.multipart, self.vault.buckets.incoming, self.desk.now()
        begun = [b for b in await multipart.begun(bucket) if _is_old(b, now - b.at)]
        async with self.desk.db.connection() as conn:
            ours = await store_uploads.open_parts(conn, [b.upload for b in begun])
        left = [b for b in begun if b.upload not in ours]
        for one in left:
            try:
                await multipart.abort(bucket, one.key, one.upload)
            except Missing:
                log.info("parts were gone", key=one.key)
        return len(left)

    async def _objects(self) -> int:
        """Objects without a row: put by a form after its upload was gone, or by another system in its own way."""
        store, bucket, removed, after = self.vault.store, self.vault.buckets.incoming, 0, ""
        while page := await store.listed(bucket, after=after):
            after = page[-1].key
            async with self.desk.db.connection() as conn:
                gone = await self._unneeded(conn, page)
            for key in gone:
                await store.remove(bucket, key)
            removed += len(gone)
        return removed

    async def _unneeded(self, conn: "Connection", page: Sequence[Listed]) -> list[str]:
        now = self.desk.now()
        old = [o for o in page if may_go(o.key, now - o.modified, None, referenced=False)]
        if not old:
            return []
        keys = [o.key for o in old]
        kept = await store_uploads.with_rows(conn, keys) | await store_uploads.needed(conn, keys)
        return [key for key in keys if key not in kept]


def _is_over(upload: Upload, age: timedelta, needed: set[str]) -> bool:
    in_parts = upload.parts_id is not None
    return may_go(upload.key, age, upload.state, referenced=upload.key in needed, in_parts=in_parts)


def _is_old(begun: Begun, age: timedelta) -> bool:
    return may_go(begun.key, age, None, referenced=False, in_parts=True)
