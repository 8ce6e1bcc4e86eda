"""The editing service on a port of its own, and a real browser before it."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from playwright.async_api import Browser, Page, async_playwright

from tests.integration.editing.office import Office
from tests.support.chromium import chromium

PHONE: Any = {"width": 360, "height": 740}
DESK: Any = {"width": 1280, "height": 800}


@asynccontextmanager
async def served(desk: Office) -> AsyncGenerator[str]:
    """The service's address."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(desk.app, lifespan="off", log_level="warning"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def browser() -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        try:
            yield running
        finally:
            await running.close()


@asynccontextmanager
async def page_of(
    running: Browser, desk: Office, site: str, who: str, *, size: Any = DESK, scripts: bool = True
) -> AsyncGenerator[Page]:
    """A page in which this person is logged in; its errors fail the test when it is closed."""
    context = await running.new_context(viewport=size, java_script_enabled=scripts, locale="id-ID")
    token = desk.person(who).cookies["alurwarta"]
    await context.add_cookies([{"name": "alurwarta", "value": token, "url": site}])
    page = await context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    try:
        yield page
    finally:
        await context.close()
    assert not wrong, wrong
