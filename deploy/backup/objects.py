"""The objects of a back-up: each once in the pool, by its hash; what a back-up before had is not read again."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

from deploy.backup import OBJECTS, POOL, Kept, NotDone, pooled
from shared.media.store import Buckets, Missing, Store, hash_of_file

AT_ONCE = 8
Place = tuple[str, str]


async def keep(store: Store, buckets: Buckets, folder: Path, backup: Path, known: Iterable[Kept]) -> tuple[int, int]:
    """Bring every object into the pool and write down what lay where; returns how many, and their bytes."""
    before = {(k.bucket, k.key): k for k in known}
    count = size = 0
    with (backup / OBJECTS).open("w") as lines:
        for bucket in buckets.all():
            async for keys in _pages(store, bucket):
                found = await asyncio.gather(*(_kept(store, folder, before, bucket, key) for key in keys))
                for kept in (k for k in found if k is not None):
                    lines.write(json.dumps(asdict(kept)) + "\n")
                    count, size = count + 1, size + kept.size
        lines.flush()
        os.fsync(lines.fileno())
    return count, size


async def _pages(store: Store, bucket: str) -> AsyncIterator[list[str]]:
    after = ""
    while page := [listed.key for listed in await store.listed(bucket, after=after, limit=1_000)]:
        for start in range(0, len(page), AT_ONCE):
            yield page[start : start + AT_ONCE]
        after = page[-1]


async def _kept(store: Store, folder: Path, before: Mapping[Place, Kept], bucket: str, key: str) -> Kept | None:
    """None where it was deleted meanwhile: then no row of this moment shows it any more."""
    try:
        lying = await store.stat(bucket, key)
        was = before.get((bucket, key))
        if was is not None and (was.etag, was.size) == (lying.etag, lying.size) and pooled(folder, was.sha256).exists():
            return was
        sha256 = await _brought(store, folder, bucket, key)
    except Missing:
        return None
    return Kept(bucket, key, sha256, lying.size, lying.etag, lying.content_type, lying.cache_control)


async def _brought(store: Store, folder: Path, bucket: str, key: str) -> str:
    half = folder / POOL / f".half-{os.getpid()}-{abs(hash((bucket, key)))}"
    half.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        sha256 = await store.download(bucket, key, half)
        place = pooled(folder, sha256)
        place.parent.mkdir(exist_ok=True, mode=0o700)
        half.rename(place)
    finally:
        half.unlink(missing_ok=True)
    return sha256


async def put_back(store: Store, buckets: Buckets, folder: Path, kept: Iterable[Kept]) -> int:
    """Each object where it lay, with its headers; returns how many. Raises NotDone where bytes are not whole."""
    await store.prepare(buckets)
    places = asyncio.Semaphore(AT_ONCE)

    async def one(found: Kept) -> None:
        async with places:
            path = pooled(folder, found.sha256)
            if not path.is_file() or await asyncio.to_thread(hash_of_file, path) != found.sha256:
                raise NotDone(f"{path} is not what was backed up: take another back-up, or another copy of this one.")
            headers = {"Cache-Control": found.caching} if found.caching else {}
            with path.open("rb") as file:
                await store.put_file(found.bucket, found.key, file, found.size, found.content_type, headers=headers)

    async with asyncio.TaskGroup() as all_of_them:
        count = 0
        for found in kept:
            all_of_them.create_task(one(found))
            count += 1
    return count


async def differences(store: Store, kept: Iterable[Kept]) -> list[str]:
    """Where the store is not as the back-up says, by size and place."""
    wrong: list[str] = []
    for found in kept:
        try:
            lying = await store.stat(found.bucket, found.key)
        except Missing:
            wrong.append(f"{found.bucket}/{found.key} is missing")
            continue
        if (lying.size, lying.content_type) != (found.size, found.content_type):
            wrong.append(f"{found.bucket}/{found.key} has other bytes or another type")
    return wrong
