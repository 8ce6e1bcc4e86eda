"""From which address a request comes, and how often an address may be wrong: in each process for itself."""

import ipaddress
import socket
import time
from collections.abc import Iterable

from fastapi import Request
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from shared.refusal import Refused

ANEW_SECONDS = 30.0


class TooOften(Refused):
    """This address was wrong too often; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = max(1, retry_after)
        super().__init__(
            "too-often", "Terlalu banyak percobaan dari jaringan ini. Tunggu beberapa menit lalu coba lagi."
        )


class Trusted:
    """The hosts, addresses and networks whose `X-Forwarded-For` is believed: those of our own gateway."""

    def __init__(self, named: Iterable[str]) -> None:
        self._named = [name for name in named if name]
        self._networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
        self._looked_up = -ANEW_SECONDS

    def has(self, address: str) -> bool:
        try:
            asked = ipaddress.ip_address(address)
        except ValueError:
            return False
        if time.monotonic() - self._looked_up > ANEW_SECONDS:  # the gateway may have moved
            self._networks, self._looked_up = [n for name in self._named for n in _networks(name)], time.monotonic()
        return any(asked in network for network in self._networks)


def _networks(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    try:
        return [ipaddress.ip_network(name, strict=False)]
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(name, None)
    except OSError:
        return []
    return [ipaddress.ip_network(str(entry[4][0]).partition("%")[0]) for entry in found]


def address_behind(peer: str, forwarded: str, trusted: Trusted) -> str:
    """The nearest address that is not one of our own: what stands before it is anybody's word."""
    nearest = peer
    for told in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if not trusted.has(nearest):
            break
        nearest = told
    return nearest


def address_of(request: Request) -> str:
    peer = request.client.host if request.client else ""
    trusted: Trusted = request.app.state.trusted
    return address_behind(peer, request.headers.get("x-forwarded-for", ""), trusted)


class WrongOnes:
    """Counts what was wrong, by address; right answers cost nothing, for a whole office may share one address."""

    def __init__(self, rate: str) -> None:
        """`rate` as the library `limits` reads it, e.g. `50 per 15 minutes`."""
        self._rate: RateLimitItem = parse(rate)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def expect_few(self, what: str, request: Request) -> None:
        """Raises TooOften."""
        address = address_of(request)
        if not await self._limiter.test(self._rate, what, address):
            window = await self._limiter.get_window_stats(self._rate, what, address)
            raise TooOften(int(window.reset_time - time.time()) + 1)

    async def count(self, what: str, request: Request) -> None:
        await self._limiter.hit(self._rate, what, address_of(request))
