"""The screens of the Admin, and the site that the public reads."""

import html
import json
import re
from uuid import uuid4
from xml.etree import ElementTree

from tests.integration.publisher.office import PUBLIC, Office
from tests.unit.publisher.samples import content, minutes

HTML = {"Accept": "text/html"}
ATOM = "{http://www.w3.org/2005/Atom}"


async def test_the_admin_publishes_and_takes_down_with_plain_forms(desk: Office) -> None:
    event = await desk.approve("Rumah Selesai", version=1)
    listed = await desk.call("tono", "GET", "/terbit", headers=HTML)
    assert "Rumah Selesai" in listed.text
    page = await desk.call("tono", "GET", f"/terbit/{event.story}", headers=HTML)
    assert "Terbitkan versi 1" in page.text
    csrf = (await desk.session("tono"))[1]
    path = f"/terbit/{event.story}"
    sent = await desk.call("tono", "POST", f"{path}/terbitkan", headers=HTML, data={"csrf": csrf, "version": "1"})
    assert (sent.status_code, sent.headers["location"]) == (303, f"{path}?pesan=terbit")
    await desk.work()
    assert "tayang" in (await desk.call("tono", "GET", path, headers=HTML)).text
    sure = await desk.post("tono", f"{path}/turunkan", reason="Keliru.")
    assert sure.status_code == 200
    assert "Ya, turunkan sekarang" in sure.text
    assert (await desk.states(event.story))[1][0] == "published"
    down = await desk.post("tono", f"{path}/turunkan", reason="Keliru.", yakin="ya")
    assert down.status_code == 303
    await desk.clear()
    after = (await desk.call("tono", "GET", path, headers=HTML)).text
    assert "diturunkan" in after
    assert "Keliru." in after
    assert "diturunkan" in (await desk.call("tono", "GET", "/terbit", headers=HTML)).text


async def test_a_form_without_its_token_is_refused(desk: Office) -> None:
    event = await desk.approve()
    answer = await desk.call(
        "tono", "POST", f"/terbit/{event.story}/terbitkan", data={"version": "1"}, headers={"X-CSRF-Token": ""}
    )
    assert answer.status_code == 403


async def test_the_pengawas_reads_and_sees_no_button(desk: Office) -> None:
    event = await desk.approve()
    page = await desk.call("wati", "GET", f"/terbit/{event.story}", headers=HTML)
    assert page.status_code == 200
    assert "Terbitkan" not in page.text


async def test_an_unknown_story_is_not_found(desk: Office) -> None:
    answer = await desk.call("tono", "GET", "/api/v1/publications/00000000-0000-7000-8000-000000000000")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_list_has_what_is_due_first_on_top(desk: Office) -> None:
    late = await desk.approve("Belakangan", at=minutes(30))
    soon = await desk.approve("Duluan", at=minutes(0))
    practice = await desk.approve("Latihan", practice=True)
    rows = (await desk.call("bambang", "GET", "/api/v1/publications")).json()["publications"]
    assert [r["story"] for r in rows][:2] == [str(soon.story), str(late.story)]
    assert str(practice.story) in [r["story"] for r in rows]
    assert rows[0]["due_at"]


async def test_the_public_reads_pages_without_cookies_scripts_or_log_in(desk: Office) -> None:
    event = await desk.approve("Rumah Selesai")
    path = await desk.publish(event)
    page = await desk.call(None, "GET", path, headers=HTML)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "set-cookie" not in page.headers
    assert page.text.count("<script") == page.text.count('<script type="application/ld+json">') == 1
    assert "Keluar" not in page.text
    assert f'<link rel="canonical" href="{PUBLIC}{path}">' in page.text
    assert 'alt="Serah terima kunci."' in page.text
    (rendition,) = event.content.media[0].renditions
    assert f"{desk.stack.s3_endpoint}/{desk.stack.buckets.public}/{rendition.sha256}.jpg" in page.text
    assert f"img-src 'self' {desk.stack.s3_endpoint} data:" in page.headers["content-security-policy"]
    home = await desk.call(None, "GET", "/")
    assert f'href="{path}"' in home.text


