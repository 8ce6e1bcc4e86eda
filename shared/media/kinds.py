"""Which kinds of file are taken, by type, by name and by size. Pure."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from shared.content import MediaKind

Tool = Literal["pictures", "documents", "office", "texts", "recordings"]

MEGABYTE = 1_000_000
UNKNOWN = "application/octet-stream"
OOXML = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."


class Taken(NamedTuple):
    """A type that is taken: its kind, the tool that opens it, and how its files are named."""

    kind: MediaKind
    tool: Tool
    extensions: tuple[str, ...]


TYPES: dict[str, Taken] = {
    "image/jpeg": Taken("image", "pictures", ("jpg", "jpeg", "jpe", "jfif")),
    "image/png": Taken("image", "pictures", ("png",)),
    "image/webp": Taken("image", "pictures", ("webp",)),
    "image/heic": Taken("image", "pictures", ("heic", "heif")),
    "image/avif": Taken("image", "pictures", ("avif",)),
    "image/tiff": Taken("image", "pictures", ("tif", "tiff")),
    "image/gif": Taken("image", "pictures", ("gif",)),
    "image/bmp": Taken("image", "pictures", ("bmp",)),
    "video/mp4": Taken("video", "recordings", ("mp4", "m4v")),
    "video/quicktime": Taken("video", "recordings", ("mov", "qt")),
    "video/3gpp": Taken("video", "recordings", ("3gp", "3gpp", "3g2")),
    "video/webm": Taken("video", "recordings", ("webm",)),
    "video/x-matroska": Taken("video", "recordings", ("mkv",)),
    "video/x-msvideo": Taken("video", "recordings", ("avi",)),
    "video/mpeg": Taken("video", "recordings", ("mpg", "mpeg")),
    "video/mp2t": Taken("video", "recordings", ("mts", "m2ts", "ts")),
    "audio/mp4": Taken("audio", "recordings", ("m4a",)),
    "audio/mpeg": Taken("audio", "recordings", ("mp3",)),
    "audio/wav": Taken("audio", "recordings", ("wav",)),
    "audio/ogg": Taken("audio", "recordings", ("ogg", "oga", "opus")),
    "audio/flac": Taken("audio", "recordings", ("flac",)),
    "audio/aac": Taken("audio", "recordings", ("aac",)),
    "audio/amr": Taken("audio", "recordings", ("amr",)),
    "audio/webm": Taken("audio", "recordings", ("weba",)),
    "audio/x-matroska": Taken("audio", "recordings", ("mka",)),
    "application/pdf": Taken("document", "documents", ("pdf",)),
    "application/msword": Taken("document", "office", ("doc",)),
    "application/vnd.ms-excel": Taken("document", "office", ("xls",)),
    "application/vnd.ms-powerpoint": Taken("document", "office", ("ppt",)),
    OOXML + "wordprocessingml.document": Taken("document", "office", ("docx",)),
    OOXML + "spreadsheetml.sheet": Taken("document", "office", ("xlsx",)),
    OOXML + "presentationml.presentation": Taken("document", "office", ("pptx",)),
    ODF + "text": Taken("document", "office", ("odt",)),
    ODF + "spreadsheet": Taken("document", "office", ("ods",)),
    ODF + "presentation": Taken("document", "office", ("odp",)),
    "text/plain": Taken("document", "texts", ("txt",)),
    "text/csv": Taken("document", "texts", ("csv",)),
    "text/vtt": Taken("document", "texts", ("vtt",)),
}
# Other names under which browsers and libmagic know the same types.
ALIASES = {
    "image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/heif": "image/heic",
    "image/heic-sequence": "image/heic", "image/heif-sequence": "image/heic", "image/x-ms-bmp": "image/bmp",
    "video/x-m4v": "video/mp4", "video/3gpp2": "video/3gpp", "video/avi": "video/x-msvideo",
    "video/x-mpegts": "video/mp2t", "audio/x-m4a": "audio/mp4", "audio/m4a": "audio/mp4",
    "audio/mp4a-latm": "audio/mp4", "audio/mp3": "audio/mpeg", "audio/x-wav": "audio/wav", "audio/wave": "audio/wav",
    "audio/vnd.wave": "audio/wav", "application/ogg": "audio/ogg", "audio/opus": "audio/ogg",
    "audio/x-flac": "audio/flac", "audio/x-hx-aac-adts": "audio/aac", "audio/aacp": "audio/aac",
    "audio/x-aac": "audio/aac", "video/ogg": "audio/ogg", "audio/3gpp": "video/3gpp",
    "application/csv": "text/csv",
}  # fmt: skip
ARCHIVES = frozenset(
    {
        "application/zip", "application/x-tar", "application/gzip", "application/x-rar", "application/vnd.rar",
        "application/x-7z-compressed", "application/x-zip-compressed", "application/x-rar-compressed",
        "application/x-xz", "application/x-bzip2", "application/zstd",
    }
)  # fmt: skip
BY_EXTENSION = {extension: name for name, taken in TYPES.items() for extension in taken.extensions}


@dataclass(frozen=True, slots=True)
class FileLimits:
    """The largest file of each kind that is taken, in bytes."""

    image: int = 50 * MEGABYTE
    video: int = 2_000 * MEGABYTE
    audio: int = 500 * MEGABYTE
    document: int = 100 * MEGABYTE

    def of(self, kind: MediaKind) -> int:
        found: int = getattr(self, kind)
        return found


WORDS: dict[MediaKind, str] = {"image": "foto", "video": "video", "audio": "rekaman suara", "document": "dokumen"}


def canonical(content_type: str) -> str:
    """One name for each type, without its parameters."""
    plain = content_type.partition(";")[0].strip().lower()
    return ALIASES.get(plain, plain)


def declared(name: str, content_type: str) -> str:
    """The type that a sender claims: as declared, or by the file's name where a browser did not know."""
    claimed = canonical(content_type)
    extension = name.rpartition(".")[2].lower()
    if claimed in TYPES or claimed in ARCHIVES:
        return claimed
    return BY_EXTENSION.get(extension, claimed or UNKNOWN)


def extension_of(content_type: str) -> str:
    """How a file of this canonical type is named; `bin` where it is not known."""
    found = TYPES.get(content_type)
    return found.extensions[0] if found else "bin"


def kind_of(content_type: str) -> MediaKind:
    """The kind of a type; what is not known is a document."""
    found = TYPES.get(canonical(content_type))
    return found.kind if found else "document"


def why_not(content_type: str, size: int, limits: FileLimits) -> str | None:
    """Say why a file of this canonical type and size in bytes is not taken, or None."""
    if size == 0:
        return "Berkas ini kosong. Pastikan berkasnya sudah tersimpan penuh, lalu kirim lagi."
    if content_type in ARCHIVES:
        return "Berkas arsip tidak diterima. Kirim isinya satu per satu."
    found = TYPES.get(content_type)
    if found is None:
        return (
            f"Jenis berkas {content_type} tidak diterima. Kirim foto, video, rekaman suara, PDF, atau dokumen kantor."
        )
    most = limits.of(found.kind)
    if size > most:
        return f"Berkas {WORDS[found.kind]} melebihi batas {most // MEGABYTE} MB. Kecilkan berkasnya lalu kirim lagi."
    return None
