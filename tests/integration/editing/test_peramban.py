"""In a real browser: the Admin's task with the editor and without scripts, what is pasted, what is kept."""

import json
import re
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from shared.events import StorySubmitted
from tests.integration.editing.office import Office
from tests.integration.editing.peramban import DESK, PHONE, browser, page_of, served
from tests.support import networks
from tests.unit.editing.parts import OTHER, PHOTO, REPORT, received

pytestmark = networks.WITH_A_BROWSER
PASTED = Path(__file__).parent / "tempelan"
PASTE = """([kind, data]) => {
    const given = new DataTransfer(); given.setData(kind, data);
    const event = new ClipboardEvent("paste", { clipboardData: given, bubbles: true, cancelable: true });
    document.querySelector(".editor").dispatchEvent(event);
}"""
ROUND = """async (samples) => {
    const { blocksOf, docOf, schemaFor } = await import("/aset/penyunting/skema.js");
    const schema = schemaFor([]);
    return samples.map((blocks) => { const doc = docOf(schema, blocks); doc.check(); return blocksOf(doc); });
}"""


@pytest.fixture
async def site(desk: Office) -> AsyncGenerator[str]:
    async with served(desk) as address:
        yield address


@pytest.fixture
async def chrome() -> AsyncGenerator[Browser]:
    async with browser() as running:
        yield running


async def story(desk: Office) -> str:
    await desk.hear(received(), received(OTHER, title="Kedua"))
    return f"/meja/berita/{await desk.compile(REPORT, OTHER)}"


async def ready(page: Page, address: str) -> None:
    await page.goto(address)
    await begun(page)


async def begun(page: Page) -> None:
    """The editor comes when somebody begins to do something."""
    await page.focus("#title")
    await page.locator("html[data-penyunting=siap]").wait_for()


async def blocks(page: Page) -> Any:
    return json.loads(await page.eval_on_selector("[name=blocks]", "(e) => e.value"))


async def paste(page: Page, kind: str, data: str) -> Any:
    """Paste in the place of all that is there."""
    await page.click(".editor")
    await page.keyboard.press("Control+a")
    await page.keyboard.press("Delete")
    await page.evaluate(PASTE, [kind, data])
    return await blocks(page)


def spans(*told: str) -> list[dict[str, Any]]:
    """`b:…` is bold, `i:…` italic."""
    return [
        {"text": t.removeprefix("b:").removeprefix("i:"), "bold": t[:2] == "b:", "italic": t[:2] == "i:", "href": None}
        for t in told
    ]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["meja", "ponsel"])
