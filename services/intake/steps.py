"""The steps of a person on Reports: send, supplement, withdraw. Each is one transaction: lock, decide, save, append."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from services.intake import announce, store, store_progress, store_recordings, supplementing
from services.intake.domain import Report, SentBefore, unit_for, withdraw
from services.intake.domain_requests import BadField, measure
from services.intake.files import store as store_files
from services.intake.files.attaching import attached
from services.intake.files.originals import Vault
from services.intake.files.store import Filed
from services.intake.forms import NewReport, NewSupplement, Withdrawal
from services.intake.notices import store_waiting
from services.intake.recording import Recorded
from services.intake.sending import saving
from services.intake.supplementing import Addition
from shared import access, audit, ledger
from shared.accounts import Person
from shared.audit import Entry
from shared.content import Media
from shared.desk import Desk
from shared.events import IntakeRequested, ReportWithdrawn
from shared.outbox import Draft
from shared.refusal import NotFound
from shared.sla import Clock
from shared.web import Forbidden

if TYPE_CHECKING:
    from datetime import datetime

    from shared.db import Connection


async def create(
    desk: Desk,
    vault: Vault,
    person: Person,
    form: NewReport,
    *,
    key: str | None = None,
    version: int | None = None,
    recorded: Recorded | None = None,
) -> UUID:
    """Send a Report; the same form of the same person sent twice is one Report. Returns its id.

    Its draft is used up; `version` is the newest that the form knows of. Raises NewerDraft.
    """
    now = desk.now()
    new = _new(desk, person, form, key, now)
    async with desk.transaction() as conn:
        if key is not None:
            await saving.use_up(conn, person, key, version)
        files = await attached(conn, desk, vault, person, form.media)
        proof = await attached(conn, desk, vault, person, (recorded.proof,)) if recorded and recorded.proof else ()
        if not await store.add_once(conn, new.report):
            return await _sent_before(conn, new.report, [media for media, _ in files + proof])
        filed = [Filed(new.report.id, media, incoming) for media, incoming in files]
        filed += [Filed(new.report.id, media, incoming, private=True) for media, incoming in proof]
        await store_files.add(conn, filed, at=now)
        await ledger.save(conn, [] if form.practice else [new.clock])
        if recorded:
            await store_recordings.add(conn, new.report, recorded, at=now, by=person.account)
        await audit.append(conn, [Entry("report.received", str(new.report.id), person.official)], at=now)
        event = announce.received(
            new.asked, new.report, new.clock, tuple(media for media, _ in files), recorded_by=person.official,
            recorded_at=now if form.sent_at else None,
        )  # fmt: skip
        await store_waiting.follow(conn, desk.clock, [(event, 0)])
        await desk.outbox.append(conn, [Draft(event)])
    return new.report.id


class _New(NamedTuple):
    asked: IntakeRequested
    report: Report
    clock: Clock


def _new(desk: Desk, person: Person, form: NewReport, key: str | None, now: "datetime") -> _New:
    """What a form makes, measured."""
    asked = IntakeRequested(
        **form.model_dump(include=set(IntakeRequested.model_fields) - {"media"}, exclude_unset=True)
    )
    unit = unit_for(form.unit, own=person.unit, any_unit=access.everywhere("report.send", person.roles))
    received_at = _received_at(form, person, now)
    new_id = desk.new_id()
    happened_at, clock = measure(asked, received_at=received_at, report=new_id, unit=unit, clock=desk.clock)
    assert clock is not None
    report = Report(
        new_id, unit, form.title, "received", 1, asked.model_dump_json(exclude_unset=True), happened_at, received_at,
        form.urgency, created_by=person.account, idempotency_key=key,
    )  # fmt: skip
    return _New(asked, report, clock)


async def add_supplement(
    desk: Desk, vault: Vault, person: Person, report: UUID, form: NewSupplement, *, key: UUID | None = None
) -> None:
    """Answer what the Admin asked, or add to a Report; the same form of the same person sent twice adds once.

    `key` is the form's own. Raises SentBefore where it was sent with other words.
    """
    new_id = supplementing.id_of_form(person.account, report, key) if key else desk.new_id()
    async with desk.transaction() as conn:
        await _lock_own(conn, person, report)
        if key and await supplementing.sent_before(conn, new_id, report, form):
            return
        files = await attached(conn, desk, vault, person, form.media, there=await store_files.bytes_of(conn, report))
        addition = Addition(report, form.text, desk.now(), person.official, files, new_id=new_id)
        for refusal in await supplementing.supplement(conn, desk, [addition]):
            if refusal is not None:
                raise refusal


async def take_back(desk: Desk, person: Person, report: UUID, form: Withdrawal) -> None:
    """Withdraw a Report that nobody has read yet as a Story."""
    now = desk.now()
    async with desk.transaction() as conn:
        before = await _lock_own(conn, person, report)
        stories = await store_progress.of_reports(conn, [report])
        published = any(s.fate == "published" for s in stories.get(report, ()))
        after = withdraw(before, published=published)
        running = await ledger.load(conn, reports=[report])
        closed = [desk.clock.close(c, at=now, outcome="withdrawn") for c in running]
        await store.save(conn, [after])
        await ledger.save(conn, closed)
        await audit.append(conn, [Entry("report.withdrawn", str(report), person.official)], at=now)
        event = ReportWithdrawn(
            report=report,
            request=after.request,
            reason=form.reason,
            by=person.official,
            at=now,
            clocks=ledger.records(closed),
        )
        await store_waiting.follow(conn, desk.clock, [(event, 0)])
        await desk.outbox.append(conn, [Draft(event, request=after.request)])


def may_see(person: Person, report: Report) -> bool:
    """Bidang sees its own Unit's Reports; those who work on them, all."""
    return person.reaches("report.read", report.unit)


async def _sent_before(conn: "Connection", report: Report, media: Sequence[Media]) -> UUID:
    """The Report that the same form became; one that was changed since is not silently dropped."""
    before = await store.made_before(conn, report)
    files = {f.media.original.sha256 for f in await store_files.of_reports(conn, [before.id])}
    if before.facts != report.facts or files != {m.original.sha256 for m in media}:
        raise SentBefore
    return before.id


async def _lock_own(conn: "Connection", person: Person, report: UUID) -> Report:
    """The Report, held. Raises NotFound for one that the person may not see, Forbidden for one that is not theirs."""
    found = (await store.lock(conn, {report})).get(report)
    if found is None or not may_see(person, found):
        raise NotFound("Bahan")
    if not person.reaches("report.change", found.unit):
        raise Forbidden
    return found


def _received_at(form: NewReport, person: Person, now: "datetime") -> "datetime":
    if form.sent_at is None:
        return now
    if not person.may("report.record"):
        raise BadField("sent_at", "Hanya Admin yang mencatat bahan kiriman lewat saluran lain.")
    if form.sent_at > now:
        raise BadField("sent_at", "Waktu bahan dikirim lebih lambat daripada sekarang.")
    return form.sent_at
