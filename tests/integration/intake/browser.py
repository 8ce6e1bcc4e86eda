"""A browser at the front door: it keeps cookies, reads the forms of pages and sends them as people do."""

import re
from dataclasses import dataclass
from html import unescape
from types import TracebackType
from typing import Any
from urllib.parse import urlencode

import httpx
from pyotp.totp import TOTP

from services.intake.front_door import staffing
from shared.accounts.directory import Particulars
from shared.audit import SYSTEM
from tests.integration.intake.desk import PASSWORD, PEOPLE, Office

HOST = "http://kantor"
CHROME = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Mobile Safari/537.36"
FORM = "application/x-www-form-urlencoded"
INPUT = re.compile(r"<input([^>]*)>|<textarea([^>]*)>\n?(.*?)</textarea>", re.DOTALL)


@dataclass
class Browser:
    """One browser with its cookies; `page` is the last answer."""

    http: httpx.AsyncClient
    page: httpx.Response

    @classmethod
    def of(cls, desk: Office) -> "Browser":
        http = httpx.AsyncClient(
            transport=httpx.ASGITransport(desk.app),
            base_url=HOST,
            headers={"Accept": "text/html", "User-Agent": CHROME},
        )
        return cls(http, httpx.Response(200, request=httpx.Request("GET", HOST)))

    async def __aenter__(self) -> "Browser":
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: Any, at: TracebackType | None) -> None:
        await self.http.aclose()

    async def go(self, path: str) -> httpx.Response:
        """Open a path, and go where it leads."""
        self.page = await self.http.get(path, follow_redirects=True)
        return self.page

    async def send(self, action: str, **typed: str) -> httpx.Response:
        """Fill the page's form that goes to this action, send it, and go where it leads."""
        fields = self.fields(action)
        return await self.post(action, [*[f for f in fields if f[0] not in typed], *typed.items()])

    async def post(self, action: str, fields: list[tuple[str, str]]) -> httpx.Response:
        request = self.http.build_request(
            "POST", action, content=urlencode(fields),
            headers={"Origin": HOST, "Referer": str(self.page.request.url), "Content-Type": FORM},
        )  # fmt: skip
        self.page = await self.http.send(request, follow_redirects=True)
        return self.page

    def fields(self, action: str) -> list[tuple[str, str]]:
        """The named fields of the form that goes to this action, as they are."""
        form = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', self.page.text, re.DOTALL)
        if form is None:
            form = re.search(r"<form(?![^>]*action=)[^>]*>(.*?)</form>", self.page.text, re.DOTALL)
        assert form is not None, self.page.text
        found: list[tuple[str, str]] = []
        for one, many, text in INPUT.findall(form[1]):
            name = re.search(r'name="([^"]*)"', one or many)
            value = re.search(r'value="([^"]*)"', one)
            if name:
                found.append((name[1], unescape(text if many else value[1] if value else "")))
        return found

    @property
    def at(self) -> str:
        return self.page.url.path

    @property
    def csrf(self) -> str:
        return re.findall(r'name="csrf" value="([^"]+)"', self.page.text)[0]

    async def log_in(self, account: str, password: str = PASSWORD, *, to: str = "/beranda") -> httpx.Response:
        await self.go(f"/masuk?ke={to}")
        return await self.send("/masuk", account=account, password=password)

    async def secret(self) -> str:
        """The secret that the page shows to an authenticator."""
        return re.findall(r"<code>([A-Z2-7 ]+)</code>", self.page.text)[0].replace(" ", "")


def code(desk: Office, secret: str, *, later: int = 0) -> str:
    """What an authenticator shows at the office's time, or so many steps later."""
    return TOTP(secret).at(desk.at, counter_offset=later)


async def invited(desk: Office, who: str = "rina") -> str:
    """The path of an invitation for one of the office's people."""
    name, capacity, roles, unit = PEOPLE[who]
    async with desk.desk.transaction() as conn:
        await staffing.put(conn, who, Particulars(name, capacity, roles, unit), by=SYSTEM, at=desk.at)
        return await staffing.invite(conn, who, by=SYSTEM, at=desk.at)
