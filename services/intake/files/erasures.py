"""Carries out an order to erase a file: what is known of it at once, in one transaction; its objects after that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import structlog

from services.intake import store as store_reports
from services.intake.files import erasing, store_erasing
from services.intake.files.erasing import Kept, NoSuchFile, Order, Place
from services.intake.files.lanes import LEASE, Lane
from services.intake.files.originals import Vault
from services.intake.files.store_erasing import Erasure
from shared import audit
from shared.audit import Entry
from shared.consume import backoff
from shared.desk import Desk
from shared.media.store import Buckets
from shared.outbox import Draft, Outbox

if TYPE_CHECKING:
    from shared.db import Connection

log = structlog.get_logger(__name__)

AT_ONCE = 1


class Erased(NamedTuple):
    """What was done: how many files in how many Reports; how many objects intake has still to delete.

    `before` is when it was erased, where there was nothing left to erase; `objects` is then unknown (None) or 0.
    """

    reports: int
    files: int
    objects: int | None
    before: datetime | None = None


async def erase(conn: "Connection", outbox: Outbox, buckets: Buckets, order: Order) -> Erased:
    """Erase all files of these bytes, in one transaction of the caller's. Raises NoSuchFile."""
    reports = await store_erasing.reports_with(conn, order.sha256)
    if not reports:
        raise NoSuchFile(order.sha256)
    kept = await _empty(conn, outbox, order, living=False)
    before = await store_erasing.newest(conn, order.sha256)
    if not kept and before is not None:
        return Erased(0, 0, None if before["done_at"] is None else 0, before["at"])
    uploads = await store_erasing.end_uploads(conn, order.sha256, at=order.at)
    places = erasing.places(kept, buckets) | {Place(buckets.incoming, key) for key in uploads}
    await store_erasing.add(conn, order, places)
    return Erased(len({k.file.report for k in kept}), len(kept), len(places))


async def _empty(conn: "Connection", outbox: Outbox, order: Order, *, living: bool) -> Sequence[Kept]:
    """Empty the rows and tell the readers; Reports are locked before files, as everywhere here."""
    locked = await store_reports.lock(conn, await store_erasing.reports_with(conn, order.sha256))
    kept = await store_erasing.lock(conn, order.sha256, locked, living=living)
    await store_erasing.empty(conn, kept)
    touched = sorted({k.file.report for k in kept})
    entries = [
        Entry(action, str(report), by, after_hash=order.sha256)
        for report in touched
        for action, by in (("media.erased", order.by), ("media.erasure-approved", order.approved_by))
    ]
    await audit.append(conn, entries, at=order.at)
    told = [(erasing.event_of(k.file, order, locked[k.file.report].request)) for k in kept]
    await outbox.append(conn, [Draft(event, request=event.request) for event in told])
    return kept


@dataclass(frozen=True, slots=True)
class Erasures:
    """Deletes the objects of erased files, tried again until they are gone. Every replica may run it."""

    desk: Desk
    vault: Vault

    def lane(self) -> Lane[Erasure]:
        async def take(limit: int) -> Sequence[Erasure]:
            return await store_erasing.take(self.desk.db, at=self.desk.now(), lease=LEASE, limit=limit)

        return Lane(take, self.one, AT_ONCE)

    async def one(self, erasure: Erasure) -> None:
        """Delete what one order asks for; what is away is tried again later."""
        try:
            await self._delete(await self._stragglers(erasure))
        except Exception as e:
            pause = timedelta(seconds=backoff(erasure.attempts, first=0.5, most=300))
            log.warning("erasure will be tried again", sha256=erasure.order.sha256, error=type(e).__name__)
            await store_erasing.postpone(self.desk.db, erasure.id, until=self.desk.now() + pause)

    async def _stragglers(self, erasure: Erasure) -> Erasure:
        """Files of the same bytes whose check crossed with the order."""
        desk, order = self.desk, erasure.order
        async with desk.transaction() as conn:
            kept = await _empty(conn, desk.outbox, order, living=True)
            places = erasure.places | erasing.places(kept, self.vault.buckets)
            if places != erasure.places:
                await store_erasing.add_places(conn, order.sha256, places, at=desk.now() + LEASE)
        return erasure._replace(places=frozenset(places))

    async def _delete(self, erasure: Erasure) -> None:
        async with self.desk.db.connection() as conn:
            used = await store_erasing.still_used(conn, erasure.places)
        # What may still be copied from goes first.
        incoming = self.vault.buckets.incoming
        for place in sorted(erasure.places - used, key=lambda p: (p.bucket != incoming, p)):
            await self.vault.store.remove(*place)
        async with self.desk.db.transaction() as conn:
            await store_erasing.done(conn, erasure, at=self.desk.now())
        log.info("erased", sha256=erasure.order.sha256, objects=len(erasure.places - used), kept=len(used))
