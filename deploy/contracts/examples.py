"""One real example of every event, in the order in which the SOP tells them. Tests validate them every way."""

from datetime import date, datetime
from typing import Any

from deploy.contracts.example_parts import (
    ADMIN,
    CONTENT,
    CONTENT_SHA256,
    DECIDED,
    EDITING_CLOCK,
    HAPPENED,
    HEAD,
    INTAKE_CLOCK,
    LIVE,
    ORIGIN,
    PHOTO,
    PUBLISHER_CLOCK,
    RECEIVED,
    RENDITION,
    REPORT,
    REQUEST,
    SENT_PHOTO,
    SITE,
    STAFF,
    STORY,
    SUBMITTED,
    TITLE,
    TOTAL,
    UPLOAD,
    day,
    digest,
    item_id,
    photo,
    review_clock,
)
from deploy.contracts.topics import TOPICS
from shared import events as e
from shared.content import Crop, NotaDinas, Official, Reason, RedactedPicture, Redaction, Words
from shared.envelope import Envelope, event_source, headers_of
from shared.events import Event, Problem, type_name

POST = "https://www.instagram.com/p/DPx41aRutila/"
WORDS = "Serah terima kunci 40 rumah tidak layak huni yang selesai diperbaiki di RW 05 Kelurahan Jatirasa."
NOTA = NotaDinas(number="600.2/417/Disperkimtan.Rum", date=date(2026, 9, 7))
BLURRED = Reason(code="foto-kurang-jelas", note="Wajah penerima tidak terlihat; mohon foto lain.")
NUMBERS = Reason(code="data-perlu-diperiksa", note="Cocokkan jumlah rumah dengan SK.", anchor="paragraf 1")
SECRETARY = Official(account="bambang", name="Bambang Prasetyo", capacity="Sekretaris")
_outcome: dict[str, Any] = {"request_id": REQUEST.id}
_report: dict[str, Any] = {"report": REPORT, "request": REQUEST}
_version: dict[str, Any] = {"story": STORY, "version": 1}
_decision: dict[str, Any] = _version | {
    "content_sha256": CONTENT_SHA256, "cycle": 1, "origins": (ORIGIN,), "decided_by": HEAD, "decided_at": DECIDED,
}  # fmt: skip
_acting: dict[str, Any] = _decision | {"mandate": "800/1204-Disperkimtan"}
FACE = Crop(left=0.1, top=0.2, right=0.3, bottom=0.5)
_activity: dict[str, Any] = {
    "unit": "bidang-perumahan", "title": "Serah terima kunci Rutilahu Jatirasa", "text": WORDS,
    "happened_at": HAPPENED, "place": "RW 05, Kelurahan Jatirasa", "people": "Camat Jatiasih, 40 keluarga penerima",
    "reporter": "Dewi Lestari", "nota_dinas": NOTA, "archive_code": "600.2.10",
}  # fmt: skip

