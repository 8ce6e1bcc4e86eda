"""Old back-ups go; bytes stay as long as one that is kept, or not yet whole, may need them."""

import shutil
from pathlib import Path

from deploy.backup import POOL, objects_of, whole


def pruned(folder: Path, keep: int) -> tuple[int, int]:
    """Remove all but the last ones; returns how many back-ups and how many objects went."""
    there = whole(folder)
    old, kept = there[:-keep], there[-keep:]
    for backup in old:
        shutil.rmtree(backup)
    if not old:
        return 0, 0
    needed = {found.sha256 for backup in kept for found in objects_of(backup)}
    gone = [path for path in (folder / POOL).glob("??/*") if path.name not in needed]
    for path in gone:
        path.unlink()
    return len(old), len(gone)
