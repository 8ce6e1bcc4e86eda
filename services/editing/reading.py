"""Reads the texts of files that a Version shows, once each and outside any transaction."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from services.editing.checks.documents import read_by_machine, read_captions, read_pages
from services.editing.checks.facts import Reading
from services.editing.reports import Report
from services.editing.store import lock_reports
from services.editing.store_checks import add_reading, find_readings
from shared.content import Content, Rendition
from shared.desk import Desk
from shared.media.choosing import CAPTIONS
from shared.media.store import Missing, Store
from shared.media.verdict import Undecodable
from shared.refusal import Transient

log = structlog.get_logger(__name__)

AT_ONCE = asyncio.Semaphore(2)
MOST = 6_000_000  # intake takes captions up to 5 MB, and keeps 1 MB of any other text


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads for one desk; what cannot be had now holds the submission up until it can."""

    desk: Desk
    store: Store

    async def read(self, content: Content, reports: Sequence[Report]) -> None:
        wanted = read_by_machine(content, reports)
        if not wanted:
            return
        async with self.desk.db.connection() as conn:
            there = await find_readings(conn, list(wanted))
        for media, text in wanted.items():
            if text.sha256 not in there:
                await self._read(media, text, reports)

    async def _read(self, media: UUID, text: Rendition, reports: Sequence[Report]) -> None:
        try:
            async with AT_ONCE:
                reading = await self._reading(text)
        except (Transient, Missing, Undecodable) as e:
            log.warning("the text of a file could not be read", media=str(media), error=type(e).__name__)
            return
        report = next(r.id for r in reports for m in r.media if m.id == media)
        async with self.desk.db.transaction() as conn:
            # Under the lock of its Report: what was erased meanwhile is not told of again.
            found = (await lock_reports(conn, [report]))[report]
            if any(m.id == media for m in found.media):
                await add_reading(conn, media, text.sha256, reading, at=self.desk.now())

    async def _reading(self, text: Rendition) -> Reading:
        data = await self.store.read(text.bucket, text.key, limit=MOST)
        words = data.decode(errors="replace")
        return await asyncio.to_thread(read_captions if text.label == CAPTIONS else read_pages, words)
