"""The files of `docs/contracts`: made, written, compared with what is committed."""

import json
from pathlib import Path

from deploy.contracts.asyncapi import asyncapi
from deploy.contracts.catalogue import catalogue
from deploy.contracts.compatibility import breaks, current
from deploy.contracts.http import openapi
from deploy.contracts.schemas import Schema
from shared.topics import SERVICES

HOME = Path("docs/contracts")
SCHEMAS, OPENAPI = "schemas", "openapi"


class BreaksReaders(Exception):
    """The code would break readers of the same version; `sentences` name each event and field."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


def documents() -> dict[str, str]:
    """The text of every file, by its path under `docs/contracts`."""
    made = {f"{SCHEMAS}/{name}": _pretty(schema) for name, schema in current().items()}
    made |= {f"{OPENAPI}/{service}.json": _pretty(openapi(service)) for service in SERVICES}
    return made | {"asyncapi.json": _pretty(asyncapi()), "catalogue.md": catalogue()}


def stale(home: Path) -> list[str]:
    """The files that are not what the code says: changed, missing, or no longer made."""
    return _differing(home, documents())


def _differing(home: Path, wanted: dict[str, str]) -> list[str]:
    there = {path.relative_to(home).as_posix(): path for path in (home / SCHEMAS).glob("*.json")}
    differing = [name for name, text in wanted.items() if _read(home / name) != text]
    return sorted([*differing, *(there.keys() - wanted.keys())])


def broken(home: Path) -> list[str]:
    """How the code breaks the readers and events of the schemas that lie there: one sentence each."""
    return breaks(baseline(home), current())


def baseline(home: Path) -> dict[str, Schema]:
    """The schemas that lie there, by file name."""
    return {path.name: json.loads(path.read_text()) for path in sorted((home / SCHEMAS).glob("*.json"))}


def write(home: Path, *, before_release: bool = False) -> list[str]:
    """Bring the files up to date; returns which. Raises BreaksReaders, and writes nothing, if the gate is shut."""
    if not before_release and (sentences := broken(home)):
        raise BreaksReaders(sentences)
    wanted = documents()
    changed = _differing(home, wanted)
    for name in changed:
        path = home / name
        if name not in wanted:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[name])
    return changed


def _read(path: Path) -> str | None:
    return path.read_text() if path.is_file() else None


def _pretty(document: Schema) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