OUTSIDE: tuple[Event, ...] = (
    e.IntakeRequested(**_activity, media=(SENT_PHOTO,)),
    e.IntakeAccepted(**_outcome, at=RECEIVED, report=REPORT, received_at=RECEIVED),
    e.IntakeRefused(
        **_outcome,
        at=RECEIVED,
        problems=(Problem(field="media.0.object.sha256", message="Isi berkas tidak cocok: unggah ulang berkasnya."),),
    ),
    e.IntakeSentBack(
        **_outcome, at=day(13, 50), report=REPORT, cycle=2, reasons=(BLURRED,), question="Berapa rumah di RW 06?"
    ),
    e.IntakeDeclined(**_outcome, at=DECIDED, report=REPORT, story=STORY, reasons=(Reason(code="sudah-pernah-dimuat"),)),
    e.IntakePublished(
        **_outcome, at=LIVE, report=REPORT, story=STORY, title=TITLE, urls={"site": SITE, "instagram": POST}
    ),
    e.IntakeTakenDown(
        **_outcome, at=day(9, date=14), report=REPORT, story=STORY, reason="Permintaan warga yang difoto."
    ),
)
ON_REPORTS: tuple[Event, ...] = (
    e.ReportReceived(
        **_report,
        **_activity,
        received_at=RECEIVED,
        media=(photo(checked=False),),
        received_via="api",
        clocks=(INTAKE_CLOCK,),
    ),
    e.ReportMediaChecked(**_report, media=photo(checked=True), at=day(13, 31)),
    e.ReportSupplemented(
        **_report, text="Di RW 06 ada 12 rumah.", media=(photo(checked=False),), received_at=day(14, 5), by=STAFF
    ),
    e.ReportRefused(
        **_report,
        problems=(Problem(field="media.0", message="Berkas mengandung virus: kirim berkas yang bersih."),),
        at=day(13, 33),
    ),
    e.ReportWithdrawn(**_report, reason="Kegiatan dijadwalkan ulang.", by=STAFF, at=day(14, 10)),
    e.MediaErased(
        **_report,
        media=PHOTO,
        sha256=UPLOAD.sha256,
        renditions=(RENDITION.sha256,),
        reason="Permintaan penghapusan data pribadi 12/PDP/2026.",
        erased_by=ADMIN,
        approved_by=HEAD,
        at=day(10, date=15),
    ),
)
ON_STORIES: tuple[Event, ...] = (
    e.StorySubmitted(
        **_version,
        cycle=1,
        content=CONTENT,
        content_sha256=CONTENT_SHA256,
        authors=(ADMIN.account,),
        origins=(ORIGIN,),
        submitted_by=ADMIN,
        submitted_at=SUBMITTED,
        clocks=(EDITING_CLOCK,),
    ),
    e.StoryAbandoned(story=STORY, reason="Digabung dengan berita lain.", origins=(ORIGIN,), by=ADMIN, at=day(14, 20)),
    e.ReportSentBack(
        report=REPORT,
        cycle=2,
        reasons=(BLURRED,),
        question="Berapa rumah di RW 06?",
        request=REQUEST,
        by=ADMIN,
        at=day(13, 50),
    ),
)
ON_DECISIONS: tuple[Event, ...] = (
    e.StoryApproved(**_decision, content=CONTENT, authors=(ADMIN.account,), clocks=(review_clock("completed"),)),
    e.StoryReturned(**_decision, reasons=(NUMBERS,), clocks=(review_clock("returned"),)),
    e.StoryDeclined(**_decision, reasons=(Reason(code="sudah-pernah-dimuat"),), clocks=(review_clock("declined"),)),
    e.StoryWithheld(
        **_decision,
        legal_basis="UU 14/2008 pasal 17 huruf h",
        reasons=(Reason(code="data-pribadi", note="Memuat nomor KTP penerima."),),
        until=date(2027, 9, 8),
        clocks=(review_clock("withheld"),),
    ),
    e.StoryReturned(
        **_acting,
        reasons=(Reason(code="setuju-dengan-perbaikan"),),
        proposal=Words(title="42 Rumah Selesai", lead="Selasa pagi."),
        proposal_sha256="c" * 64,
    ),
    e.StoryReturned(
        **_decision,
        reasons=(Reason(code="samarkan"),),
        redaction=Redaction(
            passages=("Jalan Melati nomor 4",),
            pictures=(RedactedPicture(media=item_id(9, RECEIVED), regions=(FACE,)),),
        ),
    ),
    e.StoryHandedOver(**_version, to=SECRETARY, note="Mohon periksa angkanya.", by=HEAD, at=day(15, 1)),
    e.OfferWithdrawn(**_version, note="Datanya ternyata berubah.", by=SECRETARY, at=day(15, 5)),
    e.ApprovalConfirmed(**_version, note="Sudah benar.", by=SECRETARY, at=day(15, 20)),
    e.ApprovalRevoked(**_version, reason="superseded", note="Diganti pengajuan versi 2.", at=day(15, 10)),
)
ON_PUBLICATIONS: tuple[Event, ...] = (
    e.DeliveryLive(**_version, at=day(15, 6), origins=(ORIGIN,), channel="site", url=SITE, way="fetched"),
    e.DeliveryFailed(
        **_version, at=day(15, 8), origins=(ORIGIN,), channel="instagram", reason="Token kedaluwarsa: masuk ulang."
    ),
    e.StoryPublished(
        **_version,
        at=LIVE,
        origins=(ORIGIN,),
        title=TITLE,
        urls={"site": SITE, "instagram": POST},
        published_by=ADMIN,
        clocks=(PUBLISHER_CLOCK,),
        total=TOTAL,
    ),
    e.StoryCorrected(
        story=STORY,
        version=2,
        previous_version=1,
        at=day(9, 12, date=9),
        origins=(ORIGIN,),
        title=TITLE.replace("40", "42"),
        urls={"site": SITE},
        what_changed="Jumlah rumah menjadi 42 sesuai SK.",
    ),
    e.StoryTakenDown(
        **_version,
        at=day(9, date=14),
        origins=(ORIGIN,),
        reason="Permintaan warga yang difoto.",
        by=HEAD,
        channels={"site": "done", "instagram": "impossible"},
    ),
    e.AuditAnchored(service="intake", sealed=1_284, hash=digest("rantai audit intake"), at=day(16)),
)
EXAMPLES: dict[str, Event] = {
    event.name: event for event in (*OUTSIDE, *ON_REPORTS, *ON_STORIES, *ON_DECISIONS, *ON_PUBLICATIONS)
}
WRITER = {topic.name: topic.writer for topic in TOPICS}


def body(event: Event) -> str:
    """The record's value as it is written: whole by our services, only what is known by another system."""
    return event.model_dump_json(indent=2, exclude_unset=event.closed)


def headers(event: Event) -> list[tuple[str, str]]:
    """The record's headers as they are written."""
    at, number = _moment(event), list(EXAMPLES).index(event.name)
    ours, caused = not event.closed, not isinstance(event, e.AuditAnchored)
    envelope = Envelope(
        id=str(item_id(100 + number, at)) if ours else REQUEST.id,
        source=event_source(WRITER[event.topic]) if ours else REQUEST.source,
        type=type_name(type(event)),
        subject=event.key if ours else None,
        time=at,
        sequence=1 if ours else None,
        causation=(str(item_id(99 + number, at)) if number > 1 else REQUEST.id) if ours and caused else None,
        traceparent=f"00-{digest(REQUEST.id)[:32]}-{digest(event.name)[:16]}-01",
        request=REQUEST if ours and caused else None,
    )
    return [(name, value.decode()) for name, value in headers_of(envelope)]


def _moment(event: Event) -> datetime:
    for field in ("at", "received_at", "submitted_at", "decided_at"):
        if isinstance(at := getattr(event, field, None), datetime):
            return at
    return RECEIVED
