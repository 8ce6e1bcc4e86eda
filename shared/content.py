"""The values that events carry: texts, media references, officials, origins, clocks. Pure."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator


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
# A tiny blurred picture, shown until the real one is there; nothing but an image may stand in a page so.
Placeholder = Annotated[
    str, StringConstraints(pattern=r"^(data:image/(webp|jpeg);base64,[A-Za-z0-9+/=]+)?$", max_length=1_000)
]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Urgency = Literal["regular", "immediate"]
MediaKind = Literal["image", "video", "audio", "document"]
Consent = Literal["public-event", "official-duty", "named"]
Subject = Literal["children", "victims", "aid-recipients"]
InformationClass = Literal["berkala", "serta-merta", "setiap-saat", "dikecualikan"]
EXEMPT: InformationClass = "dikecualikan"
# UU 14/2008, article 17: what may be withheld is of one of these clauses.
Clause = Literal["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]


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
    """What travels with a file into public: its words and the basis on which it may be shown.

    `shows` names those who need a consent of their own; `consent_note` who gave it, and for children their guardian.
    """

    alt: Note = ""
    caption: Note = ""
    credit: Note = ""
    licence: Note = ""
    consent: Consent | None = None
    consent_note: Note = ""
    shows: tuple[Subject, ...] = ()


class RequestedMedia(MediaRights):
    """A file that a request names: an `object` in the incoming bucket, or a `url` from which intake fetches it.

    `sha256` is what lies at the `url`, where its sender knows that; an object carries its own.
    """

    name: Line
    object: StoredObject | None = None
    url: Annotated[str, StringConstraints(pattern=r"^https://", max_length=2_000)] | None = None
    sha256: Sha256 | None = None
    derived_from: Sha256 | None = None

    @model_validator(mode="after")
    def _one_place(self) -> "RequestedMedia":
        if (self.object is None) == (self.url is None):
            raise ValueError("name either an object or a url")
        if self.object is not None and self.sha256 is not None:
            raise ValueError("an object carries its own sha256")
        return self


class Rendition(StoredObject):
    """A copy without anything that its original tells about itself; `width` and `height` in pixels.

    Its label is unique among those of one file; `text` is for those who edit and filter: see `is_public`.
    """

    label: Code
    width: int | None = None
    height: int | None = None
    duration_ms: Annotated[int, Field(ge=0)] | None = None


TEXT_LABEL = "text"


def is_public(label: str) -> bool:
    """Whether a rendition of this label may become public, with the Version that lists it."""
    return label != TEXT_LABEL


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
    placeholder: Placeholder = ""


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


Share = Annotated[float, Field(ge=0, le=1)]


class Crop(Value):
    """The part of a picture that is shown: its edges, in shares of the whole width and height."""

    left: Share
    top: Share
    right: Share
    bottom: Share

    @model_validator(mode="after")
    def _has_a_surface(self) -> "Crop":
        if self.left >= self.right or self.top >= self.bottom:
            raise ValueError("has no surface")
        return self


class Focus(Value):
    """The point of the shown picture that stays in sight where only a part of it has room, in shares as above."""

    x: Share
    y: Share


def _is_none(value: object) -> bool:
    return value is None


def _is_empty(value: object) -> bool:
    return value == ()


class StoryMedia(MediaRights):
    """A file that a Version shows; its renditions are all that may become public, cut to `crop` where there is one.

    `redacted` are parts of the whole picture that were blacked out in the renditions: nothing of them is in there.
    What is not there is not written, so that a Version from before these fields keeps its hash.
    """

    id: UUID
    report: UUID
    name: Line
    kind: MediaKind
    renditions: tuple[Rendition, ...]
    placeholder: Placeholder = ""
    crop: Crop | None = Field(default=None, exclude_if=_is_none)
    focus: Focus | None = Field(default=None, exclude_if=_is_none)
    redacted: tuple[Crop, ...] = Field(default=(), exclude_if=_is_empty)


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


class Words(Value):
    """All that a leader may write anew in a Version: its sentences, and nothing that is shown beside them."""

    title: Line
    lead: Note = ""
    body: tuple[Block, ...] = ()
    channel_texts: Annotated[dict[str, Text], AfterValidator(_in_order)] = {}

    @classmethod
    def of(cls, content: Content) -> "Words":
        return cls(**{name: getattr(content, name) for name in cls.model_fields})

    def laid_over(self, content: Content) -> Content:
        """The same Version with these sentences."""
        return content.model_copy(update={name: getattr(self, name) for name in Words.model_fields})


class RedactedPicture(Value):
    """Parts of one picture, in shares of its whole width and height, of which nothing may become public."""

    media: UUID
    regions: Annotated[tuple[Crop, ...], Field(min_length=1, max_length=50)]


class Redaction(Value):
    """What a leader takes out of a Version: passages wherever they stand, and regions of pictures. It adds nothing."""

    passages: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    pictures: Annotated[tuple[RedactedPicture, ...], Field(max_length=100)] = ()


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
