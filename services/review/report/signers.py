"""Who may sign a report, and what their account gives to the printed signature."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from services.review.report.letter import Letter, NotSigned

if TYPE_CHECKING:
    from shared.db import Connection


@dataclass(frozen=True, slots=True)
class Signer:
    """A leader as a form offers them: without the NIP."""

    account: str
    name: str
    capacity: str


async def offered(conn: "Connection") -> list[Signer]:
    rows = await conn.fetch("SELECT account, name, capacity FROM accounts.signatures ORDER BY name, account")
    return [Signer(*row) for row in rows]


async def filled(conn: "Connection", letter: Letter, account: str) -> Letter:
    """Take from the account what the letter leaves empty; what was typed holds. Raises NotSigned.

    Pangkat and NIP are of the account's own person: beside another name they are not taken.
    """
    row = await conn.fetchrow("SELECT name, capacity, rank, nip FROM accounts.signatures WHERE account = $1", account)
    if row is None:
        raise NotSigned("Penanda tangan ini tidak ada lagi di antara pimpinan. Pilih orang lain dari daftar.")
    if letter.name and letter.name != row["name"]:
        raise NotSigned("Nama yang ditulis bukan nama penanda tangan yang dipilih. Kosongkan salah satunya.")
    return replace(
        letter,
        name=row["name"],
        position=letter.position or row["capacity"],
        rank=letter.rank or row["rank"],
        nip=letter.nip or row["nip"],
    )
