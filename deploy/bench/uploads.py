"""Uploads straight to the store: presigned a second, throughput beside the bare client, memory of the service."""

import asyncio
import hashlib
import io
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import urllib3
from minio import Minio

from deploy.bench.installation import Installation, installation
from deploy.embedded.house import free_port
from services.intake import sources

CLIENTS, BATCH, SOURCE = 10, 30, "bench"
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Told:
    """What was seen. Memory in MiB, the largest of any moment; rates of one process; MiB/s of all clients together."""

    one_by_one: float
    in_batches: float
    direct: float
    bare: float
    memory: float

    @property
    def ratio(self) -> float:
        return self.direct / self.bare


async def measure(seconds: float, mebibytes: int, rounds: int) -> Told:
    """On the servers that `TEST_*` name; raises NoServers."""
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(installation(kafka=True))
        key = await _source(made)
        service = await stack.enter_async_context(_service(made))
        client = await stack.enter_async_context(
            httpx.AsyncClient(base_url=service.url, headers={"Authorization": f"Bearer {key}"}, timeout=60)
        )
        one, many = await _presigned(client, 1, seconds), await _presigned(client, BATCH, seconds)
        direct, bare = await _throughput(made, client, mebibytes, rounds)
        return Told(one, many, direct, bare, service.peak())


@dataclass(frozen=True)
class Service:
    """One intake process, as it runs in production but for its address."""

    url: str
    process: "subprocess.Popen[bytes]"

    def peak(self) -> float:
        """The most memory that it ever held, in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024


@asynccontextmanager
async def _service(made: Installation) -> AsyncGenerator[Service]:
    port = free_port()
    limits = {"ALURWARTA_LOG_LEVEL": "WARNING", "ALURWARTA_UNIT_DAY_LIMIT_MB": "1000000000"}
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.cli.main", "serve", "intake", "--port", str(port)],
        env=os.environ | made.environment("intake") | limits,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    service = Service(f"http://127.0.0.1:{port}", process)
    try:
        async with httpx.AsyncClient() as client:
            for _ in range(600):
                try:
                    if (await client.get(f"{service.url}/health/ready")).status_code == 200:
                        break
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(0.1)
        yield service
    finally:
        process.terminate()
        process.wait(30)


async def _source(made: Installation) -> str:
    conn = await asyncpg.connect(made.owner_dsn, server_settings={"search_path": "intake"})
    try:
        return await sources.add(conn, SOURCE, ["perumahan"], now=datetime.now(UTC))
    finally:
        await conn.close()


async def _presigned(client: httpx.AsyncClient, batch: int, seconds: float) -> float:
    """Uploads begun a second by clients that ask as fast as they are answered."""
    about = [{"name": f"foto-{n}.jpg", "content_type": "image/jpeg", "size": 3_000_000} for n in range(batch)]
    body: Any = about[0] if batch == 1 else {"files": about}
    begun, end = 0, time.perf_counter() + seconds

    async def ask() -> None:
        nonlocal begun
        while time.perf_counter() < end:
            (await client.post("/api/v1/uploads", json=body)).raise_for_status()
            begun += batch

    began = time.perf_counter()
    await asyncio.gather(*(ask() for _ in range(CLIENTS)))
    return begun / (time.perf_counter() - began)


async def _throughput(
    made: Installation, client: httpx.AsyncClient, mebibytes: int, rounds: int
) -> tuple[float, float]:
    """MiB/s of all clients, by presigned parts and by the bare client, interleaved; the median of each."""
    data = random.Random(1).randbytes(mebibytes * MEBIBYTE // CLIENTS)  # noqa: S311  (no secret)
    direct: list[float] = []
    bare: list[float] = []
    for _ in range(rounds):
        direct.append(await _timed(mebibytes, lambda: _all_direct(client, data)))
        bare.append(await _timed(mebibytes, lambda: _all_bare(made, data)))
    return statistics.median(direct), statistics.median(bare)


async def _timed(mebibytes: int, work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    await work()
    return mebibytes / (time.perf_counter() - began)


async def _all_direct(client: httpx.AsyncClient, data: bytes) -> None:
    """Ten clients, each: begin, put every part, complete."""
    digest = hashlib.sha256(data).hexdigest()
    about = {"name": "video.mp4", "content_type": "video/mp4", "size": len(data)}
    with ThreadPoolExecutor(CLIENTS) as threads, urllib3.PoolManager(maxsize=CLIENTS) as pool:
        loop = asyncio.get_running_loop()

        async def one() -> None:
            given = (await client.post("/api/v1/uploads", json=about)).raise_for_status().json()
            await loop.run_in_executor(threads, _put, pool, given["parts"], data)
            done = await client.post(f"/api/v1/uploads/{given['id']}/complete", json={"sha256": digest})
            done.raise_for_status()

        await asyncio.gather(*(one() for _ in range(CLIENTS)))


def _put(pool: urllib3.PoolManager, parts: dict[str, Any], data: bytes) -> None:
    size = parts["size"]
    for part in parts["urls"]:
        at = (part["number"] - 1) * size
        answer = pool.request("PUT", part["url"], body=data[at : at + size])
        assert answer.status == 200, answer.data


async def _all_bare(made: Installation, data: bytes) -> None:
    """The floor: the official client puts the same bytes in parts of the same size, with the store's own key."""
    parts = urlsplit(made.s3_endpoint)
    pool = urllib3.PoolManager(maxsize=CLIENTS)
    client = Minio(
        parts.netloc, made.s3_access_key, made.s3_secret_key, secure=parts.scheme == "https", http_client=pool
    )
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(CLIENTS) as threads:

        def put(n: int) -> None:
            client.put_object(
                made.buckets.incoming, f"bench/bare-{n}", io.BytesIO(data), len(data), "video/mp4",
                part_size=8 * MEBIBYTE,
            )  # fmt: skip

        await asyncio.gather(*(loop.run_in_executor(threads, put, n) for n in range(CLIENTS)))


def told(found: Told) -> str:
    return (
        f"presigned uploads/s of one process: {found.one_by_one:.0f} one by one, {found.in_batches:.0f} in batches of "
        f"{BATCH} (aim 1,000)\n"
        f"direct {found.direct:.0f} MiB/s, bare client {found.bare:.0f} MiB/s, ratio {found.ratio:.2f} (aim 0.9)\n"
        f"most memory of the intake process meanwhile: {found.memory:.0f} MiB (aim below 250)"
    )
