"""The people, files and clocks of the examples: one activity of the office on one Tuesday, told in its own words."""

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from uuid import UUID

from shared.content import (
    ClockRecord,
    Content,
    Figure,
    Heading,
    ItemList,
    Media,
    Official,
    Origin,
    Paragraph,
    Quote,
    Rendition,
    RequestedMedia,
    RequestRef,
    Span,
    StoredObject,
    StoryMedia,
    TotalRecord,
)

WIB = timezone(timedelta(hours=7), "WIB")


def day(hour: int, minute: int = 0, *, date: int = 8) -> datetime:
    """A time on the day of the examples, in WIB."""
    return datetime(2026, 9, date, hour, minute, tzinfo=WIB)


def digest(words: str) -> str:
    """A SHA-256 that looks like one."""
    return sha256(words.encode()).hexdigest()


def item_id(number: int, at: datetime) -> UUID:
    """A UUIDv7 of that time, the same on every run."""
    milliseconds = int(at.astimezone(UTC).timestamp() * 1000)
    tail = int(digest(f"{number} {milliseconds}")[:19], 16)
    return UUID(int=milliseconds << 80 | 7 << 76 | (tail >> 64 & 0xFFF) << 64 | 2 << 62 | tail & (1 << 62) - 1)


HAPPENED, RECEIVED, SUBMITTED = day(11), day(13, 30), day(14, 40)
DECIDED, LIVE = day(15, 5), day(15, 17)
REPORT, STORY, PHOTO = item_id(1, RECEIVED), item_id(2, day(13, 42)), item_id(3, RECEIVED)
REQUEST = RequestRef(source="sim-rutilahu", id="2026-000417")
SITE = "https://disperkimtan.example.go.id/berita/40-rumah-tidak-layak-huni-di-jatirasa-selesai-diperbaiki"
TITLE = "40 Rumah Tidak Layak Huni di Jatirasa Selesai Diperbaiki"

ADMIN = Official(account="rina.wulandari", name="Rina Wulandari", capacity="Admin Publikasi")
HEAD = Official(account="bambang.prasetyo", name="Bambang Prasetyo", capacity="Sekretaris selaku PPID Pembantu")
STAFF = Official(account="dewi.lestari", name="Dewi Lestari", capacity="Pengelola Bidang Perumahan")

UPLOAD = StoredObject(
    bucket="incoming",
    key="sim-rutilahu/2026-000417/serah-terima-kunci.jpg",
    sha256=digest("serah-terima-kunci.jpg"),
    size=3_481_206,
    content_type="image/jpeg",
)
ALT = "Seorang ibu menerima kunci rumah dari petugas di depan rumah bercat putih."
CREDIT = "Dokumentasi Bidang Perumahan"
SENT_PHOTO = RequestedMedia(
    name="serah-terima-kunci.jpg", object=UPLOAD, alt=ALT, credit=CREDIT, consent="public-event"
)
RENDITION = Rendition(
    bucket="alurwarta-renditions",
    key=f"intake/{digest('webp-1440')}",
    sha256=digest("webp-1440"),
    size=212_977,
    content_type="image/webp",
    label="webp-1440",
    width=1440,
    height=960,
)
PLACEHOLDER = (
    "data:image/webp;base64,UklGRkIAAABXRUJQVlA4IDYAAAAQAgCdASoQAAwABABoJZQCdADc+YQstvoAAP7r/3aWKe1XAdYf4gBJfpJavdwXVlbD"
    "QkyHAAA="
)


def photo(*, checked: bool) -> Media:
    """The photograph as intake knows it, before or after its check."""
    original = UPLOAD.model_copy(update={"bucket": "alurwarta-originals", "key": UPLOAD.sha256})
    return Media(
        id=PHOTO,
        name="serah-terima-kunci.jpg",
        kind="image",
        original=original,
        state="accepted" if checked else "checking",
        renditions=(RENDITION,) if checked else (),
        placeholder=PLACEHOLDER if checked else "",
        alt=ALT,
        credit=CREDIT,
        consent="public-event",
    )


