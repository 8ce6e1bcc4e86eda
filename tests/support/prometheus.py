"""A real Prometheus with the repository's own rules, as a child, scraping services that run."""

import asyncio
import subprocess
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from deploy.embedded.house import free_port
from tests.monitoring.tools import PROMETHEUS, RULES, tool

READY_SECONDS = 60.0
Result = list[dict[str, Any]]


@dataclass(frozen=True)
class Prometheus:
    """Its address."""

    url: str

    async def ask(self, path: str, **parameters: str | float) -> Any:
        """The `data` of one answer of its API; the test fails with Prometheus' own words where it refuses."""
        async with httpx.AsyncClient(timeout=30) as client:
            answer = await client.get(f"{self.url}/api/v1/{path}", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    async def now(self, expr: str) -> Result:
        """An instant query."""
        return (await self.ask("query", query=expr))["result"]

    async def course(self, expr: str, *, seconds: float = 180, step: float = 2) -> Result:
        """A range query over the last so many seconds."""
        end = time.time()
        return (await self.ask("query_range", query=expr, start=end - seconds, end=end, step=step))["result"]


@asynccontextmanager
async def prometheus(
    directory: Path, services: Mapping[str, str], alertmanager: str | None = None
) -> AsyncGenerator[Prometheus]:
    """Prometheus with `deploy/prometheus`, its targets at the given addresses, looking every two seconds."""
    port, home = free_port(), directory / "prometheus"
    home.mkdir()
    (home / "prometheus.yml").write_text(yaml.safe_dump(configured(services, port, alertmanager)))
    command = [tool("prometheus"), f"--config.file={home}/prometheus.yml", f"--storage.tsdb.path={home}/data"]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, f"--web.listen-address=127.0.0.1:{port}"], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            await until_ready(process, f"http://127.0.0.1:{port}", home / "log")
            yield Prometheus(f"http://127.0.0.1:{port}")
        finally:
            stop(process)


def configured(services: Mapping[str, str], port: int, alertmanager: str | None) -> dict[str, Any]:
    """The repository's own configuration, with addresses of this machine in it and more haste."""
    made = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    made["global"] = {"scrape_interval": "2s", "scrape_timeout": "2s", "evaluation_interval": "1s"}
    made["rule_files"] = [f"{RULES}/*.yml"]
    there = {"alurwarta": services, "prometheus": {"": f"127.0.0.1:{port}"}}
    jobs = [job for job in made["scrape_configs"] if job["job_name"] in there]
    for job in jobs:
        for target in job["static_configs"]:
            named = there[job["job_name"]][target.get("labels", {}).get("service", "")]
            target["targets"] = [named.removeprefix("http://")]
    made["scrape_configs"] = jobs
    made["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [alertmanager] if alertmanager else []
    return made


async def until_ready(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    """Wait until it says that it is ready; fails with its last words."""
    deadline = time.monotonic() + READY_SECONDS
    async with httpx.AsyncClient() as client:
        while time.monotonic() < deadline and process.poll() is None:
            with suppress(httpx.HTTPError):
                if (await client.get(f"{url}/-/ready", timeout=3)).status_code == 200:
                    return
            await asyncio.sleep(0.1)
    raise AssertionError(f"{url} did not get ready: {log.read_text(errors='replace')[-2000:]}")


def stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
