"""Where files lie while they are looked at: a folder of this process's own, and an end to those of dead processes."""

import fcntl
import os
import shutil
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import structlog

log = structlog.get_logger(__name__)


def own_folder(base: Path) -> Path:
    """Make a folder that is locked as long as this process lives; remove those whose process was killed.

    Several processes may share `base`; each lock ends with its holder, however that ended.
    """
    for lock in base.glob("*.lock"):
        _remove_if_dead(base, lock)
    name = uuid4().hex
    _hold(base / f"{name}.lock")
    folder = base / name
    folder.mkdir()
    return folder


def _remove_if_dead(base: Path, lock: Path) -> None:
    with suppress(OSError):
        held = os.open(lock, os.O_RDWR)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(base / lock.stem, ignore_errors=True)
            lock.unlink()
            log.warning("files of a process that was killed were removed", folder=lock.stem)
        finally:
            os.close(held)


def _hold(lock: Path) -> None:
    """Never closed on purpose: the system does it when the process ends."""
    fcntl.flock(os.open(lock, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), fcntl.LOCK_EX)
