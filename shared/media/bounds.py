"""How much memory and time a tool may take; set by the process itself, inherited by the programs that it runs."""

import errno
import os
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
# Before it is known which tool: to find out what a file is, and whether it is a page, even where it has 2 GB.
FIRST = Bounds(1 * GIGABYTE, 120)
# Errors that tell of the disk on which the file or its copies lie, and never of the file.
OF_THE_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO})
DISK_TROUBLE = os.EX_IOERR  # how the process that opens a file ends on one of them


def is_of_the_disk(error: BaseException) -> bool:
    """Whether the machine is to blame, so that the file has to be looked at again later."""
    return isinstance(error, OSError) and error.errno in OF_THE_DISK


def begin() -> None:
    """Bind this process while it finds out which tool to apply, whose own bounds may then be wider."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    first = FIRST.memory if hard == resource.RLIM_INFINITY else min(FIRST.memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (first, hard))
    end_after(FIRST.seconds)


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
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))
