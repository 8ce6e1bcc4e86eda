"""Another dashboard reads the figures with public tools: the examples of docs/compliance.md, run as they stand."""

import asyncio
import csv
import re
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn

from deploy.prepare import HOUSE
from services.review.compliance import sheet
from tests.integration.review.clocks import put
from tests.integration.review.desk import Office
from tests.integration.review.test_kepatuhan import MONTH
from tests.support.documents import page
from tests.support.integrator import expect_tools, exported, outsider, shell

PAGE = page(HOUSE / "docs" / "compliance.md")


@asynccontextmanager
async def served(desk: Office) -> AsyncGenerator[str]:
    """The review service at an address of its own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(desk.app, lifespan="off", log_level="warning"))
        running = asyncio.create_task(server.serve([listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await running


async def run(name: str, folder: Path, environment: dict[str, str]) -> str:
    done = await asyncio.to_thread(shell, PAGE.run[name][1], folder, environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_the_examples_of_the_page_work_as_they_stand(desk: Office, tmp_path: Path) -> None:
    expect_tools("curl", "jq")
    await put(desk, *MONTH)
    counted = sum(one.clock.counted and not one.practice for one in MONTH)
    async with served(desk) as site:
        operator = outsider() | desk.stack.environment("review") | {"ALURWARTA_STAFF_URL": site}
        told = await run("add", tmp_path, operator)
        reader = outsider() | exported(told)
        assert (await run("month", tmp_path, reader)).count('"stage"') == 4
        await run("csv", tmp_path, reader)
        await run("clocks", tmp_path, reader)
        assert len((await run("pages", tmp_path, reader)).splitlines()) == counted
        assert "Laporan Kepatuhan Waktu Layanan, November 2026" in await run("report", tmp_path, operator)
        shown = "\n".join(line for line in told.splitlines() if line.startswith("  curl"))
        assert '"stages"' in (await asyncio.to_thread(shell, shown, tmp_path, outsider())).stdout
        listed = await asyncio.to_thread(
            shell, "alurwarta readers disable metabase && alurwarta readers list", tmp_path, operator
        )
        assert re.search(r"metabase +disabled, last used 2026", listed.stdout), listed.stderr
    with (tmp_path / "november.csv").open(newline="") as file:
        assert sum(int(line["closed"]) for line in csv.DictReader(file)) == counted
    with (tmp_path / "clocks.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == counted


def test_the_page_tells_every_column() -> None:
    for column in (*sheet.FIGURES, *sheet.CLOCKS):
        assert f"`{column}`" in PAGE.text
