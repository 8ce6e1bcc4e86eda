"""Media on a real MinIO: exact uploads, guarded copies, one public bucket."""

import hashlib
from collections.abc import AsyncGenerator
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio

from shared.media.store import Buckets, Form, Missing, Store
from shared.media.verdict import Undecodable
from shared.refusal import Transient
from tests.support.stack import Stack, stack


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shelves() -> AsyncGenerator[Stack]:
    async with stack(kafka=False, media=True) as made:
        yield made


@pytest.fixture
def store(shelves: Stack) -> Store:
    return shelves.store()


@pytest.fixture
def buckets(shelves: Stack) -> Buckets:
    return shelves.buckets


async def post(form: Form, data: bytes, **changed: str) -> int:
    async with httpx.AsyncClient() as browser:
        answer = await browser.post(form.url, data=form.fields | changed, files={"file": data})
    return answer.status_code


async def test_a_browser_may_put_exactly_the_object_that_was_asked_for(store: Store, buckets: Buckets) -> None:
    form = await store.upload_form(buckets.incoming, "a/1.jpg", content_type="image/jpeg", size=5)
    assert await post(form, b"12345") in (200, 204)
    found = await store.stat(buckets.incoming, "a/1.jpg")
    assert (found.size, found.content_type) == (5, "image/jpeg")
    assert await store.hash_of(buckets.incoming, "a/1.jpg") == hashlib.sha256(b"12345").hexdigest()


@pytest.mark.parametrize(
    ("data", "changed"),
    [
        (b"123456", {}),
        (b"1234", {}),
        (b"12345", {"key": "b/other.jpg"}),
        (b"12345", {"Content-Type": "text/html"}),
        (b"12345", {"x-amz-signature": "0" * 64}),
    ],
    ids=["larger", "smaller", "another key", "another type", "a forged signature"],
)
async def test_a_browser_may_put_nothing_else(
    store: Store, buckets: Buckets, data: bytes, changed: dict[str, str]
) -> None:
    form = await store.upload_form(buckets.incoming, "a/2.jpg", content_type="image/jpeg", size=5)
    assert await post(form, data, **changed) in (400, 403)
    for key in ("a/2.jpg", "b/other.jpg"):
        with pytest.raises(Missing):
            await store.stat(buckets.incoming, key)


async def test_a_copy_is_of_what_was_checked_or_not_made_at_all(store: Store, buckets: Buckets) -> None:
    source, to = (buckets.incoming, "c/1"), (buckets.originals, "c/1")
    await store.put(*source, b"checked", "text/plain")
    seen = await store.stat(*source)
    await store.put(*source, b"swapped", "text/plain")
    with pytest.raises(Missing):
        await store.copy(source, to, if_match=seen.etag)
    with pytest.raises(Missing):
        await store.stat(*to)
    await store.copy(source, to, if_match=(await store.stat(*source)).etag)
    assert await store.read(*to) == b"swapped"
    with pytest.raises(Missing):
        await store.copy((buckets.incoming, "c/none"), to)


async def test_what_is_not_there_is_missing_and_a_store_that_is_away_is_transient(
    store: Store, buckets: Buckets
) -> None:
    for call in (store.stat, store.hash_of, store.read):
        with pytest.raises(Missing):
            await call(buckets.incoming, "none")
    await store.remove(buckets.incoming, "none")
    away = Store("http://127.0.0.1:1", "a", "b")
    with pytest.raises(Transient):
        await away.stat(buckets.incoming, "none")
    away.close()


async def test_strangers_read_single_objects_of_the_public_bucket_and_nothing_else(
    store: Store, buckets: Buckets
) -> None:
    for bucket in buckets.all():
        await store.put(bucket, "d/1", b"x", "text/plain")
    async with httpx.AsyncClient() as stranger:
        for bucket in buckets.all():
            answer = await stranger.get(f"{store.endpoint}/{bucket}/d/1")
            assert answer.status_code == (200 if bucket == buckets.public else 403), bucket
            assert (await stranger.get(f"{store.endpoint}/{bucket}/")).status_code == 403, bucket
            assert (await stranger.put(f"{store.endpoint}/{bucket}/d/2", content=b"x")).status_code == 403, bucket
            assert (await stranger.delete(f"{store.endpoint}/{bucket}/d/1")).status_code == 403, bucket
        link = await store.download_url(buckets.originals, "d/1", lifetime=timedelta(minutes=1))
        assert (await stranger.get(link)).text == "x"
        assert (await stranger.get(link.replace("d/1", "d/0"))).status_code == 403


async def test_more_than_the_limit_is_not_read_into_memory(store: Store, buckets: Buckets) -> None:
    await store.put(buckets.incoming, "e/1", b"x" * 2_000, "text/plain")
    with pytest.raises(Undecodable):
        await store.read(buckets.incoming, "e/1", limit=1_999)
