"""What was typed and has not arrived is offered again; what has arrived is not, nor to anybody else."""

from playwright.async_api import Locator

from tests.browser.site import Site
from tests.browser.tab import PHONE, Tab

FIELD = "#reason"
WORDS = "Kegiatannya diundur ke bulan depan"


def offer(tab: Tab) -> Locator:
    return tab.page.get_by_role("button", name="Pulihkan isian")


async def type_and_leave(tab: Tab, path: str) -> None:
    await tab.open(path)
    await tab.page.fill(FIELD, WORDS)
    await tab.open("/beranda")


async def test_a_page_that_was_left_gives_back_what_was_typed(site: Site) -> None:
    async with site.actors() as actors:
        path = f"/bahan/{await actors.send('received')}"
    async with site.tab("bidang", PHONE) as tab:
        await type_and_leave(tab, path)
        await tab.open(path)
        await offer(tab).wait_for()
        await tab.check("isian ditawarkan lagi", weight=False)
        assert await tab.page.input_value(FIELD) == ""
        await offer(tab).click()
        assert await tab.page.input_value(FIELD) == WORDS
        await tab.page.locator(f"form:has({FIELD}) button:not([type=button])").click()
        await tab.page.get_by_text("ditarik").first.wait_for()
        await tab.open("/beranda")
        assert await tab.page.evaluate("Object.keys(localStorage).filter((k) => k.startsWith('isian:'))") == []


async def test_what_is_thrown_away_is_gone(site: Site) -> None:
    path = f"/bahan/{site.scene.reports['received']}"
    async with site.tab("bidang") as tab:
        await type_and_leave(tab, path)
        await tab.open(path)
        await tab.page.get_by_role("button", name="Buang").click()
        await tab.open(path)
        assert await offer(tab).count() == 0


async def test_the_next_person_at_this_device_sees_nothing_of_it(site: Site) -> None:
    path = f"/bahan/{site.scene.reports['received']}"
    async with site.tab("tamu") as tab:
        await site.log_in(tab, "bidang")
        await type_and_leave(tab, path)
        await tab.page.get_by_role("button", name="Keluar").first.click()
        assert await tab.page.evaluate("localStorage.length") == 0
        await site.log_in(tab, "admin")
        await tab.open(path)
        assert await offer(tab).count() == 0
