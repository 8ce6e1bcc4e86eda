"""Sets a letter of the office as a PDF with typst, which is inside its Python package: it asks no program."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import typst

# A line as long as this without a space is let break, for it would run over the edge of the paper.
LONG = re.compile(r"(\S{40})(?=\S)")
HERE = Path(__file__).parent
PARTS, REPORT, SHEET = HERE / "bagian.typ", HERE / "laporan.typ", HERE / "lembar.typ"


def pdf(document: dict[str, Any], *, at: datetime, template: Path = REPORT) -> bytes:
    """The same bytes for the same document and time. Takes some tenths of a second for long ones."""
    # As data, never as source: whatever a person typed is set letter by letter.
    made: bytes = typst.compile(
        PARTS.read_bytes() + template.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(_breakable(document))},
        timestamp=int(at.timestamp()),
    )
    return made


def _breakable(told: Any) -> Any:
    match told:
        case str() if not told.startswith("<svg"):
            return LONG.sub("\\1\u200b", told)
        case list():
            return [_breakable(value) for value in cast(list[Any], told)]
        case dict():
            return {name: _breakable(value) for name, value in cast(dict[str, Any], told).items()}
        case _:
            return told
