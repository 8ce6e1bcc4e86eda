"""Requests, Reports and events that the tests of intake share."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from services.intake.domain import Report
from services.intake.domain_requests import Request, Source
from shared.calendar_file import parse_calendar
from shared.content import Content, Official, Origin, Paragraph, Reason, Span
from shared.content_hash import content_sha256
from shared.envelope import Envelope, Record, headers_of
from shared.events import (
    ApprovalRevoked,
    Event,
    IntakeRequested,
    ReportSentBack,
    StoryAbandoned,
    StoryApproved,
    StoryDeclined,
    StoryPublished,
    StorySubmitted,
    StoryTakenDown,
    StoryWithheld,
    type_name,
)
from shared.sla import Timekeeper
from shared.sop import parse_sop

DEPLOY = Path(__file__).parents[3] / "deploy"
KEEPER = Timekeeper(
    parse_sop((DEPLOY / "sop.toml").read_text()), parse_calendar((DEPLOY / "calendar.toml").read_text())
)
NOON = datetime.fromisoformat("2026-11-23T13:00:00+07:00")  # a Monday
RINA = Official(account="rina", name="Rina Wulandari", capacity="Admin Publikasi")
BAMBANG = Official(account="bambang", name="Bambang Prasetyo", capacity="Sekretaris")
BLURRED = Reason(code="foto-kurang-jelas", note="Wajah penerima tidak terlihat.")
SIM = Source("sim-rutilahu", ("perumahan",))
URLS = {"site": "https://a.go.id/berita/x"}


def hours(count: float) -> datetime:
    """So many hours after noon of the day on which all begins."""
    return NOON + timedelta(hours=count)


def asked(**more: Any) -> IntakeRequested:
    facts: dict[str, Any] = {"title": "Serah terima kunci", "text": "Empat puluh rumah.", "happened_at": hours(-4)}
    return IntakeRequested(**facts | more)


def request(request_id: str = "r-1", *, at: datetime = NOON, source: str = SIM.name, **more: Any) -> Request:
    return Request(source, request_id, asked(**more), at)


def report(state: Any = "received", *, cycle: int = 1, source: str | None = SIM.name, **more: Any) -> Report:
    made = Report(uuid4(), "perumahan", "Serah terima", state, cycle, "{}", hours(-4), NOON, "regular")
    return made._replace(source=source, request_id="r-1" if source else None, **more)


def record(event: Event, sequence: int | None = None, *, topic: str | None = None, **more: Any) -> Record:
    """An event as the broker gives it; `offset`, `at`, `id` and `key` may be told."""
    envelope = Envelope(more.pop("id", str(uuid4())), "/luar", type_name(type(event)), None, None, sequence)
    at, offset = more.pop("at", NOON), more.pop("offset", sequence or 0)
    key = event.key.encode() if sequence else more.pop("key", None)
    body = event.model_dump_json(exclude_unset=sequence is None).encode()
    return Record(topic or event.topic, 0, offset, at, key, body, headers_of(envelope))


def origin(of: UUID) -> Origin:
    return Origin(report=of, unit="perumahan", happened_at=hours(-4), received_at=NOON)


CONTENT = Content(title="40 Rumah Selesai", body=(Paragraph(spans=(Span(text="Selesai."),)),))


def submitted(story: UUID, *reports: UUID, version: int = 1) -> StorySubmitted:
    return StorySubmitted(
        story=story, version=version, cycle=version, content=CONTENT, content_sha256=content_sha256(CONTENT),
        authors=("rina",), origins=tuple(map(origin, reports or (uuid4(),))), submitted_by=RINA, submitted_at=hours(1),
    )  # fmt: skip


def abandoned(story: UUID, *reports: UUID) -> StoryAbandoned:
    return StoryAbandoned(story=story, reason="Digabung.", origins=tuple(map(origin, reports)), by=RINA, at=hours(1.5))


def _decision(story: UUID, reports: tuple[UUID, ...], version: int) -> dict[str, Any]:
    return {
        "story": story, "version": version, "content_sha256": content_sha256(CONTENT), "cycle": version,
        "origins": tuple(map(origin, reports)), "decided_by": BAMBANG, "decided_at": hours(2),
    }  # fmt: skip


def approved(story: UUID, *reports: UUID, version: int = 1) -> StoryApproved:
    return StoryApproved(**_decision(story, reports, version), content=CONTENT, authors=("rina",))


def declined(story: UUID, *reports: UUID, version: int = 1) -> StoryDeclined:
    return StoryDeclined(**_decision(story, reports, version), reasons=(BLURRED,))


def withheld(story: UUID, *reports: UUID, version: int = 1) -> StoryWithheld:
    return StoryWithheld(**_decision(story, reports, version), legal_basis="UU 14/2008 pasal 17 huruf h")


def revoked(story: UUID, *, version: int = 1) -> ApprovalRevoked:
    return ApprovalRevoked(story=story, version=version, reason="official", by=BAMBANG, at=hours(2.5))


def published(story: UUID, *reports: UUID, version: int = 1, **more: Any) -> StoryPublished:
    facts: dict[str, Any] = {
        "story": story, "version": version, "at": hours(3), "origins": tuple(map(origin, reports)),
        "title": CONTENT.title, "urls": URLS, "published_by": RINA,
    }  # fmt: skip
    return StoryPublished(**facts | more)


def taken_down(story: UUID, *reports: UUID, version: int = 1) -> StoryTakenDown:
    return StoryTakenDown(
        story=story, version=version, at=hours(4), origins=tuple(map(origin, reports)), reason="Permintaan warga."
    )


def sent_back(of: UUID, *, cycle: int = 2, at: datetime | None = None) -> ReportSentBack:
    return ReportSentBack(
        report=of, cycle=cycle, reasons=(BLURRED,), question="Berapa rumah?", by=RINA, at=at or hours(1)
    )
