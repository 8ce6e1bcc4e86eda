"""Whether a Story like this one was submitted lately: how Stories are likened, and what is said of it. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.editing.checks.facts import Facts
from services.editing.checks.findings import Finding
from services.editing.reports import Report
from shared.content import Content
from shared.words import moment

LATELY = timedelta(days=30)
# Of the words of both titles: 3 of 5 are shared by one event told twice, not by two events of one office.
ALIKE = 0.6
FEWEST = 2  # words of a title of one word are like many
_EMPTY = frozenset({"di", "ke", "dan", "dari", "yang", "untuk", "dengan", "pada", "oleh", "dalam", "bagi", "para"})


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a Story is likened by: the words of its title, and the SHA-256 of its pictures as they were sent."""

    words: tuple[str, ...]
    pictures: tuple[str, ...]


def likeness(content: Content, reports: Sequence[Report]) -> Likeness:
    words = {word for word in re.findall(r"\w+", content.title.casefold()) if word not in _EMPTY}
    chosen = {m.id for m in content.media if m.kind in ("image", "video")}
    pictures = {m.original.sha256 for r in reports if not r.left for m in r.media if m.id in chosen}
    return Likeness(tuple(sorted(words)), tuple(sorted(pictures)))


def twins(facts: Facts) -> list[Finding]:
    return [
        Finding(
            "twin",
            f"{'Foto yang sama sudah dipakai' if t.same_picture else 'Judul yang mirip sudah ada'} dalam berita "
            f"“{t.title}”, diajukan {moment(t.at)}. Pastikan ini bukan berita yang sama.",
            False,
            f"/meja/berita/{t.story}",
            t.title,
        )
        for t in facts.twins
    ]
