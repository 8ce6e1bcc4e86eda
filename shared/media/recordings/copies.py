"""The copies of a recording that may be shown: upright, of even loudness, and telling nothing about their making."""

import base64
import math
from pathlib import Path

import pyvips

from shared.media.recordings.ffmpeg import THREADS, Ffmpeg, address, source
from shared.media.recordings.lengths import compare
from shared.media.recordings.limits import BROKEN
from shared.media.recordings.probing import Picture, Recording, probe
from shared.media.verdict import Made, Undecodable

LONGEST_SIDE, SMALLEST = 1920, 2
POSTER_WIDTH, PLACEHOLDER = 1280, (16, 32)
# Television's and the web's; the channels take nothing slower than 23 pictures a second.
RATES = {"24000/1001": 24000 / 1001, "24": 24.0, "25": 25.0, "30000/1001": 30000 / 1001, "30": 30.0}
SLOWEST, FASTEST = 23, 31
HIGH_DEFINITION = 720
LOUDNESS = "loudnorm=I=-16:TP=-1.5:LRA=11"
# In less than three seconds loudnorm takes another way, which makes no number out of silence.
MEASURED_SECONDS = 4
BT709 = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
# From the light of an HDR recording to that of a usual screen.
TO_SDR = (
    "format=yuv420p10le,zscale=tin={transfer}:min=bt2020nc:pin=bt2020:rin=tv:t=linear:npl=203,format=gbrpf32le,"
    "zscale=p=bt709,tonemap=mobius:desat=0,zscale=t=bt709:m=bt709:r=tv"
)
# No name, date, chapter, subtitle or telemetry, and no word on the program that made the copy or its machine.
UNTOLD = (
    "-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn", "-fflags", "+bitexact", "-flags:v", "+bitexact",
    "-flags:a", "+bitexact", "-write_tmcd", "0", "-movflags", "+faststart",
)  # fmt: skip
# The filter drops all SEI: x264 writes its settings there.
H264 = (
    "-c:v", "libx264", "-profile:v", "high", "-preset", "veryfast", "-crf", "23", "-maxrate", "5M", "-bufsize", "10M",
    "-g", "60", "-threads:v", THREADS, "-bsf:v", "filter_units=remove_types=6",
)  # fmt: skip
# Where to look for a picture that is not black, as a share of the length.
MOMENTS = (0.1, 0.3, 0.5, 0.8, 0.0)
DARK = 20.0
NO_METADATA = pyvips.ForeignKeep.NONE


def decode(ffmpeg: Ffmpeg, path: Path, recording: Recording) -> None:
    """Decode both tracks and write nothing. Raises Undecodable where clearly less comes out than the file holds."""
    for track, filters in ((recording.picture, _even(recording.picture)), (recording.sound, [])):
        if track is None:
            continue
        told = ffmpeg.run(
            source(path, recording.demuxer),
            "-map", f"0:{track.index}", *filters, "-f", "null", "-nostats", "-progress", "pipe:1", "-",
        )  # fmt: skip
        compare(track.seconds, _last_moment(told))


def video(
    ffmpeg: Ffmpeg, path: Path, recording: Recording, picture: Picture, out: Path
) -> tuple[tuple[Made, ...], str]:
    """An MP4 for the site and the channels, its poster in two formats, and the placeholder."""
    width, height = _size(picture)
    copy = out / "mp4"
    ffmpeg.run(
        source(path, recording.demuxer),
        "-map", f"0:{picture.index}", "-vf", _upright(picture, width, height), *H264,
        *(_loudened(recording, stereo=True) if recording.sound else ()),
        *_bounded(recording), *UNTOLD, "-metadata:s:v", "encoder=H.264", "-f", "mp4", address(copy),
    )  # fmt: skip
    made = _checked(copy, recording)
    seen = _seen(ffmpeg, copy, made, width, height)
    posters, placeholder = _posters(seen, out)
    film = Made(
        label="mp4", file="mp4", content_type="video/mp4", width=width, height=height,
        duration_ms=round(made.seconds * 1000),
    )  # fmt: skip
    return (film, *posters), placeholder


def sound(ffmpeg: Ffmpeg, path: Path, recording: Recording, out: Path) -> tuple[Made, ...]:
    """An M4A; what was recorded with one microphone stays so."""
    copy = out / "m4a"
    mono = recording.sound is not None and recording.sound.channels == 1
    ffmpeg.run(
        source(path, recording.demuxer),
        *_loudened(recording, stereo=not mono), *_bounded(recording), *UNTOLD, "-vn", "-f", "mp4", address(copy),
    )  # fmt: skip
    made = _checked(copy, recording)
    return (Made(label="m4a", file="m4a", content_type="audio/mp4", duration_ms=round(made.seconds * 1000)),)


