"""The public's ways to a Story: lists by topic and Bidang, archive, search; what a cache learns, and when."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from services.publisher.public_answer import PublicSite
from services.publisher.settings import Settings
from shared.content import Paragraph, Span
from shared.events import StoryApproved
from tests.integration.publisher.office import PUBLIC, Office
from tests.unit.publisher.samples import approved, content, revoked


def words(text: str) -> tuple[Paragraph, ...]:
    return (Paragraph(spans=(Span(text=text),)),)


async def told(desk: Office, title: str, *, unit: str | None = None, **more: Any) -> StoryApproved:
    """A Story published at the clock's time, of one Bidang; returns its approval."""
    event = await desk.approve(title)
    whole = content(title, **{"body": words(f"Isi {title}."), "media": ()} | more)
    origins = tuple(o.model_copy(update={"unit": unit or o.unit}) for o in event.origins)
    event = approved(event.story, 2, content=whole, at=desk.at).model_copy(update={"origins": origins})
    await desk.hear(event)
    await desk.publish(event)
    desk.at += timedelta(minutes=1)
    return event


async def listed(desk: Office, path: str) -> list[str]:
    """The titles of a list, from its top."""
    page = await desk.call(None, "GET", path)
    assert page.status_code == 200, page.text
    return re.findall(r'<h2><a href="/berita/[^"]+">([^<]+)</a></h2>', page.text)


async def test_stories_are_listed_by_topic_and_by_bidang_as_the_sop_names_it(desk: Office) -> None:
    await told(desk, "Kunci", topic="rumah-layak-huni", unit="perumahan")
    await told(desk, "Tanah", topic="sertifikat", unit="pertanahan")
    await told(desk, "Taman", unit="perumahan")
    assert await listed(desk, "/topik/sertifikat") == ["Tanah"]
    assert await listed(desk, "/bidang/perumahan") == ["Taman", "Kunci"]
    assert "<h1>Bidang Perumahan</h1>" in (await desk.call(None, "GET", "/bidang/perumahan")).text
    topics = (await desk.call(None, "GET", "/topik")).text
    assert '<a href="/topik/rumah-layak-huni">Rumah layak huni</a>' in topics
    units = (await desk.call(None, "GET", "/bidang")).text
    assert '<a href="/bidang/pertanahan">Bidang Pertanahan</a>' in units
    assert "Sekretariat" not in units
    for path in ("/topik/lain", "/topik/LAIN", "/topik/a%00b", "/bidang/lain", "/topik/lain/rss.xml"):
        assert (await desk.call(None, "GET", path)).status_code == 404
    assert "Belum ada berita" in (await desk.call(None, "GET", "/bidang/sekretariat")).text


async def test_the_archive_has_each_month_by_the_offices_own_date(desk: Office) -> None:
    desk.at = datetime.fromisoformat("2026-11-30T23:30:00+07:00")
    await told(desk, "November")
    desk.at = datetime.fromisoformat("2026-12-01T00:10:00+07:00")  # still November in Greenwich
    await told(desk, "Desember")
    archive = (await desk.call(None, "GET", "/arsip")).text
    assert re.findall(r'href="(/arsip/\d[^"]+)"', archive) == ["/arsip/2026/12", "/arsip/2026/11"]
    assert await listed(desk, "/arsip/2026/12") == ["Desember"]
    assert await listed(desk, "/arsip/2026/11") == ["November"]
    for path in ("/arsip/2026/13", "/arsip/0/1", "/arsip/99999999/1", "/arsip/2025/1", "/arsip/x/1"):
        assert (await desk.call(None, "GET", path)).status_code == 404


async def test_a_list_goes_on_and_comes_back_and_a_new_story_shifts_no_page(desk: Office) -> None:
    for n in range(45):
        await told(desk, f"Nomor {n:02}")
    seen, path, pages = list[str](), "/", list[str]()
    while path:
        page = (await desk.call(None, "GET", path)).text
        seen += await listed(desk, path)
        pages.append(path)
        further = re.search(r'href="([^"]+)" rel="next"', page)
        path = further[1] if further else ""
        await told(desk, f"Sementara itu {len(pages)}")
    assert seen == [f"Nomor {n:02}" for n in reversed(range(45))]
    last = (await desk.call(None, "GET", pages[-1])).text
    back = re.search(r'href="([^"]+)" rel="prev"', last)
    assert back
    assert await listed(desk, back[1]) == [f"Nomor {n:02}" for n in range(24, 4, -1)]
    assert (await desk.call(None, "GET", "/?sebelum=bukan-tempat")).status_code == 404
    assert (await desk.call(None, "GET", f"/?sebelum={10**20}-{'0' * 32}")).status_code == 404


