"""The table of verdicts as the tests read it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FILE = Path(__file__).with_name("verdicts.toml")


@dataclass(frozen=True)
class Row:
    """One file of the corpus and what must become of it."""

    made: str
    file: str
    verdict: Literal["accepted", "refused"]
    type: str
    says: str = ""
    sent: Literal["disk", "upload"] = "disk"
    needs: Literal["", "clamd"] = ""
    sha256: Literal["", "other"] = ""
    secrets: bool = False


def rows() -> list[Row]:
    """All rows, in the order of the file."""
    with FILE.open("rb") as table:
        return [Row(**row) for row in tomllib.load(table)["file"]]
