"""The public page in a real browser: nothing is wider than a phone, and nothing higher than its screen."""

import asyncio
import io
from pathlib import Path
from uuid import uuid4

import uvicorn
from PIL import Image

from shared.content import Figure, Heading, Paragraph, Span, StoryMedia
from tests.integration.publisher.office import Office
from tests.support import chromium, networks
from tests.unit.publisher.samples import approved, content

pytestmark = networks.WITH_A_BROWSER
LONG = "Panjang" * 30


async def _picture(desk: Office, width: int, height: int) -> StoryMedia:
    made = io.BytesIO()
    Image.new("RGB", (width, height), "green").save(made, "JPEG")
    rendition = await desk.copy("jpeg", "image/jpeg", made.getvalue(), width=width, height=height)
    return StoryMedia(id=uuid4(), report=uuid4(), name="x.jpg", kind="image", renditions=(rendition,), alt="Foto")


async def _video(desk: Office, width: int, height: int) -> StoryMedia:
    poster = (await _picture(desk, width, height)).renditions[0].model_copy(update={"label": "poster-jpeg"})
    made = await desk.copy("mp4", "video/mp4", width=width, height=height, duration_ms=1_000)
    return StoryMedia(id=uuid4(), report=uuid4(), name="x.mp4", kind="video", renditions=(made, poster), alt="Video")


async def test_long_words_and_tall_files_fit_a_small_screen(desk: Office, tmp_path: Path) -> None:
    media = (await _picture(desk, 900, 1600), await _video(desk, 720, 1280), await _picture(desk, 1600, 900))
    said = Paragraph(spans=(Span(text=LONG),))
    figures = tuple(Figure(media=m.id) for m in media)
    event = approved(uuid4(), content=content(LONG, body=(Heading(text=LONG), said, *figures), media=media))
    await desk.hear(event)
    path = await desk.publish(event)
    server = uvicorn.Server(uvicorn.Config(desk.app, "127.0.0.1", 0, lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    site = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        async with chromium.page(tmp_path, {}, site) as page:
            for width, height in ((360, 740), (1280, 600), (740, 360)):
                shape = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 1000}
                await page.call("Emulation.setDeviceMetricsOverride", **shape)
                await page.go(site + path)
                await page.until("[...document.images].every(i => (i.loading = 'eager', i.complete))")
                await asyncio.sleep(0.3)
                assert await page.run("document.documentElement.scrollWidth") <= width
                boxes = await page.run(BOXES)
                assert len(boxes) == 3
                for box in boxes:
                    assert box["height"] <= height * 0.85 + 1, (width, height, boxes)
                    assert 20 < box["width"] <= box["room"] + 1
                for box in boxes[:2]:  # the tall ones keep their shape, and stand in the middle
                    assert abs(box["width"] / box["height"] - 9 / 16) < 0.02, (width, height, boxes)
                    assert abs(box["left"] - box["right"]) <= 2
    finally:
        server.should_exit = True
        await serving


BOXES = """[...document.querySelectorAll('figure img:not(.blur), figure video')].map(e => {
    const b = e.getBoundingClientRect(), f = e.closest('figure').getBoundingClientRect();
    return {width: b.width, height: b.height, room: f.width, left: b.left - f.left, right: f.right - b.right};
})"""
