"""What the checks found, on a phone and at a desk: read, followed to its field, mended, submitted."""

import pytest

from tests.browser.site import Site
from tests.browser.tab import SCREENS, Screen

NIK = "3275011205800002"


@pytest.mark.parametrize("screen", SCREENS, ids=lambda s: s.name)
async def test_the_admin_mends_what_the_checks_found_and_submits(site: Site, screen: Screen) -> None:
    async with site.actors() as actors:
        report = await actors.send("received", file="rumah.jpg")
        await actors.arrived(report)
        made = await actors.admin.post("/api/v1/stories", {"reports": [report]})
    async with site.tab("admin", screen) as tab:
        page = tab.page
        await tab.open(f"/meja/berita/{made['story']}")
        await page.fill("#lead", f"Warga dengan NIK {NIK}, telepon 0812-3456-7890, hadir di Jalan Melati No. 12.")
        await page.locator("html[data-penyunting=siap]").wait_for()
        await page.locator("[name^=shows-children]").evaluate("box => { box.closest('details').open = true; }")
        await page.locator("[name^=shows-children]").check()
        tab.watch.expect(r"status of 422")
        await page.get_by_role("button", name="Simpan dan ajukan").click()
        await page.get_by_role("heading", name="Perbaiki dahulu").wait_for()
        await tab.check("pemeriksaan menahan", weight=False)
        await page.get_by_role("link", name="Dasar pemuatan rumah.jpg").press("Enter")
        field = page.locator("select[id^=consent-]")
        assert await field.is_visible()
        await field.select_option("named")
        await page.get_by_role("link", name="Teks alternatif rumah.jpg").press("Enter")
        await page.locator("[id^=alt-]").fill("Deretan rumah bata merah.")
        await page.fill("#lead", "Empat puluh rumah selesai dibangun.")
        await page.get_by_role("button", name="Simpan", exact=True).click()
        await page.wait_for_url(f"**/meja/berita/{made['story']}")
        await page.get_by_text("Saran sebelum diajukan").wait_for()
        await tab.check("pemeriksaan menyarankan", weight=False)
        await page.get_by_role("button", name="Simpan dan ajukan").click()
        await page.wait_for_url("**/meja")
    async with site.actors() as actors:
        await actors.give_up(made["story"])


async def test_without_scripts_the_findings_lead_to_their_fields_too(site: Site) -> None:
    async with site.actors() as actors:
        story = await actors.compile("draft")
        spans = [{"text": "situs kami", "href": "https://contoh.invalid/"}, {"text": f" dan NIK {NIK}"}]
        body = [{"kind": "paragraph", "spans": spans}]
        content = {"title": "Judul yang terlalu panjang " * 6, "body": body}
        await actors.admin.post(f"/api/v1/stories/{story}/versions", {"expected_version": 0, "content": content})
    async with site.tab("admin", SCREENS[0], scripts=False) as tab:
        await tab.visit(f"/meja/berita/{story}", "pemeriksaan tanpa skrip")
        await tab.page.get_by_role("link", name="Isi", exact=True).first.click()
        assert tab.page.url.endswith("#isi")
        await tab.page.get_by_role("button", name="Periksa tautan").click()
        await tab.page.wait_for_url("**#temuan")
    async with site.actors() as actors:
        await actors.give_up(story)