async def test_words_are_found_in_title_summary_tags_and_text_the_best_first(desk: Office) -> None:
    await told(desk, "Kabar lain", body=words("Serah terima rusunawa di Jatirasa."))
    await told(desk, "Rusunawa Jatirasa dibuka")
    await told(desk, "Taman", tags=("rusunawa",))
    assert await listed(desk, "/cari?q=rusunawa") == ["Rusunawa Jatirasa dibuka", "Taman", "Kabar lain"]
    assert await listed(desk, "/cari?q=%22terima+rusunawa%22") == ["Kabar lain"]
    assert await listed(desk, "/cari?q=RUSUNAWA+-taman+-serah") == ["Rusunawa Jatirasa dibuka"]
    for odd in ("%00", "'%3B--", "%26+%7C+!", "-x", "%22"):
        assert (await desk.call(None, "GET", f"/cari?q={odd}")).status_code == 200
    nothing = await desk.call(None, "GET", "/cari?q=%3Cscript%3E")
    assert "Tidak ada berita" in nothing.text
    assert "<script>" not in nothing.text
    assert (await desk.call(None, "GET", "/cari", params={"q": "a" * 201})).status_code == 422


async def test_other_forms_of_a_word_are_found_after_the_word_itself(desk: Office) -> None:
    await told(desk, "Perbaikan jalan", body=words("Selesai."))
    await told(desk, "Jalan lain", body=words("Warga memperbaiki sendiri."))
    await told(desk, "Taman")
    assert await listed(desk, "/cari?q=memperbaiki") == ["Jalan lain", "Perbaikan jalan"]
    assert await listed(desk, "/cari?q=perbaikan") == ["Perbaikan jalan", "Jalan lain"]
    assert await listed(desk, "/cari?q=diperbaiki+-warga") == ["Perbaikan jalan"]
    for odd in ("O'Brien\\n dan 'baik':1A", "\\", "''"):
        await told(desk, odd, body=words(f"Kata {odd} memperbaiki."))
    assert len(await listed(desk, "/cari?q=perbaikan")) == 5


async def test_a_word_that_is_spelt_wrong_finds_titles_that_are_spelt_nearly_so(desk: Office) -> None:
    await told(desk, "Rusunawa Jatirasa dibuka")
    await told(desk, "Taman kota")
    page = await desk.call(None, "GET", "/cari?q=rusunwa")
    assert "Tidak ada berita dengan kata itu. Judul-judul ini mirip:" in page.text
    assert await listed(desk, "/cari?q=rusunwa") == ["Rusunawa Jatirasa dibuka"]
    assert await listed(desk, "/cari?q=sepeda") == []
    await desk.owner.execute("ALTER INDEX publisher.pages_titles RENAME TO pages_titles_away")
    try:
        assert "Tidak ada berita dengan kata itu. Coba" in (await desk.call(None, "GET", "/cari?q=rusunwa")).text
    finally:
        await desk.owner.execute("ALTER INDEX publisher.pages_titles_away RENAME TO pages_titles")


async def test_each_bidang_has_a_feed_the_last_change_first(desk: Office) -> None:
    event = await told(desk, "Kunci", unit="perumahan")
    await told(desk, "Tanah", unit="pertanahan")
    await told(desk, "Taman", unit="perumahan")
    later = approved(event.story, 3, content=content("Kunci diralat", media=(), body=words("Isi.")), at=desk.at)
    await desk.hear(later.model_copy(update={"origins": event.origins}))
    await desk.publish(later)
    for feed in ("/bidang/perumahan/umpan.xml", "/bidang/perumahan/rss.xml"):
        text = (await desk.call(None, "GET", feed)).text
        assert "Bidang Perumahan" in text
        assert re.findall(r"<title>(Kunci[^<]*|Tanah|Taman)</title>", text) == ["Kunci diralat", "Taman"]
        assert feed in (await desk.call(None, "GET", "/bidang/perumahan")).text
    assert (await desk.call(None, "GET", "/bidang/sekretariat/umpan.xml")).status_code == 200
    for odd in ("/bidang/lain/umpan.xml", "/bidang/LAIN/rss.xml", "/bidang/a%00b/rss.xml"):
        assert (await desk.call(None, "GET", odd)).status_code == 404


