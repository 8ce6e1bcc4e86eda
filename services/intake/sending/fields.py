"""The forms of Reports as they are posted: texts as typed, files by their uploads or in the form itself."""

import asyncio
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO, Annotated, Any, TypeVar, get_args
from uuid import UUID

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile

from services.intake.files import uploads
from services.intake.files.api import of_person
from services.intake.files.limits import FileNotTaken
from services.intake.forms import AttachedFile, NewUpload
from services.intake.sending.drafts import DraftBody, DraftFile, FieldName, Kind
from services.intake.web import vault_of
from shared.accounts import Person
from shared.refusal import Refused
from shared.web import desk_of
from shared.words import finding

M = TypeVar("M", bound=BaseModel)
NAMES: tuple[str, ...] = get_args(FieldName)
MOST_IN_A_FORM = 100_000_000  # bytes; of files that come with the form itself
LABELS = {
    "title": "Judul kegiatan", "text": "Uraian", "happened_at": "Waktu kegiatan", "unit": "Bidang/Sekretariat",
    "place": "Tempat", "people": "Yang hadir", "reporter": "Pelapor", "media": "Berkas", "reason": "Alasan",
    "received_via": "Dikirim lewat", "sent_at": "Waktu dikirim", "sender": "Nama pengirim", "contact": "Kontak",
    "upload": "Berkas", "sha256": "Berkas",
}  # fmt: skip
INPUTS = {"happened_at": "tanggal", "received_via": "lewat", "sent_at": "tanggal_kirim", "sender": "pengirim",
          "contact": "kontak", "media": "berkas", "upload": "berkas", "sha256": "berkas"}  # fmt: skip


class FormNotFilled(Refused):
    """The first thing that is wrong with a form, by the label on the screen; `field` names its input."""

    def __init__(self, error: ValidationError) -> None:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        super().__init__(
            "form", f"{LABELS.get(name, name) or 'Isian'}: {finding(dict(first))}. Perbaiki, lalu kirim lagi."
        )
        self.field = INPUTS.get(name, name)


@dataclass(frozen=True, slots=True)
class Form:
    """What was posted. `key` is the form's own, `version` the draft's that it knows of; `fresh` came in the form."""

    key: UUID
    version: int
    typed: dict[str, str]
    files: tuple[DraftFile, ...]
    fresh: tuple[UploadFile, ...] = ()
    proof: DraftFile | None = None
    fresh_proof: UploadFile | None = None
    action: str = ""
    unread: Refused | None = None

    def body(self, kind: Kind) -> DraftBody:
        """As a draft keeps it."""
        return parse(DraftBody, {"kind": kind, "version": self.version, "fields": self.typed, "files": self.files})

    def attached(self) -> tuple[AttachedFile, ...]:
        """The files as a Report names them; one that is still on its way is refused when it is looked up."""
        if self.unread is not None:
            raise self.unread
        return tuple(file.attached() or _unfinished(file) for file in self.files)


async def posted(request: Request) -> Form:
    """A form as it was posted; nothing is judged yet but the files that it names."""
    form = await request.form()
    new_id = desk_of(request).new_id()
    removed = {str(value) for value in form.getlist("buang")}
    named, unread = _named([value for value in form.getlist("media") if isinstance(value, str)])
    proof = form.get("bukti")
    return Form(
        key=_uuid(form.get("kunci")) or new_id,
        version=_number(form.get("versi")),
        typed=_typed(form),
        files=tuple(file for file in named if str(file.upload) not in removed),
        fresh=tuple(file for file in form.getlist("berkas") if isinstance(file, UploadFile) and file.filename),
        proof=next(iter(_named([str(v) for v in form.getlist("bukti_ada")])[0]), None),
        fresh_proof=proof if isinstance(proof, UploadFile) and proof.filename else None,
        action=str(form.get("aksi", "")),
        unread=unread,
    )


Posted = Annotated[Form, Depends(posted)]


