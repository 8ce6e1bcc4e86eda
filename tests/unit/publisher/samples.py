"""Stories, leaders and Decisions that the tests of publikasi share."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid4

from services.publisher import crossings, delivery, starting
from services.publisher.domain import SITE, Delivery, Publication, Story
from shared.calendar_file import parse_calendar
from shared.content import Content, Figure, Official, Origin, Paragraph, Rendition, RequestRef, Span, StoryMedia
from shared.content_hash import content_sha256
from shared.envelope import Envelope, Record, headers_of
from shared.events import ApprovalRevoked, Event, StoryApproved, type_name
from shared.sla import Timekeeper
from shared.sop import parse_sop

DEPLOY = Path(__file__).parents[3] / "deploy"
KEEPER = Timekeeper(
    parse_sop((DEPLOY / "sop.toml").read_text()), parse_calendar((DEPLOY / "calendar.toml").read_text())
)
MORNING = datetime.fromisoformat("2026-11-23T08:00:00+07:00")
TONO = Official(account="tono", name="Tono", capacity="Admin Publikasi")
BAMBANG = Official(account="bambang", name="Bambang Prasetyo", capacity="Sekretaris selaku PPID Pembantu")
REPORT, PHOTO = uuid4(), uuid4()
LEASE = timedelta(seconds=60)
URL = "http://warta/berita/x"
Why = Literal["superseded", "abandoned", "official"]


def minutes(count: float) -> datetime:
    """So many minutes after the morning on which all begins."""
    return MORNING + timedelta(minutes=count)


def photo(sha256: str = "a" * 64, *, id_: UUID = PHOTO, bucket: str = "t-renditions", size: int = 7) -> StoryMedia:
    rendition = Rendition(
        bucket=bucket, key=f"{sha256}.jpg", sha256=sha256, size=size, content_type="image/jpeg", label="web",
        width=800, height=600,
    )  # fmt: skip
    return StoryMedia(
        id=id_, report=REPORT, name="kunci.jpg", kind="image", renditions=(rendition,), alt="Serah terima kunci.",
        caption="Wali Kota menyerahkan kunci.", credit="Humas",
    )  # fmt: skip


def content(title: str = "40 Rumah Selesai Diperbaiki", **more: Any) -> Content:
    words = Paragraph(spans=(Span(text="Warga menerima "), Span(text="40 rumah", bold=True), Span(text=".")))
    facts: dict[str, Any] = {
        "title": title, "lead": "Selasa pagi.", "body": (words, Figure(media=PHOTO)), "media": (photo(),),
    }  # fmt: skip
    return Content(**facts | more)


def approved(story: UUID, version: int = 1, *, at: datetime = MORNING, **more: Any) -> StoryApproved:
    """A leader's approval of a Version; the cycle is the Version's number unless told."""
    whole = more.pop("content", None) or content(f"Berita versi {version}")
    request = RequestRef(source="simrumah", id="r-1")
    facts: dict[str, Any] = {
        "story": story, "version": version, "cycle": version, "content": whole, "decided_by": BAMBANG,
        "content_sha256": content_sha256(whole), "authors": ("rina",), "decided_at": at,
        "origins": (
            Origin(report=REPORT, unit="bidang-perumahan", happened_at=at, received_at=at, request=request),
        ),
    }  # fmt: skip
    return StoryApproved(**facts | more)


def revoked(story: UUID, version: int = 1, reason: Why = "official", *, at: datetime = MORNING) -> ApprovalRevoked:
    return ApprovalRevoked(story=story, version=version, reason=reason, by=BAMBANG, at=at)


@dataclass(frozen=True)
class Everywhere:
    """Every channel got every file; an edit `keeps` it there or not."""

    got: bool = True
    keeps: bool = False

    def carries(self, delivery: Delivery, before: Content, after: Content) -> bool:
        del delivery, before, after
        return self.got

    def keeps_files(self, channel: str) -> bool:
        del channel
        return self.keeps


def hear(story: Story, *events: StoryApproved | ApprovalRevoked) -> Story:
    """The Story after these Decisions, in this order."""
    for number, event in enumerate(events):
        if isinstance(event, StoryApproved):
            story = crossings.approve(story, event, event_id=f"e{number}", traceparent=None)
        else:
            story = crossings.revoke(story, event)
    return story


def ready(version: int = 1, **more: Any) -> Story:
    """A Story whose Version was just approved."""
    story = uuid4()
    return hear(Story(story), approved(story, version, **more))


def started(story: Story, version: int = 1, *, at: datetime = MORNING) -> Story:
    return starting.publish(story, version, by=TONO, at=at, channels={SITE}, required={SITE})


def sending(story: Story, version: int = 1, *, at: datetime = MORNING) -> Story:
    """Started, and taken up by a worker."""
    return delivery.take(started(story, version, at=at), version, SITE, at=at, until=at + LEASE)


def shown(story: Story, version: int = 1, *, at: datetime = MORNING) -> Story:
    """Sent, and its page made visible."""
    story = sending(story, version, at=at)
    return delivery.show(story, version, tries=of(story, version).tries, at=at)


def live(story: Story, version: int = 1, *, at: datetime = MORNING) -> Story:
    """Read by a stranger."""
    story = shown(story, version, at=at)
    tries = of(story, version).tries
    return delivery.confirm(story, version, SITE, tries=tries, url=URL, way="fetched", at=at)


def the(story: Story, version: int = 1) -> Publication:
    found = story.find(version)
    assert found is not None
    return found


def of(story: Story, version: int = 1, channel: str = SITE) -> Delivery:
    found = the(story, version).delivery(channel)
    assert found is not None
    return found


def states(story: Story) -> dict[int, tuple[str, str, bool]]:
    """Per Version: the Publication's state, its approval's, and whether its page is visible."""
    return {p.version: (p.state, p.approval.state, p.visible) for p in story.publications}


def record(event: Event, sequence: int, *, offset: int) -> Record:
    """An event as one of our services produces it, at a place in its key's sequence."""
    request = RequestRef(source="simrumah", id="r-1")
    envelope = Envelope(
        str(uuid4()), "/alurwarta/review", type_name(type(event)), event.key, MORNING, sequence, request=request
    )
    body = event.model_dump_json().encode()
    return Record(event.topic, 0, offset, MORNING, event.key.encode(), body, headers_of(envelope))
