"""Makes the cuts that a form asks for, before it is saved: outside any transaction, and each once."""

import asyncio
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.editing.manuscript import CutKey, Cuts, Manuscript, cut_of, source_of
from services.editing.reports import Report
from services.editing.store import lock_reports
from services.editing.store_cuts import add_cut, find_cuts
from shared.content import Crop, Rendition
from shared.desk import Desk
from shared.media.pictures.cutting import cut
from shared.media.store import Missing, Store, hash_of_file
from shared.media.verdict import Made, Undecodable
from shared.refusal import Refused, Transient

PREFIX = "editing"  # each service writes its own renditions
AT_ONCE = asyncio.Semaphore(2)


class NotCut(Refused):
    def __init__(self, name: str, why: str) -> None:
        super().__init__("not-cut", f"Foto {name} belum dapat dipotong. {why}")


@dataclass(frozen=True, slots=True)
class Scissors:
    """Cuts pictures of one desk."""

    desk: Desk
    store: Store

    async def make(self, manuscript: Manuscript, reports: Sequence[Report]) -> Cuts:
        """Make what is wanted and not there yet; gives all cuts of its files.

        Raises Refused for what cannot be cut, MediaNotInStory.
        """
        wanted = {key: _named(key, reports) for c in manuscript.media if (key := cut_of(c, reports))}
        there = await self._there(wanted)
        for key, (report, name, source) in wanted.items():
            if key not in there:
                try:
                    await self._make(key, report, source)
                except Undecodable as e:
                    raise NotCut(name, str(e)) from None
                except (Transient, Missing):
                    raise NotCut(name, "Penyimpanan foto belum dapat dijangkau; coba lagi sebentar lagi.") from None
        return there if all(key in there for key in wanted) else await self._there(wanted)

    async def _there(self, wanted: Iterable[CutKey]) -> Cuts:
        async with self.desk.db.connection() as conn:
            return await find_cuts(conn, [media for media, _, _ in wanted])

    async def _make(self, key: CutKey, report: Report, source: Rendition) -> None:
        media, _, crop = key
        async with AT_ONCE:
            with tempfile.TemporaryDirectory() as folder:
                made = await self._cut(source, crop, Path(folder))
                kept = [await self._keep(Path(folder), f"{PREFIX}/{media}", source.bucket, one) for one in made]
        async with self.desk.db.transaction() as conn:
            # Under the lock of its Report: an erasure that came meanwhile takes away what was put, see the sweep.
            found = (await lock_reports(conn, [report.id]))[report.id]
            if any(m.id == media for m in found.media):
                await add_cut(conn, key, tuple(kept), at=self.desk.now())

    async def _cut(self, source: Rendition, crop: Crop, folder: Path) -> tuple[Made, ...]:
        whole = folder / "whole"
        await self.store.download(source.bucket, source.key, whole)
        return await asyncio.to_thread(cut, whole, crop, folder)

    async def _keep(self, folder: Path, prefix: str, bucket: str, made: Made) -> Rendition:
        path = folder / made.file
        sha256 = await asyncio.to_thread(hash_of_file, path)
        size, key = path.stat().st_size, f"{prefix}/{sha256}"
        with path.open("rb") as data:
            await self.store.put_file(bucket, key, data, size, made.content_type)
        told = made.model_dump(exclude={"file"}, exclude_none=True)
        return Rendition(bucket=bucket, key=key, sha256=sha256, size=size, **told)


def _named(key: CutKey, reports: Sequence[Report]) -> tuple[Report, str, Rendition]:
    """The Report and name of a file that is to be cut, and the copy that is."""
    for report in reports:
        for media in report.media:
            if media.id == key[0] and (source := source_of(media.renditions)):
                return report, media.name, source
    raise AssertionError("a cut is asked for of a file that is there")
