"""What a person chose for themself: the SQL beside its mapping."""

from typing import TYPE_CHECKING, NamedTuple

from services.intake.notices.own import Address
from services.intake.notices.rules import USUAL, Channel

if TYPE_CHECKING:
    import asyncpg

    from shared.db import Connection

_ADDRESS = "account, channel, address, state, set_at, code, tries, problem"


class Choice(NamedTuple):
    wants: frozenset[str] = USUAL
    whatsapp: str = ""


async def choice(conn: "Connection", account: str) -> Choice:
    row = await conn.fetchrow("SELECT wants, whatsapp FROM notice_settings WHERE account = $1", account)
    return Choice() if row is None else Choice(frozenset(row["wants"]), row["whatsapp"])


async def save_choice(conn: "Connection", account: str, choice: Choice) -> None:
    await conn.execute(
        """INSERT INTO notice_settings (account, wants, whatsapp) VALUES ($1, $2, $3)
           ON CONFLICT (account) DO UPDATE SET wants = $2, whatsapp = $3""",
        account,
        sorted(choice.wants),
        choice.whatsapp,
    )


async def addresses(conn: "Connection", account: str) -> dict[str, Address]:
    """A person's addresses by channel."""
    rows = await conn.fetch(f"SELECT {_ADDRESS} FROM notice_addresses WHERE account = $1", account)  # noqa: S608
    return {row["channel"]: _address(row) for row in rows}


async def known_mail(conn: "Connection", account: str) -> dict[Channel, str]:
    """The e-mail address of the account, offered to be confirmed; nothing is sent there before."""
    found: str | None = await conn.fetchval("SELECT email FROM accounts.accounts WHERE account = $1", account)
    return {"mail": found} if found else {}


async def lock(conn: "Connection", account: str, channel: Channel) -> Address | None:
    row = await conn.fetchrow(
        f"SELECT {_ADDRESS} FROM notice_addresses WHERE account = $1 AND channel = $2 FOR UPDATE",  # noqa: S608
        account,
        channel,
    )
    return None if row is None else _address(row)


async def save_address(conn: "Connection", a: Address) -> None:
    await conn.execute(
        f"""INSERT INTO notice_addresses ({_ADDRESS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (account, channel) DO UPDATE
            SET address = $3, state = $4, set_at = $5, code = $6, tries = $7, problem = $8""",  # noqa: S608
        a.account, a.channel, a.address, a.state, a.set_at, a.code, a.tries, a.problem,
    )  # fmt: skip


async def forget(conn: "Connection", account: str, channel: Channel) -> None:
    await conn.execute("DELETE FROM notice_addresses WHERE account = $1 AND channel = $2", account, channel)


async def lock_account(conn: "Connection", account: str) -> None:
    """One change of a person's addresses at a time, to the end of the transaction."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('kabar/' || $1, 0))", account)


async def numbers(conn: "Connection") -> dict[str, tuple[str, str]]:
    """By account, the WhatsApp number that a colleague gave, and the colleague's name."""
    rows = await conn.fetch(
        """SELECT s.account, s.whatsapp, a.name FROM notice_settings s JOIN accounts.accounts a USING (account)
           WHERE s.whatsapp <> '' AND NOT a.disabled"""
    )
    return {row["account"]: (row["whatsapp"], row["name"]) for row in rows}


def _address(row: "asyncpg.Record") -> Address:
    return Address(**dict(row))
