"""The Admin's publishing as it is done: scheduled, published, followed, taken down; by script and without."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from playwright.async_api import expect

from deploy.embedded.staff import until
from tests.browser.scene import TITLES
from tests.browser.site import Site
from tests.browser.tab import SCREENS, Screen, Tab

BEKASI = ZoneInfo("Asia/Jakarta")
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["skrip", "tanpa-skrip"])
ON_EACH = pytest.mark.parametrize("screen", SCREENS, ids=lambda s: s.name)


async def approved(site: Site, *, channels: Sequence[str] = (), file: str = "") -> str:
    """A fresh Story that the leader approved, before the Admin."""
    async with site.actors() as actors:
        story = await actors.decide("approved", channels=channels, file=file)
        await until("the approved story before the Admin", lambda: actors._publication(story, "ready"))
    return story


async def state(site: Site, story: str) -> str:
    async with site.actors() as actors:
        found = await actors.admin.get(f"/api/v1/publications/{story}")
    return str(found["publications"][0]["state"])


async def reach(site: Site, story: str, wanted: str) -> None:
    async def there() -> bool | None:
        return await state(site, story) == wanted or None

    await until(f"the story {wanted}", there)


async def press(tab: Tab, words: str) -> None:
    """Press a button of the page's own content, and be on the page that follows."""
    async with tab.page.expect_navigation():
        await tab.page.locator("main").get_by_role("button", name=words, exact=True).click()


@SCRIPTS
@ON_EACH
async def test_the_admin_publishes_and_sees_it_become_public(site: Site, screen: Screen, scripts: bool) -> None:
    story = await approved(site)
    async with site.tab("admin", screen, scripts=scripts) as tab:
        await tab.visit("/terbit", "penerbitan daftar")
        await tab.page.locator(f'main a[href="/terbit/{story}"]').click()
        await tab.check("penerbitan siap")
        await press(tab, "Terbitkan versi 1")
        assert "Penerbitan dimulai" in await tab.page.inner_text("main")
        if scripts:  # by itself
            await tab.page.locator("#keadaan h2 .tag.published").wait_for(timeout=30_000)
        else:
            await reach(site, story, "published")
            await tab.open(f"/terbit/{story}")
        await tab.check("penerbitan terbit", weight=False)
        assert "dibaca sistem sebagai orang luar" in await tab.page.inner_text("main")
        url = await tab.page.get_by_role("link", name="Lihat halamannya").get_attribute("href")
    async with site.tab("umum", screen) as stranger:
        assert url
        answer = await stranger.page.goto(url)
        assert answer
        assert answer.status == 200
        assert TITLES["approved"] in await stranger.page.inner_text("h1")


@SCRIPTS
@ON_EACH
async def test_the_admin_sets_a_time_changes_it_and_cancels_it(site: Site, screen: Screen, scripts: bool) -> None:
    story = await approved(site)
    later = (datetime.now(BEKASI) + timedelta(days=2)).replace(second=0, microsecond=0)
    async with site.tab("admin", screen, scripts=scripts) as tab:
        await tab.open(f"/terbit/{story}")
        await tab.page.get_by_role("link", name="Jadwalkan").click()
        await tab.check("penerbitan jadwal")
        await tab.page.fill("#waktu", f"{later:%Y-%m-%dT%H:%M}")
        await press(tab, "Simpan jadwal")
        assert f"{later:%H.%M} WIB" in await tab.page.inner_text("#keadaan")
        await tab.check("penerbitan terjadwal", weight=False)
        await tab.page.get_by_role("link", name="Ubah jadwal").click()
        assert await tab.page.input_value("#waktu") == f"{later:%Y-%m-%dT%H:%M}"
        await tab.page.fill("#waktu", f"{later + timedelta(hours=1):%Y-%m-%dT%H:%M}")
        await press(tab, "Simpan jadwal")
        await press(tab, "Batalkan jadwal")
        assert "Jadwal dibatalkan" in await tab.page.inner_text("main")
    assert await state(site, story) == "ready"


@ON_EACH
async def test_a_time_that_has_passed_is_refused_and_stands_in_the_form_still(site: Site, screen: Screen) -> None:
    story = await approved(site)
    async with site.tab("admin", screen) as tab:
        await tab.open(f"/terbit/{story}/jadwal?version=1")
        await tab.page.evaluate("document.querySelector('#waktu').removeAttribute('min')")
        await tab.page.fill("#waktu", "2020-01-06T09:00")
        tab.watch.expect(r"status of 422")
        await press(tab, "Simpan jadwal")
        assert "sudah lewat" in await tab.page.inner_text("[role=alert]")
        assert await tab.page.input_value("#waktu") == "2020-01-06T09:00"
        await tab.check("penerbitan jadwal ditolak", weight=False)


