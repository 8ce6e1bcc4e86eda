"""Posting by hand as it is done: taken on, copied, shared or downloaded, posted, attested, removed; on each screen."""

import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from playwright.async_api import expect

from tests.browser.site import Site
from tests.browser.tab import PHONE, Screen
from tests.browser.test_penerbitan import ON_EACH, SCRIPTS, approved, press, reach

WORDS = "Berita baru dari dinas. #Bekasi"
CHANNELS = ("whatsapp", "telegram", "instagram", "facebook", "x")
# The phone's own share sheet: what it is given is kept in `shared`, and it can be told to refuse.
SHEET = """(can) => {
  window.shared = [];
  const told = async ({text, files}) => ({text, files: await Promise.all((files || []).map(
    async (f) => ({name: f.name, type: f.type, size: f.size, first: new Uint8Array(await f.arrayBuffer())[0]})))});
  navigator.canShare = ({files}) => can.files && files.every((f) => f.type === "image/jpeg");
  navigator.share = async (data) => {
    if (data.files && can.refuses) throw new DOMException("no", "NotAllowedError");
    window.shared.push(await told(data));
  };
  Object.defineProperty(navigator, "userActivation", {value: {isActive: can.active}});
}"""


async def begun(site: Site, *channels: str, file: str = "rumah.jpg") -> str:
    """A fresh Story whose Version waits for a person on these channels."""
    story = await approved(site, channels=channels, file=file)
    async with site.actors() as actors:
        await actors.admin.post(f"/api/v1/publications/{story}/publish", {"version": 1})
    return story


def posting(story: str, channel: str = "whatsapp") -> str:
    return f"/terbit/{story}/kanal/{channel}/posting?version=1"


async def put(site: Site, story: str, channel: str, **facts: Any) -> None:
    """Have one delivery stand as it does after what no test can bring about here."""
    told = {"state": "waiting", "mode": "assisted", "next_at": None, "required": False} | facts
    places = ", ".join(f"{name} = ${n}" for n, name in enumerate(told, start=3))
    values = [json.dumps(v) if isinstance(v, dict) else v for v in told.values()]
    conn: Any = await asyncpg.connect(site.servers.owner_dsn)
    try:
        await conn.execute(
            f"UPDATE publisher.deliveries SET {places} WHERE story = $1 AND channel = $2",
            story,
            channel,
            *values,
        )
    finally:
        await conn.close()


async def left_there(site: Site, story: str, channel: str, url: str, **facts: Any) -> None:
    """Have a post stand there still that had to be gone."""
    told: dict[str, Any] = {"state": "live", "way": "attested", "url": url, "removal_cause": "taken-down"}
    told |= {"removal_at": None, "removal_since": datetime.now(UTC)}
    await put(site, story, channel, **told | facts)


@SCRIPTS
@ON_EACH
async def test_a_whatsapp_channel_is_posted_to_by_hand_from_taking_on_to_attesting(
    site: Site, screen: Screen, scripts: bool
) -> None:
    story = await approved(site, channels=["whatsapp"], file="rumah.jpg")
    async with site.tab("admin", screen, scripts=scripts) as tab:
        await tab.open(f"/terbit/{story}")
        await press(tab, "Terbitkan versi 1")
        await tab.open(f"/terbit/{story}")
        await tab.page.get_by_role("link", name="Posting").click()
        await tab.check("posting menunggu", weight=False)
        await press(tab, "Saya yang memposting")
        assert "Anda yang memposting ini" in await tab.page.inner_text("main")
        assert WORDS in await tab.page.input_value("#teks")
        await tab.check("posting saya pegang", weight=False)
        if scripts:
            await tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
            await tab.page.get_by_role("button", name="Salin teks").click()
            await expect(tab.page.locator("[data-salinan]")).to_contain_text("disalin")
            copied: str = await tab.page.evaluate("navigator.clipboard.readText()")
            assert copied == await tab.page.input_value("#teks")
        async with tab.page.expect_download() as got:
            await tab.page.get_by_role("link", name="Foto 1").click()
        assert (await got.value).suggested_filename == "01-foto.jpg"
        async with tab.page.expect_download() as got:
            await tab.page.get_by_role("link", name="Unduh teks dan semua berkas").click()
        found = zipfile.ZipFile(io.BytesIO(Path(await (await got.value).path()).read_bytes()))
        assert found.namelist() == ["teks.txt", "alt.txt", "01-foto.jpg"]
        assert found.read("teks.txt").decode() == (await tab.page.input_value("#teks"))
        await tab.page.fill("#tautan", "https://contoh.test/1")
        tab.watch.expect(r"status of 422")
        await press(tab, "Sudah tayang")
        assert "bukan tautan kiriman dari whatsapp.com" in await tab.page.inner_text("main")
        await tab.check("posting tautan ditolak", weight=False)
        await tab.page.fill("#tautan", "https://whatsapp.com/channel/0029Va/12")
        await press(tab, "Sudah tayang")
        assert "Pernyataan Anda dicatat" in await tab.page.inner_text("main")
        assert "dinyatakan oleh Rina Admin" in await tab.page.inner_text("#keadaan")
        await tab.check("posting tayang", weight=False)


