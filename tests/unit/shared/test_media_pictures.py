"""Pictures: whole or refused; upright, in sRGB, in the widths that they have, and without a word about themselves."""

import errno
import io
import random
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import pyvips
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from deploy.prepare import HOUSE
from shared.media import sandbox
from shared.media.kinds import FileLimits
from shared.media.pictures.examine import WIDTHS, examine
from shared.media.verdict import Examined, Undecodable

PHOTO = (HOUSE / "deploy" / "embedded" / "samples" / "rumah.jpg").read_bytes()
TRACES = (b"SECRET", b"Exif", b"GPS", b"http://ns.adobe.com", b"ICC_PROFILE", b"ICCP", b"EXIF", b"Photoshop")


def picture(
    width: int = 40, height: int = 20, *, orientation: int | None = None, mode: str = "RGB", kind: str = "", **more: Any
) -> bytes:
    """Left half red, right half blue; with a place and a maker in its EXIF."""
    made = Image.new("RGB", (width, height), (255, 0, 0))
    made.paste((0, 0, 255), (width // 2, 0, width, height))
    exif = Image.Exif()
    exif[0x010F] = "SECRETMAKER"
    exif.get_ifd(0x8825)[1] = "S"
    exif.get_ifd(0x8825)[2] = (6.0, 14.0, 1.0)
    if orientation:
        exif[0x0112] = orientation
    out = io.BytesIO()
    kind = kind or ("JPEG" if mode in ("RGB", "L", "CMYK") else "PNG")
    made.convert(mode).save(out, kind, exif=exif, comment=b"SECRETWORD", **more)
    return out.getvalue()


def rendered(data: bytes, folder: Path, content_type: str = "image/jpeg") -> Examined:
    file, out = folder / "asli", folder / "salinan"
    file.write_bytes(data)
    out.mkdir(exist_ok=True)
    return examine(file, out, content_type)


def copy_of(found: Examined, folder: Path, prefix: str = "jpeg") -> Image.Image:
    """The largest copy of one format."""
    label = next(m.file for m in found.made if m.label.startswith(prefix))
    with Image.open(folder / "salinan" / label) as shown:
        return shown.convert("RGB")


def test_a_rendition_tells_nothing_but_its_pixels(tmp_path: Path) -> None:
    source = picture(orientation=6)
    assert b"SECRETMAKER" in source
    for data in (source, PHOTO):
        for made in rendered(data, tmp_path).made:
            copy = (tmp_path / "salinan" / made.file).read_bytes()
            assert not [trace for trace in TRACES if trace in copy], made.label
            with Image.open(io.BytesIO(copy)) as shown:
                assert shown.size == (made.width, made.height)
                assert not shown.getexif()


@pytest.mark.parametrize(("orientation", "red"), [(1, (2, 10)), (3, (37, 10)), (6, (10, 2)), (8, (10, 37))])
def test_a_rendition_is_upright_however_the_camera_was_held(
    tmp_path: Path, orientation: int, red: tuple[int, int]
) -> None:
    found = rendered(picture(orientation=orientation), tmp_path)
    for prefix in ("jpeg", "webp"):
        shown = copy_of(found, tmp_path, prefix)
        assert shown.size == ((40, 20) if orientation in (1, 3) else (20, 40))
        pixel = shown.getpixel(red)
        assert isinstance(pixel, tuple)
        assert pixel[0] > 190
        assert pixel[2] < 90


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK", "RGBA", "P", "LA", "1", "I;16"])
def test_every_kind_of_pixels_is_rendered(tmp_path: Path, mode: str) -> None:
    data = picture(mode=mode if mode != "I;16" else "L", kind="" if mode != "I;16" else "PNG")
    kind = "image/jpeg" if mode in ("RGB", "L", "CMYK") else "image/png"
    found = rendered(data, tmp_path, kind)
    assert (found.made[0].width, found.facts.width) == (40, 40)


def test_what_is_transparent_is_shown_on_white(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    pixel = copy_of(rendered(out.getvalue(), tmp_path, "image/png"), tmp_path).getpixel((10, 10))
    assert pixel == (255, 255, 255)


def test_a_picture_in_wide_colours_keeps_its_look(tmp_path: Path) -> None:
    """Display P3, as telephones make it: (234, 51, 35) there is the reddest red of sRGB."""
    out = io.BytesIO()
    Image.new("RGB", (64, 64), (234, 51, 35)).save(out, "JPEG", quality=98, icc_profile=display_p3())
    red = copy_of(rendered(out.getvalue(), tmp_path), tmp_path).getpixel((32, 32))
    assert isinstance(red, tuple)
    assert red[0] > 250
    assert max(red[1:]) < 30


def display_p3() -> bytes:
    """libvips brings a Display P3 profile of its own."""
    made = pyvips.Image.black(8, 8, bands=3).copy(interpretation="srgb").icc_transform("p3")
    profile: Any = made.get("icc-profile-data")
    return bytes(profile)


def test_a_copy_is_made_of_each_width_that_the_picture_has_and_none_is_enlarged(tmp_path: Path) -> None:
    assert [m.label for m in rendered(picture(1000, 400), tmp_path).made] == [
        "webp-1000", "jpeg-1000", "webp-960", "jpeg-960", "webp-480", "jpeg-480",
    ]  # fmt: skip
    large = rendered(picture(2500, 500), tmp_path)
    assert [m.width for m in large.made if m.label.startswith("webp")] == sorted(WIDTHS, reverse=True)
    assert [m.height for m in large.made if m.label.startswith("webp")] == [410, 288, 192, 96]


def test_a_placeholder_is_tiny_and_is_a_picture(tmp_path: Path) -> None:
    found = rendered(PHOTO, tmp_path)
    assert found.placeholder.startswith("data:image/webp;base64,")
    assert len(found.placeholder) < 400


def test_the_same_picture_gives_the_same_bytes(tmp_path: Path) -> None:
    copies = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        found = rendered(PHOTO, tmp_path / name)
        copies.append([(tmp_path / name / "salinan" / m.file).read_bytes() for m in found.made])
    assert copies[0] == copies[1]


def test_a_check_alone_decodes_the_picture_and_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "asli"
    file.write_bytes(PHOTO)
    found = examine(file, None, "image/jpeg")
    assert (found.facts.width, found.made) == (751, ())
    file.write_bytes(PHOTO[: len(PHOTO) // 2])
    with pytest.raises(Undecodable):
        examine(file, None, "image/jpeg")


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "GIF", "BMP"])
def test_a_picture_of_any_kind_that_was_cut_is_refused(tmp_path: Path, kind: str) -> None:
    out = io.BytesIO()
    with Image.open(io.BytesIO(PHOTO)) as source:
        source.convert("P" if kind == "GIF" else "RGB").save(out, kind)
    data = out.getvalue()
    with pytest.raises(Undecodable):
        rendered(data[: len(data) // 2], tmp_path, f"image/{kind.lower()}")


def test_a_motion_photo_with_its_film_behind_the_picture_is_taken(tmp_path: Path) -> None:
    assert rendered(PHOTO + random.Random(1).randbytes(50_000), tmp_path).made


@pytest.mark.parametrize("name", ["jpeg-40", "webp-40"])
def test_a_full_disk_refuses_no_picture(tmp_path: Path, name: str) -> None:
    (tmp_path / "salinan").mkdir()
    (tmp_path / "salinan" / name).symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left") as full:
        rendered(picture(), tmp_path)
    assert full.value.errno == errno.ENOSPC


def test_a_panorama_of_a_telephone_is_taken_and_what_is_longer_is_told_so(tmp_path: Path) -> None:
    def black(width: int, height: int) -> bytes:
        return pyvips.Image.black(width, height, bands=3).copy(interpretation="srgb").jpegsave_buffer(Q=40)

    assert rendered(black(16_382, 400), tmp_path).facts.width == 16_382
    high = rendered(black(600, 20_000), tmp_path)
    assert (high.facts.height, high.made[0].height) == (20_000, 16_000)
    with pytest.raises(Undecodable, match=r"30\.000 piksel"):
        rendered(black(30_001, 40), tmp_path)
    with pytest.raises(Undecodable, match="120 megapiksel"):
        rendered(black(20_000, 20_000), tmp_path)


def test_heic_without_its_reader_is_refused_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(Undecodable, match="Kirim sebagai JPEG"):
        rendered(PHOTO, tmp_path, "image/heic")


def test_a_tiff_of_a_kind_that_nobody_reads_here_is_to_be_sent_as_jpeg(tmp_path: Path) -> None:
    lab = pyvips.Image.black(64, 64, bands=3).copy(interpretation="srgb").colourspace("lab").tiffsave_buffer()
    with pytest.raises(Undecodable, match="Simpan sebagai JPEG"):
        rendered(lab, tmp_path, "image/tiff")


async def test_what_runs_other_programs_or_is_no_picture_never_reaches_a_decoder(tmp_path: Path) -> None:
    bad = {
        "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n%%EOF\n",
        "ImageMagick's own language": b"push graphic-context\nviewbox 0 0 640 480\nimage over 0,0 0,0 'https://x/'\n",
        "SVG": b"<svg xmlns='http://www.w3.org/2000/svg'/>", "text": b"bukan gambar", "nothing": b"",
    }  # fmt: skip
    for name, data in bad.items():
        file = tmp_path / "foto.jpg"
        file.write_bytes(data)
        found = await sandbox.judged(file, declared="image/jpeg", limits=FileLimits(), out=None)
        assert found.verdict == "refused", name
        assert found.reason.endswith("."), name


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow warns of what is damaged
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    seed=st.integers(0, 2**32),
    cuts=st.integers(1, 40),
    kind=st.sampled_from(["JPEG", "PNG", "GIF", "TIFF", "WEBP", "BMP"]),
)
def test_garbage_of_any_kind_is_rendered_or_refused_and_nothing_worse(
    tmp_path: Path, seed: int, cuts: int, kind: str
) -> None:
    chance, out = random.Random(seed), io.BytesIO()
    with Image.open(io.BytesIO(picture(orientation=6))) as source:
        source.save(out, kind, exif=source.getexif())
    data = bytearray(out.getvalue())
    for _ in range(cuts):
        data[chance.randrange(len(data))] = chance.randrange(256)
    with suppress(Undecodable):
        rendered(bytes(data), tmp_path, f"image/{kind.lower()}")