@SCRIPTS
@ON_EACH
async def test_a_take_down_is_confirmed_and_survives_the_end_of_the_session(
    site: Site, screen: Screen, scripts: bool
) -> None:
    story = await approved(site)
    async with site.actors() as actors:
        await actors.admin.post(f"/api/v1/publications/{story}/publish", {"version": 1})
    await reach(site, story, "published")
    reason = 'Angka keliru <script>alert(1)</script> مرحبا 🏘️ "dikutip"'
    async with site.tab("tamu", screen, scripts=scripts) as tab:
        await site.log_in(tab, "admin")
        await tab.open(f"/terbit/{story}")
        await tab.page.get_by_role("link", name="Turunkan…").click()
        await tab.check("penerbitan turunkan")
        await tab.page.fill("#reason", reason)
        await end_session(site, tab)
        await press(tab, "Lanjut")
        assert "/masuk" in tab.page.url
        await tab.page.fill("[name=account]", "admin")
        await tab.page.fill("[name=password]", site.secret)
        await tab.page.click("main button")
        await tab.page.wait_for_url("**/turunkan**")
        assert await tab.page.input_value("#reason") == reason
        await press(tab, "Lanjut")
        await tab.check("penerbitan yakin", weight=False)
        await press(tab, "Ya, turunkan sekarang")
        assert "sudah tidak terlihat di situs" in await tab.page.inner_text("main")
        await reach(site, story, "taken-down")
        await tab.visit(f"/terbit/{story}", "penerbitan diturunkan")


async def end_session(site: Site, tab: Tab) -> None:
    """The session of this tab alone ends at the server, as by time."""
    token = next(c["value"] for c in await tab.page.context.cookies() if c.get("name") == "alurwarta")  # pyright: ignore
    conn: Any = await asyncpg.connect(site.servers.owner_dsn)
    try:
        await conn.execute("DELETE FROM accounts.sessions WHERE token_hash = sha256($1::bytea)", token.encode())
    finally:
        await conn.close()


@ON_EACH
async def test_a_double_click_on_publish_has_one_effect(site: Site, screen: Screen) -> None:
    story = await approved(site)
    async with site.tab("admin", screen) as tab:
        await tab.open(f"/terbit/{story}")
        await tab.page.locator("main").get_by_role("button", name="Terbitkan versi 1").dblclick(no_wait_after=True)
        # The second click breaks off what the first one began to load: the address is looked at, no load awaited.
        await expect(tab.page).to_have_url(re.compile("pesan=terbit"), timeout=30_000)
        assert "Keadaan berita ini sudah berubah" not in await tab.page.inner_text("main")
    await reach(site, story, "published")


async def test_the_whole_task_goes_by_keyboard_alone(site: Site) -> None:
    story = await approved(site)
    async with site.tab("admin") as tab:
        await tab.open(f"/terbit/{story}")
        for _ in range(40):
            await tab.page.keyboard.press("Tab")
            focused: str = await tab.page.evaluate("document.activeElement.textContent.trim()")
            if focused == "Terbitkan versi 1":
                break
        async with tab.page.expect_navigation():
            await tab.page.keyboard.press("Enter")
    await reach(site, story, "published")


@ON_EACH
async def test_what_is_done_is_listed_and_searched(site: Site, screen: Screen) -> None:
    async with site.tab("admin", screen) as tab:
        await tab.visit("/terbit/selesai", "penerbitan selesai")
        await tab.page.fill("#q", "keliru")
        await press(tab, "Cari")
        assert TITLES["taken-down"] in await tab.page.inner_text("main")
        await tab.visit("/terbit?bagian=latihan", "penerbitan latihan")


@ON_EACH
async def test_the_leader_waives_nothing_that_is_live_and_the_pengawas_only_reads(site: Site, screen: Screen) -> None:
    story = site.scene.stories["published"]
    async with site.tab("pimpinan", screen) as tab:
        await tab.visit(f"/terbit/{story}/kanal/site/bebaskan?version=1", "penerbitan bebaskan")
        assert "tidak perlu dibebaskan" in await tab.page.inner_text("main")
    async with site.tab("pengawas", screen) as tab:
        await tab.visit(f"/terbit/{story}", "penerbitan pengawas")
        assert await tab.page.locator("#keadaan button, #keadaan .button").count() == 0