@pytest.mark.parametrize(
    ("can", "presses", "said", "count"),
    [
        ({"files": True, "active": True}, 1, "Dibagikan.", 1),
        ({"files": True, "active": False}, 2, "Dibagikan.", 1),  # the files came too late for the first press
        ({"files": True, "active": True, "refuses": True}, 2, "Dibagikan.", 0),
        ({"files": False, "active": True}, 1, "Dibagikan.", 0),
    ],
    ids=["berkas", "berkas-lambat", "berkas-ditolak", "teks-saja"],
)
async def test_a_phone_hands_text_and_files_to_the_channels_application(
    site: Site, can: dict[str, bool], presses: int, said: str, count: int
) -> None:
    story = await begun(site, "whatsapp")
    async with site.tab("admin", PHONE) as tab:
        await tab.page.add_init_script(f"({SHEET})({json.dumps(can)})")
        await tab.open(posting(story))
        button = tab.page.get_by_role("button", name="Bagikan ke aplikasinya")
        for left in range(presses, 0, -1):
            assert await tab.page.evaluate("window.shared.length") == 0
            await button.click()
            await expect(tab.page.locator("[data-salinan]")).to_contain_text(
                said if left == 1 else "ekan sekali lagi", timeout=15_000
            )
        (shared,) = await tab.page.evaluate("window.shared")
        assert shared["text"] == await tab.page.input_value("#teks")
        assert [(f["name"], f["type"], f["first"]) for f in shared["files"]] == [
            ("01-foto.jpg", "image/jpeg", 0xFF)
        ] * count
        await tab.check("posting dibagikan", weight=False)


async def test_where_nothing_can_be_shared_there_is_no_button_for_it(site: Site) -> None:
    story = await begun(site, "whatsapp")
    async with site.tab("admin", PHONE) as tab:
        await tab.page.add_init_script("navigator.share = undefined")
        await tab.open(posting(story))
        assert not await tab.page.locator("[data-bagikan]").is_visible()
        assert await tab.page.get_by_role("link", name="Unduh teks dan semua berkas").is_visible()


@ON_EACH
async def test_each_state_of_a_post_says_what_is_to_be_done(site: Site, screen: Screen) -> None:
    story = await begun(site, *CHANNELS)
    sari = {"account": "sari", "name": "Sari Rahmawati", "capacity": "Admin"}
    await put(site, story, "telegram", state="sending", held_by=sari)
    await put(site, story, "instagram", state="live", way="attested", confirmed_by=sari, url="https://www.instagram.com/p/DabcdEfgh12/?utm_source=ig_web_copy_link")  # fmt: skip  # noqa: E501
    await put(
        site, story, "facebook", state="failed", mode="connected", reason="Facebook menolak: izin halaman dicabut."
    )
    await put(site, story, "x", state="unconfirmed", mode="connected")
    async with site.tab("admin", screen) as tab:
        await tab.visit(f"/terbit/{story}", "posting semua keadaan")
        page = await tab.page.inner_text("#keadaan")
        assert "Sedang diposting oleh Sari Rahmawati." in page
        await tab.visit(posting(story, "telegram"), "posting dipegang orang lain")
        assert "saya ambil alih" in await tab.page.inner_text("main")
        await tab.visit(posting(story, "instagram"), "posting sudah tayang")
        await tab.visit("/terbit?bagian=perlu", "posting daftar perlu")
        assert "Posting di kanal ini, lalu tempelkan tautannya." in await tab.page.inner_text("main")
    async with site.actors() as actors:
        await actors.admin.post(f"/api/v1/publications/{story}/take-down", {"reason": "Fotonya keliru."})
    await left_there(site, story, "whatsapp", "https://whatsapp.com/channel/0029VaXyz/120", removal="by-hand")
    await left_there(
        site, story, "instagram", "https://www.instagram.com/p/DabcdEfgh12/", removal="refused",
        removal_reason="Instagram menolak: izin menghapus dicabut.",
    )  # fmt: skip
    await left_there(
        site, story, "facebook", "https://www.facebook.com/dinas/posts/8812", removal="due", removal_tries=9,
        removal_reason="Facebook tidak menjawab.",
    )  # fmt: skip
    await left_there(site, story, "x", "https://x.com/dinas/status/18812", removal="by-hand", removal_cause="erased")
    await reach(site, story, "taken-down")
    async with site.tab("admin", screen) as tab:
        await tab.visit(f"/terbit/{story}", "posting penghapusan")
        page = await tab.page.inner_text("#keadaan")
        assert "Hapus lagi" not in page  # no program reaches these channels here
        assert page.count("perlu dihapus") == 4
        assert page.count("sedang dihapus") == 1
        assert "taking-down" not in page
        await tab.visit("/terbit?bagian=perlu", "posting daftar penghapusan")
        assert "Hapus kirimannya di kanal ini" in await tab.page.inner_text("main")
        await tab.visit(posting(story, "whatsapp"), "posting setelah diturunkan")