async def test_what_is_long_without_end_is_published_and_found(desk: Office) -> None:
    body = tuple(words(" ".join(f"kata{n * 10_000 + i}" for i in range(9_000)))[0] for n in range(8))
    await told(desk, "Panjang", body=body)
    assert await listed(desk, "/cari?q=kata17") == ["Panjang"]


async def corrected(desk: Office) -> tuple[StoryApproved, str]:
    """A Story and its path; its second Version is in public in the place of the first."""
    first = await desk.approve("Empat puluh rumah")
    path = await desk.publish(first)
    desk.at += timedelta(hours=1)
    second = approved(first.story, 2, content=await desk.content("Empat puluh dua rumah"), at=desk.at, correction=True)
    await desk.hear(second)
    await desk.publish(second)
    return second, path


async def test_a_correction_is_told_on_the_page_in_the_feeds_and_in_the_event(desk: Office) -> None:
    _, path = await corrected(desk)
    page = (await desk.call(None, "GET", path)).text
    assert "Ralat dan pembaruan" in page
    assert re.search(r"<li><time [^>]+>Senin, 23 November 2026 pukul 09.\d\d WIB</time>. Yang berubah: judul", page)
    for feed in ("/umpan.xml", "/rss.xml"):
        assert "Ralat/Pembaruan Senin, 23 November 2026" in (await desk.call(None, "GET", feed)).text
    assert (await desk.rows("SELECT what FROM publisher.corrections"))[0]["what"].startswith("Yang berubah: judul")
    rows = await desk.rows("SELECT body FROM publisher.outbox WHERE type = 'alurwarta.story.corrected.v1'")
    assert b"Yang berubah: judul" in bytes(rows[0]["body"])


async def test_a_correction_and_a_take_down_show_on_the_very_next_revalidation(desk: Office) -> None:
    event = await desk.approve("Rumah")
    path = await desk.publish(event)
    tags = {where: (await desk.call(None, "GET", where)).headers["etag"] for where in (path, "/", "/umpan.xml")}
    for where, tag in tags.items():
        again = await desk.call(None, "GET", where, headers={"If-None-Match": tag})
        assert (again.status_code, again.headers["etag"]) == (304, tag)
        assert "stale-while-revalidate" not in again.headers["cache-control"]
    second = approved(event.story, 2, content=await desk.content("Gedung"), at=desk.at)
    await desk.hear(second)
    await desk.publish(second)
    for where, tag in tags.items():
        new = await desk.call(None, "GET", where, headers={"If-None-Match": tag})
        assert (new.status_code, "Gedung" in new.text) == (200, True)
        tags[where] = new.headers["etag"]
    await desk.call("tono", "POST", f"/api/v1/publications/{event.story}/take-down", json={"reason": "Data <keliru>."})
    gone = await desk.call(None, "GET", path, headers={"If-None-Match": tags[path]})
    assert (gone.status_code, "Data &lt;keliru&gt;." in gone.text) == (410, True)
    assert gone.headers["cache-control"] == "no-cache"
    for where in ("/", "/umpan.xml"):
        after = await desk.call(None, "GET", where, headers={"If-None-Match": tags[where]})
        assert (after.status_code, "Gedung" in after.text) == (200, False)
    assert await desk.rows("SELECT FROM publisher.pages") == []


async def test_a_head_tells_all_but_the_body_and_a_date_alone_answers_no_304(desk: Office) -> None:
    path = await desk.publish(await desk.approve())
    whole = await desk.call(None, "GET", path)
    assert whole.headers["last-modified"].endswith("GMT")
    head = await desk.call(None, "HEAD", path)
    assert (head.status_code, head.headers["etag"]) == (200, whole.headers["etag"])
    by_date = {"If-Modified-Since": whole.headers["last-modified"]}
    assert (await desk.call(None, "GET", path, headers=by_date)).status_code == 200
    for name in ("content-security-policy", "x-content-type-options", "referrer-policy"):
        assert name in whole.headers


