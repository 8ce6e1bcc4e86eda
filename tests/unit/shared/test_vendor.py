"""What is not ours is what was released, byte for byte, and says under which licence."""

import hashlib
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[3]
FOLDERS = (HOUSE / "shared" / "static" / "vendor", HOUSE / "tests" / "browser" / "vendor")


@pytest.mark.parametrize("folder", FOLDERS, ids=["pages", "browser-tests"])
def test_every_file_is_the_released_one_and_none_is_unknown(folder: Path) -> None:
    lines = (line.split("  ") for line in (folder / "SHA256SUMS").read_text().splitlines())
    sums = {name: digest for digest, name in lines}
    inside = {p.relative_to(folder).as_posix() for p in folder.glob("*/*") if p.name != "README.md"}
    assert inside == set(sums)
    for name, digest in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


@pytest.mark.parametrize("folder", FOLDERS, ids=["pages", "browser-tests"])
def test_each_comes_with_its_licence(folder: Path) -> None:
    for package in (p for p in folder.iterdir() if p.is_dir()):
        assert any(f.name.startswith("LICENSE") for f in package.iterdir()), package.name
