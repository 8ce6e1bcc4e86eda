"""What goes on by itself: files of requests are looked at, and files of Reports are checked and rendered."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.intake import reception, store, store_media, store_requests
from services.intake.domain_media import problem_of
from services.intake.domain_requests import answer
from services.intake.originals import Vault, carry_over, original_of
from services.intake.store_media import Filed
from services.intake.store_requests import Pending
from shared import audit
from shared.audit import Entry
from shared.consume import backoff
from shared.content import Media, Rendition
from shared.desk import Desk
from shared.events import Problem, ReportMediaChecked
from shared.media import Missing, Undecodable, kind_of, render_jpeg
from shared.outbox import Draft, TooLarge

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=10)
AT_ONCE = 4
PICTURES_AT_ONCE = 2  # a decoded picture takes up to half a gigabyte
IDLE_SECONDS = 0.25
LOST = "Berkas asli tidak dapat dibaca lagi. Kirim ulang berkasnya."


@dataclass(frozen=True, slots=True)
class RequestChecks:
    """Looks at the files that requests name, and answers the requests. Every replica may run it."""

    desk: Desk
    vault: Vault

    async def run(self) -> None:
        while True:
            if not await self.once():
                await asyncio.sleep(IDLE_SECONDS)

    async def once(self) -> int:
        """Look at some requests; returns how many."""
        taken = await store_requests.take(self.desk.db, at=self.desk.now(), lease=LEASE, limit=AT_ONCE)
        await asyncio.gather(*(self._one(p) for p in taken))
        return len(taken)

    async def _one(self, pending: Pending) -> None:
        ref = (pending.request.source, pending.request.id)
        try:
            media, problems = await self._look(pending)
            try:
                await self._answer(pending, media, problems)
            except TooLarge as no:  # the same tomorrow: its sender has to know
                await self._answer(pending, (), (*problems, Problem(field="", message=no.sentence)))
        except Exception as e:
            seconds = postponed("request", pending.attempts, e)
            await store_requests.postpone(self.desk.db, ref, until=self.desk.now() + seconds)

    async def _look(self, pending: Pending) -> tuple[tuple[Media, ...], tuple[Problem, ...]]:
        """All files of one request, outside any transaction."""
        source, asked = pending.request.source, pending.request.asked.media
        limits, incoming = self.vault.limits, self.vault.buckets.incoming
        problems: list[Problem] = []
        media: list[Media] = []
        for n, file in enumerate(asked):
            found = problem_of(n, file.object, source=source, bucket=incoming, limits=limits)
            if found is None:
                stored = file.object
                why = await carry_over(self.vault, stored.key, size=stored.size, sha256=stored.sha256)
                found = Problem(field=f"media.{n}.object", message=why) if why else None
            if found:
                problems.append(found)
                continue
            rest = file.model_dump(exclude={"object"})
            original = original_of(file.object, self.vault)
            kind = kind_of(original.content_type)
            media.append(Media(id=self.desk.new_id(), kind=kind, original=original, state="checking", **rest))
        return tuple(media), tuple(problems)

    async def _answer(self, pending: Pending, media: tuple[Media, ...], problems: tuple[Problem, ...]) -> None:
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
                await reception.accept(conn, desk, [found], sources, {ref: media})


@dataclass(frozen=True, slots=True)
class MediaChecks:
    """Checks the files of Reports: whole, as declared, and a picture made fit to be shown. Every replica may run it."""

    desk: Desk
    vault: Vault

    async def run(self) -> None:
        while True:
            if not await self.once():
                await asyncio.sleep(IDLE_SECONDS)

    async def once(self) -> int:
        """Check some files; returns how many."""
        taken = await store_media.take(self.desk.db, at=self.desk.now(), lease=LEASE, limit=PICTURES_AT_ONCE)
        await asyncio.gather(*(self._one(f) for f in taken))
        return len(taken)

    async def _one(self, file: Filed) -> None:
        try:
            await self._settle(file, await self._check(file))
        except Exception as e:
            seconds = postponed("media", file.attempts, e)
            await store_media.postpone(self.desk.db, file.media.id, until=self.desk.now() + seconds)

    async def _check(self, file: Filed) -> Media:
        """The file as it is once checked, outside any transaction."""
        media, original = file.media, file.media.original
        if file.incoming is not None:
            why = await carry_over(self.vault, file.incoming, size=original.size, sha256=original.sha256)
            if why:
                return media.model_copy(update={"state": "refused", "reason": why})
        try:
            renditions = await self._render(media)
        except Undecodable as no:
            return media.model_copy(update={"state": "refused", "reason": str(no)})
        except Missing:
            return media.model_copy(update={"state": "refused", "reason": LOST})
        return media.model_copy(update={"state": "accepted", "renditions": renditions})

    async def _render(self, media: Media) -> tuple[Rendition, ...]:
        if media.kind != "image":
            return ()
        store, buckets = self.vault.store, self.vault.buckets
        data = await store.read(buckets.originals, media.original.key, limit=self.vault.limits.image)
        picture = await render_jpeg(data)
        stored = picture.stored(buckets.renditions)
        await store.put(stored.bucket, stored.key, picture.data, stored.content_type)
        place = stored.model_dump()
        return (Rendition(label="web", width=picture.width, height=picture.height, **place),)

    async def _settle(self, file: Filed, checked: Media) -> None:
        desk = self.desk
        async with desk.transaction() as conn:
            report = (await store.lock(conn, {file.report}))[file.report]
            if not await store_media.settle(conn, checked):
                return
            await audit.append(
                conn,
                [Entry(f"media.{checked.state}", str(file.report), after_hash=checked.original.sha256)],
                at=desk.now(),
            )
            event = ReportMediaChecked(report=report.id, request=report.request, media=checked, at=desk.now())
            await desk.outbox.append(conn, [Draft(event, request=report.request)])


def postponed(what: str, attempts: int, error: Exception) -> timedelta:
    """Say that something is tried again, and give how long to wait: what is away refuses nothing."""
    pause = timedelta(seconds=backoff(attempts, first=0.5, most=300))
    log.warning("check will be tried again", what=what, attempts=attempts, error=type(error).__name__)
    return pause


def all_of(desk: Desk, vault: Vault) -> Sequence[Callable[[], Awaitable[None]]]:
    return [RequestChecks(desk, vault).run, MediaChecks(desk, vault).run]
