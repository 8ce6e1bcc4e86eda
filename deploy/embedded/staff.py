"""A member of staff at the HTTP API: logs in as a person does, uploads, and does the SOP's steps."""

import asyncio
import hashlib
import mimetypes
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

T = TypeVar("T")


class StepFailed(Exception):
    """A step of the SOP was refused or did not come about."""


@dataclass(frozen=True)
class Staff:
    """One person's session on the staff's site."""

    client: httpx.AsyncClient
    csrf: str

    @classmethod
    async def log_in(cls, site: str, account: str, password: str) -> "Staff":
        client = httpx.AsyncClient(base_url=site, timeout=30)
        answer = await client.post("/masuk", data={"account": account, "password": password})
        if answer.status_code != 303:
            raise StepFailed(f"{account} could not log in: {answer.status_code} {answer.text[:300]}")
        page = await client.get("/beranda")
        found = re.search(r'name="csrf" value="([^"]+)"', page.text)
        if found is None:
            raise StepFailed(f"{account}: no form on the home page ({page.status_code})")
        return cls(client, found.group(1))

    async def get(self, path: str) -> Any:
        """What only asks is asked once more where its connection ended in that moment, as a browser does."""
        try:
            return self._json(await self.client.get(path))
        except (httpx.ReadError, httpx.RemoteProtocolError):
            return self._json(await self.client.get(path))

    async def post(self, path: str, body: Any) -> Any:
        return self._json(await self.client.post(path, json=body, headers={"X-CSRF-Token": self.csrf}))

    async def close(self) -> None:
        await self.client.aclose()

    @staticmethod
    def _json(answer: httpx.Response) -> Any:
        if answer.status_code >= 400:
            raise StepFailed(
                f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:500]}"
            )
        return answer.json() if answer.content else None

    async def upload(self, file: Path) -> dict[str, str]:
        """Send one file straight to the object store; returns its upload id and hash."""
        data = file.read_bytes()
        content_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        digest = hashlib.sha256(data).hexdigest()
        form = await self.post("/api/v1/uploads", {"name": file.name, "content_type": content_type, "size": len(data)})
        async with httpx.AsyncClient(timeout=60) as store:
            sent = await store.post(form["url"], data=form["fields"], files={"file": (file.name, data, content_type)})
        if sent.status_code >= 300:
            raise StepFailed(f"the store refused {file.name}: {sent.status_code} {sent.text[:300]}")
        await self.post(f"/api/v1/uploads/{form['id']}/complete", {"sha256": digest})
        return {"upload": form["id"], "sha256": digest}


async def until(what: str, look: Callable[[], Awaitable[T | None]], seconds: float = 60) -> T:
    """Look again and again until there is something; raises StepFailed after so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = await look()
        if found is not None:
            return found
        await asyncio.sleep(0.05)
    raise StepFailed(f"{what} did not come about within {seconds:.0f} s")
