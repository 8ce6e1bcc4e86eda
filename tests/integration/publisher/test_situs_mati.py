"""Where the office's WordPress is its main site and ours is off: our addresses lead to a real WordPress."""

import io
from collections.abc import AsyncGenerator, Generator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from PIL import Image

from deploy.embedded.house import free_port
from services.publisher.channels.wordpress import WordPress
from services.publisher.channels.wordpress_api import Access
from services.publisher.objects import PublicObject
from services.publisher.settings import Settings
from shared.content import Paragraph, Span
from shared.events import StoryApproved
from tests.integration.publisher.office import Office, office
from tests.support.stack import Stack
from tests.support.wordpress import WordPress as Main
from tests.support.wordpress import wordpress
from tests.unit.publisher.samples import approved, content

MAIN = "https://dinas.test/"
BOTH = ("site", "wordpress")
TITLE = 'Empat puluh "rumah" & kunci -- selesai'


@pytest.fixture(scope="module")
def main() -> Generator[Main]:
    with wordpress() as made:
        yield made


@pytest.fixture
async def off(publisher_house: Stack, tmp_path: Path) -> AsyncGenerator[Office]:
    """Our site is off; WordPress is known to it and not reached yet."""
    async with (
        office(publisher_house, site_index="off", main_site_url=MAIN) as desk,
        httpx.AsyncClient(timeout=30) as beyond,
    ):
        desk.site = replace(desk.site, beyond=beyond)
        desk.board.fixed = {desk.site.name: desk.site}
        yield desk


def connect(desk: Office, main: Main, url: str = "") -> None:
    """As `alurwarta channels connect wordpress` has it."""
    assert desk.site.beyond is not None

    async def fetch(found: PublicObject, to: Path) -> str:
        return await desk.store.download(found.bucket, found.source_key, to)

    access = Access(url or main.url, "warta", main.password("warta"))
    client = desk.site.beyond
    channel = WordPress.at(access, client, stranger=client, fetch=fetch, now=lambda: desk.at)
    desk.connect(channel, required=False)


def picture() -> bytes:
    """Any picture that WordPress takes."""
    made = io.BytesIO()
    Image.effect_noise((64, 48), 80).convert("RGB").save(made, "JPEG")
    return made.getvalue()


async def story(desk: Office, title: str = TITLE, *, of: StoryApproved | None = None) -> StoryApproved:
    """A Version for both, started."""
    body = (Paragraph(spans=(Span(text="Selesai."),)),)
    whole = content(title, body=body, media=(await desk.photo(picture()),), channels=BOTH)
    fresh = await desk.approve(title) if of is None else of
    event = approved(fresh.story, fresh.version + 1, content=whole, at=desk.at)
    await desk.hear(event)
    answer = await desk.start(event.story, event.version)
    assert answer.status_code == 202, answer.text
    return event


async def path_of(desk: Office, event: StoryApproved) -> str:
    (row,) = await desk.rows("SELECT slug FROM publisher.stories WHERE story = $1", event.story)
    return f"/berita/{row['slug']}"


async def until_quiet(desk: Office) -> None:
    """Let all be done and looked at again that becomes due within ten minutes."""
    for _ in range(20):
        await desk.work(later=30)


async def test_a_story_is_public_when_it_can_be_read_at_the_main_site_and_not_before(off: Office, main: Main) -> None:
    connect(off, main, url=f"http://127.0.0.1:{free_port()}")  # nobody answers there yet
    event = await story(off)
    await until_quiet(off)
    path = await path_of(off, event)
    before = await off.call(None, "GET", path)
    assert (before.status_code, "kunci" in before.text) == (404, False)
    assert await off.delivery(event.story, 2) == "unconfirmed"
    assert (await off.states(event.story))[2][0] == "publishing"
    connect(off, main)
    await until_quiet(off)
    assert [await off.delivery(event.story, 2, channel) for channel in BOTH] == ["live", "live"]
    assert (await off.states(event.story))[2][0] == "published"
    rows = await off.rows("SELECT channel, way FROM publisher.deliveries WHERE version = 2 ORDER BY channel")
    assert [(r["channel"], r["way"]) for r in rows] == [("site", "fetched"), ("wordpress", "fetched")]
    moved = await off.call(None, "GET", path)
    assert (moved.status_code, moved.content) == (308, b"")
    assert moved.headers["location"].startswith(main.url)
    async with httpx.AsyncClient() as stranger:
        page = await stranger.get(moved.headers["location"], follow_redirects=True)
    assert "Selesai." in page.text


