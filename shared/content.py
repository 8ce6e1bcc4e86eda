"""The values that events carry: texts, media references, officials, origins, clocks. Pure."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("contains a NUL character, which cannot be stored: remove it")
    return text


def _in_order(texts: dict[str, str]) -> dict[str, str]:
    """The same order however they came or were stored, so that the content's hash is the same."""
    return dict(sorted(texts.items()))


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), AfterValidator(_storable)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4_000), AfterValidator(_storable)]
Text = Annotated[str, StringConstraints(max_length=100_000), AfterValidator(_storable)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Urgency = Literal["regular", "immediate"]
MediaKind = Literal["image", "video", "audio", "document"]
Consent = Literal["public-event", "official-duty", "named"]
InformationClass = Literal["berkala", "serta-merta", "setiap-saat", "dikecualikan"]


class Value(BaseModel):
    """A frozen value. Writers are strict; a tolerant reader passes `extra="ignore"` when it validates."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RequestRef(Value):
    """The request that another system sent: its source's name and its own id there."""

    source: Code
    id: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class NotaDinas(Value):
    number: Line
    date: date


class Official(Value):
    """A person who acted, and the capacity in which they did."""

    account: Line
    name: Line
    capacity: Line


class StoredObject(Value):
    """One object in the store; `size` in bytes."""

    bucket: Annotated[str, StringConstraints(min_length=3, max_length=63)]
    key: Annotated[str, StringConstraints(min_length=1, max_length=1024), AfterValidator(_storable)]
    sha256: Sha256
    size: Annotated[int, Field(ge=0, le=10 * 1024**3)]
    content_type: Annotated[str, StringConstraints(pattern=r"^[a-z]+/[A-Za-z0-9.+-]{1,100}$")]


class MediaRights(Value):
    """What travels with a file into public: its words and the basis on which it may be shown."""

    alt: Note = ""
    caption: Note = ""
    credit: Note = ""
    licence: Note = ""
    consent: Consent | None = None
    consent_note: Note = ""


class RequestedMedia(MediaRights):
    """A file that a request names: an object that already lies in the incoming bucket."""

    name: Line
    object: StoredObject
    derived_from: Sha256 | None = None


class Rendition(StoredObject):
    """A publishable copy; `width` and `height` in pixels."""

    label: Code
    width: int | None = None
    height: int | None = None


class Media(MediaRights):
    """One file of a Report: its private original and, once checked, its renditions."""

    id: UUID
    name: Line
    kind: MediaKind
    original: StoredObject
    state: Literal["checking", "accepted", "refused"]
    reason: Note = ""
    renditions: tuple[Rendition, ...] = ()
    derived_from: Sha256 | None = None


class Origin(Value):
    """A Report that a Story was compiled from."""

    report: UUID
    unit: Code
    happened_at: AwareDatetime
    received_at: AwareDatetime
    request: RequestRef | None = None


class Span(Value):
    text: Text
    bold: bool = False
    italic: bool = False
    href: Annotated[str, StringConstraints(pattern=r"^(https?://|mailto:)", max_length=2_000)] | None = None


class Paragraph(Value):
    kind: Literal["paragraph"] = "paragraph"
    spans: tuple[Span, ...]


class Heading(Value):
    kind: Literal["heading"] = "heading"
    level: Literal[2, 3] = 2
    text: Line


class ItemList(Value):
    kind: Literal["list"] = "list"
    ordered: bool = False
    items: tuple[tuple[Span, ...], ...]


class Quote(Value):
    kind: Literal["quote"] = "quote"
    spans: tuple[Span, ...]
    cite: Note = ""


class Figure(Value):
    """A picture of the Story, by its place in `Content.media`."""

    kind: Literal["figure"] = "figure"
    media: UUID


Block = Annotated[Paragraph | Heading | ItemList | Quote | Figure, Field(discriminator="kind")]


class StoryMedia(MediaRights):
    """A file that a Version shows; its renditions are all that may become public."""

    id: UUID
    report: UUID
    name: Line
    kind: MediaKind
    renditions: tuple[Rendition, ...]


class Content(Value):
    """The whole of one Version: all that readers will see, and where."""

    title: Line
    lead: Note = ""
    body: tuple[Block, ...] = ()
    topic: Code | None = None
    tags: tuple[Line, ...] = ()
    information_class: InformationClass = "berkala"
    media: tuple[StoryMedia, ...] = ()
    channels: Annotated[tuple[Code, ...], Field(min_length=1)] = ("site",)
    channel_texts: Annotated[dict[str, Text], AfterValidator(_in_order)] = {}


class Reason(Value):
    """A typed reason, with words and the paragraph or picture it is about."""

    code: Code
    note: Note = ""
    anchor: Note = ""


class TotalRecord(Value):
    """The whole way of a Story, from its earliest activity to its being public; seconds as in ClockRecord."""

    opened_at: AwareDatetime
    closed_at: AwareDatetime
    working_seconds: Annotated[int, Field(ge=0)]
    elapsed_seconds: Annotated[int, Field(ge=0)]
    calendar_version: Line


class ClockRecord(Value):
    """One closed Clock. `working_seconds` and `target_seconds` count office time, `elapsed_seconds` wall time."""

    stage: Literal["intake", "editing", "review", "publisher"]
    item: Line
    cycle: Annotated[int, Field(ge=1)]
    lane: Urgency = "regular"
    kind: Literal["regular", "correction"] = "regular"
    opened_at: AwareDatetime
    due_at: AwareDatetime
    closed_at: AwareDatetime
    working_seconds: Annotated[int, Field(ge=0)]
    elapsed_seconds: Annotated[int, Field(ge=0)]
    target_seconds: Annotated[int, Field(ge=0)]
    sop_version: Line
    calendar_version: Line
    outcome: Literal[
        "completed", "returned", "sent-back", "declined", "withheld", "abandoned", "withdrawn", "refused", "revoked",
        "taken-down", "waived",
    ]  # fmt: skip
    punctuality: Literal["in_time", "late"]
    report: UUID | None = None
    story: UUID | None = None
    unit: Code | None = None
