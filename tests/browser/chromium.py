"""Debian's chromium without a screen, driven by Playwright, which brings no browser of its own here."""

import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


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