async def test_a_cache_may_keep_a_page_for_a_while_and_asks_again_by_its_tag(desk: Office) -> None:
    path = await desk.publish(await desk.approve())
    page = await desk.call(None, "GET", path)
    assert page.headers["cache-control"].startswith("public")
    tag = page.headers["etag"]
    same = await desk.call(None, "GET", path, headers={"If-None-Match": f"W/{tag}"})
    assert (same.status_code, same.content) == (304, b"")
    assert (await desk.call(None, "HEAD", path)).status_code == 200


async def test_the_feed_is_well_formed_and_names_each_page(desk: Office) -> None:
    empty = ElementTree.fromstring((await desk.call(None, "GET", "/umpan.xml")).text)
    assert empty.findall(f"{ATOM}entry") == []
    path = await desk.publish(await desk.approve("Rumah & <Kawasan>"))
    feed = await desk.call(None, "GET", "/umpan.xml")
    assert feed.headers["content-type"].startswith("application/atom+xml")
    (entry,) = ElementTree.fromstring(feed.text).findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Rumah & <Kawasan>"
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == PUBLIC + path


async def test_a_character_that_xml_cannot_hold_does_not_break_the_feed(desk: Office) -> None:
    lead = "Kalimat\x1b pertama\ufffe.\nKedua"
    event = await desk.approve("Judul \x08aneh 🏠")
    other = event.model_copy(update={"story": uuid4(), "content": content("Lain\x0b", lead=lead, body=(), media=())})
    await desk.hear(other)
    await desk.publish(event)
    await desk.publish(other)
    feed = ElementTree.fromstring((await desk.call(None, "GET", "/umpan.xml")).text)
    assert {e.findtext(f"{ATOM}title") for e in feed.findall(f"{ATOM}entry")} == {"Judul aneh 🏠", "Lain"}
    assert "Kalimat pertama.\nKedua" in [e.findtext(f"{ATOM}summary") for e in feed.findall(f"{ATOM}entry")]


async def test_the_home_page_goes_on_page_by_page(desk: Office) -> None:
    assert "Belum ada berita" in (await desk.call(None, "GET", "/")).text
    for n in range(21):
        await desk.publish(await desk.approve(f"Berita nomor {n}."))
    first = await desk.call(None, "GET", "/")
    (older,) = re.findall(r'href="(/\?sebelum=[^"]+)"', first.text)
    second = await desk.call(None, "GET", older)
    assert first.text.count("<article") == 20
    assert second.text.count("<article") == 1


async def test_a_page_that_never_was_is_not_found_and_says_so_in_words(desk: Office) -> None:
    page = await desk.call(None, "GET", "/berita/tidak-ada", headers=HTML)
    assert page.status_code == 404
    assert "Halaman ini tidak ada" in page.text
    assert (await desk.call(None, "GET", "/robots.txt")).text.startswith("User-agent")


async def test_a_page_tells_machines_what_it_is_of_whom_and_since_when(desk: Office) -> None:
    event = await desk.approve("Rumah & </script> Selesai")
    path = await desk.publish(event)
    page = (await desk.call(None, "GET", path)).text
    told = dict(re.findall(r'<meta property="([^"]+)" content="([^"]*)">', page))
    (rendition,) = event.content.media[0].renditions
    picture = f"{desk.stack.s3_endpoint}/{desk.stack.buckets.public}/{rendition.sha256}.jpg"
    assert (told["og:type"], told["og:url"], told["og:image"]) == ("article", PUBLIC + path, picture)
    assert (html.unescape(told["og:title"]), told["og:image:alt"]) == (event.content.title, "Serah terima kunci.")
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    article = json.loads(data)
    assert (article["@type"], article["headline"], article["image"]) == (
        "NewsArticle", event.content.title, [picture],
    )  # fmt: skip
    assert article["datePublished"] == article["dateModified"] == told["article:published_time"]
    assert article["publisher"]["@type"] == "GovernmentOrganization"


async def test_words_from_people_are_shown_as_words(desk: Office) -> None:
    event = await desk.approve("<script>alert(1)</script>")
    path = await desk.publish(event)
    assert "<script>" not in (await desk.call(None, "GET", path)).text
    assert content().title
