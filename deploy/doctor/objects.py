"""The object store as one service sees it: its buckets, a write and a read of its own, and the store's clock."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from uuid import uuid4

import httpx
from minio.error import S3Error

from deploy.doctor import Finding, Looking, look, skew, well, wrong
from shared.media.store import Buckets, Missing, Store
from shared.refusal import Transient

REACH = (
    "Is the object store up (docker compose ps minio), and is ALURWARTA_S3_ENDPOINT its address inside this network?"
)
KEYS = "Are ALURWARTA_S3_ACCESS_KEY and ALURWARTA_S3_SECRET_KEY those of this service, with rights on its buckets?"
CLOCKS = "Let both machines keep time by NTP: signatures are refused where the clocks differ by 15 minutes."
PREPARE = "Run `alurwarta prepare` (docker compose up -d prepare)."


async def looked_at(store: Store, buckets: Buckets, own: str) -> Looking:
    """All findings; `own` is the bucket to which this service writes. A store that does not answer is the only one."""
    try:
        async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
            answer = await http.get(f"{store.endpoint}/minio/health/live")
    except httpx.HTTPError as e:
        yield wrong("object store", f"{type(e).__name__}: {e}", REACH)
        return
    yield well("object store", "it answers")
    if "date" in answer.headers:
        there = parsedate_to_datetime(answer.headers["date"])
        yield skew("object store clock", round((there - datetime.now(UTC)).total_seconds()), CLOCKS)
    yield await _buckets(store, buckets)
    yield await _round_trip(store, own)
    yield await _closed(store, buckets.originals)


async def _buckets(store: Store, buckets: Buckets) -> Finding:
    missing: list[str] = []
    for bucket in buckets.all():
        try:
            await store.listed(bucket, limit=1)
        except Missing:
            missing.append(bucket)
        except (S3Error, Transient) as e:
            return wrong("buckets", f"{bucket}: {type(e).__name__}: {e}", KEYS)
    if missing:
        return wrong("buckets", f"missing: {', '.join(missing)}", PREPARE)
    return well("buckets", ", ".join(buckets.all()))


async def _round_trip(store: Store, bucket: str) -> Finding:
    key, data = f"doctor/{uuid4()}", b"alurwarta doctor"
    try:
        await store.put(bucket, key, data, "text/plain")
        read = await store.read(bucket, key)
        await store.remove(bucket, key)
    except (S3Error, Missing, Transient) as e:
        return wrong("write and read", f"{bucket}: {type(e).__name__}: {e}", KEYS)
    if read != data:
        return wrong("write and read", f"{bucket} gave back other bytes", "Stop, and look at the store's disks.")
    return well("write and read", f"an object came and went in {bucket}")


async def _closed(store: Store, bucket: str) -> Finding:
    """What is not public is closed to strangers."""
    async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
        answer = await http.get(f"{store.endpoint}/{bucket}/")
    if answer.status_code == 200:
        return wrong("strangers", f"anybody can list {bucket}", f"{PREPARE} Then look at the bucket's policy.")
    if answer.status_code >= 500:
        return look("strangers", f"{bucket} answered {answer.status_code}", REACH)
    return well("strangers", "kept out of what is not public")