async def test_a_correction_counts_as_public_when_the_main_site_shows_it(off: Office, main: Main) -> None:
    connect(off, main)
    first = await story(off)
    await until_quiet(off)
    path = await path_of(off, first)
    old = (await off.call(None, "GET", path)).headers
    assert old["alurwarta-versi"] == "2"
    connect(off, main, url=f"http://127.0.0.1:{free_port()}")
    second = await story(off, of=first)  # with the same title
    await until_quiet(off)
    during = await off.call(None, "GET", path)
    assert (during.status_code, during.headers["location"]) == (308, old["location"])
    assert during.headers["alurwarta-versi"] == "2"
    assert await off.delivery(second.story, 3) == "unconfirmed"
    connect(off, main)
    await until_quiet(off)
    assert (await off.call(None, "GET", path)).headers["alurwarta-versi"] == "3"
    assert await off.delivery(second.story, 3) == "live"


async def test_what_is_taken_down_is_told_of_here_with_its_reason(off: Office, main: Main) -> None:
    connect(off, main)
    event = await story(off)
    await until_quiet(off)
    path = await path_of(off, event)
    cached = (await off.call(None, "GET", path)).headers["cache-control"]
    assert "max-age=30" in cached
    await off.call("tono", "POST", f"/api/v1/publications/{event.story}/take-down", json={"reason": "Data keliru."})
    gone = await off.call(None, "GET", path)
    assert (gone.status_code, "Data keliru." in gone.text) == (410, True)
    for _ in range(5):
        await off.clear()
        off.at += timedelta(seconds=30)
    assert await off.delivery(event.story, 2, "wordpress") == "taken-down"
    assert await off.public_keys() == []


async def test_lists_feeds_and_searches_lead_home_and_what_only_we_have_stays(off: Office) -> None:
    for path in (
        "/", "/topik", "/topik/rumah", "/topik/rumah/rss.xml", "/bidang", "/bidang/perumahan/umpan.xml",
        "/arsip/2026/11", "/cari?q=rumah", "/umpan.xml", "/rss.xml",
        "/peta-situs.xml", "/peta-situs/2026-11/1.xml", "/peta-berita.xml",
    ):  # fmt: skip
        answer = await off.call(None, "GET", path)
        assert (answer.status_code, answer.headers["location"]) == (308, MAIN), path
    assert (await off.call(None, "GET", "/berita/tiada")).status_code == 404
    assert "Sitemap" not in (await off.call(None, "GET", "/robots.txt")).text
    for path in ("/daftar-informasi-publik", "/kepatuhan-sop"):
        page = await off.call(None, "GET", path)
        assert page.status_code == 200
        assert page.headers["x-robots-tag"] == "noindex"
        assert f'href="{MAIN}"' in page.text
        assert 'href="/cari"' not in page.text
        assert "/umpan.xml" not in page.text
    assert (await off.call(None, "GET", "/kepatuhan-sop.csv")).status_code == 200


async def test_another_page_under_that_address_is_no_proof(off: Office, main: Main) -> None:
    event = await off.approve("Yang tidak pernah ada di sana")
    await off.start(event.story)
    await off.work()
    for url in (
        main.url,
        f"{main.url}/?p=1",
        f"{main.url}/tiada",
        f"http://127.0.0.1:{free_port()}/",
        "http://[",
        "x:y",
    ):
        await off.owner.execute("DELETE FROM publisher.deliveries WHERE channel = 'wordpress'")
        await off.owner.execute(
            """INSERT INTO publisher.deliveries (story, version, channel, required, state, way, url)
               VALUES ($1, 1, 'wordpress', false, 'live', 'api', $2)""",
            event.story,
            url,
        )
        await until_quiet(off)
        assert await off.delivery(event.story) == "unconfirmed", url


@pytest.mark.parametrize("wrong", ["", "dinas.test", "ftp://dinas.test", "https://"])
def test_without_a_main_site_ours_cannot_be_off(publisher_house: Stack, wrong: str) -> None:
    given = {k.removeprefix("ALURWARTA_").lower(): v for k, v in publisher_house.environment("publisher").items()}
    with pytest.raises(ValueError, match="main_site_url"):
        Settings.model_validate(given | {"site_index": "off", "main_site_url": wrong})
