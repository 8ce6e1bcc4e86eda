"""Deliveries a second of one publisher process through the fakes, beside a bare client that makes the same calls.

Both are measured by the fakes, from the first call to the last, in turns on the same servers; that both made the same
calls is checked in each round. The fakes are a process of the tests, so this runs from a copy of the repository.
"""

import asyncio
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg
import httpx

from deploy.bench.deliveries_fill import Batch, connect, fill, make_due, picture
from deploy.bench.installation import Installation, installation
from deploy.embedded.house import free_port

CHANNELS = ("facebook", "instagram", "telegram", "x", "webhook")
FAKES = "tests.support.fakes_server"
WARM_UP, LONGEST = 20, 600


class NotDelivered(Exception):
    """A round did not end as it should, so that its figures would say nothing."""


class NoFakes(Exception):
    """The fakes of the channels are not here."""


@dataclass(frozen=True)
class Round:
    """How long the fakes were called, the processor's seconds of whoever called them, and what was called."""

    seconds: float
    processor: float
    calls: dict[str, int]


@dataclass
class Told:
    """A pair of rounds, each of `deliveries`, as often as was asked."""

    deliveries: int
    service: list[Round] = field(default_factory=list[Round])
    floor: list[Round] = field(default_factory=list[Round])

    def rates(self, rounds: list[Round]) -> list[float]:
        return [self.deliveries / r.seconds for r in rounds]

    def told(self) -> dict[str, Any]:
        pairs = zip(self.rates(self.service), self.rates(self.floor), strict=True)
        return {
            "deliveries": self.deliveries,
            "calls": sum(self.service[0].calls.values()),
            "deliveries_per_s": round(median(self.rates(self.service)), 1),
            "floor_per_s": round(median(self.rates(self.floor)), 1),
            "ratio_floor": round(median(s / f for s, f in pairs), 3),
            "processor_ms": self._processor(self.service),
            "floor_processor_ms": self._processor(self.floor),
            "rounds": len(self.service),
        }

    def _processor(self, rounds: list[Round]) -> float:
        return round(median(r.processor for r in rounds) * 1000 / self.deliveries, 1)


async def measure(
    stories: int, channels: Sequence[str], rounds: int, at_once: int, say: Callable[[str], None] = lambda _: None
) -> Told:
    """On the servers that `TEST_*` name. Raises NoServers, NoFakes, NotDelivered."""
    if importlib.util.find_spec(FAKES.partition(".")[0]) is None or importlib.util.find_spec(FAKES) is None:
        raise NoFakes(FAKES)
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(installation())
        fakes = await stack.enter_async_context(_fakes())
        accounts = {name: (await fakes.get("/accounts")).json()[name] for name in channels}
        conn = await asyncpg.connect(made.owner_dsn, server_settings={"search_path": "publisher"})
        stack.push_async_callback(conn.close)
        await connect(conn, accounts)
        publisher = await stack.enter_async_context(_publisher(made, at_once))
        bench = _Bench(made, conn, fakes, accounts, publisher, at_once)
        return await bench.run(stories, rounds, say)


