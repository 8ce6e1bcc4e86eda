"""In a real browser: a form whose session ended gets to the provider, and its copy here stays until it has arrived."""

import time
from dataclasses import replace
from pathlib import Path

from services.intake.front_door.provider import Provider
from tests.integration.intake.desk import PASSWORD, Office
from tests.integration.intake.notices import receive
from tests.integration.intake.test_peramban_akun import site
from tests.support import networks
from tests.support.chromium import Page, page

__all__ = ["site"]
pytestmark = networks.WITH_A_BROWSER
COPIES = "Object.keys(localStorage).filter((key) => key.startsWith('isian:')).length"
FORM = "form[action$='/tarik']"


async def log_in(opened: Page, site: str, who: str) -> None:
    await opened.go(f"{site}/masuk")
    await fill(opened, who)
    await opened.tab.wait_for_url("**/beranda")


async def fill(opened: Page, who: str) -> None:
    await opened.tab.fill("#account", who)
    await opened.tab.fill("#password", PASSWORD)
    await opened.tab.press("#password", "Enter")


async def type_and_lose(opened: Page, desk: Office, site: str) -> None:
    """A reason is typed, the session ends, and the form is sent."""
    await desk.account("dewi")
    path = f"/bahan/{await receive(desk)}"
    await log_in(opened, site, "dewi")
    await opened.go(f"{site}{path}")
    await opened.tab.fill(f"{FORM} [name=reason]", "Salah kirim, diganti besok")
    await desk.owner.execute("DELETE FROM accounts.sessions")
    await opened.tab.click(f"{FORM} button")
    await opened.tab.wait_for_url("**/masuk/lanjut?**")


async def test_the_copy_stays_until_the_form_has_arrived(desk: Office, site: str, tmp_path: Path) -> None:
    async with page(tmp_path / "profil", {}, site) as opened:
        await type_and_lose(opened, desk, site)
        await fill(opened, "dewi")
        await opened.tab.wait_for_selector("form[data-titipan]")
        await opened.tab.wait_for_load_state()
        assert await opened.run(COPIES) == 1
        await opened.tab.click("form[data-titipan] button")
        await opened.tab.wait_for_url("**/bahan/*")
        await opened.until(f"{COPIES} === 0")


async def test_the_copy_stays_for_its_own_account_when_another_logs_in(desk: Office, site: str, tmp_path: Path) -> None:
    await desk.account("agus")
    async with page(tmp_path / "profil", {}, site) as opened:
        await type_and_lose(opened, desk, site)
        await fill(opened, "agus")
        await opened.tab.wait_for_selector("text=diketik dengan akun lain")
        await opened.go(f"{site}/beranda")
        assert await opened.run(COPIES) == 1


async def test_the_form_gets_to_the_provider_through_our_own_policy(desk: Office, site: str, tmp_path: Path) -> None:
    issuer = site.replace("127.0.0.1", "localhost")  # another host, to the browser
    made = Provider(issuer=issuer, client_id="x", client_secret="", label="SSO Kota", claim="sub", site=site)
    made._told, made._asked_at = {"authorization_endpoint": f"{issuer}/izin"}, time.monotonic()  # pyright: ignore[reportPrivateUsage]
    desk.app.state.door = replace(desk.app.state.door, provider=made)
    async with page(tmp_path / "profil", {}, site) as opened:
        await type_and_lose(opened, desk, site)
        await opened.tab.click("text=Masuk lewat SSO Kota")
        await opened.tab.wait_for_url("**/izin?**")
        assert opened.tab.url.startswith(f"{issuer}/izin?response_type=code")
