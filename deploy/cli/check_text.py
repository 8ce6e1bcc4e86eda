"""`alurwarta check-text`: what the editing desk would find in a text."""

import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer


def check_text(as_json: Annotated[bool, typer.Option("--json", help="One JSON list")] = False) -> None:
    """Read a text on standard input, and list what may tell who somebody is: NIK, telephone, e-mail, address, plate."""
    from services.editing.checks.personal import personal_data

    found = personal_data(sys.stdin.read())
    if as_json:
        typer.echo(json.dumps([asdict(f) for f in found], indent=1, ensure_ascii=False))
        return
    for f in found:
        typer.echo(f"{'blocking' if f.blocking else 'advice':<9} {f.kind:<8} {f.sentence}")
