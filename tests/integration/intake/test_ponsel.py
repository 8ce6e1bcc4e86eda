"""A Bidang officer with a phone, in a real browser: the whole task, with and without JavaScript, on and off line.

`ALURWARTA_PICTURES=<folder>` keeps a picture of every screen, on a phone and on a PC.
"""

import asyncio
import os
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize, async_playwright, expect

from shared.events import ReportReceived, ReportSupplemented
from tests.browser import finding
from tests.integration.intake.desk import PASSWORD, Office
from tests.integration.intake.test_peramban import files, site
from tests.integration.intake.test_unggahan import VIDEO
from tests.support import networks
from tests.support.chromium import chromium
from tests.unit.intake.samples import sent_back

__all__ = ["files", "site"]
pytestmark = networks.WITH_A_BROWSER
PHONE: ViewportSize = {"width": 360, "height": 740}
PC: ViewportSize = {"width": 1280, "height": 800}
LONG = 60_000  # milliseconds; the machine may be busy
Open = Callable[..., AbstractAsyncContextManager[Page]]


@pytest.fixture
async def phone(desk: Office, site: str) -> AsyncGenerator[Open]:
    """Opens a device of its own for a person, at a page."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])

        @asynccontextmanager
        async def opened(who: str = "dewi", path: str = "/bahan/baru", **more: Any) -> AsyncGenerator[Page]:
            given: dict[str, Any] = {"viewport": PHONE, "locale": "id-ID", "base_url": site}
            context = await browser.new_context(**given | more)
            context.set_default_timeout(LONG)
            if who:
                token, _ = await desk.session(who)
                await context.add_cookies([{"name": "alurwarta", "value": token, "url": site}])
            page = await context.new_page()
            await page.goto(path)
            try:
                yield page
            finally:
                await context.close()

        yield opened
        await browser.close()


async def pictured(page: Page, name: str, *, scripts: bool = True) -> None:
    """What stands on the screen is for everybody: axe finds nothing, nothing is too wide or too small for a thumb."""
    if scripts:  # axe is one
        assert await finding.axe(page) == []
    assert await finding.too_wide(page) == []
    assert await finding.too_small(page) == []
    if folder := os.environ.get("ALURWARTA_PICTURES"):
        for size in (PHONE, PC):
            await page.set_viewport_size(size)
            await page.screenshot(path=Path(folder) / f"{name}-{size['width']}.png", full_page=True)
        await page.set_viewport_size(PHONE)


async def fill(page: Page) -> None:
    await page.get_by_label("Judul kegiatan").fill("Serah terima kunci 🏠")
    await page.get_by_label("Uraian").fill("Empat puluh rumah.\n\nمرحبا")
    await page.get_by_label("Tanggal kegiatan").fill("2026-11-23")
    await page.get_by_label("Jam selesai").fill("09:00")
    await page.get_by_label("Tempat").fill("Bekasi Timur")
    await page.get_by_label("Yang hadir").fill("Wali Kota")


async def sent(page: Page) -> None:
    await page.get_by_role("button", name="Kirim bahan").click()
    await page.wait_for_url(re.compile("/bahan/0"))


async def throttled(page: Page, bytes_a_second: int) -> None:
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_a_second},
    )


def saved(page: Page) -> Any:
    return expect(page.locator("[data-tersimpan]"))


async def drafts(desk: Office) -> list[Any]:
    return list(await desk.rows("SELECT fields::json ->> 'title' AS title, version, uploads FROM drafts"))


async def until(page: Page, code: str) -> None:
    """Wait for an expression to be true; the page's own policy forbids Playwright's way."""
    async with asyncio.timeout(60):
        while not await page.evaluate(code):
            await asyncio.sleep(0.05)


async def end_sessions(desk: Office) -> None:
    await desk.rows("DELETE FROM accounts.sessions RETURNING 1")
    desk.sessions.clear()


async def log_in(page: Page) -> None:
    await page.get_by_label("Nama akun").fill("dewi")
    await page.get_by_label("Kata sandi").fill(PASSWORD)
    await page.get_by_role("button", name="Masuk").click()


async def test_an_officer_sends_answers_and_follows_a_report_on_a_phone(
    desk: Office, phone: Open, files: dict[str, Path]
) -> None:
    async with phone(path="/bahan") as page:
        await pictured(page, "daftar-kosong")
        await page.get_by_role("link", name="Kirim bahan").first.click()
        await expect(page.get_by_label("Pelapor")).to_have_value("Dewi Lestari")
        await page.locator("#berkas").set_input_files([files["0.jpg"], files["1.jpg"]])
        await fill(page)
        card = page.locator("[data-berkas]").first
        await card.get_by_label("Apa yang terlihat").fill("Kunci diserahkan.")
        await card.get_by_text("Keterangan, pembuat, dan izin").click()
        await card.get_by_label("Orang yang dapat dikenali").select_option("official-duty")
        await card.get_by_role("button", name="untuk semua berkas").click()
        await expect(page.get_by_text("terkirim", exact=True)).to_have_count(2)
        await saved(page).to_contain_text("Draf tersimpan pukul")
        await pictured(page, "formulir-terisi")
        await sent(page)
        await expect(page.get_by_text("Penyuntingan oleh Admin")).to_be_visible()
        await expect(page.locator(".sisa")).to_have_text(re.compile("^sisa .*kerja"))
        await pictured(page, "bahan-satu")
        (received,) = await desk.events(ReportReceived)
        assert [(m.consent, m.credit, m.alt) for m in received.media] == [
            ("official-duty", "Dewi Lestari", "Kunci diserahkan."), ("official-duty", "Dewi Lestari", ""),
        ]  # fmt: skip
        assert await drafts(desk) == []
        await desk.hear(sent_back(received.report))
        await page.goto("/bahan")
        await pictured(page, "daftar-dikembalikan")
        await page.get_by_role("link", name="Serah terima kunci").click()
        await expect(page.get_by_text("Foto kurang jelas: Wajah penerima tidak terlihat.")).to_be_visible()
        await page.get_by_role("link", name="Jawab sekarang").click()
        await page.get_by_label("Keterangan", exact=True).fill("Dua belas rumah.")
        await page.locator("#berkas").set_input_files(files["2.jpg"])
        await pictured(page, "bahan-dikembalikan")
        await page.get_by_role("button", name="Kirim keterangan").click()
        await expect(page.get_by_text("Dua belas rumah.")).to_be_visible()
        (answer,) = await desk.events(ReportSupplemented)
        assert (answer.cycle, [m.name for m in answer.media]) == (2, ["2.jpg"])


async def test_the_whole_task_without_javascript(desk: Office, phone: Open, files: dict[str, Path]) -> None:
    async with phone(java_script_enabled=False) as page:
        await fill(page)
        await page.locator("#berkas-biasa").set_input_files([files["0.jpg"], files["1.jpg"]])
        await pictured(page, "tanpa-skrip", scripts=False)
        await page.get_by_role("button", name="Simpan draf").click()
        await page.goto("/bahan")
        await pictured(page, "daftar-draf", scripts=False)
        await page.get_by_role("link", name="Serah terima kunci").click()
        await expect(page.get_by_label("Yang hadir")).to_have_value("Wali Kota")
        await page.get_by_label("Jangan sertakan berkas ini").first.check()
        await sent(page)
        (received,) = await desk.events(ReportReceived)
        assert [m.name for m in received.media] == ["1.jpg"]
        await desk.hear(sent_back(received.report))
        await page.reload()
        await page.get_by_label("Keterangan", exact=True).fill("Dua belas rumah.")
        await page.get_by_role("button", name="Kirim keterangan").click()
        await expect(page.get_by_text("Dua belas rumah.")).to_be_visible()


async def test_files_are_dropped_and_pasted_too(desk: Office, phone: Open) -> None:
    async with phone(viewport=PC) as page:
        give = """(kind) => {
            const data = new DataTransfer();
            data.items.add(new File([kind], `${kind}.png`, { type: 'image/png' }));
            const detail = { bubbles: true, cancelable: true };
            document.body.dispatchEvent(kind === 'paste'
                ? new ClipboardEvent('paste', { ...detail, clipboardData: data })
                : new DragEvent('drop', { ...detail, dataTransfer: data }));
        }"""
        await page.evaluate(give, "paste")
        await page.evaluate(give, "drop")
        await expect(page.get_by_text("terkirim", exact=True)).to_have_count(2)
        assert {r["name"] for r in await desk.rows("SELECT name FROM uploads")} == {"paste.png", "drop.png"}


async def test_loaded_again_in_the_middle_the_page_goes_on_by_itself(
    desk: Office, phone: Open, files: dict[str, Path]
) -> None:
    async with phone() as page:
        page.on("dialog", lambda dialog: dialog.accept())
        await throttled(page, 2_000_000)
        await fill(page)
        await page.locator("#berkas").set_input_files(files["rekaman.mp4"])
        await until(page, "document.querySelector('[data-berkas] progress').value > 30")
        await page.get_by_role("button", name="Jeda").click()
        await expect(page.get_by_text("dijeda")).to_be_visible()
        await saved(page).to_contain_text("Draf tersimpan pukul")
        await page.reload()
        await expect(page.get_by_label("Judul kegiatan")).to_have_value("Serah terima kunci 🏠")
        await throttled(page, -1)
        await expect(page.get_by_text("terkirim", exact=True)).to_be_visible(timeout=LONG)
        assert len(await desk.rows("SELECT id FROM uploads")) == 1
        await sent(page)
        (received,) = await desk.events(ReportReceived)
        assert [(m.name, m.original.size) for m in received.media] == [("rekaman.mp4", len(VIDEO))]
        kept = "new Laci().all('berkas').then((all) => all.length)"
        assert await page.evaluate(kept) == 0


async def test_without_a_connection_all_is_kept_and_sent_when_it_is_back(
    desk: Office, phone: Open, files: dict[str, Path]
) -> None:
    async with phone() as page:
        await page.context.set_offline(True)
        await fill(page)
        await page.locator("#berkas").set_input_files(files["0.jpg"])
        await saved(page).to_contain_text("Tidak ada sambungan. Draf tersimpan di perangkat ini")
        await page.get_by_role("button", name="Kirim bahan").click()
        await expect(page.locator("[data-pesan]")).to_be_visible()
        await pictured(page, "tanpa-sambungan")
        assert await drafts(desk) == []
        await page.context.set_offline(False)
        await page.wait_for_url(re.compile("/bahan/0"))
        (received,) = await desk.events(ReportReceived)
        assert [m.name for m in received.media] == ["0.jpg"]


async def test_a_draft_of_the_device_alone_is_in_the_list_and_goes_to_the_server(desk: Office, phone: Open) -> None:
    async with phone() as page:
        await page.route("**/api/v1/drafts/*", lambda route: route.abort())
        await fill(page)
        await saved(page).to_contain_text("tersimpan di perangkat ini")
        await page.goto("/bahan")
        await expect(page.get_by_text("Baru tersimpan di perangkat ini.")).to_be_visible()
        await page.unroute("**/api/v1/drafts/*")
        await page.reload()
        await expect(page.get_by_text("1 draf dari perangkat ini sudah tersimpan ke server.")).to_be_visible()
        assert [d["title"] for d in await drafts(desk)] == ["Serah terima kunci 🏠"]


async def test_after_the_session_ended_nothing_is_lost_and_the_upload_goes_on(
    desk: Office, phone: Open, files: dict[str, Path]
) -> None:
    async with phone() as page:
        await page.get_by_label("Judul kegiatan").fill("Separuh")
        await saved(page).to_contain_text("Draf tersimpan pukul")
        await end_sessions(desk)
        await page.locator("#berkas").set_input_files(files["0.jpg"])
        await fill(page)
        await expect(page.get_by_text("Sesi Anda sudah berakhir")).to_be_visible()
        await expect(page.get_by_text("menunggu Anda masuk lagi")).to_be_visible()
        await pictured(page, "sesi-berakhir")
        await page.get_by_role("button", name="Kirim bahan").click()
        await expect(page.get_by_role("button", name="Kirim bahan")).to_be_enabled()
        await page.get_by_role("link", name="Masuk lagi, lalu lanjutkan").click()
        await log_in(page)
        await page.wait_for_url(re.compile("draf="))
        await expect(page.get_by_label("Yang hadir")).to_have_value("Wali Kota")
        await expect(page.get_by_text("terkirim", exact=True)).to_be_visible()
        await sent(page)
        (received,) = await desk.events(ReportReceived)
        assert [m.name for m in received.media] == ["0.jpg"]


SLOWLY = """
const open = IDBFactory.prototype.open;
IDBFactory.prototype.open = function (...given) {
    const asking = open.apply(this, given);
    const told = Object.getOwnPropertyDescriptor(IDBRequest.prototype, 'onsuccess').set;
    const late = (work) => told.call(asking, (event) => setTimeout(() => work(event), 4000));
    Object.defineProperty(asking, 'onsuccess', { set: late });
    return asking;
};
"""


async def test_what_is_typed_before_a_slow_device_has_read_what_it_kept_stands_beside_it(
    desk: Office, phone: Open, site: str
) -> None:
    async with phone() as page:
        await page.get_by_label("Judul kegiatan").fill("Separuh")
        await saved(page).to_contain_text("Draf tersimpan pukul")
        await end_sessions(desk)
        await fill(page)
        await expect(page.get_by_text("Sesi Anda sudah berakhir")).to_be_visible()
        token, _ = await desk.session("dewi")
        await page.context.add_cookies([{"name": "alurwarta", "value": token, "url": site}])
        await page.add_init_script(SLOWLY)
        await page.reload()
        await page.get_by_label("Tempat").fill("Rawalumbu")
        await expect(page.get_by_label("Yang hadir")).to_have_value("Wali Kota")
        await expect(page.get_by_label("Tempat")).to_have_value("Rawalumbu")
        await saved(page).to_contain_text("Draf tersimpan pukul")
        (kept,) = await desk.rows(
            "SELECT fields::json ->> 'title' AS title, fields::json ->> 'place' AS place FROM drafts"
        )
        assert (kept["title"], kept["place"]) == ("Serah terima kunci 🏠", "Rawalumbu")


@pytest.mark.parametrize(
    ("button", "titles"),
    [
        ("Pakai yang di layar ini", {"Dari ponsel"}),
        ("Pakai yang dari perangkat lain", {"Dari PC"}),
        ("Simpan keduanya", {"Dari ponsel", "Dari PC"}),
    ],
)
async def test_two_devices_on_one_draft_and_the_person_chooses(
    desk: Office, phone: Open, button: str, titles: set[str]
) -> None:
    async with phone() as page, phone(viewport=PC) as pc:
        await page.get_by_label("Judul kegiatan").fill("Mula-mula")
        await saved(page).to_contain_text("Draf tersimpan pukul")
        await pc.goto(page.url)
        await pc.get_by_label("Judul kegiatan").fill("Dari PC")
        await saved(pc).to_contain_text("Draf tersimpan pukul")
        await page.get_by_label("Judul kegiatan").fill("Dari ponsel")
        await expect(page.get_by_text("Draf ini sudah diubah di perangkat lain.")).to_be_visible()
        assert [d["title"] for d in await drafts(desk)] == ["Dari PC"]
        await pictured(page, "dua-perangkat")
        await page.get_by_role("button", name=button).click()
        await saved(page).to_contain_text("Draf tersimpan pukul")
        assert {d["title"] for d in await drafts(desk)} == titles
        shown = "Dari PC" if button.endswith("lain") else "Dari ponsel"
        await expect(page.get_by_label("Judul kegiatan")).to_have_value(shown)


SHARE = """(files) => {
    const data = new DataTransfer();
    files.forEach((name) => data.items.add(new File([`isi ${name}`], name, { type: 'image/jpeg' })));
    const form = document.createElement('form');
    Object.assign(form, { method: 'post', enctype: 'multipart/form-data', action: '/bahan/berbagi' });
    const chooser = Object.assign(document.createElement('input'), { type: 'file', name: 'berkas', multiple: true });
    chooser.files = data.files;
    const text = Object.assign(document.createElement('input'), { name: 'text', value: 'Dari WhatsApp' });
    form.append(chooser, text);
    document.body.append(form);
    form.submit();
}"""


async def with_worker(page: Page) -> None:
    await page.evaluate("navigator.serviceWorker.ready.then(() => 0)")
    await page.reload()
    await until(page, "navigator.serviceWorker.controller !== null")


async def test_photographs_shared_from_the_gallery_lie_in_a_new_report(desk: Office, phone: Open) -> None:
    async with phone(path="/bahan") as page:
        await with_worker(page)
        await page.evaluate(SHARE, ["a.jpg", "b.jpg"])
        await page.wait_for_url(re.compile("/bahan/baru"))
        await expect(page.get_by_text("terkirim", exact=True)).to_have_count(2)
        await expect(page.get_by_label("Uraian")).to_have_value("Dari WhatsApp")
        await until(page, "new Laci().all('kiriman').then((all) => all.length === 0)")
        await fill(page)
        await sent(page)
        (received,) = await desk.events(ReportReceived)
        assert sorted(m.name for m in received.media) == ["a.jpg", "b.jpg"]


async def test_what_is_shared_while_logged_out_waits_for_the_log_in(desk: Office, phone: Open) -> None:
    async with phone(path="/bahan") as page:
        await with_worker(page)
        await end_sessions(desk)
        await desk.account("dewi")
        await page.evaluate(SHARE, ["a.jpg"])
        await page.wait_for_url(re.compile("/masuk"))
        await log_in(page)
        await expect(page.get_by_text("terkirim", exact=True)).to_be_visible()
        await expect(page.get_by_label("Uraian")).to_have_value("Dari WhatsApp")


async def test_without_its_worker_the_server_keeps_what_is_shared_as_a_draft(desk: Office, phone: Open) -> None:
    async with phone(path="/bahan", service_workers="block") as page:
        await page.evaluate(SHARE, ["a.jpg"])
        await page.wait_for_url(re.compile("draf="))
        await expect(page.get_by_text("terkirim", exact=True)).to_be_visible()
        await expect(page.get_by_label("Uraian")).to_have_value("Dari WhatsApp")


async def test_no_page_of_a_persons_is_kept_and_without_a_connection_one_is_told(desk: Office, phone: Open) -> None:
    async with phone(path="/bahan") as page:
        await with_worker(page)
        await page.goto("/beranda")
        await page.evaluate("fetch('/api/v1/reports').then((answer) => answer.text())")
        names = await page.evaluate(
            "caches.keys().then((all) => Promise.all(all.map((n) => caches.open(n))))"
            ".then((all) => Promise.all(all.map((c) => c.keys())))"
            ".then((all) => all.flat().map((r) => new URL(r.url).pathname))"
        )
        assert {n for n in names if not n.startswith("/aset/")} == {"/luring"}
        await page.context.set_offline(True)
        await page.goto("/bahan")
        await expect(page.get_by_role("heading", name="Tidak ada sambungan")).to_be_visible()
        assert "Dewi" not in await page.content()
        await pictured(page, "luring")


async def test_it_can_be_installed(desk: Office, phone: Open, site: str) -> None:
    async with phone(path="/bahan") as page:
        session = await page.context.new_cdp_session(page)
        await with_worker(page)
        told = await session.send("Page.getAppManifest")
        assert told["errors"] == []
        assert '"share_target"' in told["data"]
        icons = re.findall(r'"src":"([^"]+)","sizes":"(\d+)x', told["data"])
        assert len(icons) == 3
        for path, size in icons:
            answer = await page.request.get(f"{site}{path}")
            assert answer.headers["content-type"] == "image/png"
            assert int.from_bytes((await answer.body())[16:20], "big") == int(size)


async def test_sent_twice_at_once_is_one_report(desk: Office, phone: Open) -> None:
    async with phone(java_script_enabled=False) as page:
        await fill(page)
        await page.get_by_role("button", name="Kirim bahan").dblclick(no_wait_after=True)
        await expect(page).to_have_url(re.compile("/bahan/0"))  # the first of the two navigations is cut off
        assert len(await desk.events(ReportReceived)) == 1


async def test_the_admin_records_on_the_screen(desk: Office, phone: Open, files: dict[str, Path]) -> None:
    async with phone("rina", "/bahan/catat") as page:
        await page.get_by_label("Bidang/Sekretariat pengirim").select_option("perumahan")
        await page.get_by_label("Nama pengirim").fill("Budi Santoso")
        await page.get_by_label("Tanggal dikirim").fill("2026-11-23")
        await page.get_by_label("Jam dikirim").fill("10:00")
        await page.get_by_label("Bukti kiriman").set_input_files(files["3.jpg"])
        await page.locator("#berkas").set_input_files(files["0.jpg"])
        await fill(page)
        await page.get_by_label("Judul kegiatan").fill("Dari WA")
        await pictured(page, "catat")
        await page.get_by_role("button", name="Catat bahan").click()
        await page.wait_for_url(re.compile("/bahan/0"))
        await expect(page.get_by_text("Jeda pencatatan")).to_be_visible()
        await pictured(page, "catat-satu")
        (received,) = await desk.events(ReportReceived)
        assert [m.name for m in received.media] == ["0.jpg"]
        assert sorted(r["private"] for r in await desk.rows("SELECT private FROM media")) == [False, True]


async def test_by_the_keyboard_alone_a_report_is_sent(desk: Office, phone: Open) -> None:
    async with phone(viewport=PC) as page:
        reached: list[str] = []
        for _ in range(60):
            await page.keyboard.press("Tab")
            name = await page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()")
            reached.append(name)
            if name == "title":
                await page.keyboard.type("Dengan papan ketik")
            if name == "text":
                await page.keyboard.type("Isi.")
            if name == "Kirim bahan" and "text" in reached:
                await page.keyboard.press("Enter")
                break
        await page.wait_for_url(re.compile("/bahan/0"))


async def test_nothing_in_the_page_breaks_its_own_policy(desk: Office, phone: Open, files: dict[str, Path]) -> None:
    async with phone(path="about:blank") as page:
        wrong: list[str] = []
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        for path in ("/bahan", "/bahan/baru", "/beranda"):
            await page.goto(path)
            await asyncio.sleep(0)
        await page.goto("/bahan/baru")
        await page.locator("#berkas").set_input_files(files["0.jpg"])
        await expect(page.get_by_text("terkirim", exact=True)).to_be_visible()
        assert wrong == []
