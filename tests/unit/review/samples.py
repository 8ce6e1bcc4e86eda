"""Stories, leaders and events that the tests of penyaringan share."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from services.review.domain import Case, Review
from services.review.handlers import Filing, review_of
from services.review.rulings import Ruling
from shared.calendar_file import parse_calendar
from shared.content import Content, Official, Origin, Paragraph, Reason, Rendition, Span, StoryMedia
from shared.content_hash import content_sha256
from shared.envelope import Envelope, Received, Record, headers_of
from shared.events import Event, StoryAbandoned, StorySubmitted, type_name
from shared.sla import Timekeeper
from shared.sop import parse_sop

DEPLOY = Path(__file__).parents[3] / "deploy"
KEEPER = Timekeeper(
    parse_sop((DEPLOY / "sop.toml").read_text()), parse_calendar((DEPLOY / "calendar.toml").read_text())
)
MORNING = datetime.fromisoformat("2026-11-23T08:00:00+07:00")
RINA = Official(account="rina", name="Rina Wulandari", capacity="Admin Publikasi")
BAMBANG = Official(account="bambang", name="Bambang Prasetyo", capacity="Sekretaris selaku PPID Pembantu")
BLURRED = Reason(code="foto-kurang-jelas", note="Wajah penerima tidak terlihat.")
REPORT, PHOTO = uuid4(), uuid4()


def hours(count: float) -> datetime:
    """So many hours after the morning on which all begins."""
    return MORNING + timedelta(hours=count)


def content(title: str = "40 Rumah Selesai Diperbaiki", *, bucket: str = "alurwarta-renditions") -> Content:
    rendition = Rendition(
        bucket=bucket, key=f"{'a' * 64}.jpg", sha256="a" * 64, size=7, content_type="image/jpeg", label="web"
    )
    photo = StoryMedia(
        id=PHOTO, report=REPORT, name="kunci.jpg", kind="image", renditions=(rendition,), alt="Serah terima kunci."
    )
    body = (Paragraph(spans=(Span(text="Warga menerima "), Span(text="40 rumah", bold=True), Span(text="."))),)
    texts = {"situs-lain": "Panjang", "ig": "Pendek"}  # in an order that jsonb would not keep
    return Content(title=title, lead="Selasa pagi.", body=body, media=(photo,), channel_texts=texts)


def submitted(story: UUID, version: int = 1, *, at: datetime = MORNING, **more: Any) -> StorySubmitted:
    """A submission of a Version; the cycle is the Version's number unless told."""
    whole = more.pop("content", None) or content(f"Berita versi {version}")
    facts: dict[str, Any] = {
        "story": story, "version": version, "cycle": version, "content": whole,
        "content_sha256": content_sha256(whole), "authors": ("rina",), "submitted_by": RINA, "submitted_at": at,
        "origins": (Origin(report=REPORT, unit="bidang-perumahan", happened_at=at, received_at=at),),
    }  # fmt: skip
    return StorySubmitted(**facts | more)


def abandoned(story: UUID, *, at: datetime = MORNING) -> StoryAbandoned:
    return StoryAbandoned(story=story, reason="Bahannya keliru.", by=RINA, at=at)


def ruling(event: StorySubmitted, choice: Any = "approved", **more: Any) -> Ruling:
    """The leader's answer to a submitted Version, with all that this answer needs."""
    needs: dict[str, dict[str, Any]] = {
        "approved": {}, "returned": {"reasons": (BLURRED,)}, "declined": {"reasons": (BLURRED,)},
        "withheld": {"legal_basis": "UU 14/2008 Pasal 17 huruf h"},
    }  # fmt: skip
    asked: dict[str, Any] = {"version": event.version, "content_sha256": event.content_sha256, "choice": choice}
    return Ruling(**asked | needs[choice] | more)


def case_of(*events: StorySubmitted) -> Case:
    """The case before the leader after these Versions were submitted, untouched by any rule."""
    reviews: tuple[Review, ...] = tuple(review_of(e) for e in events)
    return Case(events[0].story, reviews)


def record(event: Event, sequence: int, *, offset: int | None = None) -> Record:
    """An event as one of our services produces it, at a place in its key's sequence."""
    envelope = Envelope(str(uuid4()), "/alurwarta/editing", type_name(type(event)), event.key, None, sequence)
    place = sequence if offset is None else offset
    body = event.model_dump_json().encode()
    at = datetime(2026, 11, 23, 1, tzinfo=UTC)
    return Record(event.topic, 0, place, at, event.key.encode(), body, headers_of(envelope))


def received(event: Event, sequence: int = 1) -> Received:
    envelope = Envelope(f"e{sequence}", "/alurwarta/editing", type_name(type(event)), event.key, None, sequence)
    return Received(record(event, sequence), envelope, event, event.key)


def filing(story: UUID) -> Filing:
    """An empty desk with one Story locked."""
    return Filing(KEEPER, {story: Case(story)}, {})
