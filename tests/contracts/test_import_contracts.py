"""The house's import contracts hold, and each of them is seen to catch what it forbids."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
TREES = ("services", "shared", "deploy")

BREAKS = {
    "independent": ("services/intake/domain.py", "from services.review import domain as _other"),
    "house": ("shared/topics.py", "from services.intake import domain as _above"),
    "rooms": ("services/review/domain.py", "from services.review import store as _above"),
    "inner-rooms": ("services/review/board/fold.py", "from services.review.board import store as _above"),
    "settings": ("services/editing/handlers.py", "from services.editing.settings import Settings as _settings"),
    "pure": ("services/publisher/domain.py", "import asyncpg as _io"),
}
NAMES = {
    "independent": "The four services never import each other",
    "house": "deploy over services over shared",
    "rooms": "app over handlers, web and workers over channels and store over domain",
    "inner-rooms": "Inner rooms: screens over steps over the store over rules",
    "settings": "Settings are read in app.py alone",
    "pure": "Rules and contracts know no I/O library",
}


def lint(house: Path) -> str:
    """Run import-linter on a copy of the house; its output, with the contracts' verdicts."""
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=house,
        env=os.environ | {"PYTHONPATH": str(house)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for tree in TREES:
        shutil.copytree(HOUSE / tree, tmp_path / tree, ignore=shutil.ignore_patterns("__pycache__", "samples"))
    shutil.copy(HOUSE / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_house_keeps_its_contracts(copy: Path) -> None:
    assert "BROKEN" not in lint(copy)


@pytest.mark.parametrize("contract", BREAKS)
def test_a_broken_contract_is_caught(copy: Path, contract: str) -> None:
    file, line = BREAKS[contract]
    with (copy / file).open("a") as source:
        source.write(f"\n{line}\n")
    assert f"{NAMES[contract]} BROKEN" in lint(copy)
