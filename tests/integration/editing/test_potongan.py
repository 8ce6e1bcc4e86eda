"""A picture is cut by the desk itself: the Version lists the cut copies, and an erasure takes them away."""

import io
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import pytest
from PIL import Image

from services.editing.workers import Sweep
from shared.content import Media, Rendition
from shared.events import StorySubmitted
from tests.integration.editing.office import Office, office
from tests.integration.editing.test_pages import Browser, fields
from tests.unit.editing.parts import HASH, PHOTO, REPORT, erased, photo, received


@pytest.fixture
async def desk() -> AsyncGenerator[Office]:
    async with office(media=True) as made:
        yield made


async def halves(desk: Office, width: int = 1_000, height: int = 600) -> Media:
    """An accepted picture: red on the left, blue on the right, with its copy where intake keeps it."""
    picture = Image.new("RGB", (width, height), "red")
    picture.paste("blue", (width // 2, 0, width, height))
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=90)
    bucket = desk.stack.buckets.renditions
    await desk.app.state.office.store.put(bucket, f"intake/{HASH}", data.getvalue(), "image/jpeg")
    copy = Rendition(
        bucket=bucket, key=f"intake/{HASH}", sha256=HASH, size=len(data.getvalue()), content_type="image/jpeg",
        label="jpeg-960", width=width, height=height,
    )  # fmt: skip
    return photo().model_copy(update={"renditions": (copy,)})


def cut(form: dict[str, Any], **sides: str) -> dict[str, Any]:
    return form | {f"potong-{side}-{PHOTO}": value for side, value in sides.items()}


async def opened(desk: Office, **size: int) -> tuple[Browser, str, dict[str, Any]]:
    await desk.hear(received(media=(await halves(desk, **size),)))
    rina = Browser(desk.person("rina"))
    path = (await rina.send("/meja/susun", {"bahan": [str(REPORT)]})).headers["location"]
    return rina, path, dict(fields(await rina.open(path)))


async def test_what_is_submitted_holds_the_cut_copies_and_no_other(desk: Office):
    rina, path, form = await opened(desk)
    typed = cut(form, kiri="50", bawah="10,5") | {f"fokus-mendatar-{PHOTO}": "25", f"fokus-tegak-{PHOTO}": "75"}
    await rina.send(f"{path}/simpan", {**typed, "aksi": "ajukan"})
    (event,) = await desk.sent(StorySubmitted)
    (shown,) = event.content.media
    assert (shown.crop.left, shown.crop.top, shown.crop.right, shown.crop.bottom) == (0.5, 0, 1, 0.895)
    assert (shown.focus.x, shown.focus.y) == (0.25, 0.75)
    assert {r.key.split("/")[0] for r in shown.renditions} == {"editing"}
    assert {r.content_type for r in shown.renditions} == {"image/webp", "image/jpeg"}
    largest = next(r for r in shown.renditions if r.content_type == "image/jpeg")
    store = desk.app.state.office.store
    picture = Image.open(io.BytesIO(await store.read(largest.bucket, largest.key)))
    assert picture.size == (largest.width, largest.height)
    assert picture.width < 501
    red, _, blue = picture.convert("RGB").getpixel((5, 5))  # pyright: ignore[reportGeneralTypeIssues]
    assert blue > 200 > red
    page = await rina.open(path)
    assert fields(page)[f"potong-kiri-{PHOTO}"] == "50"
    assert fields(page)[f"potong-bawah-{PHOTO}"] == "10.5"
    answer = await rina.client.get(f"/api/v1/stories/{path.rsplit('/', 1)[1]}/media/{PHOTO}/cuts/{largest.sha256}")
    assert answer.status_code == 303
    assert largest.key in answer.headers["location"]


async def test_the_same_cut_is_made_once_and_saves_no_second_version(desk: Office):
    rina, path, form = await opened(desk)
    for _ in range(2):
        await rina.send(f"{path}/simpan", {**cut(form, kanan="20"), "aksi": "simpan"})
    assert len(await desk.rows("SELECT FROM cuts")) == 1
    assert len(await desk.rows("SELECT FROM versions")) == 1


@pytest.mark.parametrize(
    ("sides", "said"),
    [
        ({"kiri": "60", "kanan": "40"}, "sisakan fotonya"),
        ({"kiri": "-1"}, "isi persen"),
        ({"atas": "nan"}, "isi persen"),
        ({"atas": "banyak"}, "isi persen"),
        ({"kiri": "99"}, "terlalu kecil"),
    ],
)
async def test_a_cut_that_cannot_be_is_refused_and_stays_in_the_form(desk: Office, sides: dict[str, str], said: str):
    rina, path, form = await opened(desk)
    answer = await rina.send(f"{path}/simpan", {**cut(form, **sides), "aksi": "simpan"}, expect=422)
    assert said in answer.text
    for side, value in sides.items():
        assert fields(answer.text)[f"potong-{side}-{PHOTO}"] == value


async def test_an_erased_picture_takes_its_cuts_with_it(desk: Office):
    rina, path, form = await opened(desk)
    await rina.send(f"{path}/simpan", {**cut(form, kiri="50"), "aksi": "simpan"})
    store, bucket = desk.app.state.office.store, desk.stack.buckets.renditions
    assert await store.keys(bucket, f"editing/{PHOTO}/")
    await desk.hear(erased())
    assert not await desk.rows("SELECT FROM cuts")
    sweep = Sweep(desk.desk, store)
    await sweep.once()
    assert not await store.keys(bucket, f"editing/{PHOTO}/")
    # One that was being cut at that moment is put a little later.
    await store.put(bucket, f"editing/{PHOTO}/x", b"x", "image/jpeg")
    desk.later(61)
    await sweep.once()
    assert not await store.keys(bucket, f"editing/{PHOTO}/")
    assert not await desk.rows("SELECT FROM cuts_erasing")


async def test_only_those_who_may_read_the_story_are_led_to_a_cut_of_its_own_files(desk: Office):
    rina, path, form = await opened(desk)
    await rina.send(f"{path}/simpan", {**cut(form, kiri="50"), "aksi": "simpan"})
    story = path.rsplit("/", 1)[1]
    await desk.get("dewi", f"/stories/{story}/media/{PHOTO}/cuts/{HASH}", expect=403)
    await desk.get("wati", f"/stories/{story}/media/{PHOTO}/cuts/{HASH}", expect=404)
    await desk.get("wati", f"/stories/{story}/media/{UUID(int=7)}/cuts/{HASH}", expect=404)
