"""The process in which a file is opened: limits, an end to all that it started, and no secret to see."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from deploy.prepare import HOUSE
from shared.media import sandbox
from shared.media.kinds import FileLimits
from shared.media.sandbox import TOO_LONG, Crashed
from shared.refusal import Transient

CHILD = """
import sys, os, signal, time
how = {how!r}
if how == "hang": signal.alarm(1); time.sleep(60)
if how == "crash": os.kill(os.getpid(), signal.SIGSEGV)
if how == "orphan":
    import subprocess
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    open({told!r}, "w").write(str(child.pid))
    os._exit(3)
"""


def acting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, how: str) -> Path:
    """In the place of the judge, a program that misbehaves; gives the file in which it may write a number."""
    told, script = tmp_path / "told", tmp_path / "child.py"
    script.write_text(CHILD.format(how=how, told=str(told)))
    real = sandbox.asyncio.create_subprocess_exec

    async def other(program: str, *_: str, **options: object) -> object:
        return await real(program, str(script), **options)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(sandbox.asyncio, "create_subprocess_exec", other)
    return told


async def judge(tmp_path: Path) -> object:
    file = tmp_path / "foto.jpg"
    file.write_bytes(b"x")
    return await sandbox.judged(file, declared="image/jpeg", limits=FileLimits(), out=None)


async def test_a_tool_that_takes_too_long_refuses_its_file_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    acting(monkeypatch, tmp_path, "hang")
    found = await judge(tmp_path)
    assert getattr(found, "reason", "") == TOO_LONG


async def test_a_crash_is_told_apart_from_a_refusal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    acting(monkeypatch, tmp_path, "crash")
    with pytest.raises(Crashed, match=str(-signal.SIGSEGV)):
        await judge(tmp_path)


async def test_what_a_tool_started_ends_with_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told = acting(monkeypatch, tmp_path, "orphan")
    with pytest.raises(Crashed):
        await judge(tmp_path)
    assert await is_gone(told.read_text())


async def is_gone(number: str) -> bool:
    """Whether a process has ended, within some seconds: a signal takes its moment."""
    for _ in range(200):
        with suppress(OSError):
            if Path(f"/proc/{number}/stat").read_text().split()[2] != "Z":
                await asyncio.sleep(0.05)
                continue
        return True
    return False


def test_the_process_has_no_secret_in_its_environment_and_cannot_read_ours(tmp_path: Path) -> None:
    # Root may read everything, so that there the child is somebody else; in production none of the two is root.
    other = ", user=65534, group=65534, extra_groups=[]" if os.getuid() == 0 else ""
    program = f"""
import os, subprocess, sys
from pathlib import Path
from shared.media import sandbox
sandbox.keep_secrets()
kept = sandbox._environment(Path("/tmp"))
print(sorted(kept), flush=True)
look = "import os; print(open(f'/proc/{{os.getppid()}}/environ').read())"
subprocess.run([sys.executable, "-I", "-c", look], env=kept{other})
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"ALURWARTA_S3_SECRET_KEY": "sangat-rahasia"},
        cwd=HOUSE, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "ALURWARTA" not in done.stdout
    assert "sangat-rahasia" not in done.stdout
    assert "PermissionError" in done.stderr


def test_a_tool_has_no_more_memory_than_its_bounds(tmp_path: Path) -> None:
    program = (
        "from shared.media import bounds; bounds.apply('texts');"
        "\ntry:\n    bytearray(2 * 1024**3)\nexcept MemoryError:\n    print('no more')"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=HOUSE, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "no more"


def test_the_answer_is_one_line_of_json(tmp_path: Path) -> None:
    asked = {
        "path": str(HOUSE / "README.md"),
        "out": None,
        "declared": "text/plain",
        "limits": {},
        "parent": os.getpid(),
    }
    done = subprocess.run(
        [sys.executable, "-m", "shared.media.child", json.dumps(asked)],
        cwd=HOUSE, capture_output=True, text=True, check=True,
    )  # fmt: skip
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["verdict"] == "accepted"


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to make a small disk and a process number 1")
async def test_a_full_disk_is_no_fault_of_the_file(tmp_path: Path) -> None:
    small = tmp_path / "kecil"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", small], check=False).returncode:
        pytest.skip("no disk can be made here")
    try:
        with pytest.raises(Transient):
            await sandbox.judged(
                HOUSE / "deploy/embedded/samples/rumah.jpg", declared="image/jpeg", limits=FileLimits(), out=small
            )
    finally:
        subprocess.run(["umount", small], check=True)


def test_a_file_is_judged_where_the_service_is_process_number_one(tmp_path: Path) -> None:
    """As it is in a container: a child's parent is 1 then, and has not gone away."""
    program = (
        "import asyncio; from pathlib import Path; from shared.media import sandbox; "
        "from shared.media.kinds import FileLimits; import os; assert os.getpid() == 1; "
        "print(asyncio.run(sandbox.judged(Path('README.md'), declared='text/plain', limits=FileLimits(), out=None,"
        f" space=Path({str(tmp_path)!r}))).verdict)"
    )
    command = ["unshare", "--pid", "--fork", "--map-root-user", "--mount-proc", sys.executable, "-c", program]
    done = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)
    if "unshare" in done.stderr:
        pytest.skip("no namespace of processes can be made here")
    assert done.stdout.strip() == "accepted", done.stderr
