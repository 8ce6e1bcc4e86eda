"""Kabar in a real browser, on a phone and on a PC: the count in the navigation, the list, the settings."""

from playwright.async_api import expect

from tests.integration.intake.desk import Office
from tests.integration.intake.notices import BOTH, reached_by, receive, tell
from tests.integration.intake.test_peramban import files, site
from tests.integration.intake.test_ponsel import Open, phone, pictured
from tests.support import networks

__all__ = ["files", "phone", "site"]
pytestmark = networks.WITH_A_BROWSER


async def test_the_admin_sees_what_waits_and_goes_there(desk: Office, phone: Open) -> None:
    report = await receive(desk, "Serah terima kunci rusunawa kepada empat puluh keluarga penerima", 1)
    await receive(desk, "\u202eterbalik <script>alert(1)</script>", 2, urgency="immediate")
    await receive(desk, "Latihan", 3, practice=True)
    await desk.account("rina")
    await tell(desk)
    async with phone("rina", "/kabar") as page:
        await expect(page.locator("[data-jumlah]").last).to_have_text("3")
        await pictured(page, "kabar")
        card = page.locator("article", has_text="Serah terima kunci")
        await card.get_by_role("button", name="Buka").focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/meja/bahan/{report}")
        await page.goto("/kabar")
        await expect(page.locator("[data-jumlah]").last).to_have_text("2")
    async with phone("rina", "/kabar", java_script_enabled=False) as page:
        await page.get_by_role("button", name="Tandai semua sudah dibaca").click()
        await expect(page.get_by_text("baru", exact=True)).to_have_count(0)


async def test_the_settings_are_readable_on_a_phone(desk: Office, phone: Open) -> None:
    desk.app.state.channels = BOTH
    await reached_by(desk, "rina", "rina@contoh.go.id")
    async with phone("rina", "/kabar/pengaturan") as page:
        await pictured(page, "kabar-pengaturan")
        await page.get_by_label("Nomor chat Telegram").fill("abc")
        await page.get_by_role("button", name="Simpan dan kirim kode").last.click()
        await expect(page.get_by_role("alert")).to_be_visible()
        await expect(page.get_by_label("Nomor chat Telegram")).to_have_value("abc")


async def test_an_empty_kabar_says_what_will_stand_there(desk: Office, phone: Open) -> None:
    async with phone("dewi", "/kabar") as page:
        await expect(page.get_by_text("Belum ada kabar")).to_be_visible()
        await pictured(page, "kabar-kosong")


async def test_a_colleague_is_reminded_from_the_list_of_reports(desk: Office, phone: Open) -> None:
    await desk.account("rina")
    await receive(desk, "Serah terima kunci")
    async with phone("dewi", "/bahan") as page:
        link = page.get_by_role("link", name="Ingatkan lewat WhatsApp")
        await expect(link).to_have_attribute("rel", "noopener noreferrer")
        await pictured(page, "bahan-ingatkan")
