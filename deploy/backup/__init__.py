"""Back-ups: one folder holds many; what objects hold lies there once, by its hash.

    FOLDER/objects/ab/ab12…          the bytes of objects
    FOLDER/2026-11-27T0130Z/         one back-up: database.dump (of pg_dump), objects.jsonl, manifest.json (last)

Kafka is in none: what it held is in the outboxes, which say it again (`alurwarta outbox replay`).
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

MANIFEST, OBJECTS, DUMP, POOL = "manifest.json", "objects.jsonl", "database.dump", "objects"
STAMP = "%Y-%m-%dT%H%M%SZ"


class NotDone(Exception):
    """A back-up or a restore that cannot be; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One object as it lay in the store; its bytes are in the pool under `sha256`."""

    bucket: str
    key: str
    sha256: str
    size: int
    etag: str
    content_type: str
    caching: str


@dataclass(frozen=True, slots=True)
class Table:
    """How many rows a table had, and a sum of hashes of them all, in whatever order."""

    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one back-up holds; written last, so that one without it is not whole."""

    made_at: str
    took_seconds: float
    dump_sha256: str
    objects: int
    bytes: int
    tables: dict[str, Table] = field(default_factory=dict[str, Table])
    migrations: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())


def begun(folder: Path, at: datetime) -> Path:
    """A folder for a new back-up."""
    made = folder / at.astimezone(UTC).strftime(STAMP)
    made.mkdir(parents=True, mode=0o700)
    return made


def whole(folder: Path) -> list[Path]:
    """The back-ups in a folder that came to their end, the oldest first."""
    return sorted(found.parent for found in folder.glob(f"*/{MANIFEST}"))


def chosen(folder: Path) -> Path:
    """This back-up, or the last one in a folder of many. Raises NotDone where there is none."""
    if (folder / MANIFEST).is_file():
        return folder
    there = whole(folder)
    if not there:
        raise NotDone(f"{folder} holds no whole back-up: give the folder that `alurwarta backup make` was given.")
    return there[-1]


def written(path: Path, text: str) -> None:
    """Put a file there whole, or not at all."""
    half = path.with_suffix(".half")
    with half.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    half.rename(path)


def manifest_of(backup: Path) -> Manifest:
    read = json.loads((backup / MANIFEST).read_text())
    tables = {name: Table(**found) for name, found in read.pop("tables").items()}
    return Manifest(**read, tables=tables)


def write_manifest(backup: Path, manifest: Manifest) -> None:
    written(backup / MANIFEST, json.dumps(asdict(manifest), indent=1))


def objects_of(backup: Path) -> Iterator[Kept]:
    with (backup / OBJECTS).open() as lines:
        for line in lines:
            yield Kept(**json.loads(line))


def pooled(folder: Path, sha256: str) -> Path:
    return folder / POOL / sha256[:2] / sha256
