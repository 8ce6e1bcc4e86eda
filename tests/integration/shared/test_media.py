"""Media on a real MinIO: exact uploads, guarded copies, one public bucket; pictures without their secrets."""

import hashlib
import io
import random
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from shared.media.store import Buckets, Form, Missing, Store, Undecodable, _render_jpeg, render_jpeg
from shared.refusal import Transient
from tests.support.stack import HOUSE, Stack, stack

PHOTO = (HOUSE / "deploy" / "embedded" / "samples" / "rumah.jpg").read_bytes()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shelves() -> AsyncGenerator[Stack]:
    async with stack(kafka=False, media=True) as made:
        yield made


@pytest.fixture
def store(shelves: Stack) -> Store:
    return shelves.store()


@pytest.fixture
def buckets(shelves: Stack) -> Buckets:
    return shelves.buckets


async def post(form: Form, data: bytes, **changed: str) -> int:
    async with httpx.AsyncClient() as browser:
        answer = await browser.post(form.url, data=form.fields | changed, files={"file": data})
    return answer.status_code


async def test_a_browser_may_put_exactly_the_object_that_was_asked_for(store: Store, buckets: Buckets) -> None:
    form = await store.upload_form(buckets.incoming, "a/1.jpg", content_type="image/jpeg", size=5)
    assert await post(form, b"12345") in (200, 204)
    found = await store.stat(buckets.incoming, "a/1.jpg")
    assert (found.size, found.content_type) == (5, "image/jpeg")
    assert await store.hash_of(buckets.incoming, "a/1.jpg") == hashlib.sha256(b"12345").hexdigest()


@pytest.mark.parametrize(
    ("data", "changed"),
    [
        (b"123456", {}),
        (b"1234", {}),
        (b"12345", {"key": "b/other.jpg"}),
        (b"12345", {"Content-Type": "text/html"}),
        (b"12345", {"x-amz-signature": "0" * 64}),
    ],
    ids=["larger", "smaller", "another key", "another type", "a forged signature"],
)
async def test_a_browser_may_put_nothing_else(
    store: Store, buckets: Buckets, data: bytes, changed: dict[str, str]
) -> None:
    form = await store.upload_form(buckets.incoming, "a/2.jpg", content_type="image/jpeg", size=5)
    assert await post(form, data, **changed) in (400, 403)
    for key in ("a/2.jpg", "b/other.jpg"):
        with pytest.raises(Missing):
            await store.stat(buckets.incoming, key)


async def test_a_copy_is_of_what_was_checked_or_not_made_at_all(store: Store, buckets: Buckets) -> None:
    source, to = (buckets.incoming, "c/1"), (buckets.originals, "c/1")
    await store.put(*source, b"checked", "text/plain")
    seen = await store.stat(*source)
    await store.put(*source, b"swapped", "text/plain")
    with pytest.raises(Missing):
        await store.copy(source, to, if_match=seen.etag)
    with pytest.raises(Missing):
        await store.stat(*to)
    await store.copy(source, to, if_match=(await store.stat(*source)).etag)
    assert await store.read(*to) == b"swapped"
    with pytest.raises(Missing):
        await store.copy((buckets.incoming, "c/none"), to)


async def test_what_is_not_there_is_missing_and_a_store_that_is_away_is_transient(
    store: Store, buckets: Buckets
) -> None:
    for call in (store.stat, store.hash_of, store.read):
        with pytest.raises(Missing):
            await call(buckets.incoming, "none")
    await store.remove(buckets.incoming, "none")
    away = Store("http://127.0.0.1:1", "a", "b")
    with pytest.raises(Transient):
        await away.stat(buckets.incoming, "none")
    away.close()


async def test_strangers_read_single_objects_of_the_public_bucket_and_nothing_else(
    store: Store, buckets: Buckets
) -> None:
    for bucket in buckets.all():
        await store.put(bucket, "d/1", b"x", "text/plain")
    async with httpx.AsyncClient() as stranger:
        for bucket in buckets.all():
            answer = await stranger.get(f"{store.endpoint}/{bucket}/d/1")
            assert answer.status_code == (200 if bucket == buckets.public else 403), bucket
            assert (await stranger.get(f"{store.endpoint}/{bucket}/")).status_code == 403, bucket
            assert (await stranger.put(f"{store.endpoint}/{bucket}/d/2", content=b"x")).status_code == 403, bucket
            assert (await stranger.delete(f"{store.endpoint}/{bucket}/d/1")).status_code == 403, bucket
        link = await store.download_url(buckets.originals, "d/1", lifetime=timedelta(minutes=1))
        assert (await stranger.get(link)).text == "x"
        assert (await stranger.get(link.replace("d/1", "d/0"))).status_code == 403


