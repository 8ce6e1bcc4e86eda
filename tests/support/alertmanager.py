"""A real Alertmanager as a child, with a given configuration."""

import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from deploy.embedded.house import free_port
from tests.monitoring.tools import tool
from tests.support.prometheus import stop, until_ready


@dataclass(frozen=True)
class Alertmanager:
    """Its address."""

    url: str

    async def fire(self, *alerts: dict[str, Any]) -> None:
        """Tell it what Prometheus would: each alert with `labels` and `annotations`."""
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.post(f"{self.url}/api/v2/alerts", json=list(alerts))
        assert answer.status_code == 200, answer.text

    async def known(self) -> list[dict[str, Any]]:
        """All alerts, with the receivers of each and what inhibits it."""
        async with httpx.AsyncClient(timeout=10) as client:
            return (await client.get(f"{self.url}/api/v2/alerts")).json()


@asynccontextmanager
async def alertmanager(config: Path, directory: Path) -> AsyncGenerator[Alertmanager]:
    """Started without a cluster, its data in `directory`."""
    port = free_port()
    command = [tool("prometheus-alertmanager"), f"--config.file={config}", f"--storage.path={directory / 'data'}"]
    listening = [f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
    with (directory / "alertmanager.log").open("wb") as log:
        process = subprocess.Popen([*command, *listening], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            await until_ready(process, f"http://127.0.0.1:{port}", directory / "alertmanager.log")
            yield Alertmanager(f"http://127.0.0.1:{port}")
        finally:
            stop(process)
