"""Media in the object store: presigned in and out, hashed, copied, and rendered for the public."""

import asyncio
import hashlib
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import IO, Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.commonconfig import CopySource
from minio.datatypes import PostPolicy
from minio.error import S3Error
from PIL import Image, ImageCms, ImageOps

from shared import metrics
from shared.content import MediaKind, StoredObject
from shared.refusal import Transient

P = ParamSpec("P")
T = TypeVar("T")

WORKERS = 8
CHUNK = 1024 * 1024
MAX_PIXELS = 80_000_000
LONGEST_SIDE = 1600
# What cameras and telephones make. Pillow reads much more, some by other programs: EPS runs Ghostscript.
PICTURES = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP")
GONE = ("NoSuchKey", "NoSuchObject", "NotFound", "NoSuchBucket")
KINDS: dict[str, MediaKind] = {"image": "image", "video": "video", "audio": "audio"}


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


@dataclass(frozen=True, slots=True)
class Form:
    """A presigned POST: where to send the form, its fields, and when it ends."""

    url: str
    fields: dict[str, str]
    expires_at: datetime


class Missing(Exception):
    """No such object."""


class Undecodable(Exception):
    """The file is not what it says, or is too large to be decoded safely; the sentence is for the sender."""


class Store:
    """The object store, off the event loop in a bounded pool. `public_endpoint` is the one that browsers see."""

    def __init__(
        self, endpoint: str, access_key: str, secret_key: str, *, public_endpoint: str = "", region: str = "us-east-1"
    ) -> None:
        self.endpoint = endpoint
        self.public_endpoint = public_endpoint or endpoint
        self._client = _client(endpoint, access_key, secret_key, region)
        # Signing needs no network where the region is given; the host that is signed is the one the browser sends.
        self._signer = _client(self.public_endpoint, access_key, secret_key, region)
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="store")

    async def _run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, partial(call, *args, **kwargs))
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
        fields: dict[str, str] = dict(await self._run(self._signer.presigned_post_policy, policy))
        fields |= {"key": key, "Content-Type": content_type}
        return Form(f"{self.public_endpoint}/{bucket}", fields, expires)

    async def download_url(self, bucket: str, key: str, *, lifetime: timedelta = timedelta(minutes=15)) -> str:
        """A link by which one who may see this object can read it for a while."""
        return await self._run(self._signer.presigned_get_object, bucket, key, lifetime)

    async def stat(self, bucket: str, key: str) -> Stat:
        """Size, ETag and type of an object. Raises Missing."""
        found = await self._run(self._client.stat_object, bucket, key)
        return Stat(found.size or 0, found.etag or "", found.content_type or "")

    async def hash_of(self, bucket: str, key: str) -> str:
        """SHA-256 of an object's bytes, streamed. Raises Missing."""
        return await self._run(_hash_object, self._client, bucket, key)

    async def read(self, bucket: str, key: str, *, limit: int = 100_000_000) -> bytes:
        data = await self._run(_read_object, self._client, bucket, key, limit)
        metrics.MEDIA_BYTES.labels("read").inc(len(data))
        return data

    async def put(self, bucket: str, key: str, data: bytes, content_type: str) -> None:
        await self.put_file(bucket, key, io.BytesIO(data), len(data), content_type)

    async def put_file(self, bucket: str, key: str, file: IO[bytes], size: int, content_type: str) -> None:
        await self._run(self._client.put_object, bucket, key, file, size, content_type)  # pyright: ignore
        metrics.MEDIA_BYTES.labels("written").inc(size)

    async def copy(self, source: tuple[str, str], to: tuple[str, str], *, if_match: str | None = None) -> None:
        """Copy inside the store; with `if_match` only what still has that ETag. Raises Missing when it is not so."""
        try:
            await self._run(self._client.copy_object, *to, CopySource(*source, match_etag=if_match))
        except S3Error as e:
            if e.code == "PreconditionFailed":
                raise Missing("was replaced meanwhile") from None
            raise

    async def remove(self, bucket: str, key: str) -> None:
        await self._run(self._client.remove_object, bucket, key)

    async def keys(self, bucket: str, prefix: str = "") -> list[str]:
        return await self._run(_list_keys, self._client, bucket, prefix)

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
        self._threads.shutdown(wait=False, cancel_futures=True)


def _client(endpoint: str, access_key: str, secret_key: str, region: str) -> Minio:
    parts = urlsplit(endpoint)
    pool = urllib3.PoolManager(
        maxsize=WORKERS,
        timeout=urllib3.Timeout(connect=5, read=60),
        retries=urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=[502, 503, 504]),
    )
    return Minio(parts.netloc, access_key, secret_key, secure=parts.scheme == "https", region=region, http_client=pool)


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


def kind_of(content_type: str) -> MediaKind:
    """The kind of a file by its declared type."""
    return KINDS.get(content_type.partition("/")[0], "document")


@dataclass(frozen=True, slots=True)
class Jpeg:
    """A publishable picture: upright, sRGB, without metadata."""

    data: bytes
    width: int
    height: int

    def stored(self, bucket: str) -> StoredObject:
        digest = hashlib.sha256(self.data).hexdigest()
        return StoredObject(
            bucket=bucket, key=f"{digest}.jpg", sha256=digest, size=len(self.data), content_type="image/jpeg"
        )


async def render_jpeg(data: bytes) -> Jpeg:
    """Decode a picture fully and encode it again. Raises Undecodable with a sentence for the sender."""
    return await asyncio.to_thread(_render_jpeg, data)


def _render_jpeg(data: bytes) -> Jpeg:
    try:
        with Image.open(io.BytesIO(data), formats=PICTURES) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Undecodable(f"Gambar melebihi {MAX_PIXELS // 1_000_000} megapiksel.")
            picture.load()
            upright = _to_srgb(ImageOps.exif_transpose(picture))
    except Undecodable:
        raise
    except (MemoryError, RecursionError):
        raise
    except Exception as e:  # a decoder's own bugs on garbage are of any type
        raise Undecodable("Berkas ini bukan gambar yang utuh. Kirim ulang berkas aslinya.") from e
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    # A new image of pixels alone: what is not copied cannot leak.
    clean: Any = Image.new("RGB", upright.size)
    clean.paste(upright)
    clean.save(out, "JPEG", quality=85, optimize=True, progressive=True)
    return Jpeg(out.getvalue(), clean.width, clean.height)


def _to_srgb(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            return converted or picture.convert("RGB")
        except (ImageCms.PyCMSError, OSError):
            pass  # a broken profile: the plain conversion shows the picture all the same
    return picture.convert("RGB")
