"""The parent's side: start one server in a process of its own, learn its address, and leave nothing of it behind."""

import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

READY_SECONDS = 60.0
_STOP_SECONDS = 15.0


class ServerFailed(RuntimeError):
    """An embedded server did not start, with the last words it wrote."""


@dataclass(frozen=True)
class Child:
    """A server that was started and may not be ready yet."""

    module: str
    process: subprocess.Popen[bytes]
    log: Path

    def address(self) -> str:
        """Wait until the server says where it listens; raises ServerFailed when it ends or takes too long."""
        assert self.process.stdout is not None
        line, until = b"", time.monotonic() + READY_SECONDS
        while not line.endswith(b"\n"):
            readable, _, _ = select.select([self.process.stdout], [], [], max(0.0, until - time.monotonic()))
            piece = os.read(self.process.stdout.fileno(), 4096) if readable else b""
            if not piece:
                raise ServerFailed(self._why(ended=bool(readable)))
            line += piece
        return str(json.loads(line)["address"])

    def _why(self, *, ended: bool) -> str:
        what = "ended before it was ready" if ended else f"was not ready after {READY_SECONDS:.0f} s"
        words = self.log.read_text(errors="replace")[-2000:].strip()
        return f"The embedded server {self.module} {what}. Its last words:\n{words}"


@contextmanager
def launch(module: str, directory: Path) -> Generator[Child]:
    """Run `python -m module HOME`, HOME being a new private folder in `directory` that goes with it."""
    home = Path(tempfile.mkdtemp(prefix=module.rpartition(".")[2] + "-", dir=directory))
    log = home / "server.log"
    try:
        with log.open("wb") as words:
            process = subprocess.Popen(
                [sys.executable, "-m", module, str(home)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=words,
                env={**os.environ, "TMPDIR": str(home)},
                # Ctrl-C in the terminal is for the parent, which stops the servers after those who use them.
                start_new_session=True,
            )
        try:
            yield Child(module, process, log)
        finally:
            _stop(process)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _stop(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    assert process.stdout is not None
    process.stdout.close()