async def test_the_admin_compiles_writes_and_submits_with_the_editor(
    desk: Office, site: str, chrome: Browser, size: Any
) -> None:
    await desk.hear(received(), received(OTHER, title="Kedua"))
    async with page_of(chrome, desk, site, "rina", size=size) as page:
        await page.goto(f"{site}/meja")
        await page.get_by_label("Pilih bahan Serah terima kunci").check()
        await page.get_by_label("Pilih bahan Kedua").check()
        await page.get_by_role("button", name="Susun yang dipilih").click()
        await page.wait_for_url("**/meja/berita/*")
        await begun(page)
        await page.fill("#title", "40 rumah selesai")
        await page.click(".editor")
        await page.keyboard.press("Control+a")
        await page.keyboard.press("Delete")
        await page.keyboard.type("## Yang dibangun")
        await page.keyboard.press("Enter")
        await page.keyboard.type("Empat puluh ")
        await page.keyboard.press("Control+b")
        await page.keyboard.type("rumah")
        await page.keyboard.press("Control+b")
        await page.keyboard.press("Enter")
        await page.keyboard.type("- atap")
        await page.keyboard.press("Enter")
        await page.keyboard.type("lantai")
        await page.get_by_role("button", name="Sisipkan foto").click()
        await page.get_by_role("button", name="Simpan dan ajukan").dblclick()
        await page.wait_for_url(f"{site}/meja")
    (event,) = await desk.sent(StorySubmitted)
    assert [b.kind for b in event.content.body] == ["heading", "paragraph", "list", "figure"]
    assert [s.model_dump() for s in event.content.body[1].spans] == spans("Empat puluh ", "b:rumah")
    assert len(event.content.body[2].items) == 2
    assert event.content.body[3].media == PHOTO


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["meja", "ponsel"])
async def test_the_same_task_is_done_without_scripts(desk: Office, site: str, chrome: Browser, size: Any) -> None:
    await desk.hear(received())
    async with page_of(chrome, desk, site, "rina", size=size, scripts=False) as page:
        await page.goto(f"{site}/meja")
        await page.get_by_label("Pilih bahan Serah terima kunci").check()
        await page.get_by_role("button", name="Susun yang dipilih").click()
        await page.fill("#title", "40 rumah selesai")
        await page.fill("#body", "## Yang dibangun\n\nEmpat puluh **rumah**\n\n- atap\n- lantai\n\n[foto 1]")
        await page.get_by_role("button", name="Lihat pratinjau").click()
        assert await page.locator("#pratinjau strong").inner_text() == "rumah"
        await page.get_by_role("button", name="Simpan dan ajukan").click()
        await page.wait_for_url(f"{site}/meja")
    (event,) = await desk.sent(StorySubmitted)
    assert [b.kind for b in event.content.body] == ["heading", "paragraph", "list", "figure"]


async def test_what_is_pasted_comes_out_clean(desk: Office, site: str, chrome: Browser) -> None:
    path = await story(desk)
    async with page_of(chrome, desk, site, "rina") as page:
        await ready(page, site + path)
        word = await paste(page, "text/html", (PASTED / "word.html").read_text())
        link = {"text": "situs kota", "bold": False, "italic": False, "href": "https://bekasikota.go.id/berita"}
        assert word == [
            {"kind": "heading", "level": 2, "text": "Serah terima kunci"},
            {"kind": "paragraph", "spans": spans("b:Empat puluh rumah", " telah ", "i:selesai", " dibangun.")},
            {"kind": "list", "ordered": False, "items": [spans("atap baja ringan"), spans("lantai ", "b:keramik")]},
            {"kind": "list", "ordered": True, "items": [spans("pendataan")]},
            {"kind": "paragraph", "spans": [*spans("Lihat "), link, *spans(".")]},
            {"kind": "paragraph", "spans": spans("Jatiasih")},
            {"kind": "paragraph", "spans": spans("12 rumah")},
        ]
        assert not re.search("mso|style|class|onerror", json.dumps(word))
        google = await paste(page, "text/html", (PASTED / "google.html").read_text())
        assert google == [
            {"kind": "heading", "level": 2, "text": "Yang dibangun"},
            {"kind": "paragraph", "spans": spans("Biasa, ", "b:tebal", "i: dan miring")},
            {"kind": "list", "ordered": False, "items": [spans("satu"), spans("di dalam")]},
        ]
        who = "[10.21, 26/11/2026] Pak Budi: "
        chat = f"{who}Kegiatan *serah terima* selesai\n{who}- atap\n- lantai"
        assert await paste(page, "text/plain", chat) == [
            {"kind": "paragraph", "spans": spans("Kegiatan ", "b:serah terima", " selesai")},
            {"kind": "list", "ordered": False, "items": [spans("atap"), spans("lantai")]},
        ]
        link_to = '<a href="javascript:alert(1)">b</a>'
        evil = f'<p onclick="alert(1)">a<script>alert(1)</script>{link_to}<svg onload=alert(1)></p>'
        assert await paste(page, "text/html", evil) == [{"kind": "paragraph", "spans": spans("ab")}]


