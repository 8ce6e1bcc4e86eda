"""Looks up whether links lead somewhere: on the open internet alone (ADR 0012), in little time, without content."""

import asyncio
import errno
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urljoin, urlsplit

import httpcore

from services.editing.checks.facts import Look, Trouble
from shared.outgoing import Address, Careful, NameUnknown, NotPublic, Resolve, is_public, resolve

AT_ONCE = 4
SECONDS = 15.0  # for one link, all in all
TIMEOUT = {"connect": 5.0, "read": 8.0, "write": 5.0, "pool": 5.0}
HEADERS = [(b"User-Agent", b"Alurwarta (memeriksa tautan)"), (b"Accept", b"*/*"), (b"Accept-Encoding", b"identity")]
REDIRECTS = 5
MOVED = (301, 302, 303, 307, 308)
GONE = (404, 410)
NO_WAY_OUT = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EPERM)


@dataclass(frozen=True, slots=True)
class Lookout:
    """`may` says which addresses may be connected to."""

    now: Callable[[], datetime]
    may: Callable[[Address], bool] = is_public
    resolve: Resolve = resolve
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    async def look(self, addresses: Sequence[str]) -> dict[str, Look]:
        """What each leads to; some at once, and none for longer than its time."""
        places = asyncio.Semaphore(AT_ONCE)

        async def one(address: str) -> Look:
            async with places:
                trouble, status = await self._one(address)
            return Look(trouble, status, self.now())

        return dict(zip(addresses, await asyncio.gather(*map(one, addresses)), strict=True))

    async def _one(self, address: str) -> tuple[Trouble, int | None]:
        try:
            async with asyncio.timeout(SECONDS):
                return await self._follow(address)
        except NotPublic:
            return "inside", None
        except NameUnknown as e:
            return ("away" if e.for_now else "unknown"), None
        except (httpcore.NetworkError, OSError) as e:
            return _of_network(e), None
        except (httpcore.ProtocolError, httpcore.TimeoutException, TimeoutError):
            return "silent", None
        except ValueError:  # no address that a program can read: no such host, no such port
            return "unknown", None

    async def _follow(self, address: str) -> tuple[Trouble, int | None]:
        net = Careful(self.may, self.resolve)
        async with httpcore.AsyncConnectionPool(ssl_context=self.tls, network_backend=net, http2=False) as pool:
            for _ in range(REDIRECTS + 1):
                parts = urlsplit(address)
                if parts.scheme not in ("http", "https") or not parts.hostname:
                    return "unknown", None
                status, to = await _answered(pool, address)
                if status not in MOVED or not to:
                    return _trouble(status), status
                address = urljoin(address, to)
        return "circles", None


async def _answered(pool: httpcore.AsyncConnectionPool, address: str) -> tuple[int, str]:
    """The status and where it leads on; by GET where HEAD is not understood. The content is not read."""
    status, to = 0, ""
    for method in ("HEAD", "GET"):
        url = httpcore.URL(_in_ascii(address))
        async with pool.stream(method, url, headers=HEADERS, extensions={"timeout": TIMEOUT}) as answer:
            status = answer.status
            to = next((value.decode("latin-1") for key, value in answer.headers if key.lower() == b"location"), "")
        if status < 400:
            break
    return status, to


def _trouble(status: int) -> Trouble:
    """A site that wants a log-in, or no programs, is there all the same."""
    if status in GONE:
        return "gone"
    return "failing" if status >= 500 else ""


def _of_network(error: BaseException) -> Trouble:
    found = _led_to(error)
    if any(isinstance(e, ssl.SSLError) for e in found):
        return "certificate"
    return "away" if any(isinstance(e, OSError) and e.errno in NO_WAY_OUT for e in found) else "silent"


def _led_to(error: BaseException) -> list[BaseException]:
    """An error and all that led to it."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        e = waiting.pop()
        if e is not None and e not in found:
            found.append(e)
            waiting += [e.__cause__, e.__context__, *_several(e)]
    return found


def _several(error: BaseException) -> "tuple[BaseException, ...]":
    """Where more than one address of a host was tried."""
    inner: tuple[BaseException, ...] = getattr(error, "exceptions", ())
    return inner


def _in_ascii(address: str) -> bytes:
    """As it goes over the wire: the host by IDNA, the rest in percents. Raises UnicodeError, a ValueError."""
    parts = urlsplit(address)
    host = (parts.hostname or "").encode("idna").decode()
    host = f"[{host}]" if ":" in host else host
    netloc = f"{host}:{parts.port}" if parts.port else host
    rest = parts._replace(netloc=netloc, fragment="").geturl()
    return "".join(c if " " < c < "\x7f" else "".join(f"%{b:02X}" for b in c.encode()) for c in rest).encode()
