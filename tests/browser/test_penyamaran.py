"""Samarkan sebagian on a phone and at a desk, with mouse, finger, keys and no script; then the Version without it."""

from typing import Any

import pytest

from tests.browser.scene import Actors
from tests.browser.site import Site
from tests.browser.tab import DESK, SCREENS, Screen, Tab
from tests.browser.test_pimpinan import before_the_leader

TEXT = "Bu Siti menerima kunci rumahnya di Bekasi Utara bersama keluarganya."
EACH = pytest.mark.parametrize("screen", SCREENS, ids=lambda s: s.name)


async def with_a_picture(actors: Actors) -> str:
    """A story with a name and a picture before the leader."""
    report = await actors.send("open", file="rumah.jpg")
    await actors.arrived(report)
    (photo,) = (await actors.admin.get(f"/api/v1/inbox/{report}"))["media"]
    story = (await actors.admin.post("/api/v1/stories", {"reports": [report]}))["story"]
    file = {"id": photo["id"], "alt": "Bu Siti di depan rumahnya", "consent": "public-event", "credit": "Humas"}
    body = [{"kind": "paragraph", "spans": [{"text": TEXT}]}, {"kind": "figure", "media": photo["id"]}]
    content = {"title": "Kunci rumah diserahkan", "lead": "Teras berita.", "body": body, "media": [file]}
    await actors.admin.post(f"/api/v1/stories/{story}/versions", {"expected_version": 0, "content": content})
    await actors.admin.post(f"/api/v1/stories/{story}/submit", {"version": 1})
    await before_the_leader(actors, story, 1)
    return story


async def to_the_form(tab: Tab, story: str) -> None:
    await tab.visit(f"/saring/{story}/putuskan?versi=1", "pilihan dengan penyamaran")
    await tab.page.get_by_role("link", name="Samarkan sebagian").click()
    await tab.page.get_by_label("Kata atau kalimat yang disamarkan").fill("Bu Siti")


async def send(tab: Tab, actors: Actors, story: str) -> dict[str, Any]:
    """Give the ground and send it; returns the Decision as it is kept, once the derived Version is there."""
    await tab.page.get_by_label("Jenis informasi").select_option("h")
    await tab.page.get_by_label("Dasar hukum").fill("UU 14/2008 Pasal 17 huruf h")
    await tab.page.get_by_role("button", name="Samarkan dan ajukan lagi").click()
    await tab.page.get_by_role("heading", name="Hasil penyaringan versi 1").wait_for()
    await before_the_leader(actors, story, 2)
    return (await actors.leader.get(f"/api/v1/reviews/{story}?version=1"))["decided"]["redaction"]


async def edges(tab: Tab) -> list[list[str]]:
    rows = tab.page.locator(".samar-bagian")
    return [
        [await rows.nth(n).locator(f"[name={side}]").input_value() for side in ("kiri", "atas", "kanan", "bawah")]
        for n in range(await rows.count())
    ]


@EACH
async def test_the_leader_draws_and_approves_the_version_without_it(site: Site, screen: Screen) -> None:
    async with site.actors() as actors, site.tab("pimpinan", screen) as tab:
        story = await with_a_picture(actors)
        await to_the_form(tab, story)
        picture = tab.page.locator(".samar img")
        await tab.page.get_by_role("button", name="Tandai dengan menarik").click()
        await picture.scroll_into_view_if_needed()
        box = await picture.bounding_box()
        assert box is not None
        await tab.page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.1)
        await tab.page.mouse.down()
        await tab.page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.6, steps=4)
        await tab.page.mouse.up()
        drawn = [float(edge) for edge in (await edges(tab))[0]]
        assert [round(edge / 5) * 5 for edge in drawn] == [20, 10, 50, 60]
        await tab.page.get_by_role("button", name="Tandai dengan menarik").click()
        await tab.check("bagian foto ditandai", weight=False)
        kept = await send(tab, actors, story)
        assert kept["passages"] == ["Bu Siti"]
        assert len(kept["pictures"][0]["regions"]) == 1
        await tab.check("disamarkan", weight=False)
        await tab.visit(f"/saring/{story}", "versi yang disamarkan")
        assert "[disamarkan] menerima kunci" in await tab.page.inner_text("article.story")
        assert "Bu Siti" not in await tab.page.inner_text("article.story")
        await tab.page.get_by_role("link", name="Setujui versi 2").click()
        await tab.page.get_by_role("button", name="Ya, setujui versi 2").click()
        await tab.page.get_by_role("heading", name="Hasil penyaringan versi 2").wait_for()
        assert (await actors.leader.get(f"/api/v1/reviews/{story}"))["state"] == "approved"
    async with site.tab("admin", screen) as tab:
        await tab.visit(f"/meja/berita/{story}", "berita yang disamarkan")
        assert "Sebagian foto ini disamarkan pimpinan" in await tab.page.inner_text("main")
    async with site.actors() as actors:
        await actors.give_up(story)


async def test_by_keys_alone_a_box_is_put_moved_resized_and_taken_away(site: Site) -> None:
    async with site.actors() as actors, site.tab("pimpinan", DESK) as tab:
        story = await with_a_picture(actors)
        await to_the_form(tab, story)
        put = tab.page.get_by_role("button", name="Taruh kotak di tengah")
        await put.focus()
        await tab.page.keyboard.press("Enter")
        await tab.page.keyboard.press("ArrowLeft")
        await tab.page.keyboard.press("ArrowUp")
        await tab.page.keyboard.press("Shift+ArrowRight")
        assert (await edges(tab))[0] == ["39", "39", "60", "59"]
        assert await tab.page.evaluate("document.activeElement.ariaLabel") == "Bagian 1 yang disamarkan"
        await put.focus()
        await tab.page.keyboard.press("Enter")
        await tab.page.keyboard.press("Delete")
        assert (await edges(tab))[1] == ["", "", "", ""]
        await tab.check("kotak dengan papan ketik", weight=False)
        # More than there is room for: a row is added without leaving the page.
        for _ in range(3):
            await put.click()
        assert len(await edges(tab)) == 4
        kept = await send(tab, actors, story)
        assert len(kept["pictures"][0]["regions"]) == 4
        await actors.give_up(story)


@EACH
async def test_without_a_script_the_numbers_do_the_same(site: Site, screen: Screen) -> None:
    async with site.actors() as actors, site.tab("pimpinan", screen, scripts=False) as tab:
        story = await with_a_picture(actors)
        await to_the_form(tab, story)
        for side, edge in {"kiri": "0", "atas": "0", "kanan": "50", "bawah": "101"}.items():
            await tab.page.locator(f"[name={side}]").first.fill(edge)
        await tab.page.get_by_role("button", name="Tambah bagian").click()
        assert len(await edges(tab)) == 4
        await tab.check("tanpa skrip", weight=False)
        tab.watch.expect(r"status of 422")
        await tab.page.get_by_label("Jenis informasi").select_option("h")
        await tab.page.get_by_label("Dasar hukum").fill("UU 14/2008 Pasal 17 huruf h")
        await tab.page.get_by_role("button", name="Samarkan dan ajukan lagi").click()
        await tab.page.get_by_text("belum benar").wait_for()
        await tab.check("bagian yang keliru", weight=False)
        await tab.page.locator("[name=bawah]").first.fill("100")
        kept = await send(tab, actors, story)
        assert kept["pictures"][0]["regions"] == [{"left": 0, "top": 0, "right": 0.5, "bottom": 1}]
        await actors.give_up(story)
