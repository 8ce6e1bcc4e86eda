"""`python -m shared.media.child`: judges one file in a process of its own, and tells the verdict as a line of JSON."""

import ctypes
import json
import os
import signal
import sys
from pathlib import Path

from shared.media.judge import judge
from shared.media.kinds import FileLimits


def main() -> None:
    """Arguments: one JSON object with `path`, `out` (or null), `declared`, `limits`."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # 1 is PR_SET_PDEATHSIG: nobody would read the answer
        if os.getppid() == 1:
            return
    asked = json.loads(sys.argv[1])
    out = Path(asked["out"]) if asked["out"] else None
    found = judge(Path(asked["path"]), declared=asked["declared"], limits=FileLimits(**asked["limits"]), out=out)
    sys.stdout.write(found.model_dump_json() + "\n")


if __name__ == "__main__":
    main()
