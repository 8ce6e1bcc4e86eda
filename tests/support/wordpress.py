"""A real WordPress on loopback, with a MariaDB of its own, in a folder that goes with it."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import httpx

from deploy.embedded.house import free_port
from tests.support.wordpress_tree import program, tree

OWN = Path(__file__).parent / "wordpress_site"
SECONDS = 60
# Several at once, as behind a web server; a page that WordPress asks of itself would stand still otherwise.
WORKERS = "4"
UPLOAD = "4M"


@dataclass
class WordPress:
    """One site. `stop`, `kill` and `start` for tests of faults; `password` makes an account that a program uses."""

    folder: Path
    files: Path
    port: int
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict[str, "subprocess.Popen[bytes]"])
    given: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def manage(self, *words: str) -> str:
        """What a webmaster does (wordpress_site/manage.php); gives what it prints."""
        command = [program("php"), str(OWN / "manage.php"), *words]
        done = subprocess.run(command, env=self._environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-1000:]
        return done.stdout

    def password(self, user: str, role: str = "author") -> str:
        """An application password of this user, who is made where there is none; the same until it is revoked."""
        if user not in self.given:
            self.given[user] = self.manage("password", user, role).strip()
        return self.given[user]

    def revoke(self, user: str) -> None:
        self.given.pop(user, None)
        self.manage("revoke", user)

    def start(self) -> None:
        """On the same port and data."""
        self._start_database()
        self._start_web()

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def install(self) -> None:
        """By WordPress' own installation, in an empty database."""
        (self.folder / "content" / "uploads").mkdir(parents=True)
        (self.folder / "content" / "themes").symlink_to(self.files / "wp-content" / "themes")
        tables = [program("mariadb-install-db"), *self._database_options(), "--auth-root-authentication-method=normal"]
        with self._log("install") as log:
            subprocess.run([*tables, "--skip-test-db"], stdout=log, stderr=log, check=True)
        self._start_database()
        self.manage("install")

    def _database_options(self) -> list[str]:
        as_root = ["--user=root"] if os.geteuid() == 0 else []
        return ["--no-defaults", f"--datadir={self.folder / 'data'}", *as_root, "--innodb-log-file-size=8M"]

    def _start_database(self) -> None:
        options = [
            f"--socket={self._socket}", "--skip-networking", f"--pid-file={self.folder / 'pid'}",
            "--innodb-buffer-pool-size=32M", "--performance-schema=off",
            # Good for a process that is killed, which is what tests do, and not for a machine that is.
            "--innodb-flush-log-at-trx-commit=2", "--innodb-doublewrite=0",
        ]  # fmt: skip
        self._run("database", program("mariadbd"), *self._database_options(), *options)
        self._until("database", self._socket.exists)

    def _start_web(self) -> None:
        limits = ["-d", f"upload_max_filesize={UPLOAD}", "-d", "post_max_size=8M", "-d", "memory_limit=256M"]
        limits += ["-d", "opcache.revalidate_freq=60", "-d", "realpath_cache_size=4M"]
        at = ["-S", f"127.0.0.1:{self.port}", "-t", str(self.files), str(OWN / "router.php")]
        self._run("web", program("php"), *limits, *at)
        self._until("web", self._answers)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/wp-json/", timeout=SECONDS).status_code == 200
        except httpx.TransportError:
            return False

    def _run(self, name: str, *command: str) -> None:
        with self._log(name) as log:
            self.running[name] = subprocess.Popen(
                command, env=self._environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def _until(self, name: str, is_ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline and self.running[name].poll() is None:
            if is_ready():
                return
            time.sleep(0.1)
        raise AssertionError(f"{name} did not start: {(self.folder / f'{name}.log').read_text()[-1000:]}")

    def _end(self, how: signal.Signals) -> None:
        for process in reversed(self.running.values()):
            os.killpg(process.pid, how)  # PHP's workers too: its own session is its own group
            process.wait(SECONDS)
        self.running.clear()
        self._socket.unlink(missing_ok=True)

    def _log(self, name: str) -> IO[bytes]:
        return (self.folder / f"{name}.log").open("ab")

    @property
    def _socket(self) -> Path:
        return self.folder / "db"

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ, "PHP_CLI_SERVER_WORKERS": WORKERS, "TEST_WORDPRESS_URL": self.url,
            "TEST_WORDPRESS_CONFIG": str(OWN / "config.php"), "TEST_WORDPRESS_TREE": str(self.files),
            "TEST_WORDPRESS_CONTENT": str(self.folder / "content"), "TEST_WORDPRESS_SOCKET": str(self._socket),
        }  # fmt: skip


@contextmanager
def wordpress() -> Generator[WordPress]:
    """Installed, started, and gone with all that it wrote when the test ends."""
    for name in ("php", "mariadbd", "mariadb-install-db"):
        program(name)
    # A short path: a socket's may have 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="wp-"))
    made = WordPress(folder, tree(), free_port())
    try:
        made.install()
        made._start_web()
        yield made
    finally:
        made.kill()
        shutil.rmtree(folder, ignore_errors=True)
