"""The steps with reports: make one, take it back signed, hand either out. Admin and leaders alone."""

import asyncio
import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from services.review.compliance import steps
from services.review.compliance.figures import Scope
from services.review.report import document, signers, store, typeset
from services.review.report.document import Head
from services.review.report.letter import CAPACITIES, Letter, checked
from services.review.report.store import listed
from shared import audit
from shared.accounts import Person
from shared.audit import Entry
from shared.refusal import NotFound, Refused

if TYPE_CHECKING:
    from shared.db import Connection
    from shared.desk import Desk

__all__ = ["CAPACITIES", "listed"]

MAX_SIGNED = 8_000_000
LATE_PRINTED = 1_000
TWICE = timedelta(minutes=2)  # within which the same letter is taken for a second click


class NoSuchReport(NotFound):
    def __init__(self) -> None:
        super().__init__("Laporan")


class NotAPdf(Refused):
    def __init__(self) -> None:
        super().__init__("not-a-pdf", "Berkas ini bukan PDF yang utuh. Unggah PDF laporan yang sudah ditandatangani.")


class PdfTooLarge(Refused):
    def __init__(self) -> None:
        super().__init__("too-large", f"PDF ini lebih besar dari {MAX_SIGNED // 1_000_000} MB.")


class NotSignedYet(Refused):
    def __init__(self) -> None:
        super().__init__("not-signed", "Berkas ini sama dengan laporan yang belum ditandatangani.")


class KeptAlready(Refused):
    def __init__(self) -> None:
        super().__init__("kept-already", "Berkas bertanda tangan ini sudah tersimpan.")


async def make(desk: "Desk", scope: Scope, letter: Letter, *, person: Person, head: Head, signer: str = "") -> int:
    """Set the report of a scope as it stands now and keep it; returns its id.

    `signer` is the account that fills what the letter leaves empty. Asked twice, it is one: where what was made of the
    same number moments ago would be the same now to the byte, that is the report.
    """
    async with desk.transaction() as conn:
        letter = checked(await signers.filled(conn, letter, signer) if signer else letter)
        await store.hold(conn, scope, letter.number)
        at = desk.now()
        for report, sha256, then in await store.lately(conn, scope, letter.number, since=at - TWICE):
            if (await _set(conn, desk, scope, letter, head, at=then))[1] == sha256:
                return report
        pdf, sha256 = await _set(conn, desk, scope, letter, head, at=at)
        made = await store.add(conn, scope, letter, pdf, sha256, by=person.official, at=at)
        await audit.append(conn, [_entry("report.made", made, person, sha256)], at=at)
    return made


async def _set(
    conn: "Connection", desk: "Desk", scope: Scope, letter: Letter, head: Head, *, at: datetime
) -> tuple[bytes, str]:
    """The PDF of the figures as they are, as of a moment, and its SHA-256."""
    seen = await steps.picture(conn, desk.clock, scope, at=at, limit=LATE_PRINTED)
    pdf = await asyncio.to_thread(typeset.pdf, document.document(seen, letter, head, desk.clock), at=at)
    return pdf, hashlib.sha256(pdf).hexdigest()


async def take_back(desk: "Desk", report: int, pdf: bytes, *, person: Person) -> int:
    """Keep a signed file beside the unsigned one's hash; returns its number."""
    if len(pdf) > MAX_SIGNED:
        raise PdfTooLarge
    if not pdf.startswith(b"%PDF-") or b"startxref" not in pdf or b"%%EOF" not in pdf[-2048:]:
        raise NotAPdf
    sha256 = hashlib.sha256(pdf).hexdigest()
    async with desk.transaction() as conn:
        unsigned, at = await store.lock(conn, report), desk.now()
        if unsigned is None:
            raise NoSuchReport
        if unsigned == sha256:
            raise NotSignedYet
        n = await store.add_signed(conn, report, pdf, sha256, by=person.official, at=at)
        if n is None:
            raise KeptAlready
        await audit.append(conn, [_entry("report.signed", report, person, sha256, before=unsigned)], at=at)
    return n


async def file(desk: "Desk", report: int, n: int | None = None) -> tuple[bytes, str]:
    """A report, or one that came back signed, with the name under which it is saved."""
    async with desk.db.connection() as conn:
        found = await store.bytes_of(conn, report, n)
    if found is None:
        raise NoSuchReport
    pdf, first, _ = found
    return pdf, f"laporan-kepatuhan-{first:%Y-%m}-{report}{f'-bertanda-{n}' if n else ''}.pdf"


def _entry(action: str, report: int, person: Person, sha256: str, before: str | None = None) -> Entry:
    return Entry(action, f"report/{report}", person.official, before_hash=before, after_hash=sha256)
