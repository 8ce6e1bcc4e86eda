"""WordPress' own files from Debian's packages, unpacked once for all tests of a machine; nothing is installed."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

PACKAGES = ("wordpress", "php-getid3", "wordpress-theme-twentytwentythree")
PROGRAMS = ("php", "mariadbd", "mariadb-install-db")
HOW = (
    "no WordPress: apt-get update; apt-get install --no-install-recommends php-cli php-mysql php-xml php-gd php-curl"
    " php-mbstring mariadb-server-core mariadb-client-core (its own files are fetched by apt-get download)"
)
CONFIG = "<?php\nrequire getenv('TEST_WORDPRESS_CONFIG');\n"
# Debian links to packages that its pages for strangers do not need.
WHOLE = "wp-includes/version.php"


def program(name: str) -> str:
    """A program's path. In CI its absence is a failure, elsewhere a skip that says how to get it."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(HOW)
    assert found is not None
    return found


def tree() -> Path:
    """Where the files lie; the first call on a machine fetches them."""
    home = Path(os.environ.get("REALSTACK_HOME") or Path.home() / ".cache" / "realstack") / "wordpress"
    home.mkdir(parents=True, exist_ok=True)
    lies = home / "files"
    with _alone(home / "lock"):
        if not lies.exists():
            _fetch(home, lies)
    return lies / "usr" / "share" / "wordpress"


def _fetch(home: Path, to: Path) -> None:
    with tempfile.TemporaryDirectory(dir=home) as name:
        folder = Path(name)
        got = subprocess.run(
            ["apt-get", "download", "-qq", *PACKAGES], cwd=folder, capture_output=True, text=True, check=False
        )
        if got.returncode != 0:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{HOW}\n{got.stderr[-500:]}")
        for package in folder.glob("*.deb"):
            subprocess.run(["dpkg", "-x", package, folder / "made"], check=True)
        wordpress = folder / "made" / "usr" / "share" / "wordpress"
        assert (wordpress / WHOLE).is_file()
        (wordpress / "wp-config.php").write_text(CONFIG)
        (folder / "made").rename(to)


@contextmanager
def _alone(path: Path) -> Generator[None]:
    """One process of the machine at a time."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
