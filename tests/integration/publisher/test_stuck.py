"""One object that the store does not let go of, or give back, holds up no other."""

from collections.abc import Collection
from typing import TYPE_CHECKING

import pytest

from services.publisher import store_objects
from shared import metrics
from shared.events import StoryApproved
from shared.refusal import Transient
from tests.integration.publisher.office import Office

if TYPE_CHECKING:
    from shared.db import Connection


async def _published(desk: Office, count: int = 4) -> list[StoryApproved]:
    events = [await desk.approve(f"Berita {n}", data=f"data {n}".encode()) for n in range(count)]
    for event in events:
        await desk.publish(event)
    return events


async def _take_down(desk: Office, events: Collection[StoryApproved]) -> None:
    for event in events:
        path = f"/api/v1/publications/{event.story}/take-down"
        assert (await desk.call("tono", "POST", path, json={"reason": "Keliru."})).status_code == 202


def _fails(desk: Office, patch: pytest.MonkeyPatch, keys: Collection[str], error: Exception) -> None:
    remove = desk.store.remove

    async def refuse(bucket: str, key: str) -> None:
        if key in keys:
            raise error
        await remove(bucket, key)

    patch.setattr(desk.store, "remove", refuse)


@pytest.mark.parametrize("error", [RuntimeError("AccessDenied"), Transient("InternalError")], ids=["denied", "away"])
async def test_one_object_that_cannot_be_deleted_holds_up_only_its_own_take_down(
    desk: Office, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    events = await _published(desk)
    stuck = (await desk.public_keys())[0]
    await _take_down(desk, events)
    before = metrics.WORKER_FAILED.labels("Clearing.run")._value.get()
    with monkeypatch.context() as broken:
        _fails(desk, broken, [stuck], error)
        for _ in range(2):
            await desk.clear()
    assert await desk.public_keys() == [stuck]
    assert (await desk.told()).count("story.taken-down") == 3
    assert metrics.WORKER_FAILED.labels("Clearing.run")._value.get() > before
    await desk.clear()
    assert await desk.public_keys() == []
    assert (await desk.told()).count("story.taken-down") == 4


async def test_those_that_failed_come_after_the_others(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    events = await _published(desk)
    first, second, *rest = await desk.public_keys()
    await _take_down(desk, events)
    mark = store_objects.mark_unneeded

    async def two(conn: "Connection") -> dict[str, int]:
        return await mark(conn, 2)

    monkeypatch.setattr(store_objects, "mark_unneeded", two)
    _fails(desk, monkeypatch, [first, second], RuntimeError("AccessDenied"))
    for _ in range(3):
        await desk.clear()
    assert not set(rest) & set(await desk.public_keys())


@pytest.mark.parametrize("how", ["damaged", "gone", "away"])
async def test_one_object_that_cannot_be_brought_back_holds_up_none_of_the_others(
    desk: Office, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    events = await _published(desk)
    bucket, private = desk.stack.buckets.public, desk.stack.buckets.renditions
    first, *rest = await desk.public_keys()
    for key in (first, *rest):
        await desk.store.remove(bucket, key)
    copy = desk.store.copy

    async def away(source: tuple[str, str], to: tuple[str, str], **more: dict[str, str]) -> None:
        if how == "away" and to == (bucket, first):
            raise Transient("away")
        await copy(source, to, headers=more["headers"])

    if how == "damaged":
        await desk.store.put(private, first, b"rusak", "image/jpeg")
    elif how == "gone":
        await desk.store.remove(private, first)
    monkeypatch.setattr(desk.store, "copy", away)
    await desk.sweep.round()
    assert await desk.public_keys() == rest
    assert len(events) == 1 + len(rest)
