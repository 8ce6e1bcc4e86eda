"""Office documents of before 2007 (doc, xls, ppt) and the objects inside newer ones: OLE compound files."""

import io
import re
import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import msoffcrypto
import olefile

from shared.media.office.refusals import DAMAGED, LOCKED, MACROS, OTHER
from shared.media.told import line
from shared.media.verdict import Examined, Facts, Undecodable

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
KINDS = {
    "worddocument": "application/msword",
    "workbook": "application/vnd.ms-excel",
    "book": "application/vnd.ms-excel",
    "powerpoint document": "application/vnd.ms-powerpoint",
}
BOOKS = ("workbook", "book")
LOCKS = frozenset({"encryptedpackage", "encryptioninfo"})
PROGRAMS = frozenset({"macros", "vba", "_vba_project_cur", "_vba_project"})
# [MS-XLS] 2.4.28 BoundSheet8: of its kinds of sheet, those that hold a program.
BOUND_SHEET, FILE_PASS, END, PROGRAM_SHEETS = 0x0085, 0x002F, 0x000A, (1, 6)
# [MS-PPT] 2.4.10 VBAInfoAtom: its header, the place of the project, and whether there is one.
VBA_INFO = re.compile(rb"\x02\x00\x00\x04\x0c\x00\x00\x00.{4}(.{4})", re.DOTALL)
# A field of Word (it begins with 13) that starts another program, in either of its two ways to write.
DDE = re.compile(rb"\x13 *DDE(?:AUTO)?[ \"]|\x13\0(?: \0)*D\0D\0E\0")


def examine(path: Path) -> Examined:
    """Open a compound file; its kind, author and time of making. Raises Undecodable."""
    with path.open("rb") as file:
        kind, facts = _seen(file)
        if kind is None:
            raise Undecodable(OTHER)
        file.seek(0)
        # msoffcrypto does not know the workbooks of Excel 95; their lock was looked for above.
        if kind != KINDS["book"] and _locked(file):
            raise Undecodable(LOCKED)
    return Examined(content_type=kind, facts=facts)


def refuse_programs(data: bytes) -> None:
    """Look through an object that stands inside another document."""
    _seen(io.BytesIO(data))


def _seen(file: IO[bytes]) -> tuple[str | None, Facts]:
    # olefile meets damage in every way that Python knows.
    try:
        with olefile.OleFileIO(file) as ole:
            entries: list[list[str]] = ole.listdir(streams=True, storages=True)
            parts = {part.lower() for entry in entries for part in entry}
            tops = {entry[0].lower(): entry[0] for entry in entries}
            streams = {top: ole.openstream(tops[top]).read() for top in KINDS if top in tops}
            if parts & LOCKS or any(_passed(streams[top]) for top in BOOKS if top in streams):
                raise Undecodable(LOCKED)
            if parts & PROGRAMS or any(_runs(top, stream) for top, stream in streams.items()):
                raise Undecodable(MACROS)
            return next((KINDS[top] for top in streams), None), _facts(ole)
    except Undecodable:
        raise
    except Exception as e:
        raise Undecodable(DAMAGED) from e


def _runs(name: str, stream: bytes) -> bool:
    if name == "worddocument":
        return DDE.search(stream) is not None
    if name == "powerpoint document":
        return any(any(found[1]) for found in VBA_INFO.finditer(stream))
    sheets = (data for kind, data in _records(stream) if kind == BOUND_SHEET)
    return any(len(sheet) > 5 and sheet[5] in PROGRAM_SHEETS for sheet in sheets)


def _passed(workbook: bytes) -> bool:
    return any(kind == FILE_PASS for kind, _ in _records(workbook))


def _records(workbook: bytes) -> Iterator[tuple[int, bytes]]:
    """The records of the first part of a workbook, which names its sheets."""
    at = 0
    while at + 4 <= len(workbook):
        kind, length = struct.unpack_from("<HH", workbook, at)
        if kind == END:
            return
        yield kind, workbook[at + 4 : at + 4 + length]
        at += 4 + length


def _locked(file: IO[bytes]) -> bool:
    try:
        return bool(msoffcrypto.OfficeFile(file).is_encrypted())
    except Exception as e:
        # Where that cannot be found out, it cannot be opened either.
        raise Undecodable(DAMAGED) from e


def _facts(ole: Any) -> Facts:
    told = ole.get_metadata()
    author = told.author or b""
    try:
        author = author.decode()
    except UnicodeDecodeError:
        author = author.decode("cp1252", errors="replace")
    # These times count from 1601, and an unset one is there.
    made = told.create_time if isinstance(told.create_time, datetime) and told.create_time.year > 1980 else None
    return Facts(author=line(author), taken_at=made.replace(tzinfo=UTC).isoformat() if made else "")
