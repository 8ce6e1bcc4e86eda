"""What changed between two texts, word by word, so that a person can read it. Pure."""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

Mark = Literal["same", "gone", "new"]
_STOP = r".,;:!?()\[\]\"“”‘’…—–"
# An address is one word, and so is a figure such as 1.250 or 07.30; a mark at the end of a word is none of it.
_TOKEN = re.compile(rf"\s+|(?:https?://|mailto:)[^\s\]]+|(?:[^\s{_STOP}]|(?<=\w)[.,:](?=\w))+|[{_STOP}]")
_LEAST_ALIKE = 0.3  # less in common than this is read better as two texts


class Run(NamedTuple):
    """A piece of text that stands in both, in the older alone, or in the newer alone."""

    mark: Mark
    text: str


class Match(NamedTuple):
    """`length` members that are the same from these places on."""

    before: int
    after: int
    length: int


Words = tuple[Run, ...]


@dataclass(slots=True)
class Effort:
    """How many comparisons may still be made; what is left over by then is told as replaced whole."""

    left: int = 400_000


def words(before: str, after: str, effort: Effort | None = None) -> Words:
    """The pieces of both texts in reading order: those not `new` make the older one, those not `gone` the newer."""
    if before == after:
        return (Run("same", before),) if before else ()
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    pieces = _readable(_pieces(old, new, matches(old, new, effort or Effort())))
    alike = sum(len(p.same) for p in pieces) / max(len(before), len(after))
    return _runs(pieces if alike >= _LEAST_ALIKE else [_Piece("", before, after)])


def matches(before: Sequence[Hashable], after: Sequence[Hashable], effort: Effort) -> list[Match]:
    """What two sequences have in common, in order; by Myers' shortest edit, as far as the effort goes."""
    most = min(len(before), len(after))
    head = next((n for n in range(most) if before[n] != after[n]), most)
    most -= head
    tail = next((n for n in range(most) if before[-1 - n] != after[-1 - n]), most)
    middle = _snakes(before[head : len(before) - tail], after[head : len(after) - tail], effort)
    found = [Match(0, 0, head), *(Match(b + head, a + head, n) for b, a, n in middle)]
    found.append(Match(len(before) - tail, len(after) - tail, tail))
    return [m for m in found if m.length]


def _snakes(before: Sequence[Hashable], after: Sequence[Hashable], effort: Effort) -> list[Match]:
    if not before or not after:
        return []
    trace = _trace(before, after, effort)
    if trace is None:
        return []
    x, y = len(before), len(after)
    found: list[Match] = []
    for d in range(len(trace) - 1, -1, -1):
        reach, k = trace[d], x - y
        came = k + 1 if _down(reach, k, d) else k - 1
        from_x = reach[came] if d else 0
        from_y = from_x - came if d else 0
        start = max(from_x + (came < k), 0) if d else 0
        found.append(Match(start, start - k, x - start))
        x, y = from_x, from_y
    return found[::-1]


def _trace(before: Sequence[Hashable], after: Sequence[Hashable], effort: Effort) -> list[dict[int, int]] | None:
    """How far each diagonal reached before each further edit; None where the effort was spent first."""
    reach, trace = {1: 0}, list[dict[int, int]]()
    for d in range(len(before) + len(after) + 1):
        trace.append(reach.copy())
        for k in range(-d, d + 1, 2):
            x = start = reach[k + 1] if _down(reach, k, d) else reach[k - 1] + 1
            while x < len(before) and x - k < len(after) and before[x] == after[x - k]:
                x += 1
            reach[k] = x
            if x >= len(before) and x - k >= len(after):
                return trace
            effort.left -= 3 + x - start
        if effort.left <= 0:
            break
    return None


def _down(reach: dict[int, int], k: int, d: int) -> bool:
    return k == -d or (k != d and reach[k - 1] < reach[k + 1])


class _Piece(NamedTuple):
    """What is the same, and then what was put in the place of what."""

    same: str
    gone: str
    new: str

    @property
    def edited(self) -> int:
        return max(len(self.gone), len(self.new))


def _pieces(before: list[str], after: list[str], found: list[Match]) -> list[_Piece]:
    made: list[_Piece] = []
    ends = [*found, Match(len(before), len(after), 0)]
    if ends[0].before or ends[0].after:
        ends.insert(0, Match(0, 0, 0))
    for here, there in zip(ends, [*ends[1:], ends[-1]], strict=True):
        b, a = here.before + here.length, here.after + here.length
        same, gone = "".join(before[here.before : b]), "".join(before[b : there.before])
        made.append(_Piece(same, gone, "".join(after[a : there.after])))
    return made


def _readable(pieces: list[_Piece]) -> list[_Piece]:
    """Join edits between which little stands: a few words that happen to be the same tear a sentence apart."""
    joined: list[_Piece] = []
    for piece in pieces:
        now = piece
        while joined and joined[-1].edited and now.edited and _is_little(joined[-1], now):
            last = joined.pop()
            now = _Piece(last.same, last.gone + now.same + now.gone, last.new + now.same + now.new)
        joined.append(now)
    return joined


def _is_little(last: _Piece, now: _Piece) -> bool:
    size = len(now.same.strip())
    return size <= 1 or (size <= last.edited / 2 and size <= now.edited / 2)


def _runs(pieces: list[_Piece]) -> Words:
    marked = [run for p in pieces for run in (Run("same", p.same), Run("gone", p.gone), Run("new", p.new)) if run.text]
    made: list[Run] = []
    for run in marked:
        if made and made[-1].mark == run.mark:
            made[-1] = Run(run.mark, made[-1].text + run.text)
        else:
            made.append(run)
    return tuple(made)
