"""What makes the figures a letter: number, place and date, and who signs in which capacity. Pure."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.review.compliance.words import date_words
from shared.refusal import Refused

Capacity = Literal["", "an", "plh", "plt", "ppid"]
CAPACITIES: dict[Capacity, str] = {
    "": "atas jabatan sendiri", "an": "a.n. (atas nama)", "plh": "Plh. (pelaksana harian)",
    "plt": "Plt. (pelaksana tugas)", "ppid": "selaku PPID Pembantu",
}  # fmt: skip
TO_BE_GIVEN = "......................................"


class NotSigned(Refused):
    """What a letter lacks, or must not have; the sentence names the field."""

    def __init__(self, sentence: str) -> None:
        super().__init__("bad-letter", sentence)


@dataclass(frozen=True, slots=True)
class Letter:
    """The particulars around the figures. `principal` is in whose name it is signed, with a.n. alone."""

    number: str = ""
    place: str = ""
    day: date | None = None
    capacity: Capacity = ""
    principal: str = ""
    position: str = ""
    name: str = ""
    rank: str = ""
    nip: str = ""

    @property
    def place_and_date(self) -> str:
        return f"{self.place or TO_BE_GIVEN}, {date_words(self.day) if self.day else TO_BE_GIVEN}"

    @property
    def signed_as(self) -> tuple[str, ...]:
        """The lines above the signature."""
        position = self.position or TO_BE_GIVEN
        match self.capacity:
            case "an":
                return (f"a.n. {self.principal}", f"{position},")
            case "plh":
                return (f"Plh. {position},",)
            case "plt":
                return (f"Plt. {position},",)
            case "ppid":
                return (position, "selaku PPID Pembantu,")
            case _:
                return (f"{position},",)


def checked(letter: Letter) -> Letter:
    """Refuse a letter to be kept that lacks place, date, position or name, or whose capacity does not hold."""
    needed = {"Tempat": letter.place, "Tanggal": letter.day, "Jabatan": letter.position, "Nama": letter.name}
    if missing := [field for field, value in needed.items() if not value]:
        raise NotSigned(f"Isilah dahulu: {', '.join(missing)}.")
    if (letter.capacity == "an") != bool(letter.principal):
        raise NotSigned("Pejabat yang diatasnamakan diisi bila kapasitasnya a.n., dan hanya bila begitu.")
    if letter.nip and not re.fullmatch(r"[0-9]{18}", letter.nip.replace(" ", "")):
        raise NotSigned("NIP terdiri dari 18 angka. Kosongkan bila tidak ada.")
    return letter
