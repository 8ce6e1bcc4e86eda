"""The review service at an address of this machine, and a real browser before it with a person's session."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

import uvicorn
from playwright.async_api import Browser, Page, async_playwright

from tests.integration.review.desk import Office
from tests.support.chromium import chromium

PHONE, DESK = (360, 740), (1280, 800)
Screen = tuple[int, int]


@dataclass
class Browsing:
    """Tabs of people; `site` is where the service answers."""

    office: Office
    browser: Browser
    site: str

    @asynccontextmanager
    async def tab(self, who: str, screen: Screen = PHONE, *, scripts: bool = True) -> AsyncGenerator[Page]:
        """One person's tab, which fails at the end if a script of ours threw or was refused."""
        width, height = screen
        context = await self.browser.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=scripts, locale="id-ID",
            timezone_id="Asia/Jakarta",
        )  # fmt: skip
        token, _ = await self.office.session(who)
        await context.add_cookies([{"name": "alurwarta", "value": token, "url": self.site}])
        page = await context.new_page()
        page.set_default_timeout(30_000)
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        yield page
        assert not wrong, wrong
        await context.close()


async def expect_no_sideways_scroll(page: Page) -> None:
    """Nothing is wider than the screen."""
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"


@asynccontextmanager
async def served(app: Any, *, lifespan: Literal["on", "off"] = "off") -> AsyncGenerator[str]:
    """An app at an address of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(app, lifespan=lifespan, log_config=None, timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


@asynccontextmanager
async def browsing(office: Office) -> AsyncGenerator[Browsing]:
    """Serve the office's app, and start a browser."""
    async with served(office.app) as site, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield Browsing(office, browser, site)
        await browser.close()
