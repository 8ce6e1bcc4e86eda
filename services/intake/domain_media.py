"""Which files are taken: their kinds, sizes and places. Pure."""

from dataclasses import dataclass

from shared.content import StoredObject
from shared.events import Problem
from shared.refusal import Refused

DOCUMENTS = frozenset(
    {
        "application/pdf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.presentation",
        "text/plain",
        "text/csv",
    }
)
# Pictures that may hold scripts are no photographs.
NOT_TAKEN = frozenset({"image/svg+xml"})

NOT_FOUND = "Berkas tidak ditemukan di penyimpanan. Unggah ulang berkasnya."
OTHER_SIZE = "Ukuran berkas yang diunggah berbeda dari yang disebutkan. Unggah ulang berkasnya."
OTHER_BYTES = "Isi berkas tidak cocok dengan SHA-256 yang disebutkan. Unggah ulang berkasnya."
REPLACED = "Berkas berubah selagi diperiksa. Unggah ulang berkasnya."


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest files that are taken, in bytes."""

    image: int
    other: int


class FileNotTaken(Refused):
    def __init__(self, sentence: str) -> None:
        super().__init__("file-not-taken", sentence)


class UploadIncomplete(Refused):
    def __init__(self, name: str) -> None:
        super().__init__("upload-incomplete", f"Berkas {name} belum selesai diunggah. Unggah ulang berkasnya.")


def why_not(content_type: str, size: int, limits: Limits) -> str | None:
    """Say why a file is not taken, or None."""
    content_type = content_type.lower()  # as browsers read it
    family = content_type.partition("/")[0]
    if content_type in NOT_TAKEN or (family not in ("image", "video", "audio") and content_type not in DOCUMENTS):
        return (
            f"Jenis berkas {content_type} tidak diterima. Kirim foto, video, rekaman suara, PDF, atau dokumen kantor."
        )
    most = limits.image if family == "image" else limits.other
    if size > most:
        return f"Berkas melebihi batas {most // 1_000_000} MB. Kecilkan berkasnya lalu kirim lagi."
    return "Berkas ini kosong." if size == 0 else None


def problem_of(number: int, file: StoredObject, *, source: str, bucket: str, limits: Limits) -> Problem | None:
    """What is wrong with a file that a request names, before anyone looks into it."""
    field = f"media.{number}.object"
    if file.bucket != bucket or not file.key.startswith(f"{source}/"):
        return Problem(field=field, message=f"Berkas harus berada di wadah {bucket} di bawah {source}/.")
    if not _is_possible(file.key):
        return Problem(field=field, message=NOT_FOUND)
    why = why_not(file.content_type, file.size, limits)
    return None if why is None else Problem(field=field, message=why)


def _is_possible(key: str) -> bool:
    """Whether an object can have this key: the store answers others with errors that no retry helps."""
    parts = [part.encode() for part in key.split("/")]
    return len(key.encode()) <= 1_024 and all(0 < len(p) <= 255 and p not in (b".", b"..") for p in parts)
