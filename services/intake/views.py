"""Reports as the API and the pages show them: plain data."""

from typing import TYPE_CHECKING, Any

from services.intake import store, store_progress, store_recordings
from services.intake.domain import Asked, Report
from services.intake.domain_progress import Progress
from services.intake.files import store as store_files
from services.intake.files.store import Filed
from services.intake.standing import Standing, standing
from services.intake.store_recordings import Recording
from shared import reasons
from shared.desk import Desk
from shared.events import IntakeRequested
from shared.media.choosing import choose
from shared.media.verdict import Facts
from shared.sla import Clock

if TYPE_CHECKING:
    from shared.db import Connection

CLOCK = ("stage", "cycle", "lane", "opened_at", "due_at", "closed_at", "outcome", "punctuality", "target_seconds",
         "working_seconds", "elapsed_seconds")  # fmt: skip


def brief(report: Report, stories: list[Progress], stands: Standing) -> dict[str, Any]:
    """One line of a list."""
    return {
        "report": str(report.id),
        "unit": report.unit,
        "title": report.title,
        "state": report.state,
        "cycle": report.cycle,
        "urgency": report.urgency,
        "practice": report.practice,
        "happened_at": report.happened_at,
        "received_at": report.received_at,
        "request": report.request.model_dump() if report.request else None,
        "stage": stands.stage,
        "stage_words": stands.words,
        "remaining": stands.left,
        "stories": [_story(s) for s in stories],
    }


async def briefs(conn: "Connection", desk: Desk, reports: list[Report]) -> list[dict[str, Any]]:
    ids = [r.id for r in reports]
    stories, clocks = await store_progress.of_reports(conn, ids), await store.last_clocks(conn, ids)
    now, keeper = desk.now(), desk.clock
    return [
        brief(r, own, standing(r, own, clocks.get(r.id), now=now, keeper=keeper))
        for r in reports
        for own in [stories.get(r.id, [])]
    ]


async def whole(conn: "Connection", desk: Desk, report: Report, *, names: bool) -> dict[str, Any]:
    """All that is known of one Report, with its clocks and what became of it.

    With `names` also who sent what the Admin recorded, and the proof of it.
    """
    asked = IntakeRequested.model_validate_json(report.facts, extra="ignore")
    facts = asked.model_dump(
        include={"text", "place", "people", "reporter", "practice", "received_via", "assigned_at", "nota_dinas",
                 "archive_code"}
    )  # fmt: skip
    (line,) = await briefs(conn, desk, [report])
    sent_back = Asked.model_validate_json(report.sent_back, extra="ignore") if report.sent_back else None
    return {
        **line,
        **facts,
        "sent_back": sent_back.model_dump() | {"told": [reasons.told(r) for r in sent_back.reasons]}
        if sent_back
        else None,
        "media": [_file(f) for f in await store_files.of_reports(conn, [report.id]) if names or not f.private],
        "recording": _recording(await store_recordings.of_report(conn, report.id), desk, names=names),
        "supplements": await store.supplements_of(conn, report.id),
        "clocks": [_clock(c, desk) for c in await store.clocks_of(conn, report.id)],
    }


def _recording(recording: Recording | None, desk: Desk, *, names: bool) -> dict[str, Any] | None:
    """When it was sent and recorded, and how long lay between in working time."""
    if recording is None:
        return None
    shown = recording._asdict() if names else {n: getattr(recording, n) for n in ("sent_at", "recorded_at")}
    return shown | {"delay_seconds": desk.clock.calendar.elapsed(recording.sent_at, recording.recorded_at)}


def _story(s: Progress) -> dict[str, Any]:
    urls = s.urls if s.fate == "published" else {}
    return {"story": str(s.story), "fate": s.fate, "title": s.title, "urls": urls, "taken_down": s.taken_down}


def _file(f: Filed) -> dict[str, Any]:
    m = f.media
    shown = m.model_dump(
        include={"name", "kind", "state", "reason", "alt", "caption", "credit", "licence", "consent", "consent_note",
                 "shows", "derived_from"}
    )  # fmt: skip
    return {
        "id": str(m.id),
        **shown,
        "content_type": m.original.content_type,
        "size": m.original.size,
        "sha256": m.original.sha256,
        "renditions": [r.label for r in m.renditions],
        "pictured": choose(m.renditions) is not None,
        "facts": f.facts.model_dump(),
        "private_words": private_words(f.facts),
        "readable": m.state == "accepted",
        "private": f.private,
    }


def private_words(facts: Facts) -> str:
    """What a file tells about itself, for those who may see it; empty where it tells nothing."""
    parts = [
        f"diambil {facts.taken_at.replace('T', ' ')[:16]}" if facts.taken_at else "",
        f"dengan {facts.device}" if facts.device else "",
        f"di {facts.latitude}, {facts.longitude}" if facts.latitude is not None and facts.longitude is not None else "",
    ]
    return ", ".join(part for part in parts if part)


def _clock(clock: Clock, desk: Desk) -> dict[str, Any]:
    return {name: getattr(clock, name) for name in CLOCK} | {"overdue": desk.clock.overdue(clock, desk.now())}
