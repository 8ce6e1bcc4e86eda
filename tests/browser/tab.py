"""One tab of one person: goes to pages, and says everything that is wrong with what it sees there."""

import os
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page, Route

from tests.browser import finding
from tests.browser.watching import Watch

HEAVIEST = 100 * 1024
SHOTS = Path(os.environ.get("ALURWARTA_SCREENSHOTS", Path(__file__).parents[2] / "artifacts" / "screenshots"))
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Screen:
    """A device: its CSS pixels, and whether it is touched."""

    name: str
    width: int
    height: int
    touched: bool = False

    def context(self) -> dict[str, Any]:
        size: dict[str, Any] = {"width": self.width, "height": self.height}
        return {"viewport": size, "is_mobile": self.touched, "has_touch": self.touched}


PHONE = Screen("ponsel", 360, 740, touched=True)
DESK = Screen("meja", 1280, 800)
SCREENS = (PHONE, DESK)


@dataclass
class Tab:
    """`page` is Playwright's own, for everything that a person does; the rest is ours."""

    page: Page
    watch: Watch
    who: str
    screen: Screen
    scripts: bool
    home: str
    problems: list[str] = field(default_factory=list[str])

    async def visit(self, path: str, name: str = "", *, status: int = 200) -> None:
        """Open a page of this site, and `check` it. `status` is what it must answer."""
        await self.open(path, status=status)
        await self.check(name or path)

    async def open(self, path: str, *, status: int = 200) -> None:
        """Open a page of this site without looking at it more closely."""
        self.watch.forget()
        answer = await self.page.goto(self.home + path, wait_until="load")
        assert answer is not None
        assert answer.status == status, f"{self.who}: {path} answered {answer.status}"
        await self._settled()
        if status >= 400:  # the browser's own line about it
            self.watch.errors = [e for e in self.watch.errors if f"status of {status}" not in e]

    async def check(self, name: str, *, weight: bool = True) -> None:
        """Assert that nothing is wrong with what stands on the screen now, and keep a picture of it."""
        await self._picture(name)
        found = await self.findings(weight=weight)
        assert not found, f"{self.who}, {self.screen.name}, {self.page.url}\n" + "\n".join(found)

    async def findings(self, *, weight: bool = True) -> list[str]:
        """All that is wrong, in words; empty is good. `weight` only where a page was just loaded."""
        found = [f"console: {e}" for e in self.watch.errors]
        found += [f"another host: {url}" for url in self.watch.strangers]
        found += [f"too wide: {w}" for w in await finding.too_wide(self.page)]
        found += [f"axe: {v}" for v in (await finding.axe(self.page) if self.scripts else await self._unscripted())]
        if self.screen.touched:
            found += [f"too small to touch: {s}" for s in await finding.too_small(self.page)]
        if weight and self.watch.weight > HEAVIEST:
            found.append(f"too heavy: {self.watch.weight} bytes: {self.watch.heaviest()}")
        return found

    async def links(self) -> list[str]:
        """Where this page leads on this site: paths with their queries, without what is downloaded."""
        hrefs: list[str] = await self.page.evaluate(
            "[...document.querySelectorAll('a[href]:not([download])')].map((a) => a.href)"
        )
        parts = [urlsplit(h) for h in hrefs if h.startswith(self.home)]
        return list(dict.fromkeys(p.path + (f"?{p.query}" if p.query else "") for p in parts))

    async def _settled(self) -> None:
        """Until nothing more is loaded; a page that listens for ever is not waited for."""
        await self.page.wait_for_timeout(50)
        if self.scripts:
            await self.page.evaluate("document.fonts.ready.then(() => true)")

    async def _picture(self, name: str) -> None:
        plain = re.sub(r"[^a-z0-9]+", "-", UUID.sub("x", name.lower())).strip("-") or "muka"
        folder = SHOTS / self.screen.name / (self.who if self.scripts else f"{self.who}-tanpa-skrip")
        folder.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=folder / f"{plain}.png", full_page=True)

    async def _unscripted(self) -> list[str]:
        """Axe needs scripts: the page as it stands without them goes, as it is, before a tab that has them."""
        html: str = await self.page.evaluate("document.documentElement.outerHTML")
        html = re.sub(r"<script\b.*?</script>", "", html, flags=re.DOTALL).replace("noscript>", "div>")
        browser = self.page.context.browser
        assert browser is not None
        context = await browser.new_context(**self.screen.context())
        try:
            page = await context.new_page()

            async def answer(route: Route) -> None:
                await route.fulfill(body=f"<!doctype html>{html}", content_type="text/html; charset=utf-8")

            await page.route(self.page.url, answer)
            await page.goto(self.page.url)
            return await finding.axe(page)
        finally:
            await context.close()


@asynccontextmanager
async def tab(
    browser: Browser, home: str, *, who: str, screen: Screen, scripts: bool, hosts: frozenset[str], state: Any = None
) -> AsyncGenerator[Tab]:
    """A tab with its own cookies and storage, of a person whose `state` is what logging in left."""
    context = await browser.new_context(
        **screen.context(), java_script_enabled=scripts, storage_state=state, locale="id-ID", timezone_id="Asia/Jakarta"
    )
    try:
        page = await context.new_page()
        watch = Watch(hosts)
        await watch.on(page)
        yield Tab(page, watch, who, screen, scripts, home)
    finally:
        await context.close()
