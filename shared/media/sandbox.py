"""Runs the judge on one file in a process of its own: a crash or a time-out fails that file only."""

import asyncio
import ctypes
import json
import os
import signal
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from shared.media.bounds import DISK_TROUBLE
from shared.media.kinds import FileLimits
from shared.media.verdict import Verdict
from shared.refusal import Transient

POLL_SECONDS = 0.05
LONGEST_SECONDS = 6 * 3600.0  # the tools end themselves earlier: this is the net
TOO_LONG = "Berkas ini terlalu lama untuk diperiksa. Kirim berkas yang lebih pendek atau lebih kecil."
BROKEN = "Berkas ini tidak dapat dibuka dengan aman. Simpan ulang berkasnya dengan aplikasi lain, lalu kirim lagi."
HOUSE = Path(__file__).parents[2]


class Crashed(Exception):
    """The process that opened the file ended without an answer: the file's fault, or the machine's."""


def keep_secrets() -> None:
    """Let no process that this one starts read its environment: a decoder that is taken over has our user."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # 4 is PR_SET_DUMPABLE


async def judged(
    path: Path, *, declared: str, limits: FileLimits, out: Path | None, space: Path | None = None, quick: bool = False
) -> Verdict:
    """Judge one file; raises Crashed where its process was killed, Transient where the disk is full.

    The process sees no secret of this one. With `out` its copies are made in that folder; `space` is one for what the
    tools put aside meanwhile. With `quick` a recording is answered by `later`.
    """
    asked: dict[str, object] = {
        "path": str(path),
        "out": str(out) if out else None,
        "declared": declared,
        "limits": asdict(limits),
    }
    asked |= {"parent": os.getpid(), "quick": quick}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "shared.media.child",
        json.dumps(asked),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=HOUSE,
        env=_environment(space or out or path.parent),
        start_new_session=True,
    )
    reading = asyncio.create_task(process.communicate())
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            await _ended(process, reading)
    except TimeoutError:
        return Verdict(verdict="refused", type=declared, reason=TOO_LONG)
    finally:
        # The programs that it started, too.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        answer, errors = await reading
    if process.returncode == -signal.SIGALRM:
        return Verdict(verdict="refused", type=declared, reason=TOO_LONG)
    if process.returncode == DISK_TROUBLE:
        raise Transient("the disk on which files are looked at is full, or broken")
    if process.returncode or not answer:
        raise Crashed(f"ended with {process.returncode}: {errors.decode(errors='replace').strip()[-300:]}")
    return Verdict.model_validate_json(answer)


async def _ended(process: asyncio.subprocess.Process, reading: "asyncio.Task[tuple[bytes, bytes]]") -> None:
    """Until the process itself has ended: what it started may hold its pipes open."""
    while process.returncode is None:
        await asyncio.wait({reading}, timeout=POLL_SECONDS)
        if reading.done():
            await process.wait()


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if (value := os.environ.get(name))}
    return kept | {"TMPDIR": str(folder), "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