@dataclass
class _Bench:
    made: Installation
    conn: "asyncpg.Connection[Any]"
    fakes: httpx.AsyncClient
    accounts: dict[str, Any]
    publisher: "subprocess.Popen[bytes]"
    at_once: int

    async def run(self, stories: int, rounds: int, say: Callable[[str], None]) -> Told:
        shown, first, found = await picture(self.made), 1, Told(stories * len(self.accounts))
        for number in range(rounds + 1):
            count = stories if number else min(stories, WARM_UP)  # the first warms up
            batch = Batch(first, first + count - 1, list(self.accounts))
            await fill(self.conn, batch, shown)
            turns = ((self._service, found.service), (self._floor, found.floor))
            for turn, rates in turns if number % 2 else turns[::-1]:
                one = await self._one(turn, batch)
                if number:
                    rates.append(one)
            first = batch.last + 1
            if number:
                _same(found.service[-1], found.floor[-1])
                say(f"round {number}: {found.rates(found.service)[-1]:.1f}/s, {found.rates(found.floor)[-1]:.1f}/s")
        return found

    async def _one(self, turn: Callable[[Batch], Any], batch: Batch) -> Round:
        (await self.fakes.post("/anew")).raise_for_status()
        processor = await turn(batch)
        seen = (await self.fakes.get("/seen")).json()
        wrong = {n: c for n, c in seen["shown"].items() if n in self.accounts and c != batch.stories}
        if wrong:
            raise NotDelivered(f"not each Story is there once: {wrong}")
        return Round(seen["seconds"], processor, seen["calls"])

    async def _service(self, batch: Batch) -> float:
        began = _processor(self.publisher.pid)
        await make_due(self.conn, batch)
        await self._none("deliveries WHERE next_at IS NOT NULL")
        row = await self.conn.fetchrow(
            """SELECT count(*) FILTER (WHERE state = 'live') AS live, sum(tries) AS tries
               FROM deliveries JOIN stories USING (story)
               WHERE channel <> 'site' AND substr(slug, length('berita-nomor-') + 1)::int BETWEEN $1 AND $2""",
            batch.first, batch.last,
        )  # fmt: skip
        assert row is not None
        if (row["live"], row["tries"]) != (batch.deliveries, batch.deliveries):
            raise NotDelivered(f"{row['live']} of {batch.deliveries} are live, after {row['tries']} attempts")
        # What it told is on its way to Kafka still, which would slow the other's turn.
        await self._none("outbox WHERE sent_at IS NULL")
        return _processor(self.publisher.pid) - began

    async def _none(self, what: str) -> None:
        """Wait until there are none of these rows any more."""
        end = time.monotonic() + LONGEST
        while await self.conn.fetchval(f"SELECT count(*) FROM {what}"):  # noqa: S608  (ours)
            if time.monotonic() > end:
                raise NotDelivered(f"after {LONGEST} s there are still {what}")
            await asyncio.sleep(0.1)

    async def _floor(self, batch: Batch) -> float:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "deploy.bench.deliveries_floor",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        given = {"accounts": self.accounts, "first": batch.first, "last": batch.last, "at_once": self.at_once}
        told, _ = await process.communicate(json.dumps(given).encode())
        if process.returncode:
            raise NotDelivered("the floor failed")
        return float(told)


def _same(service: Round, floor: Round) -> None:
    if service.calls != floor.calls:
        raise NotDelivered(f"other calls than the floor's: {service.calls} and {floor.calls}")


def _processor(pid: int) -> float:
    """Seconds of the processor that a process has used."""
    used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def _fakes() -> AsyncGenerator[httpx.AsyncClient]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", FAKES, str(port)], stdin=subprocess.DEVNULL)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            await _answers(client, "/accounts")
            yield client
    finally:
        process.terminate()
        process.wait(30)


@asynccontextmanager
async def _publisher(made: Installation, at_once: int) -> AsyncGenerator["subprocess.Popen[bytes]"]:
    port = free_port()
    more = {"ALURWARTA_LOG_LEVEL": "WARNING", "ALURWARTA_DELIVERIES_AT_ONCE": str(at_once)}
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.cli.main", "serve", "publisher", "--port", str(port)],
        env=os.environ | made.environment("publisher") | more,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await _answers(client, "/health/ready")
        yield process
    finally:
        process.terminate()
        process.wait(30)


async def _answers(client: httpx.AsyncClient, path: str) -> None:
    for _ in range(600):
        try:
            if (await client.get(path)).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        await asyncio.sleep(0.1)
    raise NotDelivered(f"{client.base_url} does not answer")


def print_told(found: Told, say: Callable[[str], None], *, as_json: bool) -> None:
    told = found.told()
    if as_json:
        say(json.dumps(told))
        return
    for name, rounds, rate in (("service", found.service, "deliveries_per_s"), ("floor", found.floor, "floor_per_s")):
        each = ", ".join(f"{r:.1f}" for r in found.rates(rounds))
        used = told["processor_ms" if name == "service" else "floor_processor_ms"]
        say(f"{name:<8} {told[rate]:>7} deliveries/s   {used:>5} ms of the processor each   (rounds: {each})")
    say(f"ratio    {told['ratio_floor']:>7}   ({told['deliveries']} deliveries, {told['calls']} calls)")
