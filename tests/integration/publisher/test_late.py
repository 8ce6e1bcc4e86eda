"""Nothing comes back into public behind a take-down or an erasure, however late a copy arrives."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from minio import Minio

from services.publisher import channels, store_objects
from services.publisher.channels import site
from services.publisher.channels.site import Site
from services.publisher.objects import PublicObject
from shared.events import StoryApproved
from tests.integration.publisher.office import Office
from tests.integration.publisher.test_files import erasure, keys, whole
from tests.unit.publisher.samples import approved, content

Act = Callable[[Office, StoryApproved], Awaitable[None]]


async def _take_down(desk: Office, event: StoryApproved) -> None:
    answer = await desk.call(
        "tono", "POST", f"/api/v1/publications/{event.story}/take-down", json={"reason": "Keliru."}
    )
    assert answer.status_code == 202, answer.text


async def _erase(desk: Office, event: StoryApproved) -> None:
    await desk.hear(erasure(event.content.media[0]))


def _meanwhile(desk: Office, patch: pytest.MonkeyPatch, act: Callable[[], Awaitable[None]]) -> None:
    """Let this happen once, just before the store copies."""
    copy = desk.store.copy
    done: list[bool] = []

    async def late(*given: Any, **more: Any) -> None:
        if not done:
            done.append(True)
            await act()
        await copy(*given, **more)

    patch.setattr(desk.store, "copy", late)


def _patience(patch: pytest.MonkeyPatch, seconds: float) -> None:
    def patience(_: PublicObject) -> float:
        return seconds

    patch.setattr(site, "patience", patience)


@pytest.mark.parametrize("act", [_take_down, _erase], ids=["take-down", "erasure"])
async def test_the_sweep_brings_nothing_back_that_goes_while_it_copies(
    desk: Office, monkeypatch: pytest.MonkeyPatch, act: Act
) -> None:
    event = await desk.approve(data=b"lama")
    await desk.publish(event)
    (name,) = keys(event.content.media)
    await desk.store.remove(desk.stack.buckets.public, name)

    async def between() -> None:
        await act(desk, event)
        await desk.clear()

    _meanwhile(desk, monkeypatch, between)
    await desk.sweep.round()
    assert await desk.lies_in_public(name)
    await desk.clear()
    assert await desk.public_keys() == []
    assert await desk.rows("SELECT FROM publisher.public_objects") == []


async def test_a_worker_that_wakes_after_the_take_down_leaves_nothing_in_public(desk: Office) -> None:
    event = await whole(desk)
    await desk.start(event.story)
    (late,) = (await desk.deliveries.take(10)).tasks
    for _ in range(3):
        await desk.work(later=400)
    await _take_down(desk, event)
    await desk.clear()
    assert await desk.public_keys() == []
    await desk.deliveries.deliver(late)
    await desk.clear()
    assert await desk.public_keys() == []
    assert (await desk.states(event.story))[1][0] == "taken-down"


async def test_a_copy_that_goes_on_behind_its_time_out_is_deleted_after_the_take_down(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await desk.approve()
    go_on, hanging = asyncio.Event(), asyncio.Event()

    async def hang() -> None:
        hanging.set()
        await go_on.wait()

    _meanwhile(desk, monkeypatch, hang)
    _patience(monkeypatch, 0.2)
    await desk.start(event.story)
    await desk.work()
    assert hanging.is_set()
    assert await desk.delivery(event.story) == "waiting"
    await _take_down(desk, event)
    await desk.clear()
    go_on.set()
    await asyncio.gather(*desk.site._copying.values())
    assert len(await desk.public_keys()) == 1
    await desk.clear()
    assert await desk.public_keys() == []


async def test_who_comes_back_while_a_copy_goes_on_waits_for_that_one(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await desk.approve()
    go_on, copies, copy = asyncio.Event(), list[str](), desk.store.copy

    async def slow(source: tuple[str, str], to: tuple[str, str], **more: Any) -> None:
        copies.append(to[1])
        await go_on.wait()
        await copy(source, to, **more)

    monkeypatch.setattr(desk.store, "copy", slow)
    _patience(monkeypatch, 0.3)
    await desk.start(event.story)
    await desk.work()
    assert await desk.delivery(event.story) == "waiting"
    asyncio.get_running_loop().call_later(0.1, go_on.set)
    _patience(monkeypatch, 20)
    await desk.work(later=400)
    assert await desk.delivery(event.story) == "live"
    assert len(copies) == 1


async def test_what_is_copied_while_it_is_being_deleted_is_deleted_again(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await desk.approve()
    await desk.publish(event)
    (name,) = await desk.public_keys()
    async with desk.desk.db.connection() as conn:
        found = (await store_objects.on_show(conn))[name]
    await _take_down(desk, event)
    remove = desk.store.remove

    async def overtaken(bucket: str, key: str) -> None:
        await remove(bucket, key)
        monkeypatch.undo()
        assert not await desk.site.restore(found)

    monkeypatch.setattr(desk.store, "remove", overtaken)
    await desk.clear()
    assert await desk.lies_in_public(name)
    assert await desk.told() == ["delivery.live", "story.published"]
    await desk.clear()
    assert await desk.public_keys() == []
    assert (await desk.told())[-1] == "story.taken-down"


async def test_a_file_that_is_erased_while_it_is_sent_does_not_fail_the_delivery(desk: Office) -> None:
    event = await whole(desk)
    await desk.start(event.story)
    (task,) = (await desk.deliveries.take(10)).tasks
    erased, *rest = event.content.media
    await desk.hear(erasure(erased))
    for rendition in erased.renditions:
        await desk.store.remove(rendition.bucket, rendition.key)
    await desk.deliveries.deliver(task)
    assert await desk.delivery(event.story) == "waiting"
    await desk.work(later=400)
    assert await desk.delivery(event.story) == "live"
    await desk.clear()
    assert set(await desk.public_keys()) == set(keys(rest))
    assert "delivery.failed" not in await desk.told()


@pytest.mark.parametrize("act", [_take_down, _erase], ids=["take-down", "erasure"])
async def test_a_worker_stops_at_the_next_object_when_what_it_sends_changes(
    desk: Office, monkeypatch: pytest.MonkeyPatch, act: Act
) -> None:
    event = await whole(desk)
    await desk.start(event.story)
    _meanwhile(desk, monkeypatch, lambda: act(desk, event))
    wait, brought = Site._bring, list[str]()

    async def bring(site: Site, found: PublicObject) -> None:
        brought.append(found.key)
        await wait(site, found)

    monkeypatch.setattr(Site, "_bring", bring)
    await desk.work()
    assert not set(brought[1:]) & set(keys(event.content.media[:1] if act is _erase else event.content.media))
    await desk.work(later=400)
    for _ in range(2):
        await desk.clear()
    left = keys(event.content.media[1:]) if act is _erase else {}
    assert set(await desk.public_keys()) == set(left)


async def test_an_approval_of_large_files_outlasts_its_lease(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    event = await whole(desk)
    await desk.start(event.story)
    desk.deliveries.sending.lease = timedelta(seconds=0.4)
    hash_of, seen = desk.store.hash_of, 0

    async def slow(bucket: str, key: str) -> str:
        nonlocal seen
        seen += 1
        await asyncio.sleep(0.2)
        desk.at += timedelta(seconds=0.2)
        assert (await desk.deliveries.take(10)).tasks == []
        return await hash_of(bucket, key)

    monkeypatch.setattr(desk.store, "hash_of", slow)
    await desk.work()
    assert await desk.delivery(event.story) == "live"
    assert seen == len(keys(event.content.media))


async def test_work_on_one_object_ends_at_last_and_begins_again_where_it_was(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await whole(desk)
    names = sorted(keys(event.content.media))
    await desk.start(event.story)
    hash_of, hashed = desk.store.hash_of, list[str]()

    async def stuck(bucket: str, key: str) -> str:
        hashed.append(key)
        if key == names[-1] and hashed.count(key) == 1:
            await asyncio.sleep(60)
        return await hash_of(bucket, key)

    monkeypatch.setattr(desk.store, "hash_of", stuck)
    _patience(monkeypatch, 2.0)
    await desk.work()
    assert await desk.delivery(event.story) == "waiting"
    await desk.work(later=400)
    assert await desk.delivery(event.story) == "live"
    assert sorted(hashed) == sorted([*names, names[-1]])


async def test_small_questions_to_the_store_wait_for_no_copy(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    event = await desk.approve()
    await desk.publish(event)
    (name,) = await desk.public_keys()
    bucket, go_on = desk.stack.buckets.public, threading.Event()
    monkeypatch.setattr(Minio, "copy_object", lambda *_, **__: go_on.wait(20))  # pyright: ignore
    copies = [asyncio.create_task(desk.store.copy((bucket, name), (bucket, f"{n}.jpg"))) for n in range(20)]
    try:
        async with asyncio.timeout(5):
            assert (await desk.store.stat(bucket, name)).size
    finally:
        go_on.set()
        await asyncio.gather(*copies)


async def test_an_object_that_was_replaced_since_it_was_looked_at_is_looked_at_again(desk: Office) -> None:
    one, other = await desk.approve("Satu", data=b"benar"), await desk.approve("Dua", data=b"benar")
    await desk.publish(one)
    (name,) = await desk.public_keys()
    bucket = desk.stack.buckets.public
    rendition = one.content.media[0].renditions[0]
    await desk.store.put(rendition.bucket, "lain", b"salah", "image/jpeg")
    told = {"Content-Type": "image/jpeg", "Cache-Control": site.CACHED}
    await desk.store.copy((rendition.bucket, "lain"), (bucket, name), headers=told)
    await desk.publish(other)
    assert await desk.store.read(bucket, name) == b"benar"


def test_a_large_video_has_the_time_that_it_needs() -> None:
    of_a_picture, of_a_video = (
        channels.patience(PublicObject("k", "b", "s", "0" * 64, size, "video/mp4")) for size in (1_000, 2_250_000_000)
    )
    assert of_a_picture < 180
    assert of_a_video > 1_000


async def test_what_a_failed_delivery_copied_is_not_left_in_public_and_a_retry_copies_it_again(desk: Office) -> None:
    event = await whole(desk)
    name, lost = sorted(keys(event.content.media).items())[-1]
    data = await desk.store.read(lost.bucket, lost.key)
    await desk.store.remove(lost.bucket, lost.key)
    await desk.start(event.story)
    await desk.work()
    assert await desk.delivery(event.story) == "failed"
    assert len(await desk.public_keys()) == 13
    await desk.clear()
    assert await desk.public_keys() == []
    await desk.store.put(lost.bucket, lost.key, data, lost.content_type)
    await _retry(desk, event)
    await desk.work()
    await desk.clear()
    assert await desk.delivery(event.story) == "live"
    assert set(await desk.public_keys()) == set(keys(event.content.media))
    assert await desk.lies_in_public(name)


async def test_a_retry_waits_for_what_is_being_deleted_since_its_failure(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await _failed(desk)
    remove = desk.store.remove

    async def crossing(bucket: str, key: str) -> None:
        monkeypatch.undo()
        await _retry(desk, event)
        assert await desk.work() == 0
        await remove(bucket, key)

    monkeypatch.setattr(desk.store, "remove", crossing)
    await desk.clear()
    await desk.work(later=2)
    await desk.clear()
    assert await desk.delivery(event.story) == "live"
    assert len(await desk.public_keys()) == 2


async def test_a_picture_that_a_failed_story_has_too_is_gone_before_its_take_down_is_told(desk: Office) -> None:
    failed = await _failed(desk)
    shared = failed.content.media[0]
    other = approved(shared.report, content=content("Lain", body=(), media=(shared,)))
    await desk.hear(other)
    await desk.publish(other)
    await _take_down(desk, other)

    async def away(*_: object) -> None:
        raise OSError

    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(desk.store, "remove", away)
        await desk.clear()
    assert "story.taken-down" not in await desk.told()
    await desk.clear()
    assert await desk.public_keys() == []
    assert "story.taken-down" in await desk.told()


async def _failed(desk: Office) -> StoryApproved:
    """A Story of two pictures; the delivery failed on the last, which is there again now."""
    one, other = (await desk.photo(b"satu"), await desk.photo(b"dua"))
    first, last = sorted([one, other], key=lambda m: m.renditions[0].sha256)
    event = approved(first.id, content=content("Dua Foto", body=(), media=(first, last)))
    await desk.hear(event)
    lost = last.renditions[0]
    data = await desk.store.read(lost.bucket, lost.key)
    await desk.store.remove(lost.bucket, lost.key)
    await desk.start(event.story)
    await desk.work()
    assert await desk.delivery(event.story) == "failed"
    assert len(await desk.public_keys()) == 1
    await desk.store.put(lost.bucket, lost.key, data, lost.content_type)
    return event


async def _retry(desk: Office, event: StoryApproved) -> None:
    answer = await desk.call("tono", "POST", f"/api/v1/publications/{event.story}/channels/site/retry")
    assert answer.status_code == 202, answer.text
