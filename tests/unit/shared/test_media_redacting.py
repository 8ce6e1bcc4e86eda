"""What a leader marked on a picture is in none of its copies: not in any width or type, nor in the blurred one."""

import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from deploy.prepare import HOUSE
from shared.content import Crop
from shared.media.pictures.cutting import TooSmall
from shared.media.pictures.redacting import redact
from shared.media.verdict import Made, Undecodable

PHOTO = (HOUSE / "deploy" / "embedded" / "samples" / "rumah.jpg").read_bytes()
FACE = Crop(left=0.25, top=0.25, right=0.75, bottom=0.5)
TRACES = (b"SECRET", b"Exif", b"GPS", b"ICC_PROFILE", b"ICCP", b"EXIF", b"JFXX")
Copies = dict[str, bytes]


def redacted(
    data: bytes, folder: Path, *regions: Crop, crop: Crop | None = None
) -> tuple[tuple[Made, ...], Copies, bytes]:
    """What is made of a picture: its copies by label, and the blurred one."""
    picture, out = folder / "whole", folder / "out"
    picture.write_bytes(data)
    out.mkdir(exist_ok=True)
    made, placeholder = redact(picture, regions, crop, out)
    blurred = base64.b64decode(placeholder.partition(",")[2])
    return made, {m.label: (out / m.file).read_bytes() for m in made}, blurred


def photograph(person: tuple[int, int, int], *, mode: str = "RGB") -> bytes:
    """A picture of 1,600 by 800 that differs from another in one region alone, to the pixel, and tells of itself."""
    whole = Image.effect_mandelbrot((1600, 800), (-3, -2.5, 2, 2.5), 60).convert("RGB")
    whole.paste(person, (400, 200, 1200, 400))
    exif = Image.Exif()
    exif[0x010F] = "SECRETMAKER"
    thumbnail = io.BytesIO()
    whole.resize((160, 80)).save(thumbnail, "JPEG")
    out = io.BytesIO()
    # Whole blocks of eight, each with its own colours: what is outside the region is the same in both.
    comment = b"SECRET" + thumbnail.getvalue()[:30_000]
    whole.convert(mode).save(out, "JPEG", quality=90, subsampling=0, exif=exif, comment=comment)
    return out.getvalue()


def brightest(data: bytes, box: tuple[float, float, float, float]) -> float:
    """How bright the brightest point is in a part, in shares of the picture, but for its blended edge."""
    with Image.open(io.BytesIO(data)) as picture:
        grey = picture.convert("L")
    left, top, right, bottom = box
    w, h = grey.size
    inner = grey.crop((round(left * w) + 6, round(top * h) + 6, round(right * w) - 6, round(bottom * h) - 6))
    _, high = inner.getextrema()
    assert isinstance(high, int)
    return high


def test_two_pictures_that_differ_only_in_the_region_give_the_very_same_copies(tmp_path: Path) -> None:
    one, other = (redacted(photograph(c), tmp_path, FACE) for c in ((255, 220, 180), (20, 200, 40)))
    assert len(one[1]) == 8
    assert one == other


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_the_region_is_black_in_every_copy_and_the_rest_is_there(tmp_path: Path, mode: str) -> None:
    for data in (PHOTO, photograph((255, 220, 180), mode=mode)):
        made, copies, blurred = redacted(data, tmp_path, FACE)
        for label, copy in copies.items():
            assert brightest(copy, (FACE.left, FACE.top, FACE.right, FACE.bottom)) < 16, label
            assert brightest(copy, (0, 0.5, 1, 1)) > 60, label
        with Image.open(io.BytesIO(blurred)) as tiny:
            dark = tiny.convert("L").getpixel((tiny.width // 2, round(tiny.height * 0.375)))
            assert isinstance(dark, int)
            assert dark < 80
        assert {m.content_type for m in made} == {"image/webp", "image/jpeg"}


def test_no_copy_holds_bytes_or_a_word_or_a_thumbnail_of_the_original(tmp_path: Path) -> None:
    data = photograph((255, 220, 180))
    assert b"SECRETMAKER" in data
    _, copies, blurred = redacted(data, tmp_path, FACE)
    for label, copy in (*copies.items(), ("placeholder", blurred)):
        assert not [trace for trace in TRACES if trace in copy], label
        assert copy.count(b"\xff\xd8\xff") <= 1, label
        middle = len(data) // 2
        assert not [n for n in range(middle, middle + 4_000, 16) if data[n : n + 16] in copy], label
        with Image.open(io.BytesIO(copy)) as shown:
            assert not shown.getexif()
            assert not set(shown.info) & {"icc_profile", "comment", "exif", "xmp"}


def test_a_region_is_rounded_outwards_to_whole_points(tmp_path: Path) -> None:
    thin = Crop(left=0.50001, top=0, right=0.50002, bottom=1)
    white = io.BytesIO()
    Image.new("RGB", (100, 100), "white").save(white, "JPEG", subsampling=0)
    _, copies, _ = redacted(white.getvalue(), tmp_path, thin)
    with Image.open(io.BytesIO(copies["jpeg-100"])) as shown:
        row = [shown.convert("L").getpixel((x, 50)) for x in (47, 50, 53)]
    assert isinstance(row[1], int)
    assert row[1] < 60


def test_a_cut_picture_is_cut_after_it_was_blackened(tmp_path: Path) -> None:
    _, copies, _ = redacted(PHOTO, tmp_path, FACE, crop=Crop(left=0.5, top=0.25, right=1, bottom=0.75))
    for label, copy in copies.items():
        assert brightest(copy, (0, 0, 0.5, 0.5)) < 16, label
        assert brightest(copy, (0.5, 0, 1, 1)) > 60, label


def test_a_cut_of_few_points_or_a_broken_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TooSmall):
        redacted(PHOTO, tmp_path, FACE, crop=Crop(left=0, top=0, right=0.001, bottom=1))
    with pytest.raises(Undecodable):
        redacted(PHOTO[:5_000], tmp_path, FACE)
