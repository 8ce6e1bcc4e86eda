"""The leader's whole task on a phone and at a desk, with scripts and without: read, see what changed, decide once."""

from typing import Any

import pytest

from deploy.embedded.staff import until
from tests.browser.scene import Actors
from tests.browser.site import Site
from tests.browser.tab import DESK, PHONE, SCREENS, Screen, Tab

FIRST = "Perbaikan saluran air di Bekasi Utara sudah selesai dan warga memakainya lagi."
SECOND = "Sebanyak 40 rumah mendapat sambungan baru dalam tiga bulan."
BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["skrip", "tanpa-skrip"])
EACH = pytest.mark.parametrize("screen", SCREENS, ids=lambda s: s.name)


async def submit(actors: Actors, story: str, version: int, *texts: str) -> None:
    body = [{"kind": "paragraph", "spans": [{"text": text}]} for text in texts]
    content: dict[str, Any] = {"title": f"Saluran air, versi {version}", "lead": "Teras berita.", "body": body}
    told = {"expected_version": version - 1, "content": content}
    await actors.admin.post(f"/api/v1/stories/{story}/versions", told)
    await actors.admin.post(f"/api/v1/stories/{story}/submit", {"version": version})


async def waiting(actors: Actors) -> str:
    """A story of two paragraphs before the leader."""
    story = await actors.compile("open")
    await submit(actors, story, 1, FIRST, SECOND)
    await before_the_leader(actors, story, 1)
    return story


async def before_the_leader(actors: Actors, story: str, version: int) -> None:
    async def there() -> bool | None:
        rows = (await actors.leader.get("/api/v1/reviews"))["reviews"]
        return any((r["line"]["story"], r["line"]["version"]) == (story, version) for r in rows) or None

    await until("the version before the leader", there)


async def from_the_queue(tab: Tab, story: str) -> None:
    await tab.visit("/saring", "antrean")
    await tab.page.click(f"a[href='/saring/{story}']")
    await tab.page.wait_for_selector("nav.putusan")


@EACH
@BOTH
async def test_the_leader_returns_with_a_comment_on_a_paragraph_then_sees_what_changed_and_approves(
    site: Site, screen: Screen, scripts: bool
) -> None:
    async with site.actors() as actors, site.tab("pimpinan", screen, scripts=scripts) as tab:
        story = await waiting(actors)
        await from_the_queue(tab, story)
        await tab.check("berita yang menunggu", weight=False)
        await tab.page.get_by_role("link", name="Kembalikan").click()
        comment = tab.page.locator("details.komentar", has_text="Komentari paragraf 2")
        await comment.locator("summary").click()
        await comment.locator("textarea").fill("Cocokkan jumlahnya dengan SK.")
        await tab.check("kembalikan dengan komentar", weight=False)
        await tab.page.get_by_role("button", name="Kembalikan versi 1").click()
        await tab.page.get_by_text("Cocokkan jumlahnya dengan SK.").first.wait_for()
        await submit(actors, story, 2, FIRST, SECOND.replace("40", "42"))
        await before_the_leader(actors, story, 2)
        await from_the_queue(tab, story)
        assert "Yang berubah sejak versi 1" in await tab.page.inner_text("main")
        assert [await tab.page.inner_text(f".beda .kata {mark}") for mark in ("del", "ins")] != ["", ""]
        await tab.check("yang berubah", weight=False)
        await tab.page.get_by_role("link", name="Setujui versi 2").click()
        await tab.check("penegasan", weight=False)
        await tab.page.get_by_role("button", name="Ya, setujui versi 2").dblclick()
        await tab.page.get_by_role("heading", name="Hasil penyaringan versi 2").wait_for()
        await tab.check("hasil", weight=False)
        review = await actors.leader.get(f"/api/v1/reviews/{story}")
        assert review["state"] == "approved"


@EACH
async def test_who_comes_second_is_told_and_keeps_what_was_typed(site: Site, screen: Screen) -> None:
    async with site.actors() as actors, site.tab("pimpinan", screen) as tab:
        story = await waiting(actors)
        await tab.open(f"/saring/{story}/putuskan?versi=1&hasil=withheld")
        await tab.page.select_option("#clause", "h")
        await tab.page.fill("#legal_basis", "UU 14/2008 Pasal 17 huruf h")
        review = await actors.leader.get(f"/api/v1/reviews/{story}")
        exact = {k: review[k] for k in ("version", "content_sha256")}
        await actors.leader.post(f"/api/v1/reviews/{story}/decisions", exact | {"decision": "approved"})
        tab.watch.expect(r"status of 409")
        await tab.page.get_by_role("button", name="Usulkan versi 1 dikecualikan").click()
        await tab.page.get_by_text("Keputusan pertama yang berlaku").wait_for()
        assert "UU 14/2008 Pasal 17 huruf h" in await tab.page.inner_text("main")
        await tab.check("kalah cepat", weight=False)


