"""What `alurwarta doctor` looks at, from inside one service's view: with its own settings, credentials and network."""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Literal

State = Literal["well", "look", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `look` where it works and should be mended, `wrong` where it does not; `do` says what to do then."""

    check: str
    state: State
    told: str
    do: str = ""


Findings = AsyncIterator[Finding]
Looking = AsyncGenerator[Finding]


def well(check: str, told: str) -> Finding:
    return Finding(check, "well", told)


def look(check: str, told: str, do: str) -> Finding:
    return Finding(check, "look", told, do)


def wrong(check: str, told: str, do: str) -> Finding:
    return Finding(check, "wrong", told, do)


def skew(check: str, seconds: float, do: str) -> Finding:
    """How far another clock is from ours: deadlines are counted in seconds, signatures hold for minutes."""
    told = f"its clock is {abs(seconds):.1f} s {'behind' if seconds < 0 else 'ahead of'} ours"
    if abs(seconds) < 1:
        return well(check, told)
    return look(check, told, do) if abs(seconds) < 30 else wrong(check, told, do)
