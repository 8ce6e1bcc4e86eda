"""What a person sends, from a page or through the API. Closed: a field too many is named."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from services.intake.domain import MAX_MEDIA
from shared.content import Code, Line, MediaRights, NotaDinas, Note, Sha256, Text, Urgency, Value
from shared.events import Moment

Words = Annotated[Text, StringConstraints(min_length=1, strip_whitespace=True)]


class AttachedFile(MediaRights):
    """An upload of one's own that is complete, with what goes with it into public.

    `derived_from` is the SHA-256 of the file that it was made of, in a Report that one may see.
    """

    upload: UUID
    sha256: Sha256
    name: Line | None = None
    derived_from: Sha256 | None = None


Files = Annotated[tuple[AttachedFile, ...], Field(max_length=MAX_MEDIA)]


class NewReport(Value):
    """A Report by a person. `sent_at` is for what the Admin records from WhatsApp and the like: when it was sent."""

    title: Line
    text: Words
    happened_at: Moment
    unit: Code | None = None
    place: Note = ""
    people: Note = ""
    reporter: Note = ""
    urgency: Urgency = "regular"
    practice: bool = False
    received_via: Code | None = None
    sent_at: AwareDatetime | None = None
    assigned_at: AwareDatetime | None = None
    nota_dinas: NotaDinas | None = None
    archive_code: Line | None = None
    media: Files = ()


class NewSupplement(Value):
    text: Words
    media: Files = ()


class Withdrawal(Value):
    reason: Annotated[Note, StringConstraints(min_length=1)]


class NewUpload(Value):
    """A file about to be uploaded; `size` in bytes."""

    name: Line
    content_type: Annotated[str, StringConstraints(pattern=r"^[a-z]+/[A-Za-z0-9.+-]{1,100}$")]
    size: Annotated[int, Field(ge=0)]
    sha256: Sha256 | None = None


class NewUploads(Value):
    """Many at once, such as all photographs of a morning."""

    files: Annotated[tuple[NewUpload, ...], Field(min_length=1, max_length=MAX_MEDIA)]


class UploadDone(Value):
    sha256: Sha256
