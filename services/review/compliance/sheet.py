"""The CSV for other dashboards: columns in an order that never changes, and no cell that a spreadsheet would run. Pure.

RFC 4180, UTF-8, comma, CRLF. New columns are added at the end. Times have the office's offset; seconds are whole.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

FIGURES = (
    "from", "to", "stage", "unit", "day", "closed", "in_time", "late", "outside_hours", "ratio",
    "median_working_seconds", "p90_working_seconds", "median_elapsed_seconds", "p90_elapsed_seconds",
    "worst_working_seconds", "working_seconds", "elapsed_seconds", "first_pass", "first_pass_of", "first_pass_rate",
)  # fmt: skip
CLOCKS = (
    "stage", "item", "cycle", "lane", "unit", "opened_at", "due_at", "closed_at", "outcome", "punctuality",
    "working_seconds", "elapsed_seconds", "target_seconds", "calendar_version", "sop_version", "outside_hours",
    "keterangan",
)  # fmt: skip
# What a spreadsheet takes for a formula; a tab or a line's end before it would only hide it.
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")


def header(columns: Iterable[str]) -> str:
    return _written([list(columns)])


def lines(columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows without the header; a value is absent where there is none."""
    return _written([_cell(row.get(column)) for column in columns] for row in rows)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}" if value.startswith(RUNS) else value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _written(rows: Iterable[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
