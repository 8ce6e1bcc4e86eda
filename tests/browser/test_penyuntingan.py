"""The Admin's whole second stage, on a phone and at a desk: inbox, compile, edit, preview, versions, submit."""

import pytest

from tests.browser.site import Site
from tests.browser.tab import SCREENS, Screen


@pytest.mark.parametrize("screen", SCREENS, ids=lambda s: s.name)
async def test_the_admin_finds_compiles_edits_and_submits(site: Site, screen: Screen) -> None:
    async with site.actors() as actors:
        report = await actors.send("received", file="rumah.jpg")
        await actors.arrived(report)
    async with site.tab("admin", screen) as tab:
        page = tab.page
        await tab.visit("/meja?q=peninjauan", "meja dicari")
        await page.locator(f"input[value='{report}']").check()
        await page.get_by_role("button", name="Susun yang dipilih").click()
        await page.wait_for_url("**/meja/berita/*")
        await tab.visit(page.url.removeprefix(tab.home), "berita baru")
        await page.focus("#lead")
        await page.locator("html[data-penyunting=siap]").wait_for()
        await tab.check("berita baru disunting", weight=False)
        await page.fill("#lead", "Empat puluh rumah selesai dibangun.")
        await page.locator("[id^=alt-]").fill("Deretan rumah bata merah di sisi jalan.")
        await page.get_by_text("Izin dan lisensi").first.click()
        await page.get_by_text("Potongan dan titik perhatian").first.click()
        await page.locator("summary", has_text="Instagram").click()
        await page.fill("#teks-instagram", "Empat puluh rumah selesai 🏘️ #bekasi")
        await page.get_by_role("button", name="Lihat pratinjau").click()
        await page.locator("#pratinjau").wait_for()
        await page.get_by_text("Ketikan disimpan otomatis").wait_for()
        await tab.check("berita dengan pratinjau", weight=False)
        await page.get_by_role("button", name="Simpan", exact=True).click()
        await page.get_by_role("heading", name="Riwayat versi").wait_for()
        await page.fill("#lead", "Empat puluh dua rumah selesai dibangun.")
        await page.get_by_role("button", name="Simpan", exact=True).click()
        await page.get_by_role("link", name="Versi 2").wait_for()
        await page.get_by_role("link", name="Versi 2").click()
        await page.get_by_text("Yang berubah dari versi").wait_for()
        await tab.check("versi dengan bedanya", weight=False)
        await page.go_back()
        await page.get_by_role("button", name="Simpan dan ajukan").click()
        await page.wait_for_url("**/meja")


@pytest.mark.parametrize("screen", SCREENS, ids=lambda s: s.name)
async def test_without_scripts_the_same_form_is_typed_seen_and_saved(site: Site, screen: Screen) -> None:
    async with site.actors() as actors:
        story = await actors.compile("draft")
    async with site.tab("admin", screen, scripts=False) as tab:
        page = tab.page
        await tab.visit(f"/meja/berita/{story}", "berita tanpa skrip")
        await page.fill("#body", "## Bagian\n\nIsi **tebal**.")
        await page.get_by_role("button", name="Lihat pratinjau").click()
        assert await page.locator("#pratinjau strong").inner_text() == "tebal"
        await tab.check("pratinjau tanpa skrip", weight=False)
        await page.get_by_role("button", name="Simpan dan ajukan").click()
        await page.wait_for_url("**/meja")
