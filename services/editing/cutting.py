"""Makes the desk's own copies, cut or blacked out, before a Version is saved: outside any transaction, each once."""

import asyncio
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.editing.manuscript import NO_REGIONS, CutKey, Cuts, Manuscript, Own, Regions, cut_of, source_of
from services.editing.reports import Report
from services.editing.store import lock_reports
from services.editing.store_cuts import add_cut, find_cuts
from shared.content import Rendition
from shared.desk import Desk
from shared.media.pictures.cutting import cut
from shared.media.pictures.redacting import redact
from shared.media.store import Missing, Store, hash_of_file
from shared.media.verdict import Made, Undecodable
from shared.refusal import Refused, Transient

PREFIX = "editing"  # each service writes its own renditions
AT_ONCE = asyncio.Semaphore(2)


class NotCut(Refused):
    def __init__(self, name: str, why: str) -> None:
        super().__init__("not-cut", f"Foto {name} belum dapat dipotong. {why}")


class NotYetReached(Refused):
    def __init__(self) -> None:
        super().__init__("not-cut", "Penyimpanan foto belum dapat dijangkau; coba lagi sebentar lagi.")


@dataclass(frozen=True, slots=True)
class Scissors:
    """Cuts pictures of one desk."""

    desk: Desk
    store: Store

    async def make(self, manuscript: Manuscript, reports: Sequence[Report], redacted: Regions = NO_REGIONS) -> Cuts:
        """Make what is wanted and not there yet; gives all cuts of its files.

        Raises Refused for what cannot be cut, MediaNotInStory.
        """
        wanted = [k for c in manuscript.media if (k := cut_of(c, reports, redacted.get(c.id, ())))]
        try:
            return await self.make_all(wanted, reports)
        except (Transient, Missing):
            raise NotYetReached from None

    async def make_all(self, wanted: Sequence[CutKey], reports: Sequence[Report]) -> Cuts:
        """Make these; gives all cuts of their files. Raises NotCut, Missing, and Transient where the store is away."""
        there = await self._there(wanted)
        missing = [key for key in wanted if key not in there]
        for key in missing:
            report, name, source = _named(key, reports)
            try:
                await self._make(key, report, source)
            except Undecodable as e:
                raise NotCut(name, str(e)) from None
        return await self._there(wanted) if missing else there

    async def _there(self, wanted: Iterable[CutKey]) -> Cuts:
        async with self.desk.db.connection() as conn:
            return await find_cuts(conn, [key.media for key in wanted])

    async def _make(self, key: CutKey, report: Report, source: Rendition) -> None:
        async with AT_ONCE:
            with tempfile.TemporaryDirectory() as folder:
                made, placeholder = await self._cut(source, key, Path(folder))
                kept = [await self._keep(Path(folder), f"{PREFIX}/{key.media}", source.bucket, one) for one in made]
        async with self.desk.db.transaction() as conn:
            # Under the lock of its Report: an erasure that came meanwhile takes away what was put, see the sweep.
            found = (await lock_reports(conn, [report.id]))[report.id]
            if any(m.id == key.media for m in found.media):
                await add_cut(conn, key, Own(tuple(kept), placeholder), at=self.desk.now())

    async def _cut(self, source: Rendition, key: CutKey, folder: Path) -> tuple[tuple[Made, ...], str]:
        whole = folder / "whole"
        await self.store.download(source.bucket, source.key, whole)
        if key.redacted:
            return await asyncio.to_thread(redact, whole, key.redacted, key.crop, folder)
        assert key.crop is not None
        return await asyncio.to_thread(cut, whole, key.crop, folder), ""

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
            if media.id == key.media and (source := source_of(media.renditions)):
                return report, media.name, source
    raise AssertionError("a cut is asked for of a file that is there")
