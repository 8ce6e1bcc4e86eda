"""The ffmpeg program: started without a shell, on one file that it reads as what it is said to be."""

import errno
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

from shared.media.recordings.limits import BROKEN, NO_FFMPEG, NO_OTHER_FILE, SAFE, TOO_SLOW
from shared.media.verdict import Undecodable

THREADS = "2"
# More damage than this share of a track, and it is no recording of anything.
MOST_ERRORS = "0.2"
# The file is not to blame for these.
DISK_FULL = (b"No space left on device", b"Disk quota exceeded")


@dataclass(frozen=True, slots=True)
class Ffmpeg:
    """One program and the moment (monotonic seconds) by which all its work must be done."""

    program: str
    until: float

    def run(self, source: list[str], *then: str) -> bytes:
        """Read `source`, do what the other arguments say, and return what was written to the standard output."""
        command = [
            self.program, "-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-max_error_rate", MOST_ERRORS,
            "-filter_threads", "1", *source, *then,
        ]  # fmt: skip
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=max(1.0, self.until - time.monotonic()),
                check=False,
            )
        except subprocess.TimeoutExpired as e:
            raise Undecodable(TOO_SLOW) from e
        if any(said in done.stderr for said in DISK_FULL):
            raise OSError(errno.ENOSPC, "ffmpeg found the disk full")
        if done.returncode == -signal.SIGKILL:
            raise MemoryError("ffmpeg was killed: by the machine, for want of memory")
        if done.returncode:
            raise Undecodable(BROKEN)
        return done.stdout


def ffmpeg(*, seconds: int) -> Ffmpeg:
    """The program that comes with the installation, else the system's, for this many seconds. Raises Undecodable."""
    try:
        return Ffmpeg(imageio_ffmpeg.get_ffmpeg_exe(), time.monotonic() + seconds)
    except RuntimeError as e:
        raise Undecodable(NO_FFMPEG) from e


def source(path: Path, demuxer: str, *before: str) -> list[str]:
    """The arguments that open one file as this kind of container, and nothing else."""
    options = SAFE | (NO_OTHER_FILE if demuxer == "mov" else {})
    safe = [part for name, value in options.items() for part in (f"-{name}", value)]
    return ["-f", demuxer, *safe, "-threads", THREADS, *before, "-i", address(path)]


def address(path: Path) -> str:
    """A path that no protocol's name can be read from."""
    return f"file:{path.absolute()}"
