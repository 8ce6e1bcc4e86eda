"""Supplementing Reports, by a person or another system: lock, decide, save, append. In the caller's transaction."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID, uuid5

from services.intake import store
from services.intake.domain import NotFoundForSource, Report, SentBefore, Supplement
from services.intake.domain import supplement as decide
from services.intake.domain_requests import Request
from services.intake.files import store as store_files
from services.intake.files.store import Filed
from services.intake.forms import NewSupplement
from services.intake.notices import store_waiting
from shared import audit, ledger
from shared.audit import Entry
from shared.content import Media, Official
from shared.desk import Desk
from shared.events import ReportSupplemented
from shared.outbox import Draft
from shared.refusal import Refused
from shared.sla import Clock

if TYPE_CHECKING:
    from datetime import datetime

    from shared.db import Connection


class Addition(NamedTuple):
    """What is added to a Report; each file with its key in the incoming bucket where it still lies there."""

    report: UUID
    text: str
    received_at: "datetime"
    by: Official
    files: tuple[tuple[Media, str | None], ...] = ()
    request: Request | None = None
    new_id: UUID | None = None


class Done(NamedTuple):
    addition: Addition
    report: Report
    supplement: Supplement
    clock: Clock | None


async def supplement(conn: "Connection", desk: Desk, additions: Sequence[Addition]) -> list[Refused | None]:
    """Apply each in order; returns, in the same order, why one was refused."""
    reports = await store.lock(conn, {a.report for a in additions})
    running = {(c.report, c.cycle): c for c in await ledger.load(conn, reports=reports)}
    done: list[Done] = []
    verdicts: list[Refused | None] = []
    for a in additions:
        try:
            report, added = decide(
                _own(reports, a),
                new_id=a.new_id or desk.new_id(),
                text=a.text,
                received_at=a.received_at,
                sent_by=a.by.name,
            )
        except Refused as no:
            verdicts.append(no)
            continue
        verdicts.append(None)
        reports[a.report] = report
        clock = running.pop((a.report, added.cycle), None) if added.cycle else None
        closed = desk.clock.close(clock, at=a.received_at, outcome="completed") if clock else None
        done.append(Done(a, report, added, closed))
    await _save(conn, desk, done)
    return verdicts


def id_of_form(account: str, report: UUID, key: UUID) -> UUID:
    """The supplement that this form of this person becomes; another's form never becomes the same."""
    return uuid5(key, f"{account}/{report}")


async def sent_before(conn: "Connection", supplement: UUID, report: UUID, form: NewSupplement) -> bool:
    """Whether this form was sent already. Raises SentBefore where it said something else, which would be lost."""
    text = await conn.fetchval("SELECT text FROM supplements WHERE id = $1", supplement)
    if text is None:
        return False
    there = {f.media.original.sha256 for f in await store_files.of_reports(conn, [report])}
    if text != form.text or not {file.sha256 for file in form.media} <= there:
        raise SentBefore
    return True


def _own(reports: dict[UUID, Report], a: Addition) -> Report:
    report = reports.get(a.report)
    if report is None or (a.request is not None and report.source != a.request.source):
        raise NotFoundForSource
    return report


async def _save(conn: "Connection", desk: Desk, done: Sequence[Done]) -> None:
    await store.save(conn, {d.report.id: d.report for d in done}.values())
    await store.add_supplements(conn, [d.supplement for d in done])
    files = [Filed(d.report.id, media, key) for d in done for media, key in d.addition.files]
    await store_files.add(conn, files, at=desk.now())
    await ledger.save(conn, [d.clock for d in done if d.clock is not None])
    entries = [Entry("report.supplemented", str(d.report.id), d.addition.by) for d in done]
    drafts = [_draft(d) for d in done]
    await store_waiting.follow(conn, desk.clock, [(d.event, 0) for d in drafts])
    await audit.append(conn, entries, at=desk.now())
    await desk.outbox.append(conn, drafts)


def _draft(d: Done) -> Draft:
    a = d.addition
    event = ReportSupplemented(
        report=d.report.id,
        request=d.report.request,
        cycle=d.supplement.cycle,
        text=a.text,
        media=tuple(media for media, _ in a.files),
        received_at=a.received_at,
        by=None if a.request else a.by,
        clocks=ledger.records([d.clock] if d.clock else []),
    )
    return Draft(event, a.request.because if a.request else None, d.report.request)
