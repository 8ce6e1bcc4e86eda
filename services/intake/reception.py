"""Receiving what other systems send, over Kafka or HTTP: claim, decide, save, append. In the caller's transaction."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

from services.intake import store, store_requests, supplementing
from services.intake.announce import received
from services.intake.domain import Report
from services.intake.domain_requests import Answer, Request, Source, answer, digest
from services.intake.files import store as store_files
from services.intake.files.store import Filed
from services.intake.notices import store_waiting
from services.intake.store_requests import Key
from services.intake.supplementing import Addition
from shared import audit, ledger
from shared.audit import Entry
from shared.desk import Desk
from shared.events import IntakeAccepted, IntakeRefused, Outcome, Problem
from shared.outbox import Draft
from shared.sla import Clock

if TYPE_CHECKING:
    from shared.db import Connection

Files: TypeAlias = dict[Key, tuple[Filed, ...]]
NO_FILES: tuple[Filed, ...] = ()


Verdict = Literal["taken", "unknown-source", "other-data"]


async def receive(conn: "Connection", desk: Desk, requests: Sequence[Request]) -> list[Verdict]:
    """Take a batch of requests, answering each of them; one that was taken before changes nothing."""
    known = await store_requests.sources(conn, {r.source for r in requests})
    first: dict[Key, Answer] = {}
    for r in requests:
        if r.source in known and (r.source, r.id) not in first:
            first[r.source, r.id] = answer(r, known[r.source], report=desk.new_id(), clock=desk.clock)
    if not first:
        return ["unknown-source"] * len(requests)
    fresh = await store_requests.claim(conn, list(first.values()), at=desk.now())
    new = [first[key] for key in first if key in fresh]
    waiting = [a for a in new if a.state == "checking"]
    await audit.append(conn, [_entry("request.waits-for-files", a, known) for a in waiting], at=desk.now())
    await accept(conn, desk, [a for a in new if a.state == "accepted"], known)
    await refuse(conn, desk, [a for a in new if a.problems], known)
    if len(fresh) == len(requests):
        return ["taken"] * len(requests)
    before = await store_requests.digests(conn, [key for key in first if key not in fresh])
    return [_verdict(r, first.get((r.source, r.id)), before.get((r.source, r.id))) for r in requests]


def _verdict(r: Request, said: Answer | None, before: bytes | None) -> Verdict:
    """Compare what a request says with what stands under its id, from before or from earlier in its batch."""
    if said is None:
        return "unknown-source"
    return "taken" if digest(r.data()) == (before or said.sha256) else "other-data"


async def accept(
    conn: "Connection",
    desk: Desk,
    answers: Sequence[Answer],
    sources: dict[str, Source],
    given: Files | None = None,
) -> list[Answer]:
    """Make Reports of accepted requests, or supplements; returns those that had to be refused instead."""
    files = given or {}
    await _accept_new(conn, desk, [(a, a.clock) for a in answers if a.clock is not None], sources, files)
    answering = [a for a in answers if a.clock is None]
    if not answering:
        return []
    refused = await _accept_supplements(conn, desk, answering, sources, files)
    await store_requests.answered(conn, refused, at=desk.now())
    await refuse(conn, desk, refused, sources)
    return refused


async def refuse(conn: "Connection", desk: Desk, answers: Sequence[Answer], sources: dict[str, Source]) -> None:
    """Tell the senders what is wrong; the rows of their requests say so already."""
    if not answers:
        return
    entries: list[Entry] = []
    drafts: list[Draft] = []
    for a in answers:
        r = a.request
        entries.append(_entry("request.refused", a, sources))
        outcome = IntakeRefused(request_id=r.id, at=r.received_at, problems=a.problems)
        drafts.append(_to_sender(r, outcome))
    await audit.append(conn, entries, at=desk.now())
    await desk.outbox.append(conn, drafts)


def _entry(action: str, a: Answer, sources: dict[str, Source]) -> Entry:
    r = a.request
    return Entry(action, f"{r.source}/{r.id}", sources[r.source].official, after_hash=a.sha256.hex())


async def _accept_new(
    conn: "Connection",
    desk: Desk,
    answers: Sequence[tuple[Answer, Clock]],
    sources: dict[str, Source],
    files: Files,
) -> None:
    if not answers:
        return
    officials = {name: source.official for name, source in sources.items()}
    reports: list[Report] = []
    clocks: list[Clock] = []
    entries: list[Entry] = []
    drafts: list[Draft] = []
    filed: list[Filed] = []
    for a, clock in answers:
        r, ref = a.request, a.request.ref
        own = files.get((r.source, r.id), NO_FILES)
        media = tuple(f.media for f in own)
        report = _report(a)
        reports.append(report)
        if not r.asked.practice:
            clocks.append(clock)
        by = officials[r.source]
        entries.append(Entry("report.received", clock.item, by, after_hash=a.sha256.hex(), event_id=r.id))
        drafts.append(Draft(received(r.asked, report, clock, media, request=ref), r.because, ref))
        drafts.append(Draft(_accepted(a), r.because, ref, suffix=r.source))
        filed += own
    await store.add(conn, reports)
    await store_files.add(conn, filed, at=desk.now())
    await ledger.save(conn, clocks)
    await store_waiting.follow(conn, desk.clock, [(d.event, 0) for d in drafts])
    await audit.append(conn, entries, at=desk.now())
    await desk.outbox.append(conn, drafts)


async def _accept_supplements(
    conn: "Connection", desk: Desk, answers: Sequence[Answer], sources: dict[str, Source], files: Files
) -> list[Answer]:
    additions = [
        Addition(
            a.report,
            a.request.asked.text,
            a.request.received_at,
            sources[a.request.source].official,
            tuple((f.media, f.incoming) for f in files.get((a.request.source, a.request.id), NO_FILES)),
            a.request,
        )
        for a in answers
    ]
    verdicts = await supplementing.supplement(conn, desk, additions)
    accepted = [a for a, no in zip(answers, verdicts, strict=True) if no is None]
    await desk.outbox.append(conn, [_to_sender(a.request, _accepted(a)) for a in accepted])
    return [
        a._replace(problems=(Problem(field="supplements", message=no.sentence),))
        for a, no in zip(answers, verdicts, strict=True)
        if no is not None
    ]


def _report(a: Answer) -> Report:
    r = a.request
    # What the events and pages tell of a Report lies with it; its files have rows of their own.
    facts = r.asked.model_dump_json(exclude_unset=True, exclude={"media"}) if r.asked.media else a.data
    return Report(
        a.report,
        a.unit,
        r.asked.title,
        "received",
        1,
        facts,
        a.happened_at,
        r.received_at,
        r.asked.urgency,
        r.source,
        r.id,
    )


def _accepted(a: Answer) -> Outcome:
    r = a.request
    return IntakeAccepted(request_id=r.id, at=r.received_at, report=a.report, received_at=r.received_at)


def _to_sender(r: Request, outcome: Outcome) -> Draft:
    return Draft(outcome, r.because, r.ref, suffix=r.source)