@EACH
@BOTH
async def test_the_leaders_own_words_are_taken_by_the_admin_and_approved(
    site: Site, screen: Screen, scripts: bool
) -> None:
    async with (
        site.actors() as actors,
        site.tab("pimpinan", screen, scripts=scripts) as leader,
        site.tab("admin", screen, scripts=scripts) as admin,
    ):
        story = await waiting(actors)
        await leader.visit(f"/saring/{story}/putuskan?versi=1", "pilihan keputusan")
        await leader.page.get_by_role("link", name="Setujui dengan perbaikan").click()
        await leader.page.get_by_label("Paragraf 2").fill(SECOND.replace("40", "42"))
        await leader.page.get_by_label("Catatan untuk Admin").fill("Angkanya 42.")
        await leader.check("setujui dengan perbaikan", weight=False)
        await leader.page.get_by_role("button", name="Setujui dengan perbaikan ini").click()
        await leader.page.get_by_text("Menunggu Admin menerima perbaikan itu persis").wait_for()
        await until("the words before the Admin", lambda: there(actors, story))
        await admin.visit(f"/meja/berita/{story}", "perbaikan dari pimpinan")
        await admin.page.get_by_role("button", name="Terima persis dan ajukan").dblclick()
        await until("the approval of the words", lambda: approved(actors, story))
        await leader.open(f"/saring/{story}")
        assert "Admin menerima perbaikan pimpinan tanpa mengubahnya" in await leader.page.inner_text("main")
        await leader.check("hasil setujui dengan perbaikan", weight=False)
        await actors.give_up(story)


async def there(actors: Actors, story: str) -> bool | None:
    return (await actors.admin.get(f"/api/v1/stories/{story}"))["state"] == "returned" or None


async def approved(actors: Actors, story: str) -> bool | None:
    return (await actors.leader.get(f"/api/v1/reviews/{story}"))["state"] == "approved" or None


@EACH
@BOTH
async def test_what_is_withheld_waits_for_ppid_and_enters_the_register(
    site: Site, screen: Screen, scripts: bool
) -> None:
    async with site.actors() as actors, site.tab("pimpinan", screen, scripts=scripts) as tab:
        story = await waiting(actors)
        await tab.open(f"/saring/{story}/putuskan?versi=1&hasil=withheld")
        await tab.page.select_option("#clause", "h")
        await tab.page.fill("#legal_basis", "UU 27/2022 Pasal 4")
        await tab.page.fill("#duration", "selama proses penyidikan")
        await tab.check("usulkan dikecualikan", weight=False)
        await tab.page.get_by_role("button", name="Usulkan versi 1 dikecualikan").click()
        await tab.page.get_by_role("heading", name="Hasil penyaringan versi 1").wait_for()
        await tab.visit("/saring/dikecualikan", "usulan dikecualikan")
        card = tab.page.locator("article", has=tab.page.locator(f"a[href^='/saring/{story}']"))
        await card.locator("summary").first.click()
        await card.get_by_label("Ditetapkan dikecualikan").check()
        await card.get_by_label("Nomor keputusan PPID").fill("PPID/12/2026")
        await card.get_by_label("Tanggal keputusan").fill("2026-01-02")
        await card.get_by_label("Uji konsekuensi").fill("Membuka alamat korban mengancam keselamatannya.")
        await tab.check("keputusan ppid", weight=False)
        await card.get_by_role("button", name="Catat keputusan").click()
        await tab.page.get_by_text("PPID/12/2026").first.wait_for()
        await tab.check("daftar dikecualikan", weight=False)


async def test_a_session_that_ended_loses_nothing_of_a_decision(site: Site) -> None:
    async with site.actors() as actors, site.tab("tamu", PHONE) as tab:
        story = await waiting(actors)
        await site.log_in(tab, "pimpinan")
        await tab.open(f"/saring/{story}/putuskan?versi=1&hasil=returned")
        await tab.page.fill("#note", "Jangan hilang.")
        await tab.page.context.clear_cookies()
        tab.watch.expect(r"status of 401")
        await tab.page.get_by_role("button", name="Kembalikan versi 1").click()
        await tab.page.fill("[name=account]", "sekretaris")
        await tab.page.fill("[name=password]", site.secret)
        await tab.page.click("main button")
        await tab.page.wait_for_load_state()
        for _ in range(3):  # whatever the front door asks before it sends the form on
            if "Jangan hilang." in await tab.page.content():
                break
            await tab.page.locator("main form button").first.click()
            await tab.page.wait_for_load_state()
        assert "Jangan hilang." in await tab.page.content()


async def test_the_keyboard_alone_decides(site: Site) -> None:
    async with site.actors() as actors, site.tab("pimpinan", DESK) as tab:
        story = await waiting(actors)
        await tab.open(f"/saring/{story}")
        await tab.page.get_by_role("link", name="Setujui versi 1").focus()
        await tab.page.keyboard.press("Enter")
        await tab.page.get_by_role("button", name="Ya, setujui versi 1").focus()
        await tab.page.keyboard.press("Enter")
        await tab.page.get_by_role("heading", name="Hasil penyaringan versi 1").wait_for()


@EACH
async def test_an_open_board_shows_what_comes_by_itself_and_the_search_finds_it(site: Site, screen: Screen) -> None:
    async with site.actors() as actors, site.tab("pimpinan", screen) as tab:
        await tab.visit("/papan", "papan")
        await tab.page.get_by_text("mengikuti perubahan").wait_for()
        story = await waiting(actors)
        await tab.page.locator(f"#papan a[href='/perjalanan/{story}']").wait_for(timeout=60_000)
        await tab.check("papan sesudah berubah", weight=False)
        await tab.visit("/cari?q=salur+versi", "cari")
        await tab.page.locator(f"a[href='/perjalanan/{story}']").wait_for()
        await tab.visit(f"/perjalanan/{story}", "perjalanan")
        await tab.visit("/cari?q=tidakadasamasekali", "cari kosong")


@EACH
async def test_the_board_and_the_search_stand_without_scripts(site: Site, screen: Screen) -> None:
    async with site.tab("pimpinan", screen, scripts=False) as tab:
        for path in ("/papan", "/papan?tahap=editing", "/cari", "/cari?q=perbaikan"):
            await tab.visit(path)
