"""What a browser does while a page is open: bytes loaded, hosts asked, errors and violations told."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import CDPSession, ConsoleMessage, Page, Request

MEDIA = ("Image", "Media")
# Loaded by hand or by the browser itself, not by the page.
NOT_ITS_OWN = ("Prefetch", "Ping", "Preflight")
POLICY = """document.addEventListener("securitypolicyviolation",
  (e) => console.error(`CSP ${e.effectiveDirective}: ${e.blockedURI}`))"""


@dataclass
class Watch:
    """Everything noted since the last `forget`."""

    hosts: frozenset[str]
    errors: list[str] = field(default_factory=list[str])
    strangers: list[str] = field(default_factory=list[str])
    kinds: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    loaded: list[tuple[int, str, str]] = field(default_factory=list[tuple[int, str, str]])
    expected: tuple[str, ...] = ()

    async def on(self, page: Page) -> None:
        """Begin to watch one tab. Its cache is off, so that each page shows its whole weight."""
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.errors.append(f"exception: {error}"))
        page.on("request", self._asked)
        await page.add_init_script(POLICY)
        session = await page.context.new_cdp_session(page)
        await _listen(session, self._answered, self._finished)
        await session.send("Network.enable")
        await session.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def forget(self) -> None:
        self.errors.clear()
        self.strangers.clear()
        self.loaded.clear()
        self.kinds.clear()

    def expect(self, *patterns: str) -> None:
        """Errors that a test brings about on purpose, such as a lost connection; regular expressions."""
        self.expected = patterns

    @property
    def weight(self) -> int:
        """Bytes on the wire without media: headers and bodies as they came, compressed or not."""
        return sum(size for size, kind, _ in self.loaded if kind not in (*MEDIA, *NOT_ITS_OWN))

    def heaviest(self) -> list[str]:
        return [f"{size} {url}" for size, kind, url in sorted(self.loaded, reverse=True)[:6] if kind not in MEDIA]

    def _said(self, message: ConsoleMessage) -> None:
        where = message.location.get("url", "")
        told = f"{message.type}: {message.text} ({where})"
        if message.type not in ("error", "warning") or any(re.search(p, told) for p in self.expected):
            return
        self.errors.append(told)

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc not in self.hosts:
            self.strangers.append(request.url)

    def _answered(self, event: dict[str, Any]) -> None:
        self.kinds[event["requestId"]] = (event["type"], event["response"]["url"])

    def _finished(self, event: dict[str, Any]) -> None:
        kind, url = self.kinds.get(event["requestId"], ("", ""))
        self.loaded.append((int(event["encodedDataLength"]), kind, url))


async def _listen(session: CDPSession, answered: Callable[[Any], None], finished: Callable[[Any], None]) -> None:
    session.on("Network.responseReceived", answered)
    session.on("Network.loadingFinished", finished)
