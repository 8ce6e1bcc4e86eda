"""The desks as a person meets them where much has been done: each page's answer, and whether it read whole tables.

A few items go through the services' own API; then each row of the finished ones is copied many times by SQL, with ids
and times of its own, as if the office had worked for years. The services' own processes are asked over HTTP.
"""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg

from deploy.access.routes import served
from deploy.bench.callers import Caller, client, person
from deploy.bench.cloning import clone_finished
from deploy.bench.installation import Installation, installation
from deploy.bench.items import begin, finish
from deploy.bench.journey import percentile
from deploy.embedded.house import House, furnish
from shared.topics import SERVICES

SMALL = 1_000  # rows: a table of so few is read whole by any plan, and rightly
WARM_UP = 3
LISTS = {
    "intake": ("/beranda", "/bahan", "/bahan?keadaan=received", "/api/v1/reports"),
    "editing": ("/meja", "/api/v1/inbox", "/api/v1/stories"),
    "review": ("/saring", "/papan", "/cari?q=rusunawa", "/api/v1/reviews"),
    "publisher": ("/terbit", "/api/v1/publications?state=at-work", "/"),
}
ITEMS = {
    "intake": ("/bahan/{report}",),
    "editing": ("/meja/bahan/{report}", "/meja/berita/{story}"),
    "review": ("/saring/{story}", "/perjalanan/{story}"),
    "publisher": ("/terbit/{story}",),
}


@dataclass(frozen=True)
class Page:
    """One address: milliseconds of each answer, and the large tables that were read whole for them."""

    service: str
    path: str
    answers: list[float]
    read_whole: list[str]

    def told(self) -> dict[str, Any]:
        return {
            "page": self.path,
            "p50_ms": percentile(self.answers, 50),
            "p95_ms": percentile(self.answers, 95),
            "read_whole": self.read_whole,
        }


async def measure(stories: int, rounds: int, say: Callable[[str], None] = lambda _: None) -> list[Page]:
    """Fill four schemas, and ask every desk `rounds` times, in turns."""
    async with installation() as made:
        with TemporaryDirectory(prefix="alurwarta-bench-") as directory:
            given = {s: made.environment(s) | {"ALURWARTA_LOG_LEVEL": "WARNING"} for s in SERVICES}
            running = furnish(given, Path(directory), owner_dsn=made.owner_dsn)
            async with running.living():
                callers = [await person(made.owner_dsn, r, [r]) for r in ("bidang", "admin", "pimpinan")]
                ids = await begin(running, *callers)
                done = await finish(running, ids["story"][-1], callers[1])
                say(f"copying what is finished {stories} times")
                await clone_finished(made.owner_dsn, report=ids["report"][2], story=done, times=stories)
                return await _ask(made, running, callers[1], ids, rounds)


async def _ask(
    made: Installation, running: House, caller: Caller, ids: dict[str, list[str]], rounds: int
) -> list[Page]:
    asked = [(s, path) for s in SERVICES for path in (*LISTS[s], *_of(ITEMS[s], ids)) if _is_served(s, path)]
    answers: dict[tuple[str, str], list[float]] = {page: [] for page in asked}
    whole: dict[tuple[str, str], list[str]] = {}
    for number in range(rounds + WARM_UP):
        for page in asked:
            taken = await _once(running, caller, *page)
            if number >= WARM_UP:
                answers[page].append(taken)
    for page in asked:
        whole[page] = await _tables_read_whole(made, lambda page=page: _once(running, caller, *page))
    return [Page(*page, answers[page], whole[page]) for page in asked]


def _of(paths: tuple[str, ...], ids: dict[str, list[str]]) -> list[str]:
    return [path.format(report=ids["report"][-1], story=ids["story"][-1]) for path in paths]


def _is_served(service: str, path: str) -> bool:
    start = path.partition("?")[0].split("/")[1]
    return any(r.service == service and r.path.split("/")[1] == start for r in served())


async def _once(running: House, caller: Caller, service: str, path: str) -> float:
    async with client(running.service_urls[service]) as http:
        began = time.perf_counter()
        answer = await http.get(path, headers=caller.headers | {"Accept": "text/html, application/json"})
        taken = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        raise PageFailed(f"{service} {path}: {answer.status_code} {answer.text[:300]}")
    return taken


class PageFailed(Exception):
    """A desk did not answer."""


async def _tables_read_whole(made: Installation, ask: Callable[[], Any]) -> list[str]:
    """The tables of more than SMALL rows of which one request counts a sequential scan."""
    before = await _scans(made)
    for _ in range(5):
        await ask()
    await asyncio.sleep(1.2)  # a backend tells its counts when it is idle, at most once a second
    after = await _scans(made)
    return sorted(t for t, (scans, rows) in after.items() if rows > SMALL and scans >= before.get(t, (0, 0))[0] + 5)


async def _scans(made: Installation) -> dict[str, tuple[int, int]]:
    conn = await asyncpg.connect(made.owner_dsn)
    try:
        rows = await conn.fetch(
            "SELECT schemaname || '.' || relname AS name, seq_scan, n_live_tup FROM pg_stat_user_tables"
        )
    finally:
        await conn.close()
    return {row["name"]: (row["seq_scan"], row["n_live_tup"]) for row in rows}


def print_told(found: list[Page], say: Callable[[str], None], *, as_json: bool) -> None:
    if as_json:
        say(json.dumps([page.told() for page in found]))
        return
    for page in found:
        told = page.told()
        whole = f"   reads whole: {', '.join(page.read_whole)}" if page.read_whole else ""
        say(
            f"{page.service:<10} {told['page'][:48]:<50} p50 {told['p50_ms']:>7} ms   p95 {told['p95_ms']:>7} ms{whole}"
        )
