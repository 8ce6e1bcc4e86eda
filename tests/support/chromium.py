"""Debian's chromium without a screen, driven by Playwright, which brings no browser of its own here."""

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, CDPSession, Dialog, Error, async_playwright
from playwright.async_api import Page as PlaywrightPage

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 60.0


def chromium() -> str:
    """Where a browser is; in CI its absence is a failure, elsewhere a skip that says how to get one."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no browser here: apt-get install chromium")
    return found


@asynccontextmanager
async def running() -> AsyncGenerator[Browser]:
    """One browser process; each person gets a context of their own in it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        try:
            yield browser
        finally:
            await browser.close()


@dataclass(frozen=True)
class Page:
    """One tab for tests that look into the page by JavaScript. `call` is the browser's own protocol."""

    tab: PlaywrightPage
    devtools: CDPSession

    async def call(self, method: str, **params: Any) -> Any:
        return await self.devtools.send(method, params)

    async def run(self, code: str) -> Any:
        """The value of an expression in the page."""
        return await self.tab.evaluate(code)

    async def until(self, code: str) -> Any:
        """Wait until an expression is true in the page."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not (found := await self._looked(code)):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            text = await self.run("document.body.innerText")
            raise AssertionError(f"not within {PATIENCE} s: {code}\n{text}") from None
        return found

    async def _looked(self, code: str) -> Any:
        """The expression's value; None while the page goes over to another."""
        try:
            return await self.run(code)
        except Error as broken_off:
            if "Execution context was destroyed" not in str(broken_off):
                raise
            return None

    async def go(self, url: str) -> None:
        await self.tab.goto(url)

    async def choose(self, selector: str, files: Sequence[Path]) -> None:
        """Choose files as a person does."""
        await self.tab.set_input_files(selector, files)

    async def online(self, is_online: bool) -> None:
        await self._network(offline=not is_online, upload=-1)

    async def slow(self, bytes_a_second: int) -> None:
        await self._network(offline=False, upload=bytes_a_second)

    async def _network(self, *, offline: bool, upload: int) -> None:
        await self.call(
            "Network.emulateNetworkConditions",
            offline=offline, latency=0, downloadThroughput=-1, uploadThroughput=upload,
        )  # fmt: skip


@asynccontextmanager
async def page(folder: Path, cookies: Mapping[str, str], site: str) -> AsyncGenerator[Page]:
    """A tab of a browser with its own profile, which has these cookies of one site."""
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            folder, executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        try:
            await context.add_cookies([{"name": name, "value": value, "url": site} for name, value in cookies.items()])
            tab = context.pages[0] if context.pages else await context.new_page()

            async def leave(dialog: Dialog) -> None:  # "leave this page?": yes
                await dialog.accept()

            tab.on("dialog", leave)
            yield Page(tab, await context.new_cdp_session(tab))
        finally:
            await context.close()