async def test_more_than_the_limit_is_not_read_into_memory(store: Store, buckets: Buckets) -> None:
    await store.put(buckets.incoming, "e/1", b"x" * 2_000, "text/plain")
    with pytest.raises(Undecodable):
        await store.read(buckets.incoming, "e/1", limit=1_999)


def picture(width: int = 40, height: int = 20, *, orientation: int | None = None, mode: str = "RGB") -> bytes:
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
    made.convert(mode).save(out, "JPEG" if mode in ("RGB", "L", "CMYK") else "PNG", exif=exif, comment=b"SECRETWORD")
    return out.getvalue()


async def test_a_rendition_tells_nothing_but_its_pixels() -> None:
    source = picture(orientation=6)
    assert b"SECRETMAKER" in source
    for data in (source, PHOTO):
        made = await render_jpeg(data)
        for trace in (b"SECRET", b"Exif", b"GPS", b"http://ns.adobe.com", b"ICC_PROFILE", b"Photoshop"):
            assert trace not in made.data, trace
        with Image.open(io.BytesIO(made.data)) as shown:
            assert shown.format == "JPEG"
            assert not shown.getexif()
            assert set(shown.info) <= {
                "jfif",
                "jfif_version",
                "jfif_unit",
                "jfif_density",
                "progressive",
                "progression",
            }
            assert shown.size == (made.width, made.height)
            assert max(shown.size) <= 1600


@pytest.mark.parametrize(("orientation", "red"), [(1, (2, 10)), (3, (37, 10)), (6, (10, 2)), (8, (10, 37))])
async def test_a_rendition_is_upright_however_the_camera_was_held(orientation: int, red: tuple[int, int]) -> None:
    made = await render_jpeg(picture(orientation=orientation))
    with Image.open(io.BytesIO(made.data)) as shown:
        assert shown.size == ((40, 20) if orientation in (1, 3) else (20, 40))
        pixel = shown.convert("RGB").getpixel(red)
        assert isinstance(pixel, tuple)
        assert pixel[0] > 200
        assert pixel[2] < 80


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK", "RGBA", "P", "LA"])
async def test_every_kind_of_pixels_is_rendered(mode: str) -> None:
    assert (await render_jpeg(picture(mode=mode))).width == 40


async def test_what_is_a_bomb_or_no_picture_or_runs_other_programs_is_refused_with_a_sentence() -> None:
    bomb = io.BytesIO()
    Image.new("1", (10_000, 9_000)).save(bomb, "PNG")
    postscript = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n%%EOF\n"
    bad = {
        "a bomb": bomb.getvalue(), "nothing": b"", "text": b"bukan gambar",
        "a cut photograph": PHOTO[: len(PHOTO) // 2],
        "PostScript": postscript, "SVG": b"<svg xmlns='http://www.w3.org/2000/svg'/>", "PDF": b"%PDF-1.7\n",
    }  # fmt: skip
    for name, data in bad.items():
        with pytest.raises(Undecodable) as caught:
            await render_jpeg(data)
        assert str(caught.value).endswith("."), name


@settings(max_examples=120)
@given(
    seed=st.integers(0, 2**32), cuts=st.integers(1, 40), kind=st.sampled_from(["JPEG", "PNG", "GIF", "TIFF", "WEBP"])
)
def test_garbage_of_any_kind_is_rendered_or_refused_and_nothing_worse(seed: int, cuts: int, kind: str) -> None:
    out, chance = io.BytesIO(), random.Random(seed)
    with Image.open(io.BytesIO(picture(orientation=6))) as source:
        source.save(out, kind, exif=source.getexif())
    data = bytearray(out.getvalue())
    for _ in range(cuts):
        data[chance.randrange(len(data))] = chance.randrange(256)
    with suppress(Undecodable):
        _render_jpeg(bytes(data))
