"""Who may come in: invited, helped back in, let go. For the operator's commands and the office's settings; all audited.

Each takes a connection in a transaction of intake's schema, and returns what the one who asked has to pass on.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from services.intake.notices import store as notices
from shared import audit
from shared.accounts import directory, identities, links, second_factor, sessions
from shared.accounts.directory import Particulars
from shared.audit import Entry
from shared.content import Official
from shared.refusal import Refused

if TYPE_CHECKING:
    from shared.db import Connection


class NotYourself(Refused):
    def __init__(self) -> None:
        super().__init__("not-yourself", "Akun sendiri tidak dapat ditutup. Minta Admin lain melakukannya.")


async def put(conn: "Connection", account: str, about: Particulars, *, by: Official, at: datetime) -> bool:
    """Create an account or set its particulars anew; whether it is new. Roles count from the next request on.

    A role more ends the sessions: it may need a second factor, which is asked for on the way in. What the person was
    told is told anew to whom it concerns now.
    """
    before = await directory.find(conn, account, lock=True)
    is_new = await directory.put(conn, account, about)
    if before is not None and set(about.roles) - before.roles:
        await sessions.end_others(conn, account)
    if before is not None and (set(about.roles), about.unit) != (before.roles, before.unit):
        await notices.forget(conn, account, at=at)
    await audit.append(conn, [Entry("account.added" if is_new else "account.changed", account, by=by)], at=at)
    return is_new


async def invite(conn: "Connection", account: str, *, by: Official, at: datetime) -> str:
    """A one-time link for choosing the first password, in place of any older; returns its path."""
    found = await directory.expect(conn, account, lock=True)
    _expect_open(found.disabled)
    token = await links.issue(conn, account, "invitation", now=at)
    await audit.append(conn, [Entry("account.invited", account, by=by)], at=at)
    return links.PATH + token


async def reset(
    conn: "Connection", account: str, *, by: Official, at: datetime, without_second_factor: bool = False
) -> str:
    """A one-time link for choosing another password; returns its path. The present one is good until it is used.

    `without_second_factor` takes it away too, for who lost the telephone and the codes on paper: their sessions end.
    """
    found = await directory.expect(conn, account, lock=True)
    _expect_open(found.disabled)
    entries = [Entry("account.reset", account, by=by)]
    if without_second_factor and await second_factor.remove(conn, account):
        await sessions.end_others(conn, account)
        entries.append(Entry("account.second-factor-removed", account, by=by))
    token = await links.issue(conn, account, "reset", now=at)
    await audit.append(conn, entries, at=at)
    return links.PATH + token


async def disable(conn: "Connection", account: str, *, by: Official, at: datetime) -> None:
    """Let nobody in by this account; who is in, is out at once."""
    if by.account == account:
        raise NotYourself
    await directory.expect(conn, account, lock=True)
    await directory.set_disabled(conn, account, disabled=True)
    await audit.append(conn, [Entry("account.disabled", account, by=by)], at=at)


async def enable(conn: "Connection", account: str, *, by: Official, at: datetime) -> None:
    """Open a closed account again, with the password it had."""
    await directory.expect(conn, account, lock=True)
    await directory.set_disabled(conn, account, disabled=False)
    await audit.append(conn, [Entry("account.enabled", account, by=by)], at=at)


async def end_sessions(conn: "Connection", account: str, *, by: Official, at: datetime) -> int:
    """Log the person out everywhere; returns from how many places."""
    await directory.expect(conn, account)
    ended = await sessions.end_others(conn, account)
    await audit.append(conn, [Entry("session.ended", account, by=by)], at=at)
    return ended


async def unbind(conn: "Connection", account: str, *, by: Official, at: datetime) -> bool:
    """Forget which subject at the OpenID provider the account is; whether one was known. Their sessions end."""
    await directory.expect(conn, account, lock=True)
    known = await identities.unbind(conn, account)
    if known:
        await sessions.end_others(conn, account)
        await audit.append(conn, [Entry("account.unbound", account, by=by)], at=at)
    return known


def _expect_open(disabled: bool) -> None:
    if disabled:
        raise Refused("account-closed", "Akun ini ditutup. Buka dahulu, lalu buat tautannya.")