async def with_files(request: Request, person: Person, form: Form) -> tuple[Form, Refused | None]:
    """The form with the files that came in it now among its uploads, and why one of them is not."""
    refusal: Refused | None = None
    if form.fresh:
        sent, refusal = await sent_up(request, person, form.fresh)
        form = replace(form, files=(*form.files, *sent), fresh=())
    if form.fresh_proof is not None:
        proof, no = await sent_up(request, person, (form.fresh_proof,))
        form = replace(form, proof=proof[0] if proof else None, fresh_proof=None)
        refusal = refusal or no
    return form, refusal


async def sent_up(
    request: Request, person: Person, files: tuple[UploadFile, ...]
) -> tuple[list[DraftFile], Refused | None]:
    """Files of a form, put into the store one by one; those that were taken, and why one was not."""
    taken: list[DraftFile] = []
    refusal: Refused | None = None
    try:
        named = [(await _described(file), file.file) for file in files]
        done = await uploads.put(desk_of(request), vault_of(request), of_person(person), named)
    except Refused as no:
        return [], no
    for upload in done:
        if isinstance(upload, FileNotTaken):
            refusal = upload
        else:
            taken.append(
                DraftFile(
                    upload=upload.id, sha256=upload.sha256, name=upload.name, size=upload.size, credit=person.name
                )
            )
    return taken, refusal


def parse(model: type[M], fields: dict[str, Any]) -> M:
    try:
        return model.model_validate(fields)
    except ValidationError as e:
        raise FormNotFilled(e) from None


def report_fields(form: Form, zone: Any) -> dict[str, Any]:
    """Form fields as the API's: an hour without a date's zone is the office's own; a day alone stays a day."""
    typed = form.typed
    taken: dict[str, Any] = {
        name: typed[name]
        for name in ("title", "text", "unit", "place", "people", "reporter")
        if typed.get(name, "").strip()
    }
    day, hour = typed.get("tanggal", ""), typed.get("jam", "")
    taken["happened_at"] = moment(day, hour, zone) if hour else day
    taken["urgency"] = "immediate" if typed.get("segera") else "regular"
    taken["practice"] = bool(typed.get("latihan"))
    return taken | {"media": form.attached()}


def moment(day: str, hour: str, zone: Any) -> str:
    """A day and an hour as typed, in the office's zone; what cannot be read is left for the model to refuse."""
    try:
        return datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=zone).isoformat()
    except ValueError:
        return f"{day} {hour}"


def _typed(form: FormData) -> dict[str, str]:
    return {
        name: value.replace("\r\n", "\n")
        for name, value in form.items()
        if name in NAMES and isinstance(value, str) and value.strip()
    }


def _named(texts: list[str]) -> tuple[list[DraftFile], Refused | None]:
    """The files that a script named, and why one of them cannot be read."""
    files: list[DraftFile] = []
    unread: Refused | None = None
    for text in texts:
        try:
            files.append(DraftFile.model_validate_json(text))
        except ValidationError as e:
            unread = FormNotFilled(e)
    return files, unread


def _unfinished(file: DraftFile) -> AttachedFile:
    """Named with a hash that nothing has, so that the refusal names the file."""
    return AttachedFile(upload=file.upload, sha256="0" * 64, name=file.name)


async def _described(file: UploadFile) -> NewUpload:
    size, digest = await asyncio.to_thread(_measured, file.file)
    kind = (file.content_type or "").partition(";")[0].strip().lower()
    fields = {"name": file.filename, "size": size, "sha256": digest, "content_type": kind}
    try:
        return NewUpload.model_validate(fields)
    except ValidationError:
        return parse(NewUpload, fields | {"content_type": "application/octet-stream"})


def _measured(file: IO[bytes]) -> tuple[int, str]:
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # pyright: ignore[reportArgumentType]
    size = file.tell()
    file.seek(0)
    return size, digest


def _uuid(typed: object) -> UUID | None:
    try:
        return UUID(str(typed))
    except ValueError:
        return None


def _number(typed: object) -> int:
    text = str(typed or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
