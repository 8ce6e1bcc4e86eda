"""The public bucket: what no page shows is deleted, take-downs are finished, bucket and table compared both ways."""

import asyncio
from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

import structlog

from services.publisher import changes, store, store_objects, taking_down
from services.publisher.channels import Rejected
from services.publisher.consequences import Change
from services.publisher.objects import PublicObject
from shared import metrics
from shared.audit import SYSTEM
from shared.desk import Desk
from shared.media.store import Missing, Store
from shared.refusal import Transient

log = structlog.get_logger(__name__)

IDLE_SECONDS = 1.0
LOCK = 0x7475727573  # "turus": any constant of ours


class Restores(Protocol):
    async def restore(self, found: PublicObject) -> bool: ...


class Clearing:
    """Deletes objects that no live Publication references, retried until done; then their take-down is done."""

    def __init__(self, desk: Desk, objects: Store, public_bucket: str) -> None:
        self.desk = desk
        self.objects = objects
        self.public_bucket = public_bucket

    async def run(self) -> None:
        """One process at a time: a late deletion of another's could meet an object that is needed again."""
        await self.desk.db.rounds(LOCK, self.round, pause=IDLE_SECONDS)

    async def round(self) -> int:
        """One pass; returns how many objects and take-downs it finished."""
        async with self.desk.db.transaction() as conn:
            keys = await store_objects.mark_unneeded(conn)
        # Outside the transaction: while a row is marked, nobody counts on its object.
        gone, failed = await self._removed(keys)
        if gone or failed:
            async with self.desk.db.transaction() as conn:
                await store_objects.forget(conn, gone)
                await store_objects.put_off(conn, failed, at=self.desk.now())
        if gone:
            log.info("public objects deleted", count=len(gone))
        if failed:
            metrics.WORKER_FAILED.labels(Clearing.run.__qualname__).inc()
        return len(gone) + await self._finish()

    async def _removed(self, keys: Mapping[str, int]) -> tuple[dict[str, int], list[str]]:
        """Delete these objects; returns those that are gone, and those that the store did not let go of."""
        gone: dict[str, int] = {}
        failed: list[str] = []
        for key, copies in keys.items():
            try:
                await self.objects.remove(self.public_bucket, key)
            except Exception as e:
                log.warning("a public object cannot be deleted", key=key, error=type(e).__name__, detail=str(e)[:200])
                failed.append(key)
                if isinstance(e, Transient):  # it may be away for all: a round that waits for each would be endless
                    break
            else:
                gone[key] = copies
        return gone, failed

    async def _finish(self) -> int:
        async with self.desk.db.connection() as conn:
            cleared = await store_objects.cleared(conn, self.desk.now())
        return sum([await self._tried(story, version) for story, version in cleared])

    async def _tried(self, story: UUID, version: int) -> int:
        """One take-down; an error holds back only its own."""
        try:
            await self._finish_one(story, version)
        except Exception as e:
            log.warning("take-down will be tried again", item=str(story), error=type(e).__name__)
            return 0
        return 1

    async def _finish_one(self, id_: UUID, version: int) -> None:
        at = self.desk.now()
        async with self.desk.transaction() as conn:
            before = (await store.lock(conn, [id_]))[id_]
            found = before.find(version)
            by = (found.ended_by if found else None) or SYSTEM
            await changes.commit(self.desk, conn, [Change(before, taking_down.clear(before, version, at=at), at, by)])


class Sweep:
    """Compares the bucket with the table: strays are deleted, and what a page misses is copied again."""

    def __init__(self, desk: Desk, objects: Store, public_bucket: str, site: Restores, *, seconds: int) -> None:
        self.desk = desk
        self.objects = objects
        self.public_bucket = public_bucket
        self.site = site
        self.seconds = seconds

    async def run(self) -> None:
        while True:
            await self.round()
            await asyncio.sleep(self.seconds)

    async def round(self) -> None:
        lying = set(await self.objects.keys(self.public_bucket))
        async with self.desk.db.transaction() as conn:
            wanted = await store_objects.on_show(conn)
            strays = await store_objects.adopt_strays(conn, sorted(lying - wanted.keys()))
        if strays:
            log.warning("objects without a page found in the public bucket", count=strays)
        for key in sorted(wanted.keys() - lying):
            await self._restore(wanted[key])

    async def _restore(self, found: PublicObject) -> None:
        """Bring one object back; one that cannot be is told of, and holds up none of the others."""
        try:
            kept = await self.site.restore(found)
        except Missing:
            log.critical("a picture of a page is lost", sha256=found.sha256)
        except Rejected:
            log.critical("a picture of a page is not what was approved", sha256=found.sha256)
        except Exception as e:
            metrics.WORKER_FAILED.labels(Sweep.run.__qualname__).inc()
            log.warning("a picture of a page is missing still", sha256=found.sha256, error=type(e).__name__)
        else:
            if kept:
                log.warning("a picture of a page was missing and was copied again", sha256=found.sha256)
