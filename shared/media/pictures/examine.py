"""Pictures: decoded whole, then upright, in sRGB and without metadata, in several widths. By libvips."""

import base64
from pathlib import Path
from typing import Any

import pyvips
from PIL import Image, ImageOps, UnidentifiedImageError

from shared.media import bounds
from shared.media.pictures import heif
from shared.media.pictures.exif import facts_of
from shared.media.verdict import Examined, Made, Undecodable

WIDTHS = (480, 960, 1440, 2048)
# The largest sensors of telephones have 108 million; their panoramas are longer than any camera's picture.
MAX_PIXELS = 120_000_000
MAX_SIDE = 30_000
# No WebP is higher than 16,383.
HIGHEST_COPY = 16_000
PLACEHOLDER_WIDTH = 16
DAMAGE = (pyvips.Error, OSError, ValueError, SyntaxError, Image.DecompressionBombError)
NOT_WHOLE = "Berkas ini bukan gambar yang utuh. Kirim ulang berkas aslinya."
TOO_LARGE = f"Gambar melebihi {MAX_PIXELS // 1_000_000} megapiksel. Perkecil ukurannya, lalu kirim lagi."
TOO_LONG = f"Sisi terpanjang gambar melebihi {MAX_SIDE // 1_000}.000 piksel. Perkecil ukurannya, lalu kirim lagi."
OTHER_TIFF = "Jenis TIFF ini tidak dapat dibaca di sini. Simpan sebagai JPEG, lalu kirim lagi."
# Ways to pack a TIFF that Pillow may have been built without.
UNUSUAL = frozenset({"webp", "zstd", "lzma", "tiff_sgilog", "tiff_sgilog24", "tiff_thunderscan", "tiff_raw_16"})
NOTHING: Any = "none"  # of what a picture tells about itself; pyvips takes the name, its types only the number
LOADERS = {
    "image/jpeg": pyvips.Image.jpegload, "image/png": pyvips.Image.pngload, "image/webp": pyvips.Image.webpload,
    "image/tiff": pyvips.Image.tiffload, "image/gif": pyvips.Image.gifload,
}  # fmt: skip


def examine(path: Path, out: Path | None, content_type: str) -> Examined:
    """Decode a picture fully; with `out` make its copies. What fails while these are written is not the picture's."""
    pyvips.cache_set_max(0)
    try:
        facts = facts_of(path, content_type)
        whole = _upright(path, content_type)
    except DAMAGE as e:
        if bounds.is_of_the_disk(e):
            raise
        raise Undecodable(NOT_WHOLE) from e
    facts = facts.model_copy(update={"width": whole.width, "height": whole.height})
    if out is None:
        return Examined(facts=facts)
    made, placeholder = copies(whole, out)
    return Examined(facts=facts, made=made, placeholder=placeholder)


def _upright(path: Path, content_type: str) -> pyvips.Image:
    """The whole picture in memory: every pixel decoded, as it is meant to be seen, in 8-bit sRGB on white."""
    if content_type == "image/tiff":
        _expect_whole_tiff(path)
    picture = _opened(path, content_type)
    _refuse_large(picture)
    # Into memory before it is turned: a file is read from its top down, once.
    whole = _plain_colours(picture).copy_memory()
    turned = whole.get_typeof("orientation") and whole.get("orientation") != 1
    return whole.autorot().copy_memory() if turned else whole


def _opened(path: Path, content_type: str) -> pyvips.Image:
    if content_type in LOADERS:
        # Also what can only be read at once (interlaced) goes to memory, which has bounds, and not on disk.
        return LOADERS[content_type](str(path), access="sequential", fail_on="truncated", memory=True)
    return _by_pillow(path, content_type)


def _refuse_large(picture: pyvips.Image | Image.Image) -> None:
    if picture.width * picture.height > MAX_PIXELS:
        raise Undecodable(TOO_LARGE)
    if max(picture.width, picture.height) > MAX_SIDE:
        raise Undecodable(TOO_LONG)


def _expect_whole_tiff(path: Path) -> None:
    """libtiff shows what is missing as black, and only warns; Pillow raises, but does not know every kind of TIFF."""
    try:
        picture = Image.open(path, formats=("TIFF",))
    except UnidentifiedImageError:
        _refuse_large(pyvips.Image.tiffload(str(path)))
        raise Undecodable(OTHER_TIFF) from None
    with picture:
        _refuse_large(picture)
        try:
            picture.load()
        except OSError as e:
            if picture.info.get("compression") in UNUSUAL and not bounds.is_of_the_disk(e):
                raise Undecodable(OTHER_TIFF) from e
            raise


def _by_pillow(path: Path, content_type: str) -> pyvips.Image:
    """What libvips' wheel cannot read: HEIC, AVIF and BMP."""
    kinds = {"image/heic": "HEIF", "image/avif": "AVIF", "image/bmp": "BMP"}
    if content_type == "image/heic":
        heif.register()
    with Image.open(path, formats=(kinds[content_type],)) as picture:
        _refuse_large(picture)
        profile = picture.info.get("icc_profile")
        mode = "RGBA" if "A" in picture.getbands() or "transparency" in picture.info else "RGB"
        ImageOps.exif_transpose(picture, in_place=True)
        pixels = picture if picture.mode == mode else picture.convert(mode)
        data = pixels.tobytes()
    found = pyvips.Image.new_from_memory(data, pixels.width, pixels.height, len(mode), "uchar")
    found = found.copy(interpretation="srgb")
    if profile and mode == "RGB":
        found.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return found


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


def copies(whole: pyvips.Image, out: Path) -> tuple[tuple[Made, ...], str]:
    """Each width that the picture has, as WebP and JPEG, from the largest down."""
    made: list[Made] = []
    shown = whole
    if whole.height > HIGHEST_COPY:
        shown = whole.thumbnail_image(whole.width, height=HIGHEST_COPY, size="down").copy_memory()
    for width in sorted({min(w, shown.width) for w in WIDTHS}, reverse=True):
        if width < shown.width:
            shown = shown.thumbnail_image(width, height=10_000_000, size="down").copy_memory()
        made += _written(shown, out, width)
    tiny = shown.thumbnail_image(PLACEHOLDER_WIDTH, height=64).gaussblur(0.8)
    data = tiny.webpsave_buffer(Q=30, keep=NOTHING)
    placeholder = "data:image/webp;base64," + base64.b64encode(data).decode()
    return tuple(made), placeholder if len(placeholder) <= 1_000 else ""


def _written(picture: pyvips.Image, out: Path, width: int) -> list[Made]:
    jpeg, webp = f"jpeg-{width}", f"webp-{width}"
    # libvips itself would not tell a full disk from any other error.
    (out / jpeg).write_bytes(picture.jpegsave_buffer(Q=82, optimize_coding=True, interlace=True, keep=NOTHING))
    (out / webp).write_bytes(picture.webpsave_buffer(Q=78, effort=2, keep=NOTHING))
    size = {"width": picture.width, "height": picture.height}
    return [
        Made(label=webp, file=webp, content_type="image/webp", **size),
        Made(label=jpeg, file=jpeg, content_type="image/jpeg", **size),
    ]
