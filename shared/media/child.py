"""`python -m shared.media.child`: judges one file in a process of its own, and tells the verdict as a line of JSON."""

import ctypes
import json
import os
import signal
import sys
from pathlib import Path

from shared.media import bounds
from shared.media.judge import judge
from shared.media.kinds import FileLimits


def main() -> None:
    """Arguments: one JSON object with `path`, `out` (or null), `declared`, `limits` and the `parent`'s number."""
    asked = json.loads(sys.argv[1])
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # 1 is PR_SET_PDEATHSIG: nobody would read the answer
        # Where memory runs out, this process goes and not the service.
        Path("/proc/self/oom_score_adj").write_text("1000")
    if os.getppid() != asked["parent"]:
        return
    out = Path(asked["out"]) if asked["out"] else None
    try:
        found = judge(
            Path(asked["path"]),
            declared=asked["declared"],
            limits=FileLimits(**asked["limits"]),
            out=out,
            quick=asked.get("quick", False),
        )
    except OSError as e:
        if bounds.is_of_the_disk(e):
            sys.exit(bounds.DISK_TROUBLE)
        raise
    sys.stdout.write(found.model_dump_json() + "\n")


if __name__ == "__main__":
    main()
