"""The machine's network interfaces, which containers come and go with.

A Chromium gives up what it is loading whenever an address of the machine comes or goes (ERR_NETWORK_CHANGED), so tests
with a browser and tests that start containers do not run in the same moment, whichever processes they are in.
"""

import fcntl
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

LOCK = Path(tempfile.gettempdir()) / f"alurwarta-networks-{os.getuid()}.lock"
# What waits for the first build of the containers' images waits for many minutes.
PATIENCE = 1800
WITH_A_BROWSER = [pytest.mark.usefixtures("still_networks"), pytest.mark.timeout(PATIENCE)]


@contextmanager
def still() -> Generator[None]:
    """Nobody changes them meanwhile."""
    with _held(fcntl.LOCK_SH):
        yield


@contextmanager
def changing() -> Generator[None]:
    """Wait until no browser is in the middle of a test, and keep others from beginning one."""
    with _held(fcntl.LOCK_EX):
        yield


@contextmanager
def _held(how: int) -> Generator[None]:
    with LOCK.open("w") as lock:
        fcntl.flock(lock, how)
        yield
