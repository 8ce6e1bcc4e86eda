"""How long the tracks of a recording are, as its packets show and as the file promises."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from shared.media.recordings.limits import BROKEN, CUT, LONGEST_SECONDS
from shared.media.verdict import Undecodable

# The length of each track is written down. In an AVI that of the sound is often wrong; elsewhere it is guessed.
EVERY_TRACK = frozenset({"mov", "wav", "flac"})
# They say at the start how many bytes follow; their readers take what there is for the whole.
RIFF = frozenset({"wav", "avi"})
UNKNOWN_SIZES = (0, 0xFFFFFFFF)
# The camera may count anew within one file: a jump is then no length.
RESTARTS = frozenset({"mpegts", "mpeg"})
JUMP_SECONDS = 10.0
# Missing at the end without a refusal: the longer of the two.
MISSING_SECONDS, MISSING_SHARE = 1.0, 0.05
XING = (b"Xing", b"Info", b"VBRI")


@dataclass(slots=True)
class Length:
    """The seconds that the packets of one track cover, as they come; `end` is the last moment shown."""

    time_base: Fraction
    jump: float = float("inf")
    packets: int = 0
    end: float = 0.0
    place: int | None = None
    _covered: float = 0.0
    _last: float | None = None
    _lasts: float = 0.0

    def add(self, packet: "Packet[Stream]") -> None:
        if not packet.size or packet.is_discard:
            return
        self.packets += 1
        self.place = packet.pos if self.place is None else self.place
        at = packet.dts if packet.dts is not None else packet.pts
        if at is None:
            return
        now = float(at * self.time_base)
        if self._last is not None:
            step = now - self._last
            self._covered += step if 0 <= step <= self.jump else self._lasts
        self._last, self._lasts = now, float((packet.duration or 0) * self.time_base)
        self.end = max(self.end, float((at if packet.pts is None else packet.pts) * self.time_base) + self._lasts)

    @property
    def seconds(self) -> float:
        return self._covered + self._lasts


def length_of(stream: Stream, demuxer: str) -> Length:
    return Length(stream.time_base or Fraction(1), JUMP_SECONDS if demuxer in RESTARTS else float("inf"))


def refuse_cut(
    container: InputContainer, demuxer: str, path: Path, measured: list[tuple[VideoStream | AudioStream, Length]]
) -> None:
    """Raise Undecodable where the file promises clearly more than it holds."""
    for stream, length in measured:
        told = stream.duration is not None and (
            demuxer in EVERY_TRACK
            or (demuxer == "avi" and stream.type == "video")
            or (demuxer == "mp3" and _counts_frames(path, length.place))
        )
        if told and stream.duration is not None and stream.time_base is not None:
            compare(float(stream.duration * stream.time_base), length.seconds)
    if demuxer in RIFF:
        promised = measured[0][1].seconds * _riff_share(path)
        compare(promised, measured[0][1].seconds)
    if demuxer == "matroska" and container.duration is not None:
        compare(container.duration / 1_000_000, max(max(length.end, length.seconds) for _, length in measured))


def compare(promised: float, found: float) -> None:
    """Raise Undecodable where clearly less was found than was promised, in seconds."""
    if promised - found > max(MISSING_SECONDS, MISSING_SHARE * promised):
        if promised > LONGEST_SECONDS:
            raise Undecodable(BROKEN)
        raise Undecodable(CUT.format(promised=_minutes(promised), found=_minutes(found)))


def _minutes(seconds: float) -> str:
    return f"{round(seconds) // 60} menit {round(seconds) % 60} detik"


def _riff_share(path: Path) -> float:
    """How much larger a RIFF file should be than it is: 1 where it is whole or says nothing."""
    with path.open("rb") as file:
        head = file.read(8)
    promised = int.from_bytes(head[4:8], "little")
    if head[:4] != b"RIFF" or promised in UNKNOWN_SIZES:
        return 1.0
    return max(1.0, (promised + 8) / path.stat().st_size)


def _counts_frames(path: Path, first: int | None) -> bool:
    """Whether an MP3 begins with a frame that says how many follow: the one before the first with sound."""
    if not first:
        return False
    with path.open("rb") as file:
        file.seek(max(0, first - 2_000))
        before = file.read(min(first, 2_000))
    return any(word in before for word in XING)
