"""What a recording holds, by its container and all its packets, within the limits. By PyAV."""

from dataclasses import dataclass, field
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from shared.media.recordings import limits
from shared.media.recordings.lengths import Length, length_of, refuse_cut
from shared.media.recordings.tags import merged
from shared.media.verdict import Undecodable

# In so many packets there must be a picture.
FIRST_PACKETS = 300
HDR = {16: "smpte2084", 18: "arib-std-b67"}
UNSPECIFIED = 2
QUARTERS = (89, 90, 91, 269, 270, 271)


@dataclass(frozen=True, slots=True)
class Picture:
    """The moving picture, upright: its pixels as recorded, and as `shown` with square ones. Pictures a second."""

    index: int
    width: int
    height: int
    shown: tuple[int, int]
    rate: float
    seconds: float
    hdr: str = ""
    untagged: bool = False
    interlaced: bool = False


@dataclass(frozen=True, slots=True)
class Sound:
    index: int
    channels: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Recording:
    """The tracks that count, and what the file tells about itself."""

    demuxer: str
    picture: Picture | None
    sound: Sound | None
    tags: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def seconds(self) -> float:
        return max(track.seconds for track in (self.picture, self.sound) if track)


def probe(path: Path, demuxer: str) -> Recording:
    """Read every packet of a file as this kind of container and no other. Raises Undecodable."""
    options = limits.SAFE | (limits.NO_OTHER_FILE if demuxer == "mov" else {})
    address = f"file:{path.absolute()}"
    try:
        with av.open(address, mode="r", format=demuxer, options=options, metadata_errors="replace") as container:
            return _read(container, demuxer, path)
    except (FFmpegError, EOFError, ValueError, OverflowError) as e:
        raise Undecodable(limits.BROKEN) from e


def _read(container: InputContainer, demuxer: str, path: Path) -> Recording:
    video, audio = _chosen(container)
    tracks = [stream for stream in (video, audio) if stream is not None]
    lengths, first = _measured(container, tracks, demuxer)
    if max(length.seconds for length in lengths.values()) > limits.LONGEST_SECONDS:
        raise Undecodable(limits.TOO_LONG)
    if not all(length.packets for length in lengths.values()):
        raise Undecodable(limits.BROKEN)
    refuse_cut(container, demuxer, path, [(stream, lengths[stream.index]) for stream in tracks])
    return Recording(
        demuxer,
        _picture(video, first, lengths[video.index]) if video is not None else None,
        Sound(audio.index, audio.channels, lengths[audio.index].seconds) if audio is not None else None,
        merged([container.metadata, *(stream.metadata for stream in tracks)]),
    )


def _chosen(container: InputContainer) -> tuple[VideoStream | None, AudioStream | None]:
    """The first moving picture and the first sound that can be decoded; a cover is no moving picture."""
    if len(container.streams) > limits.MAX_STREAMS:
        raise Undecodable(limits.TOO_MANY)
    moving = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    sounds = list(container.streams.audio)
    video = next((s for s in moving if _codec(s) in limits.VIDEO_CODECS), None)
    audio = next((s for s in sounds if _codec(s) in limits.AUDIO_CODECS), None)
    if not moving and not sounds:
        raise Undecodable(limits.NOTHING)
    if (moving and video is None) or (audio is None and not moving):
        sentence = limits.NOT_TAKEN if moving else limits.SOUND_NOT_TAKEN
        raise Undecodable(sentence.format(codec=_codec((moving or sounds)[0])))
    if video is not None:
        _refuse_large(video.width, video.height)
    return video, audio


def _codec(stream: VideoStream | AudioStream) -> str:
    try:
        return stream.codec_context.name
    except (AttributeError, ValueError):
        return "tak dikenal"


def _refuse_large(width: int, height: int) -> None:
    if max(width, height) > limits.MAX_SIDE or width * height > limits.MAX_PIXELS:
        raise Undecodable(limits.TOO_LARGE)


def _measured(
    container: InputContainer, tracks: list[VideoStream | AudioStream], demuxer: str
) -> tuple[dict[int, Length], VideoFrame | None]:
    """The length of each track, and the first whole picture."""
    lengths = {stream.index: length_of(stream, demuxer) for stream in tracks}
    first: VideoFrame | None = None
    for stream in tracks:
        stream.codec_context.thread_count = 1
        stream.codec_context.options = {"max_pixels": str(limits.MAX_PIXELS)}
    try:
        for packet in container.demux(*tracks):
            length = lengths[packet.stream.index]
            if packet.stream.type == "video" and first is None and length.packets < FIRST_PACKETS:
                first = _decoded(packet)
            length.add(packet)
            if length.seconds > limits.LONGEST_SECONDS:
                break
    except (FFmpegError, EOFError, IndexError):
        # What could be read up to here is compared with what the file promises. IndexError: a track that was not there
        # at the start, found when the file has been read to its end.
        pass
    return lengths, first


def _decoded(packet: "Packet[Stream]") -> VideoFrame | None:
    try:
        return next((frame for frame in packet.decode() if isinstance(frame, VideoFrame)), None)
    except (FFmpegError, EOFError):
        return None


def _picture(stream: VideoStream, first: VideoFrame | None, length: Length) -> Picture:
    if first is None:
        raise Undecodable(limits.BROKEN)
    _refuse_large(first.width, first.height)
    # A burst at the start is no higher rate.
    if length.packets > limits.MAX_RATE * (length.seconds + 1):
        raise Undecodable(limits.TOO_FAST)
    size, shown = (first.width, first.height), _square(stream, first)
    if abs(first.rotation) in QUARTERS:
        size, shown = (size[1], size[0]), (shown[1], shown[0])
    return Picture(
        stream.index, *size, shown,
        rate=length.packets / length.seconds if length.seconds else float(stream.guessed_rate or 25),
        seconds=length.seconds,
        hdr=HDR.get(int(first.color_trc), ""),
        untagged=int(first.colorspace) == UNSPECIFIED,
        interlaced=first.interlaced_frame,
    )  # fmt: skip


def _square(stream: VideoStream, first: VideoFrame) -> tuple[int, int]:
    """The size with square pixels: those of a handycam are wider than high."""
    ratio = float(stream.sample_aspect_ratio or 1)
    if not 0.25 <= ratio <= 4:
        ratio = 1.0
    return (round(first.width * ratio), first.height) if ratio > 1 else (first.width, round(first.height / ratio))
