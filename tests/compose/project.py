"""The project's own docker-compose.yml, brought up from a copy with its own name, ports, secrets and image."""

import json
import os
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from deploy.embedded.house import free_port
from deploy.prepare import HOUSE

FILES = ("docker-compose.yml", ".dockerignore", "setup", "pyproject.toml", "uv.lock", "README.md")
FOLDERS = ("shared", "services", "deploy")
PORTS = ("STAFF", "PUBLIC", "MEDIA")


class ComposeFailed(Exception):
    """A command went wrong; the message holds its last words."""


@dataclass(frozen=True)
class Project:
    """An installation in a folder of its own."""

    folder: Path
    name: str

    def run(self, *command: str, given: str = "", env: dict[str, str] | None = None) -> str:
        """Run a command in the folder as an operator would; returns what it printed."""
        done = subprocess.run(
            command, cwd=self.folder, env=clean(env), input=given, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise ComposeFailed(f"{' '.join(command)}: exit {done.returncode}\n{(done.stdout + done.stderr)[-3000:]}")
        return done.stdout

    def compose(self, *words: str, given: str = "") -> str:
        return self.run("docker", "compose", "-p", self.name, *words, given=given)

    def settings(self) -> dict[str, str]:
        """What ./setup wrote."""
        lines = (self.folder / ".env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))

    def up(self) -> None:
        """Build, start and wait; where that fails, with the last words of what did not get well."""
        try:
            self.compose("up", "-d", "--build", "--wait", "--wait-timeout", "240")
        except ComposeFailed as e:
            raise ComposeFailed(f"{str(e)[-500:]}\n{self._what_is_wrong()}") from None

    def _what_is_wrong(self) -> str:
        rows = [json.loads(line) for line in self.compose("ps", "-a", "--format", "json").splitlines()]
        bad = [r["Service"] for r in rows if r["ExitCode"] or r["Health"] in ("unhealthy", "starting")]
        return self.compose("logs", "--no-color", "--tail", "40", *bad)

    def down(self) -> None:
        self.compose("down", "--volumes", "--timeout", "20")
        self.run("docker", "image", "rm", f"alurwarta:{self.name}")

    def containers(self) -> list[dict[str, Any]]:
        """What the engine itself says of each container."""
        ids = self.compose("ps", "-aq").split()
        return json.loads(self.run("docker", "inspect", *ids))

    def add_account(self, account: str, secret: str, *, name: str, capacity: str, role: str, unit: str | None) -> None:
        """`accounts add` as the README has it, the password on standard input as scripts do."""
        about = ["--name", name, "--capacity", capacity, "--role", role, *(["--unit", unit] if unit else [])]
        self.compose(
            "run", "--rm", "-T", "prepare", "accounts", "add", account, *about, "--password-stdin", given=f"{secret}\n"
        )

    def prometheus(self, query: str) -> list[dict[str, Any]]:
        """The result of one instant query, asked inside: Prometheus is not published."""
        url = f"http://127.0.0.1:9090/api/v1/query?query={query}"
        answer = json.loads(self.compose("exec", "-T", "prometheus", "wget", "-q", "-O", "-", url))
        return answer["data"]["result"]


def clean(more: dict[str, str] | None = None) -> dict[str, str]:
    """Our environment without what compose would prefer to the folder's own .env."""
    ours = ("ALURWARTA_", "COMPOSE_", "GRAFANA_", "KAFKA_", "POSTGRES_")
    return {k: v for k, v in os.environ.items() if not k.startswith(ours)} | (more or {})


def copied(folder: Path) -> Project:
    """The files that an installation needs, and a .env by ./setup with free ports."""
    for name in FILES:
        shutil.copy2(HOUSE / name, folder / name)
    for name in FOLDERS:
        shutil.copytree(HOUSE / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    project = Project(folder, f"alurwarta-test-{uuid4().hex[:8]}")
    (folder / ".env").write_text(f"ALURWARTA_VERSION={project.name}\nALURWARTA_SECOND_FACTOR=\n")
    project.run("./setup", env={f"ALURWARTA_{port}_PORT": str(free_port()) for port in PORTS})
    return project


@contextmanager
def living(project: Project) -> Generator[Project]:
    """Up, and afterwards gone with its volumes and image, also where it did not come up."""
    try:
        project.up()
        yield project
    finally:
        project.down()
