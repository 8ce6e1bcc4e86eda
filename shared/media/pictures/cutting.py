"""A part of a picture, in the same widths and types as the whole. By libvips."""

from pathlib import Path

import pyvips

from shared.content import Crop
from shared.media.pictures.examine import DAMAGE, NOT_WHOLE, copies
from shared.media.verdict import Made, Undecodable

LEAST = 32  # pixels: below this there is nothing to see


class TooSmall(Undecodable):
    """The part would be a few pixels only."""


def cut(picture: Path, crop: Crop, out: Path) -> tuple[Made, ...]:
    """Write the copies of one part of a JPEG of ours into `out`. Raises TooSmall, Undecodable."""
    try:
        whole = pyvips.Image.jpegload(str(picture), access="sequential", fail_on="truncated").copy_memory()
    except DAMAGE as e:
        raise Undecodable(NOT_WHOLE) from e
    left, right = round(crop.left * whole.width), round(crop.right * whole.width)
    top, bottom = round(crop.top * whole.height), round(crop.bottom * whole.height)
    if min(right - left, bottom - top) < LEAST:
        raise TooSmall("Potongan foto ini terlalu kecil. Perbesar potongannya.")
    made, _ = copies(whole.crop(left, top, right - left, bottom - top).copy_memory(), out)
    return made
