"""WebVTT captions: read, checked, and written anew from their cues alone. Pure."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from shared.media.verdict import Undecodable

NOT_CAPTIONS = "Berkas teks (subtitle) ini bukan WebVTT: baris pertamanya harus WEBVTT. Simpan ulang sebagai .vtt."
NO_CUE = "Berkas teks (subtitle) ini tidak berisi satu baris pun dengan waktunya. Periksa, lalu kirim lagi."
WRONG_TIMES = "Waktu pada baris subtitle ke-{} tidak berurutan atau tidak masuk akal. Perbaiki, lalu kirim lagi."
LONGEST_MS = 24 * 3_600_000
TIME = r"(?:(\d{2,3}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
TIMING = re.compile(rf"{TIME}[ \t]+-->[ \t]+{TIME}(?:[ \t]+(.*))?", re.ASCII)
SETTING = re.compile(r"(?:vertical|line|position|size|align):[a-z0-9%,.-]{1,40}", re.ASCII)
TAG = re.compile(r"<(/?)(b|i|u|v|c|ruby|rt|lang)((?:\.[\w-]+)*)(?:[ \t\n]([^<>]*))?>")
ANY_TAG = re.compile(r"(<[^<>]*>)")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
NAMED = frozenset({"v", "lang"})


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption: from and until when, in milliseconds, where it stands, and its words (escaped, harmless tags)."""

    start: int
    end: int
    settings: str
    words: str


def read(text: str) -> list[Cue]:
    """The cues of a WebVTT text, in its order; raises Undecodable where it is none, or its times cannot be."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if re.match(r"WEBVTT(?:[ \t]|$)", lines[0]) is None:
        raise Undecodable(NOT_CAPTIONS)
    cues: list[Cue] = []
    for block in re.split(r"\n{2,}", "\n".join(lines[1:])):
        for cue in _cues(block.strip("\n").split("\n")):
            if not (cues[-1].start if cues else 0) <= cue.start < cue.end <= LONGEST_MS:
                raise Undecodable(WRONG_TIMES.format(len(cues) + 1))
            cues.append(cue)
    if not cues:
        raise Undecodable(NO_CUE)
    return cues


def written(cues: list[Cue]) -> str:
    """WebVTT again, with nothing but the cues."""
    blocks = [f"{_clock(cue.start)} --> {_clock(cue.end)}{cue.settings}\n{cue.words}\n" for cue in cues]
    return "\n".join(["WEBVTT\n", *blocks])


def _cues(lines: list[str]) -> Iterator[Cue]:
    """A cue's time is the first line of its block or, under its name, the second; other blocks hold none."""
    at = [number for number, line in enumerate(lines) if TIMING.fullmatch(line.strip())]
    if not at or at[0] > 1:
        return
    for begin, end in pairwise([*at, len(lines)]):
        words = "\n".join(filter(None, (_harmless(line).strip() for line in lines[begin + 1 : end])))
        if words and (timing := TIMING.fullmatch(lines[begin].strip())):
            *times, settings = timing.groups()
            kept = [one for one in (settings or "").split() if SETTING.fullmatch(one)]
            yield Cue(_ms(times[:4]), _ms(times[4:]), "".join(f" {one}" for one in kept), words)


def _harmless(said: str) -> str:
    """Words escaped; of the tags those that WebVTT knows, without anything else in them."""
    parts = ANY_TAG.split(said)
    return "".join(_tag(part) if number % 2 else _escaped(part) for number, part in enumerate(parts))


def _tag(tag: str) -> str:
    if (found := TAG.fullmatch(tag)) is None:
        return ""
    closing, name, classes, told = found.groups()
    said = f" {_escaped(told.strip())}" if told and name in NAMED and not closing else ""
    return f"<{closing}{name}{'' if closing else classes}{said}>"


def _escaped(words: str) -> str:
    # A line end may be written as an entity, and would begin a block of its own.
    return html.escape(CONTROL.sub(" ", html.unescape(words)), quote=False)


def _ms(parts: list[str | None]) -> int:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def _clock(ms: int) -> str:
    seconds, thousandths = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}"
