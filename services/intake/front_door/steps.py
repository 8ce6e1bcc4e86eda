"""The steps of a log-in: after the first factor the second, or a session. Each audits in its own transaction."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.intake.front_door.door import Door
from shared import audit
from shared.accounts import directory, log_ins, second_factor, sessions
from shared.accounts.directory import Account
from shared.accounts.log_ins import LogIn
from shared.accounts.standing_in import LENT
from shared.audit import Entry
from shared.content import Official
from shared.desk import Desk

if TYPE_CHECKING:
    from shared.db import Connection


@dataclass(frozen=True, slots=True)
class Browser:
    """What is known of the browser: the session that it has already, which ends, and its device in words."""

    session: str
    device: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A session, by its token."""

    token: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A log-in that waits for its second factor, by its token; `enrol` where there is none yet."""

    token: str
    enrol: bool


async def first_passed(desk: Desk, door: Door, browser: Browser, log_in: LogIn) -> Opened | Waiting:
    """The first factor was right: a session, unless a second one is due."""
    async with desk.transaction() as conn:
        account = await directory.expect(conn, log_in.account)
        trusted = log_in.provider is not None and door.provider_suffices
        if not trusted and (account.has_second_factor or needs_second_factor(door, account)):
            token = await log_ins.begin(conn, log_in, now=desk.now())
            return Waiting(token, enrol=not account.has_second_factor)
        return Opened(await _open(conn, desk, door, browser, account, log_in.provider))


async def second_passed(desk: Desk, door: Door, browser: Browser, token: str, log_in: LogIn, *, on_paper: bool) -> str:
    """The second factor was right; returns the session's token. Raises LogInOver."""
    async with desk.transaction() as conn:
        await log_ins.end(conn, token)
        account = await directory.expect(conn, log_in.account)
        if on_paper:
            await audit.append(conn, [Entry("account.recovery-code-used", account.account, by=_official(account))],
                               at=desk.now())  # fmt: skip
        return await _open(conn, desk, door, browser, account, log_in.provider)


async def enrolled(
    desk: Desk, door: Door, browser: Browser, token: str, log_in: LogIn, code: str
) -> tuple[str, list[str]]:
    """The second factor was set up on the way in; returns the session's token and the recovery codes."""
    async with desk.transaction() as conn:
        codes = await second_factor.confirm(
            conn, door.seal, log_in.account, log_ins.holder(token), code, now=desk.now()
        )
        await log_ins.end(conn, token)
        account = await directory.expect(conn, log_in.account)
        await audit.append(conn, [Entry("account.second-factor-set", account.account, by=_official(account))],
                           at=desk.now())  # fmt: skip
        return await _open(conn, desk, door, browser, account, log_in.provider), codes


def needs_second_factor(door: Door, account: Account) -> bool:
    """Whether the account's roles ask for one, or those that come with standing in for a leader."""
    lent = LENT if account.stands_in else frozenset[str]()
    return bool(door.must_have_second_factor & (account.roles | lent))


async def _open(
    conn: "Connection", desk: Desk, door: Door, browser: Browser, account: Account, provider: str | None
) -> str:
    if browser.session:
        await sessions.end(conn, browser.session)
    token = await sessions.begin(conn, account.account, terms=door.terms, device=browser.device, provider=provider)
    await audit.append(conn, [Entry("session.opened", account.account, by=_official(account))], at=desk.now())
    return token


def _official(account: Account) -> Official:
    return Official(account=account.account, name=account.name, capacity=account.capacity)
