"""Pages a second of one publisher process, beside servers that send the same bytes from files, in turns.

The Stories lie in the database as the services leave them. `read` are those that are asked for much: their pages are
in the process's memory, and the database is asked for their revision each time. `anew` are all in turn, more than the
memory holds, so that each page is read and made.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from deploy.bench.asking import Asked, NotAnswered, ask, page
from deploy.bench.installation import Installation, installation
from deploy.bench.journey import percentile
from deploy.bench.page_fill import fill
from deploy.bench.static_server import nginx_configuration
from deploy.embedded.house import free_port

MUCH_READ = 500
LISTS = ("/", "/topik/rusunawa", "/bidang/perumahan", "/arsip")
FLOORS = ("files (nginx)", "files (python)")


@dataclass(frozen=True)
class Server:
    """What is started, and where it listens then."""

    port: int
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Line:
    """One kind of page in all rounds."""

    name: str
    rounds: list[Asked]

    @property
    def rate(self) -> float:
        return median(r.rate for r in self.rounds)

    def told(self) -> dict[str, Any]:
        answers = [a for r in self.rounds for a in r.answers]
        return {
            "pages": self.name,
            "per_s": round(self.rate),
            "p50_ms": percentile(answers, 50),
            "p99_ms": percentile(answers, 99),
            "rounds": [round(r.rate) for r in self.rounds],
        }


async def measure(
    stories: int, seconds: float, rounds: int, clients: int, say: Callable[[str], None] = lambda _: None
) -> list[Line]:
    """Fill, serve, and ask each kind of page `rounds` times, in turns. Raises NoServers."""
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(installation())
        say(f"publishing {stories} Stories")
        paths = await fill(made.owner_dsn, stories)
        site = await stack.enter_async_context(_serving(_publisher(made), "/"))
        much = paths[:MUCH_READ]
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="alurwarta-bench-")))
        await _write(site, much, folder / "root")
        asked = {"a story that is read": (site, much), "a story, made anew": (site, paths)}
        asked |= {f"list {path}": (site, [path]) for path in LISTS}
        asked["search"] = (site, [f"/cari?q=kunci+tahap+{n}" for n in range(1, min(stories, 2_000))])
        for name, server in _floors(folder).items():
            asked[name] = (await stack.enter_async_context(_serving(server, much[0])), much)
        say(f"asking, {rounds} rounds")
        return await _in_turns(asked, seconds, rounds, clients)


async def _in_turns(asked: dict[str, tuple[str, list[str]]], seconds: float, rounds: int, clients: int) -> list[Line]:
    seen: dict[str, list[Asked]] = {name: [] for name in asked}
    for number in range(rounds + 1):
        for name, (address, paths) in asked.items():
            shift = number * 7_919 % len(paths)  # so that `anew` does not begin with what it ended with
            found = await ask(
                address, paths[shift:] + paths[:shift], clients=clients, seconds=seconds if number else min(seconds, 1)
            )
            if number:  # the first warms up
                seen[name].append(found)
    return [Line(name, found) for name, found in seen.items()]


def _publisher(made: Installation) -> Server:
    port = free_port()
    environment = made.environment("publisher") | {"ALURWARTA_LOG_LEVEL": "WARNING"}
    return Server(
        port, [sys.executable, "-m", "deploy.cli.main", "serve", "publisher", "--port", str(port)], environment
    )


def _floors(folder: Path) -> dict[str, Server]:
    """Servers of files: one in C where it is installed, one in Python."""
    root, port = folder / "root", free_port()
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    python = Server(port, [sys.executable, "-m", "deploy.bench.static_server", str(root), str(port)])
    if program is None:
        return {FLOORS[1]: python}
    port = free_port()
    configuration = nginx_configuration(folder, root, port)
    return {FLOORS[0]: Server(port, [program, "-c", str(configuration)]), FLOORS[1]: python}


@asynccontextmanager
async def _serving(server: Server, first: str) -> AsyncGenerator[str]:
    """One server process until the end; its address, once it answers."""
    address = f"http://127.0.0.1:{server.port}"
    process = subprocess.Popen(server.command, env=os.environ | server.environment, stdin=subprocess.DEVNULL)
    try:
        await _answers(address, first)
        yield address
    finally:
        process.terminate()
        process.wait(30)


async def _answers(address: str, path: str) -> None:
    for _ in range(600):
        try:
            await page(address, path)
            return
        except (OSError, NotAnswered, asyncio.IncompleteReadError):
            await asyncio.sleep(0.1)
    raise NotAnswered(f"{address} does not answer")


async def _write(site: str, paths: list[str], root: Path) -> None:
    """The same bytes as files."""
    for path in paths:
        file = root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(await page(site, path))


def print_told(found: list[Line], say: Callable[[str], None], *, as_json: bool) -> None:
    floor = next((line.rate for name in FLOORS for line in found if line.name == name), None)
    lines = [line.told() | {"ratio": round(line.rate / floor, 2) if floor else None} for line in found]
    if as_json:
        say(json.dumps(lines))
        return
    for line, told in zip(found, lines, strict=True):
        say(
            f"{line.name:<24} {told['per_s']:>7} pages/s   p50 {told['p50_ms']:>6} ms   p99 {told['p99_ms']:>6} ms"
            f"   ratio {told['ratio']}   (rounds: {', '.join(f'{r.rate:.0f}' for r in line.rounds)})"
        )
