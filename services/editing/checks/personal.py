"""Passages that may tell who somebody is: NIK, telephone, e-mail, address, number plate. Pure.

A NIK is 16 digits: six of the district (Kemendagri's codes, the first two the province), the date of birth as DDMMYY
with 40 added to a woman's day, four of a serial number. A number plate begins with its region's letters (Perpol 7 of
2021).
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from datetime import date

from services.editing.checks.passages import Kind, Passage

PROVINCES = frozenset((
    *range(11, 20), 21, *range(31, 37), *range(51, 54), *range(61, 66), *range(71, 77), 81, 82, *range(91, 98),
))  # fmt: skip
# The first letter alone, or with one of these behind it.
REGIONS: dict[str, str] = {
    "A": "ABDEG", "B": "ABDEGHKLMNP", "D": "ABCDEGHKLMNPRSTW", "E": "AB", "F": "", "G": "", "H": "", "K": "BHTU",
    "L": "", "M": "", "N": "", "P": "ABGST", "R": "", "S": "", "T": "", "W": "", "Z": "",
}  # fmt: skip
WOMAN = 40
BLOCKING: frozenset[Kind] = frozenset({"nik"})

_SEPARATED = r"[ .\-]?"
_NIK = re.compile(rf"(?<![\d.,])\d(?:{_SEPARATED}\d){{15}}(?![\d]|[.,]\d)")
_PHONE = re.compile(
    rf"(?<![\d.,+])(?:(?:\+?62|0){_SEPARATED}8\d(?:{_SEPARATED}\d){{7,10}}"  # a mobile
    rf"|(?:\(0[2-9]\d{{1,2}}\)|(?:\+62{_SEPARATED}|0)[2-79]\d{{1,2}})[ \-]?\d(?:{_SEPARATED}\d){{5,7}})(?!\d)"
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}(?![\w-])", re.IGNORECASE)
_HOUSE = re.compile(
    r"\b(?:jalan|jln|jl|gang|gg|perumahan|perum|komplek|kompleks|blok)\b\.? [^\n,;]{2,60}?"
    r"\b(?:nomor|no)\b\.? ?\d{1,4}[a-z]?\b",
    re.IGNORECASE,
)
_NEIGHBOURHOOD = re.compile(
    r"\brt\b[. :]{0,2}\d{1,3} ?(?:[/,.\-]|dan)? ?\brw\b[. :]{0,2}\d{1,3}\b"
    r"|\brt ?/ ?rw\b[. :]{0,2}\d{1,3} ?/ ?\d{1,3}\b",
    re.IGNORECASE,
)
_PLATE = re.compile(r"(?<![\w/-])([A-Z]{1,2})[ -]?(\d{2,4})[ -]?([A-Z]{1,3})(?![\w/-])")


def personal_data(text: str) -> list[Passage]:
    """All such passages in order; where two overlap, the one that weighs more."""
    found: list[Passage] = []
    for passage in sorted(_all(text), key=lambda p: (not p.blocking, p.start, p.start - p.end)):
        at = bisect_left(found, passage.start, key=_start)
        before, after = found[at - 1 : at], found[at : at + 1]  # by their places no other can overlap it
        if all(p.end <= passage.start for p in before) and all(passage.end <= p.start for p in after):
            found.insert(at, passage)
    return found


def _start(passage: Passage) -> int:
    return passage.start


def _all(text: str) -> Iterator[Passage]:
    yield from _matches("nik", _NIK, text, _is_nik)
    yield from _matches("email", _EMAIL, text)
    yield from _matches("phone", _PHONE, text)
    yield from _matches("address", _HOUSE, text)
    yield from _matches("address", _NEIGHBOURHOOD, text)
    yield from _matches("plate", _PLATE, text, _is_plate)


def _matches(
    kind: Kind, pattern: re.Pattern[str], text: str, holds: Callable[[str], bool] = lambda _: True
) -> Iterator[Passage]:
    for match in pattern.finditer(text):
        if holds(match[0]):
            yield Passage(kind, match[0], kind in BLOCKING, *match.span())


def _is_nik(passage: str) -> bool:
    digits = re.sub(r"\D", "", passage)
    if int(digits[:2]) not in PROVINCES or digits[2:4] == "00" or digits[4:6] == "00" or digits[12:] == "0000":
        return False
    day, month, year = int(digits[6:8]), int(digits[8:10]), int(digits[10:12])
    day -= WOMAN if day > WOMAN else 0
    return any(_is_date(century + year, month, day) for century in (1900, 2000))


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _is_plate(passage: str) -> bool:
    first, second = passage[0], passage[1] if passage[1].isalpha() else ""
    return second in REGIONS.get(first, "-") if second else first in REGIONS
