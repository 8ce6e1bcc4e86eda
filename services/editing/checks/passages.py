"""A passage of a text that may tell who somebody is. Pure."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["nik", "phone", "email", "address", "plate"]
WORDS: dict[Kind, str] = {
    "nik": "NIK atau nomor kartu keluarga", "phone": "nomor telepon", "email": "alamat surel",
    "address": "alamat rumah", "plate": "nomor polisi kendaraan",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Passage:
    """What it is and where; `blocking` holds the submission up, else it is advice.

    `start` and `end` count code points of the text.
    """

    kind: Kind
    passage: str
    blocking: bool
    start: int
    end: int

    @property
    def sentence(self) -> str:
        """What to do about it."""
        what = f"“{self.passage}” tampak seperti {WORDS[self.kind]}."
        if self.blocking:
            return f"{what} Data pribadi tidak boleh terbit: hapus atau samarkan."
        return f"{what} Pastikan pemiliknya setuju, atau hapus."
