"""Which files are taken: their kinds, sizes, places and numbers. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.content import StoredObject
from shared.events import Problem
from shared.media.kinds import MEGABYTE, FileLimits, declared, kind_of, why_not
from shared.refusal import Refused

NOT_FOUND = "Berkas tidak ditemukan di penyimpanan. Unggah ulang berkasnya."
OTHER_SIZE = "Ukuran berkas yang diunggah berbeda dari yang disebutkan. Unggah ulang berkasnya."
OTHER_BYTES = "Isi berkas tidak cocok dengan SHA-256 yang disebutkan. Unggah ulang berkasnya."
REPLACED = "Berkas berubah selagi diperiksa. Unggah ulang berkasnya."
# Folders of the incoming bucket; no source can be named so. No presigned request may write to the quarantine.
STAFF, QUARANTINE = "_staf", "_karantina"
# Beyond this a file goes its own lane, so that a short report never waits for it.
LONG = 60 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is taken, in bytes: of one file by its kind, of one Report, and of one Unit in a day.

    A file larger than one `part` comes in parts.
    """

    file: FileLimits = field(default_factory=FileLimits)
    report: int = 5_000 * MEGABYTE
    unit_day: int = 20_000 * MEGABYTE
    part: int = 8 * MEGABYTE


class FileNotTaken(Refused):
    def __init__(self, sentence: str) -> None:
        super().__init__("file-not-taken", sentence)


class UploadIncomplete(Refused):
    def __init__(self, name: str) -> None:
        super().__init__("upload-incomplete", f"Berkas {name} belum selesai diunggah. Unggah ulang berkasnya.")


class PartsMissing(Refused):
    """Some parts of an upload have not come, or not as they were to be."""

    def __init__(self, name: str, missing: Sequence[int], unfit: Sequence[int]) -> None:
        told = [
            f"bagian {listed(numbers)} {what}"
            for numbers, what in ((missing, "belum ada"), (unfit, "ukurannya berbeda"))
            if numbers
        ]
        super().__init__(
            "parts-missing",
            f"Berkas {name} belum lengkap: {'; '.join(told)}. Kirim bagian itu, lalu selesaikan lagi.",
        )


class UploadInUse(Refused):
    def __init__(self, name: str) -> None:
        super().__init__(
            "upload-in-use", f"Berkas {name} sudah dipakai dalam bahan, jadi unggahannya tidak dapat dibatalkan."
        )


class DayLimit(Refused):
    """What a Unit may upload in a day is used up; `used` in bytes, as all here."""

    def __init__(self, most: int, used: int, asked: int) -> None:
        left = max(most - used, 0)
        super().__init__(
            "day-limit",
            f"Unggahan satu Bidang/Sekretariat dalam sehari paling banyak {_mb(most)}; sisanya hari ini {_mb(left)}, "
            f"berkas ini {_mb(asked, up=True)}. Kirim besok, atau mintalah batas yang lebih besar kepada Pengelola "
            "sistem.",
        )


class UnknownOrigin(Refused):
    def __init__(self, name: str) -> None:
        super().__init__(
            "unknown-origin", f"Berkas asal {name} tidak ditemukan. Pilih berkas asal dari bahan yang dapat Anda lihat."
        )


class ReportTooLarge(Refused):
    def __init__(self, most: int) -> None:
        super().__init__(
            "report-too-large",
            f"Berkas satu bahan seluruhnya paling besar {most // MEGABYTE} MB. Kirim sebagian sebagai bahan lain.",
        )


def expect_report_size(sizes: list[int], limits: Limits) -> None:
    """Refuse files that are too large together."""
    if sum(sizes) > limits.report:
        raise ReportTooLarge(limits.report)


def check_parts(name: str, expected: Sequence[int], there: Mapping[int, int]) -> None:
    """Refuse parts that have not come as they were to be; `there` are the sizes by number."""
    numbered = list(enumerate(expected, 1))
    missing = [n for n, _ in numbered if n not in there]
    unfit = [n for n, size in numbered if n in there and there[n] != size]
    if missing or unfit:
        raise PartsMissing(name, missing, unfit)


def listed(numbers: Sequence[int]) -> str:
    """Numbers in order as people write them: 1, 3–5."""
    spans: list[tuple[int, int]] = []
    for n in numbers:
        if spans and spans[-1][1] == n - 1:
            spans[-1] = (spans[-1][0], n)
        else:
            spans.append((n, n))
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in spans)


def _mb(size: int, *, up: bool = False) -> str:
    return f"{-(-size // MEGABYTE) if up else size // MEGABYTE} MB"


def is_long(content_type: str, size: int) -> bool:
    """Whether checking may take minutes: recordings, and whatever is large."""
    return size > LONG or kind_of(content_type) in ("video", "audio")


def problem_of(
    number: int, name: str, file: StoredObject, *, source: str, bucket: str, limits: Limits
) -> Problem | None:
    """What is wrong with a file that a request names, before anyone looks into it."""
    field_ = f"media.{number}.object"
    if file.bucket != bucket or not file.key.startswith(f"{source}/"):
        return Problem(field=field_, message=f"Berkas harus berada di wadah {bucket} di bawah {source}/.")
    if not _is_possible(file.key):
        return Problem(field=field_, message=NOT_FOUND)
    why = why_not(declared(name, file.content_type), file.size, limits.file)
    return None if why is None else Problem(field=field_, message=why)


def _is_possible(key: str) -> bool:
    """Whether an object can have this key: the store answers others with errors that no retry helps."""
    parts = [part.encode() for part in key.split("/")]
    return len(key.encode()) <= 1_024 and all(0 < len(p) <= 255 and p not in (b".", b"..") for p in parts)
