"""A process that is killed amid a long video leaves no video behind on the disk for ever."""

import subprocess
import sys
from pathlib import Path

from deploy.prepare import HOUSE
from services.intake.files.workspace import own_folder

PROGRAM = """
import sys, time
from pathlib import Path
from services.intake.files.workspace import own_folder
folder = own_folder(Path(sys.argv[1]))
(folder / "video").write_bytes(b"x" * 1000)
print(folder, flush=True)
time.sleep(60)
"""


def test_the_files_of_a_killed_process_go_with_the_next_start_and_those_of_a_living_one_stay(tmp_path: Path) -> None:
    living, killed = (
        subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)], cwd=HOUSE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    )
    assert living.stdout is not None
    assert killed.stdout is not None
    theirs, left = Path(living.stdout.readline().strip()), Path(killed.stdout.readline().strip())
    try:
        killed.kill()
        killed.wait()
        assert (left / "video").exists()
        mine = own_folder(tmp_path)
        assert not left.exists()
        assert (theirs / "video").exists()
        assert mine.is_dir()
    finally:
        living.kill()
        living.wait()
        killed.stdout.close()
        living.stdout.close()
