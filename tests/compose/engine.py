"""A Docker engine with compose and the images that the project's file names, or the sentence how to get one."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NoReturn

import pytest

from deploy.prepare import HOUSE

TOOLS = HOUSE.parent / "shared" / "tools"
HOW = "no Docker engine: install Docker with its compose plugin, or run ../shared/tools/realdocker up"


def engine() -> None:
    """Make sure that there is an engine. In CI its absence is a failure, elsewhere a skip that says how."""
    if (TOOLS / "realdocker").exists():
        _one_at_a_time()
    elif not shutil.which("docker") or _said(["docker", "compose", "version"]) or _said(["docker", "info"]):
        _unavailable("")


def _one_at_a_time() -> None:
    """Engine, base image and stand-ins where no image can be pulled: minutes the first time, seconds after."""
    steps = (
        [f"{TOOLS}/realdocker", "up"],
        [f"{TOOLS}/realstack", "fetch"],
        [f"{HOUSE}/tests/compose/standins/build"],
    )
    with (Path(tempfile.gettempdir()) / f"alurwarta-engine-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for step in steps:
            if said := _said(step):
                _unavailable(f"{' '.join(step)}: {said[-500:]}")


def _said(command: list[str]) -> str:
    """Nothing where the command succeeded, else its last words."""
    # Not a pipe: the engine that a tool starts stays, and would hold it open.
    with tempfile.TemporaryFile("w+") as words:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=words, stderr=words, check=False)
        words.seek(0)
        return "" if done.returncode == 0 else words.read().strip() or f"exit {done.returncode}"


def _unavailable(why: str) -> NoReturn:
    sentence = f"{HOW} ({why})" if why else HOW
    if os.environ.get("CI"):
        pytest.fail(sentence)
    pytest.skip(sentence)
