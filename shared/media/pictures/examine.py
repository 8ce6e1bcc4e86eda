"""Pictures: decoded whole, then upright, in sRGB and without metadata, in several widths. By libvips."""

import base64
from pathlib import Path
from typing import Any

import pyvips
from PIL import Image, ImageOps

from shared.media.pictures.exif import facts_of
from shared.media.verdict import Examined, Made, Undecodable

WIDTHS = (480, 960, 1440, 2048)
MAX_PIXELS = 100_000_000
MAX_SIDE = 16_000
PLACEHOLDER_WIDTH = 16
NOT_WHOLE = "Berkas ini bukan gambar yang utuh. Kirim ulang berkas aslinya."
TOO_LARGE = f"Gambar melebihi {MAX_PIXELS // 1_000_000} megapiksel. Perkecil ukurannya, lalu kirim lagi."
HEIF_MISSING = "Gambar HEIC belum dapat dibaca di sini: pillow-heif belum terpasang. Kirim sebagai JPEG."
NOTHING: Any = "none"  # of what a picture tells about itself; pyvips takes the name, its types only the number
LOADERS = {
    "image/jpeg": pyvips.Image.jpegload, "image/png": pyvips.Image.pngload, "image/webp": pyvips.Image.webpload,
    "image/tiff": pyvips.Image.tiffload, "image/gif": pyvips.Image.gifload,
}  # fmt: skip


def examine(path: Path, out: Path | None, content_type: str) -> Examined:
    """Decode a picture fully; with `out` make its copies."""
    pyvips.cache_set_max(0)
    try:
        facts = facts_of(path, content_type)
        whole = _upright(path, content_type)
        facts = facts.model_copy(update={"width": whole.width, "height": whole.height})
        if out is None:
            return Examined(facts=facts)
        made, placeholder = _copies(whole, out)
    except Undecodable:
        raise
    except (pyvips.Error, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as e:
        raise Undecodable(NOT_WHOLE) from e
    return Examined(facts=facts, made=made, placeholder=placeholder)


def _upright(path: Path, content_type: str) -> pyvips.Image:
    """The whole picture in memory: every pixel decoded, as it is meant to be seen, in 8-bit sRGB on white."""
    if content_type == "image/tiff":
        _expect_whole_tiff(path)
    picture = _opened(path, content_type)
    if picture.width * picture.height > MAX_PIXELS or max(picture.width, picture.height) > MAX_SIDE:
        raise Undecodable(TOO_LARGE)
    # Into memory before it is turned: a file is read from its top down, once.
    return _plain_colours(picture).copy_memory().autorot().copy_memory()


def _opened(path: Path, content_type: str) -> pyvips.Image:
    if content_type in LOADERS:
        return LOADERS[content_type](str(path), access="sequential", fail_on="truncated")
    return _by_pillow(path, content_type)


def _expect_whole_tiff(path: Path) -> None:
    """libtiff shows what is missing as black, and only warns; Pillow raises."""
    with Image.open(path, formats=("TIFF",)) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise Undecodable(TOO_LARGE)
        picture.load()


def _by_pillow(path: Path, content_type: str) -> pyvips.Image:
    """What libvips' wheel cannot read: HEIC, AVIF and BMP."""
    kinds = {"image/heic": "HEIF", "image/avif": "AVIF", "image/bmp": "BMP"}
    if content_type == "image/heic":
        _register_heif()
    with Image.open(path, formats=(kinds[content_type],)) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise Undecodable(TOO_LARGE)
        profile = picture.info.get("icc_profile")
        mode = "RGBA" if "A" in picture.getbands() or "transparency" in picture.info else "RGB"
        pixels = ImageOps.exif_transpose(picture).convert(mode)
    found = pyvips.Image.new_from_memory(pixels.tobytes(), pixels.width, pixels.height, len(mode), "uchar")
    found = found.copy(interpretation="srgb")
    if profile and mode == "RGB":
        found.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return found


def _register_heif() -> None:
    try:
        from pillow_heif import register_heif_opener
    except ImportError as e:
        raise Undecodable(HEIF_MISSING) from e
    register_heif_opener(decode_threads=1)


def _plain_colours(picture: pyvips.Image) -> pyvips.Image:
    """8-bit sRGB without transparency. A broken profile shows the picture all the same."""
    if picture.get_typeof("icc-profile-data"):
        try:
            picture = picture.icc_transform("srgb", embedded=True, intent="perceptual")
        except pyvips.Error:
            picture = picture.colourspace("srgb")
    else:
        picture = picture.colourspace("srgb")
    if picture.hasalpha():
        picture = picture.flatten(background=[255.0])
    if picture.format != "uchar":
        picture = picture.cast("uchar", shift=picture.format == "ushort")
    return picture.colourspace("srgb") if picture.bands < 3 else picture


def _copies(whole: pyvips.Image, out: Path) -> tuple[tuple[Made, ...], str]:
    """Each width that the picture has, as WebP and JPEG, from the largest down."""
    made: list[Made] = []
    shown = whole
    for width in sorted({min(w, whole.width) for w in WIDTHS}, reverse=True):
        if width < shown.width:
            shown = shown.thumbnail_image(width, height=10_000_000, size="down").copy_memory()
        made += _written(shown, out, width)
    tiny = shown.thumbnail_image(PLACEHOLDER_WIDTH, height=64).gaussblur(0.8)
    data = tiny.webpsave_buffer(Q=30, keep=NOTHING)
    placeholder = "data:image/webp;base64," + base64.b64encode(data).decode()
    return tuple(made), placeholder if len(placeholder) <= 1_000 else ""


def _written(picture: pyvips.Image, out: Path, width: int) -> list[Made]:
    jpeg, webp = f"jpeg-{width}", f"webp-{width}"
    picture.jpegsave(str(out / jpeg), Q=82, optimize_coding=True, interlace=True, keep=NOTHING)
    picture.webpsave(str(out / webp), Q=78, effort=2, keep=NOTHING)
    size = {"width": picture.width, "height": picture.height}
    return [
        Made(label=webp, file=webp, content_type="image/webp", **size),
        Made(label=jpeg, file=jpeg, content_type="image/jpeg", **size),
    ]