CONTENT = Content(
    title=TITLE,
    lead="Warga Kelurahan Jatirasa menerima kembali rumahnya dalam keadaan layak huni, Selasa (8/9).",
    body=(
        Paragraph(
            spans=(
                Span(text="Dinas Perumahan, Kawasan Permukiman dan Pertanahan menyerahkan "),
                Span(text="40 rumah", bold=True),
                Span(text=" yang selesai diperbaiki kepada pemiliknya."),
            )
        ),
        Figure(media=PHOTO),
        Heading(text="Yang diperbaiki"),
        ItemList(items=((Span(text="Atap dan rangka"),), (Span(text="Lantai dan dinding"),), (Span(text="Sanitasi"),))),
        Quote(
            spans=(Span(text="Sekarang kalau hujan tidak bocor lagi."),),
            cite="Ibu Sumiati, warga RW 05",
        ),
    ),
    topic="perumahan",
    tags=("rutilahu", "Jatirasa"),
    media=(
        StoryMedia(
            id=PHOTO,
            report=REPORT,
            name="serah-terima-kunci.jpg",
            kind="image",
            renditions=(RENDITION,),
            placeholder=PLACEHOLDER,
            alt=ALT,
            caption="Serah terima kunci di RW 05.",
            credit=CREDIT,
            consent="public-event",
        ),
    ),
    channels=("site", "instagram"),
    channel_texts={"instagram": "40 rumah di Jatirasa kini layak huni. Selengkapnya di situs kami. #Rutilahu"},
)
CONTENT_SHA256 = digest(CONTENT.model_dump_json())

ORIGIN = Origin(report=REPORT, unit="bidang-perumahan", happened_at=HAPPENED, received_at=RECEIVED, request=REQUEST)
INTAKE_CLOCK = ClockRecord(
    stage="intake",
    item=str(REPORT),
    cycle=1,
    opened_at=HAPPENED,
    due_at=day(11, date=9),
    closed_at=RECEIVED,
    working_seconds=5_400,
    elapsed_seconds=9_000,
    target_seconds=27_000,
    sop_version="SOP-2023-01",
    calendar_version="2026-2",
    outcome="completed",
    punctuality="in_time",
    report=REPORT,
    unit="bidang-perumahan",
)


def clock(stage: str, opened: datetime, due: datetime, closed: datetime, *, target: int, ended: str) -> ClockRecord:
    """A clock of the Story that ran inside one stretch of working time, so that both counts are the same."""
    spent = int((closed - opened).total_seconds())
    told = {
        "stage": stage, "item": str(STORY), "opened_at": opened, "due_at": due, "closed_at": closed, "story": STORY,
        "working_seconds": spent, "elapsed_seconds": spent, "target_seconds": target, "outcome": ended,
    }  # fmt: skip
    return ClockRecord.model_validate({**INTAKE_CLOCK.model_dump(), **told})


EDITING_CLOCK = clock("editing", RECEIVED, day(15, 30), SUBMITTED, target=7_200, ended="completed")
PUBLISHER_CLOCK = clock("publisher", DECIDED, day(15, 35), LIVE, target=1_800, ended="completed")
# The activity ended at 11:00; the break of an hour does not count.
TOTAL = TotalRecord(
    opened_at=HAPPENED,
    closed_at=LIVE,
    working_seconds=int((LIVE - HAPPENED).total_seconds()) - 3_600,
    elapsed_seconds=int((LIVE - HAPPENED).total_seconds()),
    calendar_version="2026-2",
)


def review_clock(ended: str) -> ClockRecord:
    """The review's clock, closed by a Decision of this outcome."""
    return clock("review", SUBMITTED, day(8, 10, date=9), DECIDED, target=7_200, ended=ended)
