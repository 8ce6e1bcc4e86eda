"""`alurwarta accounts`: the operator invites, helps back in and lets go, and sees nobody's password."""

import asyncio
import re
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from deploy.cli.accounts import app
from tests.integration.intake.browser import Browser
from tests.integration.intake.desk import PASSWORD, Office

CHOSEN = "pagi-cerah-di-taman"


@pytest.fixture
def run(desk: Office, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("ALURWARTA_ADMIN_DSN", desk.stack.owner_dsn)
    monkeypatch.setenv("ALURWARTA_STAFF_URL", "https://staf.go.id")

    async def command(*words: str, given: str | None = None) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, app, list(words), input=given)

    return command


ABOUT = ("--name", "Rina Wulandari", "--role", "admin", "--capacity", "Admin Publikasi")


async def test_an_invitation_is_a_link_by_which_the_person_gets_in(desk: Office, run: Any) -> None:
    done = await run("add", "rina", *ABOUT)
    assert done.exit_code == 0, done.output
    (path,) = re.findall(r"https://staf\.go\.id(/undangan/[\w-]{43})\n", done.output)
    assert "invited" in (await run("list")).output
    async with Browser.of(desk) as browser:
        await browser.post(path, [("password", CHOSEN), ("again", CHOSEN)])
        assert browser.at == "/beranda"
        assert "Chrome di Android" in (await run("sessions", "rina")).output
        assert "1 ended" in (await run("sessions", "rina", "--end")).output
        assert (await browser.go("/akun")).url.path == "/masuk"
    assert "password" in (await run("list")).output
    assert any(actor.startswith("perintah:") for _, actor in await desk.audited())


async def test_a_script_gives_a_password_on_standard_input(desk: Office, run: Any) -> None:
    done = await run("add", "rina", *ABOUT, "--password-stdin", given=f"{PASSWORD}\n")
    assert (done.exit_code, "undangan" in done.output) == (0, False)
    weak = await run("add", "dewi", *ABOUT, "--password-stdin", given="pendek\n")
    assert weak.exit_code == 1
    async with Browser.of(desk) as browser:
        await browser.log_in("rina")
        assert browser.at == "/beranda"


async def test_reset_disable_and_enable(desk: Office, run: Any) -> None:
    await desk.account("dewi")
    path = re.findall(r"/undangan/\S+", (await run("reset", "dewi")).output)[0]
    async with Browser.of(desk) as browser:
        assert "Kata sandi baru" in (await browser.go(path)).text
        await run("disable", "dewi")
        assert (await browser.go(path)).status_code == 422
        assert (await run("reset", "dewi")).exit_code == 1
        await run("enable", "dewi")
        await browser.log_in("dewi")
        assert browser.at == "/beranda"


@pytest.mark.parametrize(
    "words",
    [("reset", "siapa"), ("disable", "siapa"), ("add", "Nama Salah", *ABOUT), ("add", "rina", *ABOUT, "--email", "x")],
)
async def test_what_cannot_be_is_refused_with_a_sentence(run: Any, words: tuple[str, ...]) -> None:
    done = await run(*words)
    assert done.exit_code == 1
    assert done.output.strip()
