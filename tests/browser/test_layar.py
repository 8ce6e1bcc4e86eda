"""What holds for every page: keys alone are enough, large text fits, the night is readable, paper shows the content."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, Route

from tests.browser import finding
from tests.browser.site import Site
from tests.browser.tab import DESK, PHONE, Screen

PAGES = ("/beranda", "/bahan", "/bahan/baru", "/meja", "/saring", "/terbit", "/papan", "/kepatuhan")
LARGE = Screen("perbesar", 640, 400)  # 1280 × 800 at 200 %

# What the keyboard must reach, in the page's own order; of a group of radio buttons, one.
CONTROLS = """() => {
  const wanted = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0'], [controls],"
    + " [contenteditable=true]";
  const groups = new Set();
  return [...document.querySelectorAll(wanted)].filter((e) => {
    if (e.disabled || !e.checkVisibility({checkVisibilityCSS: true}) || e.closest("dialog:not([open])")) return false;
    if (e.tabIndex < 0 && e.closest("[role=toolbar]")) return false; // arrow keys go on within
    if (e.type !== "radio") return true;
    const is = !groups.has(e.name); groups.add(e.name); return is;
  }).map((e, n) => { e.dataset.tertib = n; return n; }).length;
}"""
FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body || e === document.documentElement) return null;
  const s = getComputedStyle(e), b = e.getBoundingClientRect();
  const radio = e.type === "radio" ? document.querySelector(`input[type=radio][name="${e.name}"][data-tertib]`) : null;
  return {
    n: Number((radio || e).dataset.tertib ?? -1), html: e.outerHTML.slice(0, 150),
    seen: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 && b.width > 0
      && b.bottom > 0 && b.top < innerHeight,
  };
}"""


async def tabbed(page: Page, most: int = 400) -> list[dict[str, Any]]:
    """Press Tab from the top until the page is left; what had the focus, in order."""
    reached: list[dict[str, Any]] = []
    for _ in range(most):
        await page.keyboard.press("Tab")
        now = await page.evaluate(FOCUSED)
        if now is None or (reached and now["n"] == reached[0]["n"]):
            return reached
        # Within one date field, each part is a stop of its own.
        if not reached or now["n"] != reached[-1]["n"]:
            reached.append(now)
    return reached


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=lambda s: s.name)
async def test_keys_alone_reach_every_control_in_order_and_show_where_one_is(site: Site, screen: Screen) -> None:
    async with site.tab("admin", screen) as tab:
        # The live board lays its list anew when something changes: here it stands as it came.
        await tab.page.route(re.compile(r"/papan(/aliran|\?.*bagian=1)"), lambda asked: asked.abort())
        for path in (*PAGES, f"/meja/berita/{site.scene.stories['draft']}"):
            await tab.open(path)
            if path.startswith("/meja/berita/"):  # the editor comes when somebody begins to work
                await tab.page.mouse.move(300, 300)
                await tab.page.locator("html[data-penyunting=siap]").wait_for()
            await tab.page.evaluate("document.activeElement.blur()")
            count = await tab.page.evaluate(CONTROLS)
            reached = await tabbed(tab.page)
            order = [r["n"] for r in reached]
            assert order == sorted(order), f"{path}: not in the page's order: {order}"
            assert set(order) >= set(range(count)), (path, sorted(set(range(count)) - set(order)), count)
            unseen = [r["html"] for r in reached if not r["seen"]]
            assert not unseen, f"{path}: nobody sees the focus on {unseen}"


async def test_the_first_key_skips_to_the_content(site: Site) -> None:
    async with site.tab("admin") as tab:
        await tab.open("/bahan")
        await tab.page.keyboard.press("Tab")
        assert await tab.page.evaluate("document.activeElement.className") == "skip"
        await tab.page.keyboard.press("Enter")
        assert await tab.page.evaluate("document.activeElement.id") == "isi"


async def test_the_menu_of_a_phone_opens_without_scripts(site: Site) -> None:
    async with site.tab("admin", PHONE, scripts=False) as tab:
        await tab.open("/bahan")
        await tab.page.get_by_text("Menu", exact=True).click()
        link = tab.page.get_by_role("link", name="Penyaringan")
        assert await link.is_visible()
        await tab.check("menu terbuka")
        await link.click()
        assert tab.page.url.endswith("/saring")
        assert await tab.page.locator("nav a[aria-current=page]").first.text_content() == "Penyaringan"


