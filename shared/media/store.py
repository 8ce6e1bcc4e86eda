"""The object store: presigned in and out, hashed, copied, and one bucket that strangers may read."""

import asyncio
import hashlib
import io
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, NamedTuple, ParamSpec, TypeVar
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.commonconfig import REPLACE, CopySource
from minio.datatypes import PostPolicy
from minio.error import S3Error

from shared import metrics
from shared.media.multipart import Multipart, Signer
from shared.media.verdict import Undecodable
from shared.refusal import Transient

P = ParamSpec("P")
T = TypeVar("T")

WORKERS = 8
READ_SECONDS, LONG_SECONDS = 60, 900
CHUNK = 1024 * 1024
GONE = ("NoSuchKey", "NoSuchObject", "NotFound", "NoSuchBucket", "NoSuchUpload", "InvalidPart", "InvalidPartOrder")


@dataclass(frozen=True, slots=True)
class Buckets:
    """The four buckets; only `public` may be read by strangers."""

    prefix: str = "alurwarta"

    @property
    def incoming(self) -> str:
        return f"{self.prefix}-incoming"

    @property
    def originals(self) -> str:
        return f"{self.prefix}-originals"

    @property
    def renditions(self) -> str:
        return f"{self.prefix}-renditions"

    @property
    def public(self) -> str:
        return f"{self.prefix}-public"

    def all(self) -> list[str]:
        return [self.incoming, self.originals, self.renditions, self.public]


