"""Sets the report as a PDF with typst, which is inside its Python package: no program, font or network is asked."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

TEMPLATE = Path(__file__).parent / "templates" / "laporan.typ"


def pdf(document: dict[str, Any], *, at: datetime) -> bytes:
    """The same bytes for the same document and time. Takes some tenths of a second for long ones."""
    # As data, never as source: whatever a person typed is set letter by letter.
    made: bytes = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(document)},
        timestamp=int(at.timestamp()),
    )
    return made