async def test_nothing_is_cut_off_at_twice_the_size(site: Site) -> None:
    story, report = site.scene.stories["open"], site.scene.reports["hostile"]
    async with site.tab("admin", LARGE) as tab:
        for path in (*PAGES, f"/saring/{story}", f"/bahan/{report}", f"/meja/bahan/{report}", f"/perjalanan/{report}"):
            await tab.visit(path, f"dua kali {path}")
            # Text alone twice as large, as some set it in their browser.
            await tab.page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert await finding.too_wide(tab.page) == [], path


@pytest.mark.parametrize("who", ["admin", "umum"])
async def test_by_night_everything_is_readable(site: Site, who: str) -> None:
    story = site.scene.stories["open"]
    paths = ("/",) if who == "umum" else (*PAGES, f"/saring/{story}", f"/terbit/{site.scene.stories['approved']}")
    async with site.tab(who, PHONE) as tab:
        await tab.page.emulate_media(color_scheme="dark")
        for path in paths:
            await tab.visit(path, f"malam {path}")


async def test_on_paper_there_is_the_content_alone(site: Site) -> None:
    async with site.tab("pimpinan") as tab:
        for path in ("/kepatuhan", f"/saring/{site.scene.stories['approved']}"):
            await tab.open(path)
            await tab.page.emulate_media(media="print")
            assert not await tab.page.locator(".bar").is_visible()
            assert await tab.page.locator("h1").first.is_visible()


async def test_before_a_session_ends_it_says_so_and_can_go_on(site: Site) -> None:
    async with site.tab("admin") as tab:

        async def ending_soon(route: Route) -> None:
            answer = await route.fetch()
            text = re.sub(r'<meta name="alurwarta-session"[^>]*>', "", await answer.text())
            soon = '<meta name="alurwarta-session" content="200"></head>'
            await route.fulfill(response=answer, body=text.replace("</head>", soon))

        extended: list[str] = []

        async def extend(route: Route) -> None:
            extended.append(route.request.headers["x-csrf-token"])
            await route.fulfill(json={"seconds_left": 3600})

        async def told(route: Route) -> None:
            await route.fulfill(json={"seconds_left": 190})

        await tab.page.route("**/meja/bahan/*", ending_soon)
        await tab.page.route("**/api/v1/session", told)
        await tab.page.route("**/sesi/perpanjang", extend)
        await tab.open(f"/meja/bahan/{site.scene.reports['received']}")
        dialog = tab.page.get_by_role("dialog", name="Sesi Anda hampir berakhir")
        await dialog.wait_for()
        assert re.search(r"[23] menit", await dialog.inner_text())
        await tab.check("sesi hampir berakhir", weight=False)
        await tab.page.get_by_role("button", name="Tetap masuk").click()
        await dialog.wait_for(state="hidden")
        assert len(extended) == 1
        assert extended[0]


@pytest.mark.parametrize("scripts", [True, False], ids=["skrip", "tanpa-skrip"])
async def test_reports_are_found_while_one_types_and_chosen_by_state(site: Site, scripts: bool) -> None:
    async with site.tab("bidang", PHONE, scripts=scripts) as tab:
        await tab.open("/bahan")
        await tab.page.fill("#cari", "kunci rumah")
        if not scripts:
            await tab.page.get_by_role("button", name="Cari").click()
        await tab.page.wait_for_url("**/bahan?*cari=kunci*")
        results = tab.page.locator("#hasil article h2")
        assert await results.all_text_contents() == ["Penyerahan kunci rumah susun"]
        await tab.check("dicari", weight=False)
        await tab.page.get_by_role("link", name="Ditarik").click()
        await tab.page.wait_for_url("**/bahan?*keadaan=withdrawn*")
        await tab.page.get_by_text("Tidak ada judul dengan kata itu").wait_for()
        if scripts:  # the page itself stayed, and so did what the keys are on
            assert await tab.page.evaluate("document.activeElement.id") == "keadaan-withdrawn"
        await tab.page.fill("#cari", "Kunjungan")
        if not scripts:
            await tab.page.get_by_role("button", name="Cari").click()
        await tab.page.get_by_role("link", name="Kunjungan kerja yang batal").wait_for()
        assert "keadaan=withdrawn" in tab.page.url
