"""The whole town as a browser meets it: who works there, what lies there, and a tab for anybody."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.async_api import Browser

from deploy.embedded.house import House
from deploy.embedded.staff import Staff
from tests.browser.scene import ACCOUNTS, Actors, Scene
from tests.browser.tab import DESK, Screen, Tab, tab
from tests.support.stack import Stack


@dataclass(frozen=True)
class Site:
    """Four services and the gateway on real servers. `scene` holds the ids of items in every state."""

    house: House
    servers: Stack
    secret: str = field(repr=False)
    scene: Scene
    browser: Browser
    _sessions: dict[str, Any] = field(default_factory=dict[str, Any], repr=False)

    @property
    def staff_url(self) -> str:
        return self.house.staff_url

    @property
    def public_url(self) -> str:
        return self.house.public_url

    @asynccontextmanager
    async def tab(self, who: str = "umum", screen: Screen = DESK, *, scripts: bool = True) -> AsyncGenerator[Tab]:
        """A fresh tab of one who is logged in (`bidang`, `admin`, …), of nobody ("tamu"), or of the public ("umum")."""
        home = self.public_url if who == "umum" else self.staff_url
        state = await self._session(who) if who in ACCOUNTS else None
        async with tab(
            self.browser, home, who=who, screen=screen, scripts=scripts, hosts=self._hosts(), state=state
        ) as opened:
            yield opened

    @asynccontextmanager
    async def actors(self) -> AsyncGenerator[Actors]:
        """The Bidang, the Admin and the leader at the API, to make items that a test then changes in the browser."""
        crew = [await Staff.log_in(self.staff_url, ACCOUNTS[r], self.secret) for r in ("bidang", "admin", "pimpinan")]
        try:
            yield Actors(*crew)
        finally:
            for one in crew:
                await one.close()

    async def log_in(self, opened: Tab, who: str) -> None:
        """Log in by the form, as a person does."""
        await opened.page.goto(f"{self.staff_url}/masuk")
        await opened.page.fill("[name=account]", ACCOUNTS[who])
        await opened.page.fill("[name=password]", self.secret)
        await opened.page.click("main button")
        await opened.page.wait_for_url("**/beranda")

    async def _session(self, who: str) -> Any:
        """One session per person for all tests, unless a test logs in by itself."""
        if who not in self._sessions:
            async with httpx.AsyncClient(base_url=self.staff_url) as client:
                answer = await client.post("/masuk", data={"account": ACCOUNTS[who], "password": self.secret})
                assert answer.status_code == 303, answer.text[:300]
                cookies = [
                    {"name": name, "value": value, "domain": "127.0.0.1", "path": "/", "httpOnly": True,
                     "secure": False, "sameSite": "Lax", "expires": -1}
                    for name, value in client.cookies.items()
                ]  # fmt: skip
            self._sessions[who] = {"cookies": cookies, "origins": []}
        return self._sessions[who]

    def _hosts(self) -> frozenset[str]:
        """Where a page may load from: the two sites, and the object store that holds the files."""
        return frozenset(urlsplit(u).netloc for u in (self.staff_url, self.public_url, f"http://{self._store()}"))

    def _store(self) -> str:
        given = self.servers.s3_endpoint
        return urlsplit(given).netloc if "//" in given else given
