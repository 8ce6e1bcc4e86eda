"""The page's script hashes files in slices, in browsers and origins where the browser's own digest is not there."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "shared" / "static" / "unggah.js"
HASH = """
const { Sha256 } = require(process.argv[1]);
const bytes = new Uint8Array(+process.argv[2]).map((_, i) => (i * 31) % 251);
const digest = new Sha256();
for (let i = 0; i < bytes.length; i += 77) digest.update(bytes.subarray(i, i + 77));
console.log(digest.hex());
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node to run the page's script")
@pytest.mark.parametrize("size", [0, 1, 55, 56, 64, 119, 120, 5_000])
def test_the_script_computes_the_same_hash_as_everybody(size: int) -> None:
    done = subprocess.run(["node", "-e", HASH, str(SCRIPT), str(size)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == hashlib.sha256(bytes((i * 31) % 251 for i in range(size))).hexdigest()
