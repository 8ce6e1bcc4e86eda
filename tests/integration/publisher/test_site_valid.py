"""What independent validators say of the public's pages, feeds, sitemaps and words to machines."""

from dataclasses import replace
from datetime import timedelta

import feedparser
import pytest

from services.publisher.public_answer import PublicSite
from shared.content import Figure, Heading, ItemList, Quote, Span
from shared.media.choosing import CAPTIONS
from tests.integration.publisher.office import PUBLIC, Office
from tests.support import validators
from tests.unit.publisher.samples import approved, content

BIDANG = ("/bidang/bidang-perumahan/umpan.xml", "/bidang/bidang-perumahan/rss.xml")
ODD = 'Judul <dengan> "tanda" & lain-lain'


@pytest.fixture
async def full(desk: Office) -> Office:
    """A site with all that a page can show: every kind of file and block, a correction, a page taken down."""
    desk.app.state.site = PublicSite(security_contact="mailto:ppid@warta.test", place="Kota Bekasi", retention="JRA")
    files = await desk.files()
    assert any(r.label == CAPTIONS for m in files for r in m.renditions)
    for n in range(23):
        await desk.publish(await desk.approve(f"Berita nomor {n}"))
        desk.at += timedelta(minutes=1)
    first = await desk.approve("Yang pertama")
    await desk.publish(first)
    spans = (Span(text="Baca "), Span(text="di sini", bold=True, italic=True, href="https://bekasikota.go.id/?a=1&b=2"))
    body = (
        Heading(text="Bagian"), Heading(level=3, text="Rincian"), ItemList(items=(spans, spans)),
        ItemList(ordered=True, items=(spans,)), Quote(spans=spans, cite="Warga"),
        *(Figure(media=m.id) for m in files[:2]),
    )  # fmt: skip
    whole = content(
        ODD, lead="Kalimat & <i>pertama</i>.", topic="rumah", tags=("rumah & tanah",), body=body, media=files
    )
    second = approved(first.story, 2, content=whole, at=desk.at)
    await desk.hear(second)
    await desk.publish(second)
    gone = await desk.approve("Yang diturunkan")
    await desk.publish(gone)
    await desk.call("tono", "POST", f"/api/v1/publications/{gone.story}/take-down", json={"reason": "Keliru."})
    return desk


async def path_of(desk: Office, title: str) -> str:
    rows = await desk.rows(
        "SELECT slug FROM publisher.stories s JOIN publisher.approvals USING (story) WHERE title = $1", title
    )
    return f"/berita/{rows[0]['slug']}"


async def test_every_page_is_valid_html(full: Office) -> None:
    paths = [
        "/", "/topik", "/topik/rumah", "/bidang/sekretariat", "/bidang", "/bidang/perumahan", "/arsip",
        "/arsip/2026/11",
        "/cari", "/cari?q=berita", "/cari?q=berita&hal=2", "/cari?q=tiada%26", "/daftar-informasi-publik",
        "/berita/tiada", await path_of(full, ODD), await path_of(full, "Yang diturunkan"),
    ]  # fmt: skip
    pages = {path: (await full.call(None, "GET", path, headers={"Accept": "text/html"})).text for path in paths}
    assert ODD not in pages[paths[-2]]
    assert validators.html_problems(pages) == []


async def test_every_feed_is_read_whole_by_a_reader_of_feeds(full: Office) -> None:
    for feed in ("/umpan.xml", "/rss.xml", "/topik/rumah/umpan.xml", "/topik/rumah/rss.xml", *BIDANG):
        await _is_read(full, feed)


async def _is_read(full: Office, feed: str) -> None:
    answer = await full.call(None, "GET", feed)
    found = feedparser.parse(answer.content, response_headers={"content-type": answer.headers["content-type"]})
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == ("atom10" if "umpan" in feed else "rss20")
    assert found.feed.language == "id"
    assert any(link.rel == "self" and link.href == PUBLIC + feed for link in found.feed.links)
    newest = found.entries[0] if "topik" in feed else next(e for e in found.entries if e.title.startswith("Judul"))
    assert newest.link == PUBLIC + await path_of(full, ODD)
    assert newest.id.startswith("urn:uuid:")
    assert "Ralat/Pembaruan" in newest.summary
    assert newest.published_parsed
    assert len({e.id for e in found.entries}) == len(found.entries)


async def test_the_sitemaps_follow_their_schemas_and_name_each_page_once(full: Office) -> None:
    index = await full.call(None, "GET", "/peta-situs.xml")
    assert validators.sitemap_problems(index.content, "siteindex.xsd") == []
    parts = validators.locations(index.content)
    assert f"{PUBLIC}/peta-situs/2026-11/1.xml" in parts
    named = list[str]()
    for part in parts:
        answer = await full.call(None, "GET", part.removeprefix(PUBLIC))
        assert validators.sitemap_problems(answer.content, "sitemap.xsd") == []
        named += validators.locations(answer.content)
    stories = [url for url in named if "/berita/" in url]
    assert len(stories) == len(set(stories)) == 24
    assert await path_of(full, "Yang diturunkan") not in " ".join(stories)
    for url in named:
        assert (await full.call(None, "GET", url.removeprefix(PUBLIC))).status_code == 200
    news = await full.call(None, "GET", "/peta-berita.xml")
    assert validators.sitemap_problems(news.content, "with-news.xsd") == []
    assert sorted(validators.locations(news.content)) == sorted(stories)
    full.at += timedelta(days=2, minutes=1)
    assert validators.locations((await full.call(None, "GET", "/peta-berita.xml")).content) == []
    robots = (await full.call(None, "GET", "/robots.txt")).text
    assert f"Sitemap: {PUBLIC}/peta-situs.xml" in robots


async def test_what_a_page_tells_machines_is_of_schema_org(full: Office) -> None:
    page = (await full.call(None, "GET", await path_of(full, ODD))).text
    (article,) = validators.linked_data(page)
    assert (article["@type"], article["headline"]) == ("NewsArticle", ODD)
    assert validators.schema_problems(article) == []
    assert validators.schema_problems(article | {"headlin": "x"}) != []


async def test_whom_to_tell_of_a_weakness_is_written_as_rfc_9116_asks(desk: Office) -> None:
    desk.app.state.site = PublicSite(security_contact="mailto:ppid@warta.test")
    desk.app.state.office = replace(desk.app.state.office, public_url="https://warta.test")
    answer = await desk.call(None, "GET", "/.well-known/security.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert validators.security_problems(answer.text) == []
    desk.app.state.site = PublicSite()
    assert (await desk.call(None, "GET", "/.well-known/security.txt")).status_code == 404