async def test_every_block_goes_into_the_editor_and_out_of_it_the_same(
    desk: Office, site: str, chrome: Browser
) -> None:
    run = [*spans("a ", "b:b\nc", "i:d"), {"text": "e", "bold": True, "italic": True, "href": "mailto:a@x.go.id"}]
    samples = [
        [],
        [{"kind": "paragraph", "spans": run}],
        [{"kind": "heading", "level": 3, "text": "<b>مرحبا 🏘️</b>"}, {"kind": "figure", "media": str(PHOTO)}],
        [{"kind": "quote", "spans": run, "cite": ""}, {"kind": "quote", "spans": run, "cite": "Ibu Sumiati"}],
        [{"kind": "list", "ordered": o, "items": [run, spans("x")]} for o in (True, False)],
    ]
    async with page_of(chrome, desk, site, "rina") as page:
        await ready(page, site + await story(desk))
        assert await page.evaluate(ROUND, samples) == samples


async def test_typing_is_kept_by_itself_and_survives_the_end_of_the_session(
    desk: Office, site: str, chrome: Browser
) -> None:
    path = await story(desk)
    async with page_of(chrome, desk, site, "rina") as page:
        await ready(page, site + path)
        await page.fill("#lead", "Disimpan sendiri")
        await page.get_by_text("Ketikan disimpan otomatis").wait_for()
        assert not await desk.rows("SELECT FROM versions")
        cookies = await page.context.cookies()
        await page.context.clear_cookies()
        await page.fill("#lead", "Sesudah sesi berakhir")
        await page.get_by_role("button", name="Simpan", exact=True).click()
        await page.get_by_text("Sesi Anda berakhir. Tulisan Anda aman").wait_for()
        assert await page.input_value("#lead") == "Sesudah sesi berakhir"
        await page.context.add_cookies([{k: c[k] for k in ("name", "value", "domain", "path")} for c in cookies])  # pyright: ignore
        await page.reload()
        await page.get_by_role("button", name="Pakai tulisan itu").click()
        assert await page.input_value("#lead") == "Sesudah sesi berakhir"
        await page.get_by_role("button", name="Simpan", exact=True).click()
        await page.get_by_role("heading", name="Riwayat versi").wait_for()
    (row,) = await desk.rows("SELECT content ->> 'lead' AS lead FROM versions")
    assert row["lead"] == "Sesudah sesi berakhir"


async def test_a_version_of_somebody_else_is_told_while_one_types(desk: Office, site: str, chrome: Browser) -> None:
    path = await story(desk)
    async with page_of(chrome, desk, site, "rina") as page:
        await ready(page, site + path)
        await desk.save(path.rsplit("/", 1)[1], 0, by="dani", title="Punya Dani")
        await page.fill("#title", "Punya Rina")
        await page.get_by_text("Versi 1 baru disimpan Dani Saputra").wait_for()
        await page.get_by_role("button", name="Simpan", exact=True).click()
        await page.get_by_text("Bedanya dengan tulisan Anda").wait_for()
        assert "Punya Dani" in await page.input_value("#mereka")
        assert await page.input_value("#title") == "Punya Rina"
        assert len(await desk.rows("SELECT FROM versions")) == 1
        await page.get_by_role("button", name="Simpan", exact=True).click()
        await page.wait_for_url(site + path)
    assert [r["t"] for r in await desk.rows("SELECT content ->> 'title' AS t FROM versions ORDER BY version")] == [
        "Punya Dani",
        "Punya Rina",
    ]


async def test_the_editor_is_used_by_keyboard_alone(desk: Office, site: str, chrome: Browser) -> None:
    async with page_of(chrome, desk, site, "rina") as page:
        await ready(page, site + await story(desk))
        await page.focus("#lead")
        await page.keyboard.press("Tab")  # the toolbar: one stop
        assert await page.evaluate("document.activeElement.textContent") == "Tebal"
        await page.keyboard.press("ArrowRight")
        assert await page.evaluate("document.activeElement.textContent") == "Miring"
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.getAttribute('role')") == "textbox"
        await page.keyboard.press("Tab")  # and out again
        assert await page.evaluate("document.activeElement.id") == "topic"