async def test_a_name_that_the_office_gives_a_bidang_later_is_on_its_pages_at_once(desk: Office) -> None:
    event = await told(desk, "Kunci", unit="perumahan")
    (row,) = await desk.rows("SELECT slug FROM publisher.stories WHERE story = $1", event.story)
    path = f"/berita/{row['slug']}"
    assert "Bidang Perumahan" in (await desk.call(None, "GET", path)).text
    keeper = desk.desk.rules.keeper
    renamed = replace(keeper.sop, units={**keeper.sop.units, "perumahan": "Bidang Hunian"})
    desk.desk.rules.keeper = replace(keeper, sop=renamed)
    try:
        assert "Bidang Hunian" in (await desk.call(None, "GET", path)).text
    finally:
        desk.desk.rules.keeper = keeper


async def test_where_the_main_site_is_another_ours_is_not_indexed_and_points_there(desk: Office) -> None:
    desk.app.state.site = PublicSite("noindex")
    event = await desk.approve()
    path = await desk.publish(event)
    page = await desk.call(None, "GET", path)
    assert page.headers["x-robots-tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in page.text
    assert f'<link rel="canonical" href="{PUBLIC}{path}">' in page.text
    await desk.owner.execute(
        """INSERT INTO publisher.deliveries (story, version, channel, required, state, way, url)
           VALUES ($1, 1, 'wordpress', false, 'live', 'api', 'https://situs.go.id/?p=7')""",
        event.story,
    )
    page = await desk.call(None, "GET", path)
    assert '<link rel="canonical" href="https://situs.go.id/?p=7">' in page.text
    assert "Sitemap" not in (await desk.call(None, "GET", "/robots.txt")).text
    for sitemap in ("/peta-situs.xml", "/peta-berita.xml", "/peta-situs/2026-11/1.xml", "/peta-situs/halaman.xml"):
        assert (await desk.call(None, "GET", sitemap)).status_code == 404
    assert (await desk.call(None, "GET", "/berita/x")).headers["x-robots-tag"] == "noindex"


async def test_the_whole_list_of_public_information_comes_as_a_sheet(desk: Office) -> None:
    await told(desk, '=HYPERLINK("http://jahat")', unit="perumahan", information_class="serta-merta")
    await told(desk, "Biasa", unit="pertanahan")
    sheet = await desk.call(None, "GET", "/daftar-informasi-publik.csv")
    assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
    head, first, second, end = sheet.content.decode("utf-8-sig").split("\r\n")
    assert head.startswith("No.,Ringkasan isi informasi,")
    assert "Bidang Pertanahan" in first
    assert second.startswith("2,\"'=HYPERLINK")
    assert "wajib diumumkan secara serta merta" in second
    assert end == ""
    assert "Bidang Pertanahan" in (await desk.call(None, "GET", "/daftar-informasi-publik")).text


@pytest.mark.parametrize("wrong", ["kantor@go.id", "http://go.id", "mailto:a b"])
def test_a_contact_that_nobody_could_use_is_refused_at_start(desk: Office, wrong: str) -> None:
    given = {k.removeprefix("ALURWARTA_").lower(): v for k, v in desk.stack.environment("publisher").items()}
    with pytest.raises(ValueError, match="RFC 9116"):
        Settings.model_validate(given | {"security_contact": wrong})


async def test_a_revoked_story_is_in_no_list(desk: Office) -> None:
    event = await told(desk, "Dicabut", topic="rumah", unit="perumahan")
    await desk.hear(revoked(event.story, 2))
    for path in ("/", "/bidang/perumahan", "/cari?q=dicabut"):
        assert await listed(desk, path) == []
    for path in ("/topik/rumah", "/arsip/2026/11", "/topik/rumah/rss.xml"):
        assert (await desk.call(None, "GET", path)).status_code == 404
    for path in ("/umpan.xml", "/rss.xml", "/peta-berita.xml", "/daftar-informasi-publik.csv"):
        answer: httpx.Response = await desk.call(None, "GET", path)
        assert (answer.status_code, "icabut" in answer.text) == (200, False), path
