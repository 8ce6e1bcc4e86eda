"""A real clamd that knows one signature: that of the file with which every scanner is tried (EICAR)."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.embedded.house import free_port
from deploy.prepare import HOUSE

SIGNATURES = HOUSE / "tests" / "compose" / "standins" / "clamav" / "eicar.ndb"
HOW = "no clamd: apt-get install clamav-daemon (or leave it: only these tests need it)"
SECONDS = 30


@contextmanager
def clamd(folder: Path, *, stream_limit: str = "2M") -> Generator[str]:
    """Start it; gives its address. It ends with the test."""
    program = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(HOW)
    signatures, port = folder / "signatures", free_port()
    signatures.mkdir()
    shutil.copy(SIGNATURES, signatures)
    settings = folder / "clamd.conf"
    settings.write_text(
        f"Foreground yes\nTCPSocket {port}\nTCPAddr 127.0.0.1\nDatabaseDirectory {signatures}\n"
        f"TemporaryDirectory {folder}\nStreamMaxLength {stream_limit}\nFixStaleSocket yes\n"
    )
    with (folder / "clamd.log").open("wb") as log:
        process = subprocess.Popen([program, f"--config-file={settings}"], stdout=log, stderr=log)
    try:
        _wait(port, process, folder / "clamd.log")
        yield f"tcp://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as there:
                there.sendall(b"zPING\0")
                if there.recv(16).startswith(b"PONG"):
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"clamd did not start: {log.read_text()[-500:]}")
