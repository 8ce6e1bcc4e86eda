"""What changed between the blocks of two Versions: put in, taken out, moved, edited word by word. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Literal

from shared.content import Block, Figure, Heading, ItemList, Quote, Span
from shared.word_difference import Effort, Mark, Match, Run, Words, matches, words

Fate = Literal["same", "changed", "restyled", "moved", "added", "removed"]
_ALIKE = 0.4  # blocks that share fewer of their words are two blocks
Key = tuple[object, ...]
Chain = tuple[float, Any]  # a score, and the pairs that make it as (earlier ones, pair)


@dataclass(frozen=True, slots=True)
class BlockChange:
    """One block in reading order. Of `restyled` the words are the same and the looks are not."""

    fate: Fate
    before: Block | None
    after: Block | None
    lines: tuple[Words, ...] = ()

    @property
    def block(self) -> Block:
        found = self.after or self.before
        assert found is not None
        return found


def blocks(before: Sequence[Block], after: Sequence[Block], effort: Effort) -> Iterator[BlockChange]:
    """Tell each block of both Versions once, in the order in which the newer one is read."""
    old, new = [_key(b) for b in before], [_key(b) for b in after]
    found = matches(old, new, effort)
    taken = _moved(old, new, found)
    put = taken.copy()
    for gone, come, kept in _stretches(found, len(old), len(new)):
        rest = [b for b in before[gone] if not _counted(taken, _key(b))]
        yield from _gap(rest, [(a, _counted(put, _key(a))) for a in after[come]], effort)
        yield from (_same(before[kept.before + n], after[kept.after + n]) for n in range(kept.length))


def _stretches(found: Iterable[Match], before: int, after: int) -> Iterator[tuple[slice, slice, Match]]:
    """What lies before each match in both, and the match; the last one is empty."""
    b = a = 0
    for match in (*found, Match(before, after, 0)):
        yield slice(b, match.before), slice(a, match.after), match
        b, a = match.before + match.length, match.after + match.length


def _key(block: Block) -> Key:
    return ("figure", block.media) if isinstance(block, Figure) else ("text", *lines_of(block))


def _moved(old: Sequence[Key], new: Sequence[Key], found: Iterable[Match]) -> Counter[Key]:
    """What was taken from one place and stands, word for word, at another; counted, for blocks may be the same."""
    left, put = Counter(old), Counter(new)
    for match in found:
        kept = old[match.before : match.before + match.length]
        left.subtract(kept)
        put.subtract(kept)
    return left & put


def _counted(moved: Counter[Key], key: Key) -> bool:
    if moved[key] <= 0:
        return False
    moved[key] -= 1
    return True


def _gap(old: Sequence[Block], new: Sequence[tuple[Block, bool]], effort: Effort) -> Iterator[BlockChange]:
    """What stands between two blocks that stayed; of the newer ones, `True` is one that was moved here."""
    fresh = [n for n, (_, moved) in enumerate(new) if not moved]
    pairs = {fresh[m]: n for n, m in _pairs(old, [new[n][0] for n in fresh], effort)}
    told = 0
    for n, (block, moved) in enumerate(new):
        if moved:
            yield BlockChange("moved", None, block, _whole(block, "same"))
        elif n not in pairs:
            yield BlockChange("added", None, block, _whole(block, "new"))
        else:
            yield from (BlockChange("removed", b, None, _whole(b, "gone")) for b in old[told : pairs[n]])
            mine, told = old[pairs[n]], pairs[n] + 1
            yield BlockChange("changed", mine, block, _lines(mine, block, effort))
    yield from (BlockChange("removed", b, None, _whole(b, "gone")) for b in old[told:])


def _pairs(old: Sequence[Block], new: Sequence[Block], effort: Effort) -> list[tuple[int, int]]:
    """Blocks that are one and the same, edited: in order, those that share most words."""
    bags, others = [_bag(b) for b in old], [_bag(a) for a in new]
    cost = sum(map(len, bags)) * len(new) + sum(map(len, others)) * len(old)
    if cost > effort.left / 4:
        near = enumerate(zip(bags, others, strict=False))
        return [(n, n) for n, (b, a) in near if _alike(b, a) >= _ALIKE]
    effort.left -= cost
    above: list[Chain] = [(0.0, ())] * (len(new) + 1)
    for n, bag in enumerate(bags):
        row: list[Chain] = [(0.0, ())]
        for m, other in enumerate(others):
            alike = _alike(bag, other)
            score, chain = above[m]
            paired = [(score + alike, (chain, (n, m)))] if alike >= _ALIKE else []
            row.append(max(above[m + 1], row[m], *paired, key=lambda found: found[0]))
        above = row
    return _unchained(above[-1][1])


def _unchained(chain: Any) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    while chain:
        chain, pair = chain
        found.append(pair)
    return found[::-1]


def _bag(block: Block) -> Counter[str]:
    return Counter(" ".join(lines_of(block)).lower().split())


def _alike(one: Counter[str], other: Counter[str]) -> float:
    size = one.total() + other.total()
    return 2 * (one & other).total() / size if size else 0.0


def _same(before: Block, after: Block) -> BlockChange:
    lines = tuple(words(line, line) for line in lines_of(after))
    return BlockChange("same" if before == after else "restyled", before, after, lines)


def _whole(block: Block, mark: Mark) -> tuple[Words, ...]:
    return tuple((Run(mark, line),) for line in lines_of(block) if line)


def _lines(before: Block, after: Block, effort: Effort) -> tuple[Words, ...]:
    """Line by line; a list by its items, so that one put in does not shift the rest."""
    old, new = lines_of(before), lines_of(after)
    made: list[Words] = []
    for gone, come, kept in _stretches(matches(old, new, effort), len(old), len(new)):
        made += [words(b, a, effort) for b, a in zip_longest(old[gone], new[come], fillvalue="")]
        made += [words(line, line) for line in old[kept.before : kept.before + kept.length]]
    return tuple(made)


def lines_of(block: Block) -> tuple[str, ...]:
    """A block's text as it is compared: a list by its items, a link with the address where it leads."""
    match block:
        case Heading():
            return (block.text,)
        case ItemList():
            return tuple(_text(item) for item in block.items)
        case Quote():
            return (_text(block.spans), block.cite) if block.cite else (_text(block.spans),)
        case Figure():
            return ()
        case _:
            return (_text(block.spans),)


def _text(spans: Iterable[Span]) -> str:
    return "".join(f"{s.text} [{s.href}]" if s.href else s.text for s in spans)
