"""A real OpenID provider (oidc-provider, on Node.js) on a socket of its own, and a browser's way through its pages."""

import asyncio
import json
import os
import re
import shutil
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.embedded.house import free_port

HERE = Path(__file__).parent / "oidc"
CLIENT, SECRET = "alurwarta", "rahasia-penyedia-untuk-uji"


@dataclass(frozen=True)
class OpenID:
    """Where the provider is, and whom it knows: claims by subject."""

    issuer: str
    accounts: Mapping[str, Mapping[str, Any]]


@asynccontextmanager
async def openid(folder: Path, site: str, accounts: Mapping[str, Mapping[str, Any]]) -> AsyncGenerator[OpenID]:
    """Install the provider into a folder, start it, and end it afterwards."""
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no {tool} here: apt-get install nodejs npm")
    for name in ("package.json", "package-lock.json", "server.mjs"):
        shutil.copy2(HERE / name, folder / name)
    await _run(folder, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline")
    port = str(free_port())
    server = await asyncio.create_subprocess_exec(
        "node", "server.mjs", port, site, json.dumps(accounts), cwd=folder, stdout=asyncio.subprocess.PIPE,
        stderr=(folder / "server.log").open("wb"),
    )  # fmt: skip
    try:
        assert server.stdout is not None
        said = await asyncio.wait_for(server.stdout.readline(), 60)
        assert said.strip() == b"siap", (folder / "server.log").read_text()
        yield OpenID(f"http://127.0.0.1:{port}", accounts)
    finally:
        server.terminate()
        await server.wait()


async def _run(folder: Path, *command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()


async def through(http: httpx.AsyncClient, page: httpx.Response, subject: str, *, stop_at: str) -> httpx.Response:
    """Log in at the provider as this subject and consent, until it sends back to an address that begins so."""
    for _ in range(20):
        if page.is_redirect:
            to = page.headers["location"]
            address = page.request.url.join(to)
            if str(address).startswith(stop_at):
                return page
            page = await http.get(address)
        else:
            form = re.search(r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', page.text, re.DOTALL)
            assert form is not None, page.text
            fields = {
                unescape(name): unescape(value)
                for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[2])
            }
            typed = {"login": subject, "password": "apa saja"} if 'name="login"' in form[2] else {}
            page = await http.post(page.request.url.join(unescape(form[1])), data=fields | typed)
    raise AssertionError(f"the provider leads nowhere: {page.url}")
