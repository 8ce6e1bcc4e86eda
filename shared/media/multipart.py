"""Large objects come in parts: begun, listed, completed and aborted at the store, each part put by a presigned URL."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from minio import Minio
from minio.datatypes import Part

UNRESERVED = "-_.~"
MOST = 10_000  # parts that one object may have
COPY = "x-amz-copy-source"


class PartUrl(NamedTuple):
    number: int
    url: str


class Begun(NamedTuple):
    """A multipart upload that the store knows."""

    key: str
    upload: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Signer:
    """Presigns requests as AWS Signature Version 4 has it; needs no network. `endpoint` is the one that is asked.

    minio's own `presign_v4` signs the host alone. What else is signed, the store insists on.
    """

    endpoint: str
    access_key: str
    secret_key: str
    region: str

    def url(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], lifetime: timedelta
    ) -> str:
        """A URL for exactly this method, path, query and lower-case headers."""
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{now[:8]}/{self.region}/s3/aws4_request"
        sent = {"host": urlsplit(self.endpoint).netloc, **headers}
        names = ";".join(sorted(sent))
        asked = {
            **query, "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": f"{self.access_key}/{scope}",
            "X-Amz-Date": now, "X-Amz-Expires": str(int(lifetime.total_seconds())), "X-Amz-SignedHeaders": names,
        }  # fmt: skip
        line = "&".join(f"{_quoted(k)}={_quoted(v)}" for k, v in sorted(asked.items()))
        canonical_headers = "".join(f"{name}:{sent[name]}\n" for name in sorted(sent))
        place = quote(path, safe=f"/{UNRESERVED}")
        request = "\n".join((method, place, line, canonical_headers, names, "UNSIGNED-PAYLOAD"))
        to_sign = "\n".join(("AWS4-HMAC-SHA256", now, scope, hashlib.sha256(request.encode()).hexdigest()))
        signature = _hmac(self._key(now[:8]), to_sign).hex()
        return f"{self.endpoint}{place}?{line}&X-Amz-Signature={signature}"

    def _key(self, day: str) -> bytes:
        key = f"AWS4{self.secret_key}".encode()
        for step in (day, self.region, "s3", "aws4_request"):
            key = _hmac(key, step)
        return key


@dataclass(frozen=True, slots=True)
class Multipart:
    """Uploads in parts. `client` is asked in the store's threads by `run`, the only place of its private names."""

    client: Minio
    signer: Signer
    run: Callable[..., Awaitable[Any]]

    async def begin(self, bucket: str, key: str, content_type: str) -> str:
        """Returns the store's id of a new upload."""
        call = self.client._create_multipart_upload
        return await self.run(call, bucket, key, {"Content-Type": content_type})

    def urls(
        self, bucket: str, key: str, upload: str, sizes: Iterable[tuple[int, int]], *, lifetime: timedelta
    ) -> list[PartUrl]:
        """A URL for a PUT of each part, by number and size in bytes: of this part, of exactly this size.

        A header that is not signed could still say that the part is a copy of any other object: so that one is signed,
        empty, and stands in the query, where the store finds it when no header fills it.
        """
        return [
            PartUrl(
                number,
                self.signer.url(
                    "PUT", f"/{bucket}/{key}", {"partNumber": str(number), "uploadId": upload, COPY: ""},
                    {"content-length": str(size), COPY: ""}, lifetime,
                ),
            )
            for number, size in sizes
        ]  # fmt: skip

    async def parts(self, bucket: str, key: str, upload: str) -> list[Part]:
        """All parts that are there, in order. Raises Missing where the upload is completed, aborted or unknown."""
        found: list[Part] = []
        marker: str | None = None
        while True:
            call = self.client._list_parts
            page = await self.run(call, bucket, key, upload, part_number_marker=marker)
            found += page.parts
            if not page.is_truncated or not page.parts:
                return found
            marker = str(page.next_part_number_marker)

    async def complete(self, bucket: str, key: str, upload: str, parts: Iterable[Part]) -> None:
        """Make one object of the parts. Raises Missing where the upload is completed, aborted or unknown.

        The same where a part was replaced since they were listed.
        """
        await self.run(self.client._complete_multipart_upload, bucket, key, upload, list(parts))

    async def abort(self, bucket: str, key: str, upload: str) -> None:
        """Remove what has come. Raises Missing where the upload is completed, aborted or unknown."""
        await self.run(self.client._abort_multipart_upload, bucket, key, upload)

    async def begun(self, bucket: str) -> list[Begun]:
        """Every upload that is neither completed nor aborted."""
        found: list[Begun] = []
        key: str | None = None
        upload: str | None = None
        while True:
            call = self.client._list_multipart_uploads
            page = await self.run(call, bucket, key_marker=key, upload_id_marker=upload)
            found += [Begun(u.object_name, u.upload_id, u.initiated_time) for u in page.uploads]
            if not page.is_truncated or not page.uploads:
                return found
            key, upload = page.next_key_marker, page.next_upload_id_marker


def part_sizes(size: int, part: int) -> list[int]:
    """The size of each part of a file in order; all but the last are of one size."""
    return [min(part, size - at) for at in range(0, size, part)]


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")


def _quoted(text: str) -> str:
    return quote(text, safe=UNRESERVED)
