"""The child's side of an embedded server: say the address, then live exactly as long as the parent does."""

import json
import os
import select
import shutil
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

_GLANCE_SECONDS = 0.5


def ready(address: str) -> None:
    """Tell the parent, in one JSON line on standard output, where this server listens."""
    print(json.dumps({"address": address}), flush=True)


def hold(alive: Callable[[], bool] = lambda: True) -> None:
    """Return when the parent has gone, however it went, or when `alive` says that the server has."""
    # The parent holds the other end of standard input and never writes: the kernel closes it even after kill -9.
    while alive():
        readable, _, _ = select.select([sys.stdin], [], [], _GLANCE_SECONDS)
        if readable and not os.read(sys.stdin.fileno(), 4096):
            return


@contextmanager
def home() -> Generator[Path]:
    """The private folder named on the command line, removed at the end; SIGTERM is an ordinary end."""
    signal.signal(signal.SIGTERM, _leave)
    folder = Path(sys.argv[1])
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
