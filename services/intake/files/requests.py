"""Looks at the files that other systems' requests name, and answers the requests."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services.intake import reception, store_requests
from services.intake.domain_requests import answer
from services.intake.files import store
from services.intake.files.fetching import Fetched, Fetcher, NotFetched
from services.intake.files.lanes import LEASE, Lane, postponed
from services.intake.files.limits import (
    NOT_FOUND,
    OTHER_BYTES,
    OTHER_SIZE,
    ReportTooLarge,
    expect_report_size,
    problem_of,
)
from services.intake.files.originals import Vault, look, original_of
from services.intake.files.store import Filed
from services.intake.store_requests import Pending
from shared.content import Media, RequestedMedia, StoredObject
from shared.desk import Desk
from shared.events import Problem
from shared.media.kinds import TYPES, UNKNOWN, declared, kind_of, why_not
from shared.outbox import TooLarge
from shared.refusal import Transient

AT_ONCE = 4
FETCHES = 6  # before a host that does not answer is taken to be the sender's fault
NOT_REACHED = "Alamat berkas tidak dapat dihubungi. Unggah berkasnya langsung, atau kirim lagi nanti."
NOWHERE = Fetcher(frozenset())


@dataclass(frozen=True, slots=True)
class RequestChecks:
    """One lane for requests with short files, one for long ones."""

    desk: Desk
    vault: Vault
    fetcher: Fetcher = NOWHERE
    folder: Path | None = None

    def lane(self, *, long: bool) -> Lane[Pending]:
        async def take(limit: int) -> Sequence[Pending]:
            return await store_requests.take(self.desk.db, at=self.desk.now(), lease=LEASE, limit=limit, long=long)

        return Lane(take, self.one, AT_ONCE)

    async def one(self, pending: Pending) -> None:
        """Look at the files of one request and answer it; what is away is tried again later."""
        ref = (pending.request.source, pending.request.id)
        try:
            files, problems = await self._look(pending)
            try:
                await self._answer(pending, files, problems)
            except TooLarge as no:  # the same tomorrow: its sender has to know
                await self._answer(pending, (), (*problems, Problem(field="", message=no.sentence)))
        except Exception as e:
            seconds = postponed("request", pending.attempts, e)
            await store_requests.postpone(self.desk.db, ref, until=self.desk.now() + seconds)

    async def _look(self, pending: Pending) -> tuple[tuple[Filed, ...], tuple[Problem, ...]]:
        """All files of one request, outside any transaction."""
        asked = pending.request.asked.media
        problems: list[Problem] = []
        files: list[Filed] = []
        for n, file in enumerate(asked):
            found = await self._one_file(pending, n, file)
            if isinstance(found, Problem):
                problems.append(found)
            else:
                files.append(found)
        try:
            expect_report_size([f.media.original.size for f in files], self.vault.limits)
        except ReportTooLarge as no:
            problems.append(Problem(field="media", message=no.sentence))
        return tuple(files), tuple(problems)

    async def _one_file(self, pending: Pending, n: int, file: RequestedMedia) -> Filed | Problem:
        source, vault = pending.request.source, self.vault
        stored, bucket = file.object, vault.buckets.incoming
        if file.url is not None:
            return await self._from_elsewhere(pending, n, file, file.url)
        assert stored is not None  # a request names one or the other
        problem = problem_of(n, file.name, stored, source=source, bucket=bucket, limits=vault.limits)
        if problem is not None:
            return problem
        why = await self._why_not(stored)
        if why is not None:
            return Problem(field=f"media.{n}.object", message=why)
        return self._filed(pending, file, stored)

    async def _from_elsewhere(self, pending: Pending, n: int, file: RequestedMedia, url: str) -> Filed | Problem:
        """A file that its sender names by its address: brought into the incoming bucket, under its own hash."""
        vault, where = self.vault, f"media.{n}.url"
        most = vault.limits.file.of(kind_of(declared(file.name, UNKNOWN)))
        try:
            with tempfile.TemporaryDirectory(prefix="ambil-", dir=self.folder) as folder:
                here = Path(folder) / "berkas"
                found = await self.fetcher.fetch(url, here, most=most)
                stored = self._stored(pending.request.source, file, found)
                if file.sha256 is not None and found.sha256 != file.sha256:
                    return Problem(field=where, message=OTHER_BYTES)
                if why := why_not(stored.content_type, found.size, vault.limits.file):
                    return Problem(field=where, message=why)
                with here.open("rb") as data:
                    await vault.store.put_file(stored.bucket, stored.key, data, found.size, stored.content_type)
        except NotFetched as no:
            return Problem(field=where, message=str(no))
        except Transient:
            if pending.attempts < FETCHES:
                raise
            return Problem(field=where, message=NOT_REACHED)
        return self._filed(pending, file, stored)

    def _stored(self, source: str, file: RequestedMedia, found: Fetched) -> StoredObject:
        content_type = declared(file.name, found.content_type)
        return StoredObject(
            bucket=self.vault.buckets.incoming,
            key=f"{source}/{found.sha256}",
            sha256=found.sha256,
            size=found.size,
            content_type=content_type if content_type in TYPES else UNKNOWN,
        )

    async def _why_not(self, stored: StoredObject) -> str | None:
        """What is wrong with an object. One that was accepted for another Report has left the incoming bucket since."""
        why = await look(self.vault, stored.key, size=stored.size, sha256=stored.sha256)
        if why != NOT_FOUND:
            return why
        async with self.desk.db.connection() as conn:
            before = await store.accepted_before(conn, stored.key, stored.sha256)
        if before is None:
            return NOT_FOUND
        return None if before.media.original.size == stored.size else OTHER_SIZE

    def _filed(self, pending: Pending, file: RequestedMedia, stored: StoredObject) -> Filed:
        rights = file.model_dump(exclude={"object", "url", "sha256"})
        true = stored.model_copy(update={"content_type": declared(file.name, stored.content_type)})
        media = Media(
            id=self.desk.new_id(),
            kind=kind_of(true.content_type),
            original=original_of(true, self.vault),
            state="checking",
            **rights,
        )
        return Filed(pending.report, media, stored.key)

    async def _answer(self, pending: Pending, files: tuple[Filed, ...], problems: tuple[Problem, ...]) -> None:
        desk, request = self.desk, pending.request
        ref = (request.source, request.id)
        async with desk.transaction() as conn:
            sources = await store_requests.sources(conn, {request.source})
            if not await store_requests.lock_unanswered(conn, ref):
                return
            found = answer(request, sources[request.source], report=pending.report, clock=desk.clock)
            found = found._replace(problems=(*found.problems, *problems))
            await store_requests.answered(conn, [found], at=desk.now())
            if found.problems:
                await reception.refuse(conn, desk, [found], sources)
            else:
                await reception.accept(conn, desk, [found], sources, {ref: files})
