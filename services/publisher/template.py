"""A post's text by its channel's template: what stands in the template's places, cut until the channel takes it. Pure.

The sentences about a template are for an operator, in English.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from shared.channel_text import LIMITS, measure

DEFAULT = "{judul}\n\n{teras}\n\n{tautan}\n\n{tagar}"
ELLIPSIS = "…"
PLACES: Mapping[str, str] = MappingProxyType(
    {
        "judul": "the title",
        "teras": "the lead, which is shortened first",
        "tautan": "the address of the page",
        "tagar": "the tags, which are dropped after that, the last first",
        "bidang": "the names of the Bidang that sent it in",
        "topik": "the topic",
    }
)
_PLACE = re.compile(r"\{(\w+)\}")
_EMPTY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Words:
    """What is told of one Version; `tags` as they are written in a post, with their #."""

    title: str
    lead: str
    link: str
    tags: tuple[str, ...] = ()
    units: str = ""
    topic: str = ""


EXAMPLE = Words(
    "Wali Kota menyerahkan kunci 40 rumah layak huni kepada warga Kelurahan Jatirasa dan Jatiasih",
    "Empat puluh keluarga menerima kunci rumah yang selesai diperbaiki, Selasa (24/11). Perbaikan berlangsung empat "
    "bulan dan dibiayai bersama oleh pemerintah kota, provinsi dan warga setempat.",
    "https://warta.contoh.go.id/berita/wali-kota-menyerahkan-kunci-40-rumah-layak-huni-kepada-warga",
    ("#RumahLayakHuni", "#KotaBekasi"),
    "Bidang Perumahan",
    "rumah layak",
)


def written(channel: str, template: str, words: Words, *, picture: bool) -> str:
    """The text, as long as fits: the lead is shortened first, then tags are dropped."""
    lead = words.lead.split()

    def told(count: int, tags: int) -> str:
        shown = words.lead if count == len(lead) else " ".join(lead[:count]) + ELLIPSIS if count else ""
        return fill(template, replace(words, lead=shown, tags=words.tags[:tags]))

    for tags in range(len(words.tags), -1, -1):
        if _fits(channel, told(0, tags), picture=picture):
            most = _most(len(lead), lambda count, tags=tags: _fits(channel, told(count, tags), picture=picture))
            return told(most, tags)
    return f"{words.title}\n\n{words.link}"


def fill(template: str, words: Words) -> str:
    """The template with its places filled; a line whose places are all empty is left out."""
    given = {
        "judul": words.title, "teras": words.lead, "tautan": words.link, "tagar": " ".join(words.tags),
        "bidang": words.units, "topik": words.topic,
    }  # fmt: skip
    lines = [line for line in template.strip().splitlines() if _says(line, given)]
    kept = _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()
    return _PLACE.sub(lambda found: given.get(found[1], found[0]), kept)


def problems(channel: str, template: str, *, found_by_link: bool) -> list[str]:
    """What is wrong with a template for this channel, and what to do about it; nothing where it can be used."""
    found: list[str] = []
    named = set(_PLACE.findall(template))
    places = ", ".join(f"{{{name}}}" for name in PLACES)
    found += [f"there is no place {{{name}}}: use {places}" for name in sorted(named - PLACES.keys())]
    if set("{}") & set(_PLACE.sub("", template)):
        found.append(f"a brace stands alone: write a place whole, one of {places}")
    if not named & {"judul", "teras"}:
        found.append("it says nothing of the Story: put {judul} or {teras} in")
    if found_by_link and "tautan" not in named:
        found.append("put {tautan} in: by the link a post is found again at this channel when its answer was lost")
    least = measure(channel, fill(template, replace(EXAMPLE, lead="", tags=())), picture=True)
    if not least.fits:
        told = " ".join(least.problems)
        found.append(f"even without lead and tags a usual Story does not fit: shorten its own words ({told})")
    return found


def _says(line: str, given: Mapping[str, str]) -> bool:
    places = _PLACE.findall(line)
    return not places or any(given.get(name, name) for name in places)


def _most(count: int, fits: Callable[[int], bool]) -> int:
    """The most words that fit, where none do."""
    if fits(count):
        return count
    low, high = 0, count
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _fits(channel: str, text: str, *, picture: bool) -> bool:
    return channel not in LIMITS or measure(channel, text, picture=picture).fits
