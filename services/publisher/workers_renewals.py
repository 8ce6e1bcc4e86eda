"""Access that ends by itself is renewed before it does, and written back sealed; by one process at a time.

A platform takes the old token away as it gives the new one: so nobody else asks meanwhile, what was given is written
down whatever happens, and only in the place of what it was given for.
"""

import asyncio
from datetime import datetime, timedelta

import httpx
import structlog

from services.publisher import store_accounts
from services.publisher.channels import Rejected, connecting
from services.publisher.channels.connecting import checked, sealed, unsealed
from services.publisher.channels.renewing import RENEWALS, Renewed, is_due
from services.publisher.store_accounts import Account
from shared.desk import Desk

log = structlog.get_logger(__name__)

IDLE_SECONDS = 30.0
LOCK = 0x6B756E6369  # "kunci": any constant of ours
SOON, LATER = timedelta(minutes=1), timedelta(hours=1)
SAVES, SAVE_SECONDS = 10, 1.0
LAST_SECONDS = 8.0


class Renewals:
    """Renews what is due. What failed is tried again soon, what was refused in an hour."""

    def __init__(self, desk: Desk, http: httpx.AsyncClient, key: str) -> None:
        self.desk = desk
        self.http = http
        self.key = key
        self._not_before: dict[bytes, datetime] = {}

    async def run(self) -> None:
        await self.desk.db.rounds(LOCK, self.round, pause=IDLE_SECONDS)

    async def round(self) -> int:
        """One look at all accounts; returns how many were renewed."""
        at = self.desk.now()
        async with self.desk.db.connection() as conn:
            accounts = await store_accounts.every(conn)
        held = {account.secret for account in accounts if account.secret is not None}
        self._not_before = {secret: until for secret, until in self._not_before.items() if secret in held}
        return sum([await self._tried(account, at) for account in accounts if is_due(account, at)])

    async def _tried(self, account: Account, at: datetime) -> bool:
        assert account.secret is not None
        if at < self._not_before.get(account.secret, at):
            return False
        try:
            return await self._finished(account)
        except Exception as e:
            # Neither its text nor its trace: they may tell an address that holds a token.
            log.warning("access could not be renewed", channel=account.channel, error=type(e).__name__)
            is_no = isinstance(e, Rejected | connecting.NotConnected)
            self._not_before[account.secret] = at + (LATER if is_no else SOON)
            return False

    async def _finished(self, account: Account) -> bool:
        """Where the process is told to end meanwhile, the new token is written down first."""
        renewing = asyncio.create_task(self._renew(account))
        try:
            return await asyncio.shield(renewing)
        except asyncio.CancelledError:
            await asyncio.wait([renewing], timeout=LAST_SECONDS)
            raise

    async def _renew(self, account: Account) -> bool:
        secret = unsealed(account, self.key)
        given, renewal = checked(account.channel, account.settings, secret), RENEWALS[account.channel]
        if not renewal.can(given):
            return False
        renewed = await renewal.renew(self.http, given, self.desk.now())
        kept = await self._saved(account, sealed(self.key, account.channel, {**secret, **renewed.secret}), renewed)
        if kept:
            log.info("access renewed", channel=account.channel, until=renewed.until.isoformat())
        else:
            log.warning("access was renewed for an account that was connected anew", channel=account.channel)
        return kept

    async def _saved(self, account: Account, secret: bytes, renewed: Renewed) -> bool:
        """Tried again and again: what it replaces is of no use any more."""
        for _ in range(SAVES - 1):
            try:
                return await self._save(account, secret, renewed)
            except Exception as e:
                log.warning("renewed access is not written down yet", channel=account.channel, error=type(e).__name__)
                await asyncio.sleep(SAVE_SECONDS)
        return await self._save(account, secret, renewed)

    async def _save(self, account: Account, secret: bytes, renewed: Renewed) -> bool:
        # A token that lives shorter than its margin is not asked for without end.
        self._not_before[secret] = self.desk.now() + SOON
        async with self.desk.db.transaction() as conn:
            return await store_accounts.renew(
                conn, account, secret=secret, access_ends_at=renewed.until, expires_at=renewed.ends
            )
