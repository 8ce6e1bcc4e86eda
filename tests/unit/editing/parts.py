"""People, files, events and items of the editing desk that its tests share."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from services.editing import reports, stories
from services.editing.manuscript import Manuscript
from services.editing.reports import Report
from services.editing.stories import Story
from shared.content import Content, Media, Official, Origin, Paragraph, Reason, Rendition, Span, StoredObject
from shared.events import (
    ApprovalRevoked,
    MediaErased,
    ReportReceived,
    ReportRefused,
    ReportSupplemented,
    ReportWithdrawn,
    StoryApproved,
    StoryDeclined,
    StoryPublished,
    StoryReturned,
    StoryTakenDown,
    StoryWithheld,
)
from shared.events import Problem as Found
from shared.sla import Timekeeper
from shared.sop import parse_sop
from tests.unit.shared.offices import OFFICE, wib

RINA = Official(account="rina", name="Rina Wulandari", capacity="Admin Publikasi")
DANI = Official(account="dani", name="Dani Saputra", capacity="Admin Publikasi")
HEAD = Official(account="bambang", name="Bambang Prasetyo", capacity="Sekretaris")
KEEPER = Timekeeper(parse_sop((Path(__file__).parents[3] / "deploy" / "sop.toml").read_text()), OFFICE)

TEN = wib("2026-07-06T10:00")
REPORT, OTHER, STORY, PHOTO, CAPTIONS = (UUID(int=n) for n in (1, 2, 100, 1000, 1001))
HASH = "a" * 64


def later(minutes: int) -> Any:
    return TEN + timedelta(minutes=minutes)


def stored(key: str = "asli", bucket: str = "t-originals") -> StoredObject:
    return StoredObject(bucket=bucket, key=key, sha256=HASH, size=10, content_type="image/jpeg")


def photo(state: str = "accepted", media: UUID = PHOTO, **more: Any) -> Media:
    web = stored("web.jpg", "t-renditions").model_dump() | {"label": "web", "width": 16, "height": 9}
    renditions = (Rendition.model_validate(web),) if state == "accepted" else ()
    given: dict[str, Any] = {"name": "kunci.jpg", "kind": "image", "alt": "Serah terima kunci", **more}
    return Media(id=media, original=stored(), state=state, renditions=renditions, **given)  # pyright: ignore


def copy(label: str, content_type: str, *, sha256: str = HASH, **more: Any) -> Rendition:
    """A copy as intake makes it."""
    told: dict[str, Any] = {"bucket": "t-renditions", "key": f"intake/{sha256}", "sha256": sha256, "size": 10, **more}
    return Rendition(label=label, content_type=content_type, **told)


def text() -> Rendition:
    return copy("text", "text/plain", sha256="e" * 64)


def video(*renditions: Rendition) -> Media:
    made = renditions or (copy("mp4", "video/mp4", sha256="1" * 64), copy("poster-jpeg", "image/jpeg", sha256="2" * 64))
    return photo(kind="video", name="serah-terima.mp4").model_copy(update={"renditions": made})


def captions(sha256: str = "c" * 64, *, media: UUID = CAPTIONS, of: str = HASH, state: str = "accepted") -> Media:
    found = photo(state, media=media, kind="document", name="takarir.vtt", derived_from=of)
    copies = (copy("captions", "text/vtt", sha256=sha256),) if state == "accepted" else ()
    return found.model_copy(update={"renditions": copies})


def pdf(*more: Rendition, name: str = "notulen.pdf") -> Media:
    """A document with its public copy, and what else intake made of it."""
    copies = (copy("pdf", "application/pdf", sha256="3" * 64), *more)
    return photo(kind="document", name=name).model_copy(update={"renditions": copies})


def written(**more: object) -> Manuscript:
    return Manuscript.model_validate({"title": "40 rumah", "lead": "Selesai.", "media": [{"id": PHOTO}], **more})


def received(report: UUID = REPORT, **more: Any) -> ReportReceived:
    told: dict[str, Any] = {
        "unit": "perumahan", "title": "Serah terima kunci", "text": "40 rumah selesai.", "happened_at": later(-60),
        "received_at": TEN, "media": (photo(),), **more,
    }  # fmt: skip
    return ReportReceived(report=report, **told)


def report(report_id: UUID = REPORT, **more: Any) -> Report:
    return reports.receive(received(report_id, **more))


def story(*of: Report) -> Story:
    return stories.compile_story(STORY, of or (report(),), by=RINA, at=TEN)


def saved(before: Story, times: int = 1) -> Story:
    for _ in range(times):
        before = stories.save(before, expected_version=before.version, title=before.title)
    return before


def submitted(before: Story | None = None) -> Story:
    after = saved(before or story())
    return stories.submit(after, version=after.version)


def content(**more: Any) -> Content:
    told: dict[str, Any] = {"title": "40 rumah", "body": (Paragraph(spans=(Span(text="Selesai."),)),), **more}
    return Content(**told)


# What the others say.

ORIGIN = Origin(report=REPORT, unit="perumahan", happened_at=later(-60), received_at=TEN)
WHY = (Reason(code="data-perlu-diperiksa", note="Cocokkan jumlahnya."),)


def _decision(version: int, cycle: int) -> dict[str, Any]:
    return {
        "story": STORY, "version": version, "content_sha256": HASH, "cycle": cycle, "origins": (ORIGIN,),
        "decided_by": HEAD, "decided_at": later(60),
    }  # fmt: skip


def approved(version: int = 1, cycle: int = 1) -> StoryApproved:
    return StoryApproved(**_decision(version, cycle), content=content(), authors=("rina",))


def returned(version: int = 1, cycle: int = 1) -> StoryReturned:
    return StoryReturned(**_decision(version, cycle), reasons=WHY)


def declined(version: int = 1, cycle: int = 1) -> StoryDeclined:
    return StoryDeclined(**_decision(version, cycle), reasons=WHY)


def withheld(version: int = 1, cycle: int = 1) -> StoryWithheld:
    return StoryWithheld(**_decision(version, cycle), legal_basis="UU 14/2008 Pasal 17 huruf h")


def revoked(version: int = 1, reason: Any = "official") -> ApprovalRevoked:
    return ApprovalRevoked(story=STORY, version=version, reason=reason, by=HEAD, note="Data berubah.", at=later(70))


def published(version: int = 1) -> StoryPublished:
    return StoryPublished(
        story=STORY,
        version=version,
        at=later(90),
        title="40 rumah",
        urls={"site": "https://x.go.id/1"},
        published_by=RINA,
    )


def taken_down(version: int = 1) -> StoryTakenDown:
    return StoryTakenDown(story=STORY, version=version, at=later(120), reason="Permintaan warga.")


def withdrawn() -> ReportWithdrawn:
    return ReportWithdrawn(report=REPORT, reason="Salah kirim.", at=later(30))


def refused() -> ReportRefused:
    return ReportRefused(report=REPORT, problems=(Found(field="media", message="Berkas rusak."),), at=later(30))


def supplemented(cycle: int | None = None, **more: Any) -> ReportSupplemented:
    told: dict[str, Any] = {"text": "Ada 42 rumah.", "received_at": later(60), **more}
    return ReportSupplemented(report=REPORT, cycle=cycle, **told)


def erased(media: UUID = PHOTO) -> MediaErased:
    return MediaErased(
        report=REPORT,
        media=media,
        sha256=HASH,
        reason="Permintaan warga.",
        erased_by=RINA,
        approved_by=HEAD,
        at=later(30),
    )
