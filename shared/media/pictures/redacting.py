"""Regions of a picture blacked out for good, in the same widths and types as the whole. By libvips."""

import math
from collections.abc import Sequence
from pathlib import Path

import pyvips

from shared.content import Crop
from shared.media.pictures.cutting import LEAST, TooSmall
from shared.media.pictures.examine import DAMAGE, NOT_WHOLE, copies
from shared.media.verdict import Made, Undecodable

BLACK = [0.0, 0.0, 0.0]


def redact(picture: Path, regions: Sequence[Crop], crop: Crop | None, out: Path) -> tuple[tuple[Made, ...], str]:
    """Write the copies of a JPEG of ours without these regions of the whole into `out`, cut to `crop` if there is one.

    Also gives the tiny picture that stands for it. All is made of the blackened pixels. Raises TooSmall, Undecodable.
    """
    try:
        whole = pyvips.Image.jpegload(str(picture), access="sequential", fail_on="truncated").copy_memory()
    except DAMAGE as e:
        raise Undecodable(NOT_WHOLE) from e
    # Three bands, so that black is black in a grey picture too.
    painted = whole.colourspace("srgb").copy_memory()
    for region in regions:
        painted = painted.draw_rect(BLACK, *_outwards(region, painted), fill=True)
    shown = painted if crop is None else painted.crop(*_cut(crop, painted))
    return copies(shown.copy_memory(), out)


def _outwards(region: Crop, whole: pyvips.Image) -> tuple[int, int, int, int]:
    """Left, top, width and height in pixels: every pixel that the region touches."""
    left, top = math.floor(region.left * whole.width), math.floor(region.top * whole.height)
    right, bottom = math.ceil(region.right * whole.width), math.ceil(region.bottom * whole.height)
    return left, top, right - left, bottom - top


def _cut(crop: Crop, whole: pyvips.Image) -> tuple[int, int, int, int]:
    left, right = round(crop.left * whole.width), round(crop.right * whole.width)
    top, bottom = round(crop.top * whole.height), round(crop.bottom * whole.height)
    if min(right - left, bottom - top) < LEAST:
        raise TooSmall("Potongan foto ini terlalu kecil. Perbesar potongannya.")
    return left, top, right - left, bottom - top
