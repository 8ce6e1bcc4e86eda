"""Looks at the files that other systems' requests name, and answers the requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.intake import reception, store_requests
from services.intake.domain_requests import answer
from services.intake.files import store, store_uploads
from services.intake.files.elsewhere import Elsewhere
from services.intake.files.fetching import NotFetched
from services.intake.files.lanes import LEASE, Lane, held, postponed
from services.intake.files.limits import (
    NOT_FOUND,
    OTHER_SIZE,
    ReportTooLarge,
    UnknownOrigin,
    expect_report_size,
    problem_of,
)
from services.intake.files.originals import Vault, look, original_of
from services.intake.files.store import Filed
from services.intake.store_requests import Pending
from shared.content import Media, RequestedMedia, StoredObject
from shared.desk import Desk
from shared.events import Problem
from shared.media.kinds import declared, kind_of
from shared.outbox import TooLarge

AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class RequestChecks:
    """One lane for requests with short files, one for long ones."""

    desk: Desk
    vault: Vault
    elsewhere: Elsewhere

    def lane(self, *, long: bool) -> Lane[Pending]:
        async def take(limit: int) -> Sequence[Pending]:
            return await store_requests.take(self.desk.db, at=self.desk.now(), lease=LEASE, limit=limit, long=long)

        return Lane(take, self.one, AT_ONCE)

    async def one(self, pending: Pending) -> None:
        """Look at the files of one request and answer it; what is away is tried again later."""
        ref = (pending.request.source, pending.request.id)

        async def postpone(pause: timedelta) -> None:
            await store_requests.postpone(self.desk.db, ref, until=self.desk.now() + pause)

        try:
            async with held(postpone):
                files, problems = await self._look(pending)
            try:
                await self._answer(pending, files, problems)
            except TooLarge as no:  # the same tomorrow: its sender has to know
                await self._answer(pending, (), (*problems, Problem(field="", message=no.sentence)))
        except Exception as e:
            await postpone(postponed("request", pending.attempts, e))

    async def _look(self, pending: Pending) -> tuple[tuple[Filed, ...], tuple[Problem, ...]]:
        """All files of one request, outside any transaction."""
        asked = pending.request.asked
        problems = await self._unknown_origins(pending)
        files: list[Filed] = []
        async with self.desk.db.connection() as conn:
            there = await store.bytes_of(conn, asked.supplements) if asked.supplements else 0
        for n, file in enumerate(asked.media):
            left = self.vault.limits.report - there - sum(f.media.original.size for f in files)
            found = await self._one_file(pending, n, file, left)
            if isinstance(found, Problem):
                problems.append(found)
            else:
                files.append(found)
        try:
            expect_report_size([there, *(f.media.original.size for f in files)], self.vault.limits)
        except ReportTooLarge as no:
            problems.append(Problem(field="media", message=no.sentence))
        return tuple(files), tuple(problems)

    async def _unknown_origins(self, pending: Pending) -> list[Problem]:
        """Files that say that they were made of another, which is in no Report of this sender's Units."""
        source, media = pending.request.source, pending.request.asked.media
        named = {m.derived_from for m in media if m.derived_from is not None}
        if not named:
            return []
        async with self.desk.db.connection() as conn:
            units = (await store_requests.sources(conn, {source}))[source].units
            known = {h for unit in units for h in await store_uploads.known_to(conn, named, unit=unit)}
        known |= {m.object.sha256 for m in media if m.object is not None}
        return [
            Problem(field=f"media.{n}.derived_from", message=UnknownOrigin(m.name).sentence)
            for n, m in enumerate(media)
            if m.derived_from is not None and m.derived_from not in known
        ]

    async def _one_file(self, pending: Pending, n: int, file: RequestedMedia, left: int) -> Filed | Problem:
        source, vault = pending.request.source, self.vault
        stored, bucket = file.object, vault.buckets.incoming
        if file.url is not None:
            return await self._from_elsewhere(pending, n, file, left)
        assert stored is not None  # a request names one or the other
        problem = problem_of(n, file.name, stored, source=source, bucket=bucket, limits=vault.limits)
        if problem is not None:
            return problem
        why = await self._why_not(stored)
        if why is not None:
            return Problem(field=f"media.{n}.object", message=why)
        return self._filed(pending, file, stored)

    async def _from_elsewhere(self, pending: Pending, n: int, file: RequestedMedia, left: int) -> Filed | Problem:
        try:
            stored = await self.elsewhere.bring(pending, n, file, left=left)
        except NotFetched as no:
            return Problem(field=f"media.{n}.url", message=str(no))
        return self._filed(pending, file, stored)

    async def _why_not(self, stored: StoredObject) -> str | None:
        """What is wrong with an object. One that was checked for another Report has left the incoming bucket since."""
        why = await look(self.vault, stored.key, size=stored.size, sha256=stored.sha256)
        if why != NOT_FOUND:
            return why
        async with self.desk.db.connection() as conn:
            before = await store.checked_before(conn, stored.key, stored.sha256)
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
