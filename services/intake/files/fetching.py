"""Files that another system names by their https address: fetched once, within limits, and from public hosts alone."""

import asyncio
import hashlib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import urljoin, urlsplit

import httpcore

from shared.media.kinds import MEGABYTE, UNKNOWN
from shared.outgoing import Address, Careful, NameUnknown, NotPublic, Resolve, is_public, resolve
from shared.refusal import Transient

REDIRECTS = 3
SECONDS = 3600.0  # for one file, all in all
TIMEOUT = {"connect": 10.0, "read": 60.0, "write": 10.0, "pool": 10.0}
HEADERS = [(b"User-Agent", b"Alurwarta"), (b"Accept", b"*/*"), (b"Accept-Encoding", b"identity")]
MOVED = (301, 302, 303, 307, 308)
RETRIED = (408, 425, 429, 500, 502, 503, 504)


class HostAway(Transient):
    """The host did not answer as it should; later it may."""


class NotFetched(Exception):
    """The same would be refused again; the sentence is for the sender, in Bahasa Indonesia."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was fetched; `size` in bytes, `content_type` as its server says."""

    sha256: str
    size: int
    content_type: str


@dataclass(frozen=True, slots=True)
class Fetcher:
    """`hosts` are those that the office allows, each with its port where that is not 443; none allows nothing."""

    hosts: frozenset[str]
    may: Callable[[Address], bool] = is_public
    resolve: Resolve = resolve
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    async def fetch(self, url: str, to: Path, *, most: int) -> Fetched:
        """Write what lies at an address to a file. Raises NotFetched, or Transient where it may go better later."""
        try:
            async with asyncio.timeout(SECONDS):
                return await self._follow(url, to, most)
        except NotPublic as e:
            raise NotFetched(f"Alamat {e.host} bukan alamat internet umum. Unggah berkasnya langsung.") from e
        except NameUnknown as e:
            raise HostAway(str(e)) from e
        except httpcore.ConnectError as e:
            if isinstance(e.__context__, ssl.SSLError):
                raise NotFetched("Sertifikat alamat berkas tidak sah. Unggah berkasnya langsung.") from e
            raise HostAway("the file's host cannot be reached") from e
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError, TimeoutError) as e:
            raise HostAway(f"the file's host is away: {type(e).__name__}") from e

    async def _follow(self, url: str, to: Path, most: int) -> Fetched:
        net = Careful(self.may, self.resolve)
        async with httpcore.AsyncConnectionPool(ssl_context=self.tls, network_backend=net, http2=False) as pool:
            for _ in range(REDIRECTS + 1):
                self._expect_allowed(url)
                request = httpcore.URL(url)
                async with pool.stream("GET", request, headers=HEADERS, extensions={"timeout": TIMEOUT}) as answer:
                    if answer.status not in MOVED:
                        return await _taken(answer, to, most)
                    url = urljoin(url, _header(answer, b"location"))
        raise NotFetched("Alamat berkas terlalu sering dialihkan. Sebutkan alamat akhirnya.")

    def _expect_allowed(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").lower(), parts.port or 443
        except ValueError:
            raise NotFetched("Alamat berkas tidak dapat dibaca. Periksa kembali.") from None
        if parts.scheme != "https" or parts.username is not None or not url.isascii():
            raise NotFetched("Alamat berkas harus https, tanpa nama pengguna, dan dalam huruf ASCII.")
        if (host if port == 443 else f"{host}:{port}") not in self.hosts:
            raise NotFetched(
                f"Berkas dari {host} tidak diterima. Unggah berkasnya, atau minta Pengelola mengizinkannya."
            )


async def _taken(answer: httpcore.Response, to: Path, most: int) -> Fetched:
    if answer.status in RETRIED:
        raise HostAway(f"the file's host answers {answer.status}")
    if answer.status != 200:
        raise NotFetched(f"Alamat berkas menjawab {answer.status}. Periksa alamatnya, atau unggah berkasnya langsung.")
    length = _header(answer, b"content-length")
    if length.isdigit() and int(length) > most:
        raise NotFetched(_too_large(most))
    digest, size = hashlib.sha256(), 0
    file = await asyncio.to_thread(to.open, "wb")
    try:
        async for chunk in answer.aiter_stream():
            size += len(chunk)
            if size > most:
                raise NotFetched(_too_large(most))
            digest.update(chunk)
            await _written(file, chunk)
    finally:
        await asyncio.to_thread(file.close)
    return Fetched(digest.hexdigest(), size, _header(answer, b"content-type") or UNKNOWN)


async def _written(file: IO[bytes], chunk: bytes) -> None:
    try:
        await asyncio.to_thread(file.write, chunk)
    except OSError as e:  # our own disk, not their host
        raise Transient(f"the disk on which files are looked at: {e.strerror}") from e


def _too_large(most: int) -> str:
    return f"Berkas di alamat itu melebihi batas {most // MEGABYTE} MB. Kecilkan berkasnya lalu kirim lagi."


def _header(answer: httpcore.Response, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in answer.headers if key.lower() == name), "")
