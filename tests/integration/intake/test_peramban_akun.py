"""In a real browser: an invitation becomes a session, by way of the second factor."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn

from tests.integration.intake.browser import code, invited
from tests.integration.intake.desk import Office
from tests.support import networks
from tests.support.chromium import page

pytestmark = networks.WITH_A_BROWSER


@pytest.fixture
async def site(desk: Office) -> AsyncGenerator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(desk.app, lifespan="off", log_level="warning"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await serving


async def test_an_invited_person_gets_in_with_a_telephone(desk: Office, site: str, tmp_path: Path) -> None:
    desk.app.state.door = replace(desk.app.state.door, must_have_second_factor=frozenset(["admin"]))
    async with page(tmp_path / "profil", {}, site) as opened:
        tab = opened.tab
        await tab.goto(f"{site}{await invited(desk)}")
        for name in ("#password", "#again"):
            await tab.fill(name, "pagi-cerah-di-taman")
        await tab.press("#again", "Enter")
        await tab.wait_for_url("**/masuk/pasang")
        assert await tab.evaluate("document.querySelector('img.qr').naturalWidth") > 0
        secret = str(await tab.text_content("details code")).replace(" ", "")
        await tab.fill("#kode", code(desk, secret))
        await tab.press("#kode", "Enter")
        await tab.wait_for_selector("ul.kode li:nth-child(10)")
        await tab.click("main a.button")
        await tab.wait_for_url("**/beranda")
