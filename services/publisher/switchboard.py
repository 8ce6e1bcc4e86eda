"""Which channels the office has connected at this moment, and where a person posts instead.

Read from the database every few seconds, so that what an operator connects works in every process without a restart.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from services.publisher import store_accounts, store_templates
from services.publisher.channels import Capabilities, Channel
from services.publisher.channels.connecting import NEEDS
from services.publisher.channels.known import KNOWN, NOTHING
from services.publisher.domain import Way
from services.publisher.store_accounts import Account
from shared import metrics
from shared.db import Database

log = structlog.get_logger(__name__)

SECONDS = 3.0
LATE = timedelta(minutes=30)  # before its end access that is renewed by itself should have been
Connect = Callable[[Account], Channel]


@dataclass(slots=True)
class Switchboard:
    """`channels` are connected, `by_hand` those where a person posts; `fixed` are there always.

    `templates` are the office's own, by channel: the same mapping for as long as the process lives.
    """

    fixed: Mapping[str, Channel]
    connect: Connect | None = None
    accounts: dict[str, Account] = field(default_factory=dict[str, Account])
    known: Mapping[str, Capabilities] = field(default_factory=lambda: KNOWN)
    templates: dict[str, str] = field(default_factory=dict[str, str])
    is_read: bool = False
    _made: dict[str, Channel] = field(default_factory=dict[str, Channel])

    @property
    def channels(self) -> dict[str, Channel]:
        return {**self.fixed, **self._made}

    @property
    def names(self) -> frozenset[str]:
        """All that the system posts to, those too that it cannot open at this moment."""
        return frozenset({*self.channels, *(name for name in self.accounts if self.is_expected(name))})

    @property
    def is_ready(self) -> bool:
        """Whether it is known what is connected: before that, nothing is to be called not connected."""
        return self.connect is None or self.is_read

    def is_expected(self, name: str) -> bool:
        """Connected by the office, and not to be reached at this moment."""
        account = self.accounts.get(name)
        return account is not None and account.mode == "connected" and name not in self.channels

    @property
    def by_hand(self) -> frozenset[str]:
        modes = {name: account.mode for name, account in self.accounts.items()}
        return frozenset(
            name
            for name, can in self.known.items()
            if can.assisted and name not in self.channels and modes.get(name, "assisted") == "assisted"
        )

    def capabilities(self, name: str) -> Capabilities:
        """What a channel can do, connected or not; of one that nobody knows: nothing."""
        channel = self.channels.get(name)
        return channel.capabilities if channel is not None else self.known.get(name, NOTHING)

    def account(self, name: str) -> str:
        """Which account a channel is connected by, '' where by none: a page, a user, a site."""
        found, needs = self.accounts.get(name), NEEDS.get(name)
        return found.settings.get(needs[0].name, "") if found is not None and needs else ""

    def looks_up(self, name: str) -> bool:
        return self.capabilities(name).lookup if name in self.channels else True

    def way(self, name: str) -> Way | None:
        """The strongest in which a connected channel can be confirmed; None where it is not connected."""
        channel = self.channels.get(name)
        return channel.capabilities.way if channel is not None else None

    async def refresh(self, database: Database, at: datetime) -> None:
        """Read what is connected; a channel whose account did not change goes on as it is."""
        async with database.connection() as conn:
            found = {account.channel: account for account in await store_accounts.every(conn)}
            templates = await store_templates.every(conn)
        self.templates.clear()
        self.templates.update(templates)
        for name in [*self.accounts]:
            if found.get(name) != self.accounts[name]:
                self._made.pop(name, None)
        for name, account in found.items():
            if account.mode == "connected" and name not in self._made and self.connect is not None:
                self._connect(account)
        self.accounts, self.is_read = found, True
        metrics.CHANNEL_SECRET_LEFT.clear()
        for name, account in found.items():
            left = _left(account, at)
            if account.mode == "connected" and left is not None:
                metrics.CHANNEL_SECRET_LEFT.labels(name).set(max(left.total_seconds(), 0.0))

    def _connect(self, account: Account) -> None:
        """One that cannot be made is told of, and keeps none of the others back."""
        assert self.connect is not None
        try:
            self._made[account.channel] = self.connect(account)
        except Exception as e:
            log.warning("a channel cannot be connected", channel=account.channel, error=type(e).__name__)

    async def run(self, database: Database, now: Callable[[], datetime]) -> None:
        while True:
            try:
                await self.refresh(database, now())
            except Exception as e:
                log.warning("the channels could not be read", error=type(e).__name__)
            await asyncio.sleep(SECONDS)


def _left(account: Account, at: datetime) -> timedelta | None:
    """How long a channel's secret is good: that what is renewed by itself ends soon is no news before it is late."""
    left = [end - at for end in (account.secret_expires_at,) if end is not None]
    if account.access_ends_at is not None and account.access_ends_at - at < LATE:
        left.append(account.access_ends_at - at)
    return min(left, default=None)
