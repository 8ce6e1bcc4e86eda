"""The way out: connections to hosts that people name, and to addresses of the open internet alone (ADR 0012)."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import httpcore

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # an IPv4 address in other clothes
# What Python's own word on an address does not know of: site-local, documentation, and the relays of 6to4.
NOT_PUBLIC = tuple(map(ipaddress.ip_network, ("fec0::/10", "3fff::/20", "192.88.99.0/24")))
# A name server's word that there is no such host; anything else is that it could not be asked.
NOWHERE = (socket.EAI_NONAME, socket.EAI_NODATA)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]


class NotPublic(Exception):
    """The host's name leads inside: to this machine, to a neighbour, or to nothing that may be asked."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} is not on the open internet")
        self.host = host


class NameUnknown(Exception):
    """The host's name leads nowhere; `for_now` where it could not be asked, so that later it may."""

    def __init__(self, host: str, *, for_now: bool) -> None:
        super().__init__(f"{host} is not known")
        self.for_now = for_now


def is_public(address: Address) -> bool:
    """Whether an address is one of the open internet: neither ours, nor a neighbour's, nor this machine."""
    embedded = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if embedded is None and address in NAT64:
        embedded = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if embedded is not None:
        return is_public(embedded)
    if any(address in network for network in NOT_PUBLIC):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


async def resolve(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class Careful(httpcore.AsyncNetworkBackend):
    """Connects only to the very addresses that it has looked at: a name that changes its mind gains nothing."""

    def __init__(self, may: Callable[[Address], bool], resolve: Resolve) -> None:
        self._may = may
        self._resolve = resolve
        self._net: Any = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  (httpcore's own signature)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            found = await self._resolve(host, port)
        except socket.gaierror as e:
            raise NameUnknown(host, for_now=e.errno not in NOWHERE) from e
        if not found or not all(self._may(ipaddress.ip_address(a.partition("%")[0])) for a in found):
            raise NotPublic(host)
        for address in found[:-1]:
            try:
                return await self._net.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue  # a host may have an address of a kind that is not routed here
        return await self._net.connect_tcp(found[-1], port, timeout, local_address, socket_options)

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        raise NotPublic("a socket")

    async def sleep(self, seconds: float) -> None:
        await self._net.sleep(seconds)
