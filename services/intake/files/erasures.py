"""Carries out an order to erase a file: what is known of it at once, in one transaction; its objects after that."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

import structlog

from services.intake import store as store_reports
from services.intake.domain import Report
from services.intake.files import erasing, store_erasing, store_uploads
from services.intake.files.erasing import Kept, NoSuchFile, OnlyACopy, Order, Place
from services.intake.files.lanes import LEASE, Lane, postponed
from services.intake.files.originals import Vault
from services.intake.files.store_erasing import Erasure
from shared import audit
from shared.audit import Entry
from shared.desk import Desk
from shared.media.store import Buckets
from shared.outbox import Draft, Outbox

if TYPE_CHECKING:
    from shared.db import Connection

log = structlog.get_logger(__name__)

AT_ONCE = 1


class Erased(NamedTuple):
    """What was done: how many files in how many Reports, and uploads; how many objects intake has still to delete.

    `before` is when it was erased, where there was nothing left to erase; `objects` is then unknown (None) or 0.
    `related` are files that stay: derived from this one, or with one of its copies.
    """

    reports: int
    files: int
    uploads: int
    objects: int | None
    before: datetime | None = None
    related: Sequence[str] = ()


async def erase(conn: "Connection", outbox: Outbox, buckets: Buckets, order: Order) -> Erased:
    """Erase all files and uploads of these bytes, in one transaction of the caller's. Raises NoSuchFile, OnlyACopy."""
    kept = await _empty_all(conn, outbox, order, living=False)
    uploads = await store_erasing.end_uploads(conn, order.sha256, at=order.at)
    if not kept and not uploads:
        return await _before(conn, buckets, order.sha256)
    if not kept:  # no Report's audit tells of it
        await _write_down(conn, order, sorted(str(upload.id) for upload in uploads))
    places = erasing.places(kept, buckets) | {Place(buckets.incoming, upload.key) for upload in uploads}
    await store_erasing.add(conn, order, places)
    return Erased(
        reports=len({k.file.report for k in kept}),
        files=len(kept),
        uploads=len(uploads),
        objects=len(places),
        related=await store_erasing.related(conn, order.sha256, _copies(places, buckets)),
    )


async def _before(conn: "Connection", buckets: Buckets, sha256: str) -> Erased:
    """How it stands with an erasure of before. Raises NoSuchFile, OnlyACopy."""
    before = await store_erasing.before(conn, sha256)
    if before is not None:
        related = await store_erasing.related(conn, sha256, _copies(before.places, buckets))
        return Erased(0, 0, 0, 0 if before.done else None, before.at, related)
    originals = await store_erasing.originals_of(conn, sha256)
    raise OnlyACopy(sha256, originals) if originals else NoSuchFile(sha256)


def _copies(places: Set[Place], buckets: Buckets) -> list[str]:
    return [place.key for place in places if place.bucket not in (buckets.incoming, buckets.originals)]


async def _empty_all(conn: "Connection", outbox: Outbox, order: Order, *, living: bool) -> Sequence[Kept]:
    """Empty all rows of these bytes; Reports are locked before files, as everywhere here."""
    locked = await store_reports.lock(conn, await store_erasing.reports_with(conn, order.sha256))
    kept = await store_erasing.lock(conn, order.sha256, locked, living=living)
    await empty(conn, outbox, order, kept, locked)
    return kept


async def empty(
    conn: "Connection", outbox: Outbox, order: Order, kept: Sequence[Kept], locked: Mapping[UUID, Report]
) -> None:
    """Empty these rows, which are locked as their Reports are, and tell the readers."""
    await store_erasing.empty(conn, kept)
    await _write_down(conn, order, sorted({str(k.file.report) for k in kept}))
    told = [erasing.event_of(k.file, order, locked[k.file.report].request) for k in kept]
    await outbox.append(conn, [Draft(event, request=event.request) for event in told])


async def _write_down(conn: "Connection", order: Order, items: Sequence[str]) -> None:
    entries = [
        Entry(action, item, by, after_hash=order.sha256)
        for item in items
        for action, by in (("media.erased", order.by), ("media.erasure-approved", order.approved_by))
    ]
    await audit.append(conn, entries, at=order.at)


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
            pause = postponed(f"erasure of {erasure.order.sha256}", erasure.attempts, e)
            await store_erasing.postpone(self.desk.db, erasure.id, until=self.desk.now() + pause)

    async def _stragglers(self, erasure: Erasure) -> Erasure:
        """Files of the same bytes whose check crossed with the order."""
        desk, order, until = self.desk, erasure.order, self.desk.now() + LEASE
        async with desk.transaction() as conn:
            kept = await _empty_all(conn, desk.outbox, order, living=True)
            places = erasure.places | erasing.places(kept, self.vault.buckets)
            if places == erasure.places:
                return erasure
            await store_erasing.add_places(conn, order.sha256, places, at=until)
        return erasure._replace(places=frozenset(places), until=until)

    async def _delete(self, erasure: Erasure) -> None:
        buckets, places = self.vault.buckets, erasure.places
        incoming, originals = ({p for p in places if p.bucket == b} for b in (buckets.incoming, buckets.originals))
        # What may still be copied from goes first.
        kept = await self._delete_incoming(incoming, erasure.order.sha256)
        for place in sorted(originals):
            await self.vault.store.remove(*place)
        kept |= await self._delete_copies(places - incoming - originals)
        async with self.desk.db.transaction() as conn:
            await store_erasing.done(conn, erasure, at=self.desk.now())
        log.info("erased", sha256=erasure.order.sha256, objects=len(places - kept), kept=len(kept))

    async def _delete_incoming(self, places: Set[Place], sha256: str) -> set[Place]:
        """Returns those that stay: other bytes lie there by now."""
        async with self.desk.db.connection() as conn:
            keys = await store_uploads.claimed(conn, [place.key for place in places], sha256)
        kept = {place for place in places if place.key in keys}
        for place in sorted(places - kept):
            await self.vault.store.remove(*place)
        return kept

    async def _delete_copies(self, places: Set[Place]) -> set[Place]:
        """Returns those that stay: another file has them too. Meanwhile no check writes down that it has one."""
        if not places:
            return set()
        async with store_erasing.copies_held(self.desk.db, alone=True):
            async with self.desk.db.connection() as conn:
                kept = await store_erasing.still_used(conn, places)
            for place in sorted(places - kept):
                await self.vault.store.remove(*place)
        return kept
