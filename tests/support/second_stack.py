"""Second real servers of a test's own, to be killed and started again; never those of TEST_*."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.media.store import Buckets
from shared.topics import Topics
from tests.support.stack import HOUSE, Stack

TOOL = HOUSE.parent / "shared" / "tools" / "realstack"
NAMES = ("kafka", "postgres")


@dataclass(frozen=True)
class SecondStack:
    """Its servers may be stopped, killed and started; the port and the data stay."""

    environment: dict[str, str]
    kafka: str
    owner_dsn: str
    s3_endpoint: str

    def run(self, *command: str) -> None:
        """One command of the tool. PostgreSQL is ended here: as root the tool has the id of a shell around it."""
        if command[0] in ("kill", "stop") and command[1] == "postgres":
            self._end_postgres(signal.SIGKILL if command[0] == "kill" else signal.SIGINT)
            return
        if command[0] == "down":
            self._end_postgres(signal.SIGINT)
        done = subprocess.run(
            [str(TOOL), *command], env=self.environment, capture_output=True, text=True, check=False, timeout=180
        )
        assert done.returncode == 0, done.stderr

    def _end_postgres(self, how: signal.Signals) -> None:
        lock = Path(self.environment["REALSTACK_RUN"]) / "postgres" / "postmaster.pid"
        if not lock.exists():
            return
        first = int(lock.read_text().split()[0])
        found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(first)], capture_output=True, text=True, check=False)
        with suppress(ProcessLookupError):
            os.kill(first, how)
        # Its children end by themselves; until then they hold what the next start needs.
        wanted = [first, *map(int, found.stdout.split())]
        for _ in range(600):
            if not any(Path(f"/proc/{pid}").exists() for pid in wanted):
                return
            time.sleep(0.05)

    def stack(self) -> Stack:
        return Stack(
            owner_dsn=self.owner_dsn,
            kafka=self.kafka,
            topics=Topics(f"t{secrets.token_hex(6)}"),
            buckets=Buckets("none"),
            s3_endpoint=self.s3_endpoint,
            s3_access_key="none",
            s3_secret_key="none",
        )


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]
    finally:
        for s in sockets:
            s.close()


@contextmanager
def second_stack(*names: str) -> Generator[SecondStack]:
    """Start servers (Kafka and PostgreSQL where none are named), and stop them by the tool's own `down`."""
    if not TOOL.exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{TOOL} is not there: faults need servers of their own")
    home = Path(tempfile.mkdtemp(prefix="second-stack-"))
    home.chmod(0o755)
    kafka, control, postgres, minio = free_ports(4)
    made = SecondStack(
        os.environ
        | {
            "REALSTACK_RUN": str(home / "run"),
            "REALSTACK_KAFKA_PORT": str(kafka),
            "REALSTACK_KAFKA_CTRL": str(control),
            "REALSTACK_PG_PORT": str(postgres),
            "REALSTACK_MINIO_PORT": str(minio),
        },
        f"127.0.0.1:{kafka}",
        f"postgresql://postgres@127.0.0.1:{postgres}/postgres",
        f"http://127.0.0.1:{minio}",
    )
    try:
        made.run("up", *(names or NAMES))
        if "kafka" in (names or NAMES):
            _without_topics_by_itself(made, home / "run" / "kafka.properties")
        yield made
    finally:
        made.run("down")
        shutil.rmtree(home, ignore_errors=True)


def _without_topics_by_itself(made: SecondStack, settings: Path) -> None:
    made.run("stop", "kafka")
    with settings.open("a") as properties:
        properties.write("auto.create.topics.enable=false\n")
    made.run("start", "kafka")