@dataclass(frozen=True, slots=True)
class Stat:
    size: int
    etag: str
    content_type: str
    cache_control: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A presigned POST: where to send the form, its fields, and when it ends."""

    url: str
    fields: dict[str, str]
    expires_at: datetime


class Listed(NamedTuple):
    """An object as a listing shows it, and when it was put."""

    key: str
    modified: datetime


class Missing(Exception):
    """No such object."""


class Store:
    """The object store, off the event loop in a bounded pool. `public_endpoint` is the one that browsers see."""

    def __init__(
        self, endpoint: str, access_key: str, secret_key: str, *, public_endpoint: str = "", region: str = "us-east-1"
    ) -> None:
        self.endpoint = endpoint
        self.public_endpoint = public_endpoint or endpoint
        self._client = _client(endpoint, access_key, secret_key, region)
        # Copying and hashing may take minutes: nothing small waits for their connections and threads.
        self._patient = _client(endpoint, access_key, secret_key, region, read_seconds=LONG_SECONDS)
        self._long_threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="store-long")
        # Signing needs no network where the region is given; the host that is signed is the one the browser sends.
        self._signer = _client(self.public_endpoint, access_key, secret_key, region)
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="store")
        self.multipart = Multipart(
            self._client, Signer(self.public_endpoint, access_key, secret_key, region), self._run
        )

    async def _run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._run_in(self._threads, partial(call, *args, **kwargs))

    async def _run_long(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._run_in(self._long_threads, partial(call, *args, **kwargs))

    async def _run_in(self, threads: ThreadPoolExecutor, call: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(threads, call)
        except S3Error as e:
            if e.code in GONE:
                raise Missing(e.code) from None
            if e.code in (
                "SlowDown",
                "InternalError",
                "ServiceUnavailable",
                "RequestTimeout",
                "XMinioServerNotInitialized",
            ):
                raise Transient(f"object store: {e.code}") from e
            raise
        except (urllib3.exceptions.HTTPError, OSError) as e:
            raise Transient("the object store is away") from e

    async def upload_form(
        self, bucket: str, key: str, *, content_type: str, size: int, lifetime: timedelta = timedelta(hours=1)
    ) -> Form:
        """A form by which a browser may put exactly this object, of exactly this size and type."""
        expires = datetime.now(UTC) + lifetime
        policy = PostPolicy(bucket, expires)
        policy.add_equals_condition("key", key)
        policy.add_equals_condition("Content-Type", content_type)
        policy.add_content_length_range_condition(size, size)
        # Not in a thread: it asks nobody, and takes a third of the time here.
        fields: dict[str, str] = dict(self._signer.presigned_post_policy(policy))
        fields |= {"key": key, "Content-Type": content_type}
        return Form(f"{self.public_endpoint}/{bucket}", fields, expires)

    async def download_url(self, bucket: str, key: str, *, lifetime: timedelta = timedelta(minutes=15)) -> str:
        """A link by which one who may see this object can read it for a while."""
        return await self._run(self._signer.presigned_get_object, bucket, key, lifetime)

    async def stat(self, bucket: str, key: str) -> Stat:
        """Size, ETag, type and caching of an object. Raises Missing."""
        found = await self._run(self._client.stat_object, bucket, key)
        headers = found.metadata or {}
        return Stat(
            found.size or 0, found.etag or "", found.content_type or "", str(headers.get("cache-control") or "")
        )

    async def hash_of(self, bucket: str, key: str) -> str:
        """SHA-256 of an object's bytes, streamed. Raises Missing."""
        return await self._run_long(_hash_object, self._patient, bucket, key)

    async def download(self, bucket: str, key: str, to: Path) -> str:
        """Stream an object into a file; returns the SHA-256 of its bytes. Raises Missing."""
        digest, size = await self._run(_download_object, self._client, bucket, key, to)
        metrics.MEDIA_BYTES.labels("read").inc(size)
        return digest

    async def read(self, bucket: str, key: str, *, limit: int = 100_000_000) -> bytes:
        data = await self._run(_read_object, self._client, bucket, key, limit)
        metrics.MEDIA_BYTES.labels("read").inc(len(data))
        return data

    def chunks(self, bucket: str, key: str) -> Iterator[bytes]:
        """An object's bytes piece by piece, for one who is off the event loop already. Raises the client's errors."""
        return _chunks_of(self._client, bucket, key)

    async def stream(self, bucket: str, key: str) -> AsyncGenerator[bytes]:
        """An object's bytes piece by piece. Raises Missing."""
        pieces = self.chunks(bucket, key)
        try:
            while (piece := await self._run(_next, pieces)) is not None:
                yield piece
        finally:
            if isinstance(pieces, Generator):
                await self._run(pieces.close)

    async def put(self, bucket: str, key: str, data: bytes, content_type: str) -> None:
        await self.put_file(bucket, key, io.BytesIO(data), len(data), content_type)

    async def put_file(
        self,
        bucket: str,
        key: str,
        file: IO[bytes],
        size: int,
        content_type: str,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        told: dict[str, str | list[str] | tuple[str]] | None = {**headers} if headers else None
        await self._run(self._client.put_object, bucket, key, file, size, content_type, told)  # pyright: ignore
        metrics.MEDIA_BYTES.labels("written").inc(size)

    async def copy(
        self,
        source: tuple[str, str],
        to: tuple[str, str],
        *,
        if_match: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Copy inside the store; with `if_match` only what still has that ETag. Raises Missing when it is not so.

        `headers` (Content-Type, Cache-Control) replace those of the source; without them the copy has the same.
        """
        told: dict[str, str | list[str] | tuple[str]] | None = {**headers} if headers else None
        try:
            await self._run_long(
                self._patient.copy_object,
                *to,
                CopySource(*source, match_etag=if_match),
                metadata=told,
                metadata_directive=REPLACE if headers else None,
            )
        except S3Error as e:
            if e.code == "PreconditionFailed":
                raise Missing("was replaced meanwhile") from None
            raise

    async def remove(self, bucket: str, key: str) -> None:
        await self._run(self._client.remove_object, bucket, key)

    async def keys(self, bucket: str, prefix: str = "") -> list[str]:
        return await self._run(_list_keys, self._client, bucket, prefix)

    async def listed(self, bucket: str, *, after: str = "", limit: int = 1_000) -> list[Listed]:
        """So many objects in order of their keys, from behind one key on."""
        return await self._run(_list_objects, self._client, bucket, after, limit)

    async def remove_bucket(self, bucket: str) -> None:
        await self._run(self._client.remove_bucket, bucket)

    async def prepare(self, buckets: Buckets) -> None:
        """Make the buckets, and let strangers read single objects of the public one: no listing."""
        for bucket in buckets.all():
            if not await self._run(self._client.bucket_exists, bucket):
                await self._run(self._client.make_bucket, bucket)
        policy = (
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["*"]},'
            f'"Action":["s3:GetObject"],"Resource":["arn:aws:s3:::{buckets.public}/*"]}}]}}'
        )
        await self._run(self._client.set_bucket_policy, buckets.public, policy)

    def close(self) -> None:
        for threads in (self._threads, self._long_threads):
            threads.shutdown(wait=False, cancel_futures=True)


def _client(
    endpoint: str, access_key: str, secret_key: str, region: str, *, read_seconds: float = READ_SECONDS
) -> Minio:
    parts = urlsplit(endpoint)
    pool = urllib3.PoolManager(
        maxsize=WORKERS,
        timeout=urllib3.Timeout(connect=5, read=read_seconds),
        retries=urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=[502, 503, 504]),
    )
    return Minio(parts.netloc, access_key, secret_key, secure=parts.scheme == "https", region=region, http_client=pool)


def _download_object(client: Minio, bucket: str, key: str, to: Path) -> tuple[str, int]:
    response = client.get_object(bucket, key)
    try:
        digest = hashlib.sha256()
        with to.open("wb") as file:
            for chunk in response.stream(CHUNK):
                digest.update(chunk)
                file.write(chunk)
            return digest.hexdigest(), file.tell()
    finally:
        response.close()
        response.release_conn()


def _hash_object(client: Minio, bucket: str, key: str) -> str:
    response = client.get_object(bucket, key)
    try:
        digest = hashlib.sha256()
        for chunk in response.stream(CHUNK):
            digest.update(chunk)
        return digest.hexdigest()
    finally:
        response.close()
        response.release_conn()


def _next(pieces: Iterator[bytes]) -> bytes | None:
    return next(pieces, None)


def _chunks_of(client: Minio, bucket: str, key: str) -> Iterator[bytes]:
    response = client.get_object(bucket, key)
    try:
        for chunk in response.stream(CHUNK):
            metrics.MEDIA_BYTES.labels("read").inc(len(chunk))
            yield chunk
    finally:
        response.close()
        response.release_conn()


def hash_of_file(path: Path) -> str:
    """SHA-256 of a file on our own disk."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_object(client: Minio, bucket: str, key: str, limit: int) -> bytes:
    response = client.get_object(bucket, key)
    try:
        data = response.read(limit + 1)
    finally:
        response.close()
        response.release_conn()
    if len(data) > limit:
        raise Undecodable(f"Berkas melebihi {limit // 1_000_000} MB.")
    return data


def _list_keys(client: Minio, bucket: str, prefix: str) -> list[str]:
    return [o.object_name or "" for o in client.list_objects(bucket, prefix=prefix, recursive=True)]


def _list_objects(client: Minio, bucket: str, after: str, limit: int) -> list[Listed]:
    found = client.list_objects(bucket, recursive=True, start_after=after or None)
    return [Listed(o.object_name or "", o.last_modified or datetime.now(UTC)) for o in islice(found, limit)]
