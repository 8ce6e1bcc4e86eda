"""The office's people: who may come in, in which capacity, and what only the account itself and a signature hold."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from services.intake.front_door import staffing
from services.intake.office.rules import BadSetting
from shared import audit
from shared.accounts import directory
from shared.accounts.directory import Particulars
from shared.audit import Entry
from shared.refusal import Refused

if TYPE_CHECKING:
    from shared.content import Official
    from shared.db import Connection

NIP = re.compile(r"[0-9]{18}")


class OwnRoles(Refused):
    def __init__(self) -> None:
        super().__init__("own-roles", "Peran sendiri tidak dapat diubah. Minta Admin lain melakukannya.")


@dataclass(frozen=True, slots=True)
class Service:
    """A civil servant's pangkat/golongan and NIP: for the printed signature, and in no event, log or list."""

    rank: str = ""
    nip: str = ""


def service(rank: str, nip: str) -> Service:
    """Both as typed. Raises BadSetting."""
    rank, bare = rank.strip(), re.sub(r"\s", "", nip)
    if len(rank) > 60 or (rank and not rank.isprintable()):
        raise BadSetting("rank", "Pangkat/golongan satu baris, paling panjang 60 huruf.")
    if bare and not NIP.fullmatch(bare):
        raise BadSetting("nip", "NIP terdiri dari 18 angka. Periksa kembali, atau kosongkan.")
    return Service(rank, bare)


async def save(
    conn: "Connection", account: str, about: Particulars, held: Service, *, by: "Official", at: datetime
) -> bool:
    """Create an account or set it anew; whether it is new. Raises OwnRoles, BadAccount."""
    known = await directory.find(conn, account, lock=True)
    if account == by.account and known is not None and known.roles != frozenset(about.roles):
        raise OwnRoles
    is_new = await staffing.put(conn, account, about, by=by, at=at)
    await conn.execute(
        "UPDATE accounts.accounts SET rank = $2, nip = $3 WHERE account = $1", account, held.rank, held.nip
    )
    return is_new


async def service_of(conn: "Connection", account: str, *, by: "Official", at: datetime) -> Service:
    """What the account holds of its person; that somebody looked is audited."""
    row = await conn.fetchrow("SELECT rank, nip FROM accounts.accounts WHERE account = $1", account)
    if row is None:
        raise directory.NotAnAccount
    if row["nip"]:
        await audit.append(conn, [Entry("account.nip-read", account, by=by)], at=at)
    return Service(row["rank"], row["nip"])
