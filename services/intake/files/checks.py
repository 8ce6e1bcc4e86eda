"""Checks the files of Reports: whole, harmless, as declared, and made fit to be shown. Every replica may run it."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from services.intake import store as store_reports
from services.intake.files import erasures, store, store_erasing, store_uploads
from services.intake.files.erasing import BY_ORDER, Kept, places
from services.intake.files.lanes import LEASE, Lane, held, postponed
from services.intake.files.originals import Vault, bring, carry_over, quarantine
from services.intake.files.store import Filed
from shared import audit
from shared.audit import Entry
from shared.content import Media, Rendition
from shared.desk import Desk
from shared.events import ReportMediaChecked
from shared.media import sandbox
from shared.media.malware import Malware
from shared.media.sandbox import BROKEN, Crashed
from shared.media.store import Missing, hash_of_file
from shared.media.verdict import INFECTED, Facts, Made, Verdict
from shared.outbox import Draft
from shared.refusal import Transient

if TYPE_CHECKING:
    from services.intake.domain import Report
    from services.intake.files.erasing import Order
    from shared.db import Connection

log = structlog.get_logger(__name__)

SHORT_AT_ONCE, LONG_AT_ONCE = 2, 1  # a decoded picture takes up to half a gigabyte, a video more
CRASHES = 3  # of the process that opens a file, before the file is taken to be the reason
AFTER_A_CRASH = timedelta(minutes=1)  # the machine may have been short of memory
PREFIX = "intake"  # each service writes its own renditions


@dataclass(frozen=True, slots=True)
class Checked:
    """The result on one file: what events tell, and what stays here."""

    media: Media
    facts: Facts = field(default_factory=Facts)
    quarantine: str | None = None


class OtherLane(Exception):
    """A recording that was called something short."""


@dataclass(frozen=True, slots=True)
class MediaChecks:
    """One lane for short files, one for long ones; `folder` is where files lie while they are looked at."""

    desk: Desk
    vault: Vault
    malware: Malware | None
    folder: Path | None = None

    def lane(self, *, long: bool) -> Lane[Filed]:
        async def take(limit: int) -> Sequence[Filed]:
            return await store.take(self.desk.db, at=self.desk.now(), lease=LEASE, limit=limit, long=long)

        return Lane(take, self.one, LONG_AT_ONCE if long else SHORT_AT_ONCE)

    async def one(self, file: Filed) -> None:
        """Check one file and write the result down; what is away is tried again later."""

        async def postpone(pause: timedelta) -> None:
            await store.postpone(self.desk.db, file.media.id, until=self.desk.now() + pause)

        try:
            async with held(postpone), self._desk_space() as folder:
                await self._settle(file, await self._check(file, folder))
        except OtherLane:
            async with self.desk.db.transaction() as conn:
                await store.to_long_lane(conn, file.media.id, at=self.desk.now())
            return
        except Exception as e:
            pause = postponed("media", file.attempts, e)
            await postpone(max(pause, AFTER_A_CRASH) if isinstance(e, Crashed) else pause)
            return
        await self._clear(file)

    async def _check(self, file: Filed, folder: Path) -> Checked:
        """The file as it is once checked, outside any transaction."""
        media, original = file.media, file.media.original
        if (before := await self._erased(file) or await self._before(file)) is not None:
            return before
        here = folder / "asli"
        brought = await bring(self.vault, file.incoming, here, size=original.size, sha256=original.sha256)
        if isinstance(brought, str):
            return await self._refused(file, brought)
        if self.malware is not None and (found := await self.malware.scan(here)):
            log.warning("malware found", report=str(file.report), sha256=original.sha256, signature=found)
            return await self._refused(file, INFECTED)
        verdict = await self._judged(file, here, folder)
        if verdict.verdict == "later":
            raise OtherLane
        if verdict.verdict == "refused":
            return await self._refused(file, verdict.reason)
        why = await carry_over(self.vault, file.incoming, brought.etag, sha256=original.sha256)
        if why is not None:
            return await self._refused(file, why)
        renditions = [await self._keep(folder / "salinan", made) for made in verdict.made]
        accepted = media.model_copy(
            update={
                "state": "accepted", "kind": verdict.kind, "renditions": tuple(renditions),
                "placeholder": verdict.placeholder,
                "original": original.model_copy(update={"content_type": verdict.type}),
            }
        )  # fmt: skip
        return Checked(accepted, verdict.facts)

    async def _erased(self, file: Filed) -> Checked | None:
        """Refused where the same bytes were erased by order; they are not even put in quarantine."""
        sha256, keys = file.media.original.sha256, [file.incoming] if file.incoming is not None else []
        async with self.desk.db.connection() as conn:
            if not await store_erasing.is_erased(conn, sha256):
                return None
            claimed = await store_uploads.claimed(conn, keys, sha256)
        if file.incoming is not None and file.incoming not in claimed:
            await self.vault.store.remove(self.vault.buckets.incoming, file.incoming)
        return Checked(file.media.model_copy(update={"state": "refused", "reason": BY_ORDER}))

    async def _before(self, file: Filed) -> Checked | None:
        """The result on the same upload in another Report, whose check has removed it from the incoming bucket."""
        if file.incoming is None:
            return None
        async with self.desk.db.connection() as conn:
            found = await store.checked_before(conn, file.incoming, file.media.original.sha256)
        if found is None:
            return None
        same = ("state", "kind", "renditions", "placeholder", "original", "reason")
        return Checked(file.media.model_copy(update={n: getattr(found.media, n) for n in same}), found.facts)

    async def _judged(self, file: Filed, here: Path, folder: Path) -> Verdict:
        out, declared = folder / "salinan", file.media.original.content_type
        out.mkdir()
        try:
            return await sandbox.judged(
                here,
                declared=declared,
                limits=self.vault.limits.file,
                out=out,
                space=folder,
                quick=not file.long,
            )
        except Crashed as e:
            async with self.desk.db.transaction() as conn:
                crashes = await store.crashed(conn, file.media.id)
            if crashes < CRASHES:
                raise
            log.warning("file refused: it ended its process each time", sha256=file.media.original.sha256, why=str(e))
            return Verdict(verdict="refused", type=declared, reason=BROKEN)

    async def _refused(self, file: Filed, why: str) -> Checked:
        refused = file.media.model_copy(update={"state": "refused", "reason": why})
        key = await quarantine(self.vault, file.incoming, name=f"{file.media.id}")
        return Checked(refused, quarantine=key)

    async def _keep(self, folder: Path, made: Made) -> Rendition:
        """Put one copy among our own renditions, under its own hash."""
        path, bucket = folder / made.file, self.vault.buckets.renditions
        sha256 = await asyncio.to_thread(hash_of_file, path)
        size, key = path.stat().st_size, f"{PREFIX}/{sha256}"
        with path.open("rb") as data:
            await self.vault.store.put_file(bucket, key, data, size, made.content_type)
        return Rendition(
            bucket=bucket, key=key, sha256=sha256, size=size, **made.model_dump(exclude={"file"}, exclude_none=True)
        )

    async def _settle(self, file: Filed, checked: Checked) -> None:
        """Write the result down, while nobody deletes the copies that it names. Raises Transient where one is gone."""
        copies = checked.media.renditions
        if not copies:
            await self._write_down(file, checked)
            return
        async with store_erasing.copies_held(self.desk.db, alone=False):
            await self._write_down(file, checked, whole=await self._are_there(copies))

    async def _are_there(self, copies: Sequence[Rendition]) -> bool:
        try:
            await asyncio.gather(*(self.vault.store.stat(copy.bucket, copy.key) for copy in copies))
        except Missing:
            return False
        return True

    async def _write_down(self, file: Filed, checked: Checked, *, whole: bool = True) -> None:
        desk, media = self.desk, checked.media
        async with desk.transaction() as conn:
            report = (await store_reports.lock(conn, {file.report}))[file.report]
            order = await store_erasing.ordered(conn, media.original.sha256)
            if order is not None and media.reason != BY_ORDER:
                await self._erase(conn, order, file, checked, report)
                return
            if not whole:
                raise Transient("a copy was deleted meanwhile with another file that had it")
            if not await store.settle(conn, media, facts=checked.facts, quarantine=checked.quarantine):
                return
            await audit.append(
                conn,
                [Entry(f"media.{media.state}", str(file.report), after_hash=media.original.sha256)],
                at=desk.now(),
            )
            if file.private:
                return
            event = ReportMediaChecked(report=report.id, request=report.request, media=media, at=desk.now())
            await desk.outbox.append(conn, [Draft(event, request=report.request)])

    async def _erase(self, conn: "Connection", order: "Order", file: Filed, checked: Checked, report: "Report") -> None:
        """It was ordered erased while it was looked at: what was made of it meanwhile goes the same way."""
        sha256, made = order.sha256, Kept(file._replace(media=checked.media), checked.quarantine)
        here = await store_erasing.lock(conn, sha256, {report.id}, living=False)
        if any(kept.file.media.id == file.media.id for kept in here):  # the order did not know of this Report
            await erasures.empty(conn, self.desk.outbox, order, [made], {report.id: report})
        await store_erasing.add_places(conn, sha256, places([made], self.vault.buckets), at=self.desk.now())

    async def _clear(self, file: Filed) -> None:
        """Remove what was carried over, unless another Report waits for the same upload; the sweep is the net."""
        if file.incoming is None:
            return
        try:
            async with self.desk.db.connection() as conn:
                if await store.is_awaited(conn, file.incoming):
                    return
            await self.vault.store.remove(self.vault.buckets.incoming, file.incoming)
        except Exception as e:
            log.info("incoming object is left to the sweep", error=type(e).__name__)

    @asynccontextmanager
    async def _desk_space(self) -> AsyncGenerator[Path]:
        """A folder of this file's own, gone afterwards."""
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="periksa-", dir=self.folder))
        try:
            yield folder
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
