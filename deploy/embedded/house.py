"""The embedded default: the real servers from PyPI, the four unmodified services, and the gateway, in one place."""

import asyncio
import ctypes
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from aiokafka import AIOKafkaProducer

from deploy.embedded.servers import Servers, start
from deploy.prepare import HOUSE, prepare_database
from shared.media.store import Buckets, Store
from shared.topics import SERVICES, Topics

Say = Callable[[str], None]
COMMAND = "deploy.cli.main"
PORTS = range(10_000, 20_000)


@dataclass(frozen=True)
class House:
    """A running installation: where it is reached, and the owner's access for showing the clocks."""

    owner_dsn: str = field(repr=False)
    staff_url: str
    public_url: str
    logs: Path
    service_urls: dict[str, str]
    processes: dict[str, "subprocess.Popen[bytes]"] = field(repr=False)
    environments: dict[str, dict[str, str]] = field(repr=False)

    def start(self, name: str) -> None:
        """Start one process (again), its output appended to its log file."""
        with (self.logs / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", *self.command(name)],
                env=self.environments[name],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=HOUSE,
                preexec_fn=_go_with_parent,
            )

    def command(self, name: str) -> list[str]:
        """The module that runs one process, and its arguments."""
        if name == "gateway":
            ports = [self.staff_url.rpartition(":")[2], self.public_url.rpartition(":")[2]]
            closed = ["--media-port", "0", "--health-port", "0"]
            return [COMMAND, "gateway", "--staff-port", ports[0], "--public-port", ports[1], *closed]
        return [COMMAND, "serve", name, "--port", self.service_urls[name].rpartition(":")[2]]

    @asynccontextmanager
    async def living(self) -> AsyncGenerator[None]:
        """Start all, wait until they work, and stop them at the end."""
        try:
            for name in (*SERVICES, "gateway"):
                self.start(name)
            await asyncio.gather(*(self.until_ready(s) for s in SERVICES))
            yield
        finally:
            self._stop()

    def kill(self, name: str) -> None:
        """End one process as a power cut would: kill -9."""
        self.processes[name].kill()
        self.processes[name].wait()

    def _stop(self) -> None:
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    async def until_ready(self, name: str, seconds: float = 180) -> None:
        """Wait until a service says that it works; raises NotReady with the last words of its log."""
        deadline = time.monotonic() + seconds
        async with httpx.AsyncClient() as client:
            while time.monotonic() < deadline:
                if self.processes[name].poll() is not None:
                    break
                with suppress(httpx.HTTPError):
                    if (await client.get(f"{self.service_urls[name]}/health/ready", timeout=3)).status_code == 200:
                        return
                await asyncio.sleep(0.1)
        last = (self.logs / f"{name}.log").read_text(errors="replace")[-2000:]
        raise NotReady(f"{name} did not get ready. Its last words:\n{last}")


class NotReady(Exception):
    """A process did not come up; the message holds the end of its log."""


@asynccontextmanager
async def house(directory: Path, *, staff_port: int, public_port: int, say: Say) -> AsyncGenerator[House]:
    """Bring everything up in `directory`, and take it down at the end."""
    say("Menyalakan PostgreSQL, Kafka tiruan dan penyimpanan objek …")
    with start(directory / "servers") as servers:
        await _prepare(servers)
        running = furnish(
            dict.fromkeys(SERVICES, _environment(servers)),
            directory,
            owner_dsn=servers.postgres_dsn,
            staff_port=staff_port,
            public_port=public_port,
        )
        say("Menyalakan empat layanan …")
        async with running.living():
            yield running


async def _prepare(servers: Servers) -> None:
    await prepare_database(servers.postgres_dsn, {})
    # The mock cluster makes a topic when somebody asks about it, and knows no other way.
    producer = AIOKafkaProducer(bootstrap_servers=servers.kafka)
    await producer.start()
    for topic in Topics().fixed():
        await producer.partitions_for(topic)
    await producer.stop()
    store = Store(servers.s3_endpoint, servers.s3_access_key, servers.s3_secret_key)
    await store.prepare(Buckets())
    store.close()


def _environment(servers: Servers) -> dict[str, str]:
    return {
        "ALURWARTA_POSTGRES_DSN": servers.postgres_dsn,
        "ALURWARTA_KAFKA": servers.kafka,
        "ALURWARTA_S3_ENDPOINT": servers.s3_endpoint,
        "ALURWARTA_S3_ACCESS_KEY": servers.s3_access_key,
        "ALURWARTA_S3_SECRET_KEY": servers.s3_secret_key,
        "ALURWARTA_ACCOUNT_KEY": secrets.token_hex(32),
        "ALURWARTA_CHANNEL_KEY": secrets.token_hex(32),
        # For trying: nobody has to fetch a telephone first. Whoever wants a second factor sets one up at /akun.
        "ALURWARTA_SECOND_FACTOR": os.environ.get("ALURWARTA_SECOND_FACTOR", ""),
        "ALURWARTA_SOP_FILE": str(HOUSE / "deploy" / "sop.toml"),
        "ALURWARTA_CALENDAR_FILE": str(HOUSE / "deploy" / "calendar.toml"),
        # The mock cluster does not wake a waiting fetch when something new comes.
        "ALURWARTA_FETCH_MAX_WAIT_MS": "20",
    }


def furnish(
    given: Mapping[str, Mapping[str, str]],
    directory: Path,
    *,
    owner_dsn: str,
    staff_port: int = 0,
    public_port: int = 0,
) -> House:
    """Lay out a house on servers that run: each service's settings, and free ports for all."""
    logs = directory / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    urls = {service: f"http://127.0.0.1:{free_port()}" for service in SERVICES}
    staff, public = f"http://127.0.0.1:{free_port(staff_port)}", f"http://127.0.0.1:{free_port(public_port)}"
    common = os.environ | {
        "ALURWARTA_STAFF_URL": staff,
        "ALURWARTA_PUBLIC_URL": public,
        "ALURWARTA_PUBLIC_PROBE_URL": public,
        **{f"ALURWARTA_{service.upper()}_URL": url for service, url in urls.items()},
    }
    environments = {name: common | dict(given.get(name, {})) for name in (*SERVICES, "gateway")}
    return House(owner_dsn, staff, public, logs, urls, {}, environments)


def free_port(wanted: int = 0) -> int:
    """The wanted port if it is free, else any below those that the system gives to connections of its own choice.

    One of these could be taken by a connection before anybody listens on it.
    """
    for port in (*([wanted] if wanted else []), *random.sample(PORTS, 100)):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise OSError("no free port on 127.0.0.1")


def _go_with_parent() -> None:
    """On Linux, drain and stop also when this process is killed in a way that it cannot handle."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # 1 is PR_SET_PDEATHSIG
