"""How much memory and time a tool may take; set by the process itself, inherited by the programs that it runs."""

import resource
import signal
from typing import NamedTuple

from shared.media.kinds import Tool

GIGABYTE = 1024**3


class Bounds(NamedTuple):
    """Address space in bytes, and seconds until the process is ended (of its own processor time too)."""

    memory: int
    seconds: int


BOUNDS: dict[Tool, Bounds] = {
    "pictures": Bounds(3 * GIGABYTE, 120),
    "documents": Bounds(3 * GIGABYTE, 180),
    "office": Bounds(1 * GIGABYTE, 60),
    "texts": Bounds(1 * GIGABYTE, 60),
    "recordings": Bounds(6 * GIGABYTE, 120),
}
FILE_SIZE = 6 * GIGABYTE


def apply(tool: Tool) -> None:
    """Bind this process and those that it starts."""
    memory, seconds = BOUNDS[tool]
    _lower(resource.RLIMIT_AS, memory)
    _lower(resource.RLIMIT_FSIZE, FILE_SIZE)
    _lower(resource.RLIMIT_CORE, 0)
    end_after(seconds)


def end_after(seconds: int) -> None:
    """End this process so many seconds from now, whatever it is doing then."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(seconds)


def _lower(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    if hard == resource.RLIM_INFINITY or most < hard:
        resource.setrlimit(what, (most, most))
