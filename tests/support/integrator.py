"""Another system, as its programmers see it: a folder, public tools, the page of documentation, nothing else."""

import asyncio
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.prepare import HOUSE
from tests.support.documents import page

PAGE = page(HOUSE / "docs" / "integrating.md")
PATIENCE = 120  # seconds; a test machine may be busy
PACKAGES = {"kcat": "kcat", "jq": "jq", "curl": "curl", "mvn": "maven", "javac": "default-jdk-headless",
            "pdftotext": "poppler-utils"}  # fmt: skip
ID = re.compile(r"rutilahu-2026-\d{4}")


def expect_tools(*names: str) -> None:
    """In CI all tools must be there; elsewhere a test that lacks one is skipped with how to get it."""
    missing = [PACKAGES[name] for name in names if shutil.which(name) is None]
    if missing:
        how = f"not installed here: apt-get install {' '.join(missing)}"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(how)


def shell(code: str, folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run lines of shell as a person does who pastes them; they stop at the first that fails."""
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", code],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE * 2, check=False,
    )  # fmt: skip


def outsider() -> dict[str, str]:
    """The environment of somebody who knows nothing of the installation."""
    known = {k: v for k, v in os.environ.items() if not k.startswith(("ALURWARTA_", "TEST_"))}
    return known | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def exported(told: str) -> dict[str, str]:
    """The variables that `sources add` prints for the examples."""
    lines = re.findall(r"^ +export (.*)$", told, re.MULTILINE)
    return dict(pair.split("=", 1) for line in lines for pair in line.split())


def id_in(name: str) -> str:
    """The request's id in one example of the page."""
    code = PAGE.files["src/main/java/SendReport.java"] if name == "java" else PAGE.run[name][1]
    return ID.findall(code)[-1]


@dataclass(frozen=True)
class Integrator:
    """One source. `operator` is the environment of the operator's own commands."""

    folder: Path
    environment: dict[str, str]
    operator: dict[str, str]

    def settle_in(self) -> None:
        """Write the page's files, the project for the Java example, a photograph and a recording of several parts."""
        shutil.copy(HOUSE / "deploy" / "embedded" / "samples" / "rumah.jpg", self.folder / "photo.jpg")
        shutil.copy(HOUSE / "tests" / "support" / "java_client" / "pom.xml", self.folder / "pom.xml")
        with wave.open(str(self.folder / "recording.wav"), "wb") as recording:
            recording.setparams((2, 2, 48_000, 0, "NONE", ""))
            recording.writeframes(random.Random(7).randbytes(36_000_000))
        for name, text in PAGE.files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text)

    def run(self, name: str, *, by_operator: bool = False) -> str:
        """Run one example of the page as it stands there; returns what it prints."""
        language, code = PAGE.run[name]
        environment = self.environment | self.operator if by_operator else self.environment
        if language == "python":
            (self.folder / f"{name}.py").write_text(code)
            code = f"python {name}.py"
        done = shell(code, self.folder, environment)
        assert done.returncode == 0, f"example {name}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def report(self, **changes: Any) -> dict[str, Any]:
        """The page's report, changed; None leaves a field out."""
        whole = json.loads(PAGE.files["report.json"]) | changes
        return {name: value for name, value in whole.items() if value is not None}

    def produce(self, request_id: str, report: Mapping[str, Any]) -> None:
        """Send a report to the topic by kcat, as the page's example does."""
        (self.folder / f"{request_id}.json").write_text(json.dumps(report))
        code = PAGE.run["kcat"][1].replace(id_in("kcat"), request_id).replace("report.json", f"{request_id}.json")
        done = shell(code, self.folder, self.environment)
        assert done.returncode == 0, done.stderr

    def outcomes(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Request, type and body of every outcome so far, by the page's own example."""
        blocks = [block.split("\n", 1) for block in self.run("outcomes").strip().split("\n\n") if block]
        return [(head.split(" ", 1)[0], _type_in(head), json.loads(body)) for head, body in blocks]

    async def outcome(self, request_id: str, kind: str = "") -> tuple[str, dict[str, Any]]:
        """The first outcome of a request (of one kind), as soon as it is there."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for of, found, body in await asyncio.to_thread(self.outcomes):
                if of == request_id and kind in ("", found):
                    return found, body
            await asyncio.sleep(0.5)
        raise AssertionError(f"no outcome {kind} of {request_id} within {PATIENCE} s")

    async def fate(self, request_id: str) -> dict[str, Any]:
        """What the API tells of a request."""
        answer = await self.call("GET", f"/api/v1/requests/{request_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def call(self, method: str, path: str, **given: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.environment['KEY']}"} | given.pop("headers", {})
        async with httpx.AsyncClient(base_url=self.environment["SITE"], timeout=60) as client:
            return await client.request(method, path, headers=headers, **given)

    async def dead_letter(self, request_id: str) -> str:
        """The reason of a request's dead letter, as soon as the operator can list it."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            code = f"{PAGE.run['dead-letters'][1].strip()} --json"
            told = await asyncio.to_thread(shell, code, self.folder, self.environment | self.operator)
            for row in map(json.loads, told.stdout.splitlines()):
                if row["event_id"] == request_id:
                    return str(row["reason"])
            await asyncio.sleep(0.5)
        raise AssertionError(f"no dead letter of {request_id} within {PATIENCE} s")


def _type_in(head: str) -> str:
    found = re.search(r"ce_type=alurwarta\.(.+?)\.v1", head)
    assert found, head
    return found[1]