def _size(picture: Picture) -> tuple[int, int]:
    """The copy's size: as shown, at most the longest side, and even as the codec wants it."""
    width, height = picture.shown
    share = min(1.0, LONGEST_SIDE / max(width, height))
    return max(SMALLEST, int(width * share) // 2 * 2), max(SMALLEST, int(height * share) // 2 * 2)


def _rate(recorded: float) -> str:
    """The nearest usual rate to the recorded one, or to a whole part or multiple of it."""
    rate = recorded
    if rate > FASTEST:
        rate /= math.ceil(rate / FASTEST)
    elif rate < SLOWEST:
        rate *= math.ceil(SLOWEST / max(rate, 1.0))
    return min(RATES, key=lambda name: abs(RATES[name] - rate))


def _even(picture: Picture | None) -> list[str]:
    return ["-vf", f"fps={_rate(picture.rate)}"] if picture else []


def _upright(picture: Picture, width: int, height: int) -> str:
    """The filters: ffmpeg itself has turned the picture before the first of them."""
    steps = ["bwdif=mode=send_frame:deint=interlaced"] if picture.interlaced else []
    steps.append(f"fps={_rate(picture.rate)}")
    size = f"scale={width}:{height}"
    if picture.hdr:
        steps += [size, TO_SDR.format(transfer=picture.hdr)]
    else:
        guessed = ":in_color_matrix=bt709" if picture.untagged and min(picture.shown) >= HIGH_DEFINITION else ""
        steps.append(f"{size}{guessed}:out_color_matrix=bt709:out_range=tv")
    return ",".join([*steps, "format=yuv420p", "setsar=1", BT709])


def _loudened(recording: Recording, *, stereo: bool) -> list[str]:
    assert recording.sound is not None
    steps = ["aresample=async=1:first_pts=0", f"aformat=channel_layouts={'stereo' if stereo else 'mono'}", LOUDNESS]
    if recording.seconds < MEASURED_SECONDS:
        steps.insert(2, f"apad=whole_dur={MEASURED_SECONDS}")
        steps.append(f"atrim=end={recording.seconds:.3f}")
    return [
        "-map", f"0:{recording.sound.index}", "-af", ",".join([*steps, "aresample=48000"]),
        "-c:a", "aac", "-b:a", "128k", "-ar", "48000", "-ac", "2" if stereo else "1",
    ]  # fmt: skip


def _bounded(recording: Recording) -> list[str]:
    """No more comes out than went in, whatever the file's clock says."""
    return ["-t", f"{recording.seconds + 5:.3f}"]


def _last_moment(told: bytes) -> float:
    moments = [line.partition(b"=")[2] for line in told.splitlines() if line.startswith(b"out_time_us=")]
    if not moments or not moments[-1].isdigit():
        raise Undecodable(BROKEN)
    return int(moments[-1]) / 1_000_000


def _checked(copy: Path, recording: Recording) -> Recording:
    """The copy as it turned out. Raises Undecodable where clearly less came out than the file holds."""
    made = probe(copy, "mov")
    for before, after in ((recording.picture, made.picture), (recording.sound, made.sound)):
        if before:
            compare(before.seconds, after.seconds if after else 0.0)
    return made


def _seen(ffmpeg: Ffmpeg, copy: Path, made: Recording, width: int, height: int) -> pyvips.Image:
    """One picture of the film: the most usual of a few seconds that are not black."""
    seen: pyvips.Image | None = None
    for share in MOMENTS:
        raw = ffmpeg.run(
            source(copy, "mov", "-ss", f"{made.seconds * share:.3f}", "-t", "3"),
            "-map", "0:v:0", "-vf", "thumbnail=n=60,format=rgb24", "-frames:v", "1", "-f", "rawvideo", "pipe:1",
        )  # fmt: skip
        if len(raw) != width * height * 3:
            continue
        found = pyvips.Image.new_from_memory(raw, width, height, 3, "uchar").copy(interpretation="srgb")
        if found.avg() > DARK:
            return found
        seen = seen or found
    if seen is None:
        raise Undecodable(BROKEN)
    return seen


def _posters(seen: pyvips.Image, out: Path) -> tuple[tuple[Made, ...], str]:
    poster = seen.thumbnail_image(POSTER_WIDTH, height=LONGEST_SIDE, size="down").copy_memory()
    # libvips itself would not tell a full disk from any other error.
    jpeg = poster.jpegsave_buffer(Q=82, optimize_coding=True, interlace=True, keep=NO_METADATA)
    (out / "poster-jpeg").write_bytes(jpeg)
    (out / "poster-webp").write_bytes(poster.webpsave_buffer(Q=78, effort=2, keep=NO_METADATA))
    posters = tuple(
        Made(label=name, file=name, content_type=kind, width=poster.width, height=poster.height)
        for name, kind in (("poster-jpeg", "image/jpeg"), ("poster-webp", "image/webp"))
    )
    tiny = poster.thumbnail_image(PLACEHOLDER[0], height=PLACEHOLDER[1]).gaussblur(0.8)
    data = tiny.webpsave_buffer(Q=30, keep=NO_METADATA)
    return posters, "data:image/webp;base64," + base64.b64encode(data).decode()
