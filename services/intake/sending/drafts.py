"""Drafts of a form: what is kept of it, and whose writing stands. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.intake.domain import MAX_MEDIA
from services.intake.forms import AttachedFile
from shared.content import Line, MediaRights, Sha256, Value
from shared.refusal import Refused, Stale

Kind = Literal["bahan", "catat"]
MOST, KEPT = 20, timedelta(days=30)
# The inputs of the form, as their names stand on the page; longer texts than a Report takes are kept as typed.
FieldName = Literal[
    "title", "text", "unit", "place", "people", "reporter", "tanggal", "jam", "segera", "latihan",
    "lewat", "pengirim", "kontak", "tanggal_kirim", "jam_kirim",
]  # fmt: skip
Typed = Annotated[str, StringConstraints(max_length=200_000)]


class TooManyDrafts(Refused):
    def __init__(self) -> None:
        super().__init__(
            "too-many-drafts", f"Draf Anda sudah {MOST}. Kirim atau hapus salah satunya, lalu simpan lagi."
        )


class DraftSent(Stale):
    """It became a Report meanwhile, on this device or another."""

    def __init__(self, report: UUID) -> None:
        super().__init__("already-sent", "Draf ini sudah terkirim sebagai bahan.")
        self.report = report


class NewerDraft(Stale):
    """Another device wrote after this one had read: the person chooses."""

    def __init__(self, theirs: "Draft") -> None:
        super().__init__(
            "newer-draft", "Draf ini sudah diubah di perangkat lain. Bandingkan keduanya, lalu pilih yang dipakai."
        )
        self.theirs = theirs


class DraftFile(MediaRights):
    """A file of a draft; without `sha256` it is still on its way."""

    upload: UUID
    sha256: Sha256 | None = None
    name: Line | None = None
    size: Annotated[int, Field(ge=0)] | None = None
    derived_from: Sha256 | None = None

    def attached(self) -> AttachedFile | None:
        """The file as a Report names it; None while it is on its way."""
        return None if self.sha256 is None else AttachedFile.model_validate(self.model_dump(exclude={"size"}))


class DraftBody(Value):
    """What a page keeps. `version` is the one that it had read, 0 for none; `writer` names the page."""

    kind: Kind = "bahan"
    version: Annotated[int, Field(ge=0, lt=2**31)] = 0
    writer: Annotated[str, StringConstraints(max_length=64)] = ""
    fields: dict[FieldName, Typed] = Field(default_factory=dict)
    files: Annotated[tuple[DraftFile, ...], Field(max_length=MAX_MEDIA)] = ()

    @property
    def is_empty(self) -> bool:
        return not self.files and not any(text.strip() for text in self.fields.values())


@dataclass(frozen=True, slots=True)
class Draft:
    account: str
    id: UUID
    body: DraftBody
    updated_at: datetime

    @property
    def version(self) -> int:
        return self.body.version

    @property
    def ends_at(self) -> datetime:
        """When it is forgotten, unless someone writes on."""
        return self.updated_at + KEPT

    def shown(self, zone: tzinfo) -> dict[str, Any]:
        """As the API and the pages show it; its time is the office's."""
        body = self.body.model_dump(mode="json", exclude={"writer"})
        return {"id": str(self.id), "updated_at": self.updated_at.astimezone(zone).isoformat(), **body}


def is_same(mine: DraftBody, theirs: DraftBody) -> bool:
    """Whether both say the same, such as when only the answer to a saving was lost."""
    return (mine.kind, mine.fields, mine.files) == (theirs.kind, theirs.fields, theirs.files)
