"""Pictures a second of one core: our tool beside a plain Pillow loop that makes the same copies, interleaved."""

import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageCms, ImageOps

from deploy.prepare import HOUSE
from shared.media.pictures.examine import WIDTHS, examine

SAMPLE = HOUSE / "deploy" / "embedded" / "samples" / "rumah.jpg"
MEGAPIXELS_12 = (4000, 3000)
SRGB = ImageCms.createProfile("sRGB")


@dataclass(frozen=True)
class Told:
    """Pictures a second, the median of the rounds; `whole` with a process of its own for each, as in the service."""

    tool: float
    pillow: float
    whole: float


def photographs(folder: Path, count: int) -> list[Path]:
    """As a telephone makes them: 12 megapixels, held upright, with EXIF."""
    found: list[Path] = []
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(SAMPLE) as sample:
        large = sample.convert("RGB").resize(MEGAPIXELS_12, Image.Resampling.BICUBIC)
    noise = Image.effect_noise(MEGAPIXELS_12, 24).convert("RGB")
    for n in range(count):
        path = folder / f"foto-{n}.jpg"
        Image.blend(large, noise, 0.1 + n / 100).save(path, "JPEG", quality=90, exif=exif)
        found.append(path)
    return found


def with_pillow(path: Path, out: Path) -> None:
    """The floor: decode whole, turn upright, to sRGB, and the same widths as JPEG and WebP without metadata."""
    with Image.open(path) as picture:
        upright = ImageOps.exif_transpose(picture)
        if profile := picture.info.get("icc_profile"):
            upright = ImageCms.profileToProfile(upright, io.BytesIO(profile), SRGB, outputMode="RGB") or upright
        shown = upright.convert("RGB")
    for width in (w for w in reversed(WIDTHS) if w <= shown.width):
        size = (width, round(shown.height * width / shown.width))
        small = shown.resize(size, Image.Resampling.LANCZOS)
        small.save(out / f"{width}.jpg", "JPEG", quality=82, optimize=True, progressive=True)
        small.save(out / f"{width}.webp", "WEBP", quality=78, method=2)


def measure(count: int, rounds: int) -> Told:
    """Each way once a round, one after the other."""
    times: dict[str, list[float]] = {"tool": [], "pillow": [], "whole": []}
    with tempfile.TemporaryDirectory() as folder:
        files, out = photographs(Path(folder), count), Path(folder) / "out"
        out.mkdir()
        ways: dict[str, Callable[[Path], object]] = {
            "tool": lambda path: examine(path, out, "image/jpeg"),
            "pillow": lambda path: with_pillow(path, out),
            "whole": lambda path: _process(path, out),
        }
        for name, way in _interleaved(ways, rounds):
            began = time.perf_counter()
            for path in files:
                way(path)
            times[name].append(count / (time.perf_counter() - began))
    return Told(**{name: statistics.median(found) for name, found in times.items()})


def _interleaved(
    ways: dict[str, Callable[[Path], object]], rounds: int
) -> Iterator[tuple[str, Callable[[Path], object]]]:
    for _ in range(rounds):
        yield from ways.items()


def _process(path: Path, out: Path) -> None:
    asked = json.dumps(
        {"path": str(path), "out": str(out), "declared": "image/jpeg", "limits": {}, "parent": os.getpid()}
    )
    subprocess.run(
        [sys.executable, "-m", "shared.media.child", asked], check=True, cwd=HOUSE, stdout=subprocess.DEVNULL
    )


def on_one_core() -> None:
    """Bind this process, and those that it starts, to one core: what is told is of one."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
