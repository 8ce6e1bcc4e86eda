"""A time-out is not a failure; a crash is found and looked up; a take-down is done when all is gone."""

import hashlib
from datetime import timedelta

import pytest

from services.publisher.sending import Attempt, Task
from shared.events import StoryTakenDown
from shared.refusal import Transient
from tests.integration.publisher.office import Office


async def test_a_page_that_a_stranger_cannot_read_yet_is_unconfirmed_and_looked_up(desk: Office) -> None:
    event = await desk.approve()
    desk.road.away = True
    await desk.publish(event)
    assert await desk.delivery(event.story) == "unconfirmed"
    assert (await desk.states(event.story))[1] == ("publishing", "valid", True)
    assert await desk.told() == []
    assert await desk.work(later=1) == 0
    await desk.work(later=600)
    assert await desk.delivery(event.story) == "unconfirmed"
    desk.road.away = False
    await desk.work(later=600)
    assert await desk.delivery(event.story) == "live"
    assert await desk.told() == ["delivery.live", "story.published"]


async def test_a_crash_found_in_sending_before_the_page_was_shown_is_looked_up_then_sent_again(desk: Office) -> None:
    event = await desk.approve()
    await desk.start(event.story)
    await desk.deliveries.take(10)  # and the process is gone
    assert await desk.work(later=59) == 0
    assert await desk.delivery(event.story) == "sending"
    (found,) = await _take(desk, later=2)
    assert found.doing == "look"
    assert await desk.delivery(event.story) == "unconfirmed"
    await desk.deliveries.deliver(found)
    assert await desk.delivery(event.story) == "waiting"
    await desk.work(later=600)
    assert await desk.delivery(event.story) == "live"
    assert (await desk.told()).count("story.published") == 1


async def test_a_crash_found_in_sending_after_the_page_was_shown_is_confirmed_without_sending_again(
    desk: Office,
) -> None:
    event = await desk.approve()
    await desk.start(event.story)
    (task,) = (await desk.deliveries.take(10)).tasks
    await Attempt(desk.desk, task.post).submit()
    assert await desk.site.shelf.show(task.post)  # and the process is gone
    (found,) = await _take(desk, later=61)
    assert found.doing == "look"
    assert await desk.delivery(event.story) == "unconfirmed"
    await desk.deliveries.deliver(found)
    assert await desk.delivery(event.story) == "live"
    shown = await desk.rows("SELECT FROM publisher.audit WHERE action = 'delivery.site.sending'")
    assert len(shown) == 1


async def test_a_worker_that_comes_back_after_its_lease_changes_nothing(desk: Office) -> None:
    event = await desk.approve()
    await desk.start(event.story)
    (late,) = (await desk.deliveries.take(10)).tasks
    await desk.work(later=61)
    await desk.deliveries.deliver(late)
    assert await desk.delivery(event.story) == "waiting"
    assert (await desk.states(event.story))[1] == ("publishing", "valid", False)


async def test_the_object_store_being_away_sends_nothing_and_tries_again(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await desk.approve()
    await desk.start(event.story)

    async def away(*_: object, **__: object) -> None:
        raise Transient("away")

    with monkeypatch.context() as broken:
        broken.setattr(desk.store, "stat", away)
        await desk.work()
    assert await desk.delivery(event.story) == "waiting"
    await desk.work(later=600)
    assert await desk.delivery(event.story) == "live"


async def test_a_picture_that_is_gone_fails_the_delivery_until_the_admin_tries_again(desk: Office) -> None:
    event = await desk.approve(data=b"hilang")
    (rendition,) = event.content.media[0].renditions
    await desk.store.remove(rendition.bucket, rendition.key)
    await desk.start(event.story)
    await desk.work()
    assert await desk.told() == ["delivery.failed"]
    assert await desk.work(later=9999) == 0
    await desk.store.put(rendition.bucket, rendition.key, b"hilang", "image/jpeg")
    retried = await desk.call("tono", "POST", f"/api/v1/publications/{event.story}/channels/site/retry")
    assert retried.status_code == 202
    await desk.work()
    assert await desk.told() == ["delivery.failed", "delivery.live", "story.published"]


async def test_a_take_down_hides_the_page_at_once_and_says_why(desk: Office) -> None:
    event = await desk.approve()
    path = await desk.publish(event)
    answer = await desk.call(
        "bambang", "POST", f"/api/v1/publications/{event.story}/take-down", json={"reason": "Data penerima keliru."}
    )
    assert answer.status_code == 202
    gone = await desk.call(None, "GET", path)
    assert gone.status_code == 410
    assert "Data penerima keliru." in gone.text
    assert await desk.told() == ["delivery.live", "story.published"]
    await desk.clear()
    assert await desk.public_keys() == []
    (told,) = await desk.bodies(StoryTakenDown)
    assert (told["channels"], told["reason"]) == ({"site": "done"}, "Data penerima keliru.")
    again = await desk.call(
        "tono", "POST", f"/api/v1/publications/{event.story}/take-down", json={"reason": "Sekali lagi"}
    )
    assert again.status_code == 409


async def test_an_object_that_another_live_page_shows_stays(desk: Office) -> None:
    one, other = await desk.approve("Satu", data=b"bersama"), await desk.approve("Dua", data=b"bersama")
    await desk.publish(one)
    await desk.publish(other)
    key = f"{hashlib.sha256(b'bersama').hexdigest()}.jpg"
    await _take_down(desk, one.story)
    await desk.clear()
    assert await desk.lies_in_public(key)
    assert (await desk.states(one.story))[1][0] == "taken-down"
    await _take_down(desk, other.story)
    await desk.clear()
    assert not await desk.lies_in_public(key)


async def test_a_take_down_is_not_told_before_the_store_has_deleted(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await desk.approve()
    await desk.publish(event)
    await _take_down(desk, event.story)

    async def away(*_: object) -> None:
        raise Transient("away")

    with monkeypatch.context() as broken:
        broken.setattr(desk.store, "remove", away)
        await desk.clear()
    assert "story.taken-down" not in await desk.told()
    await desk.clear()
    assert "story.taken-down" in await desk.told()


async def test_an_object_being_deleted_is_waited_for_before_it_is_needed_again(desk: Office) -> None:
    event = await desk.approve("Satu", data=b"sama")
    await desk.publish(event)
    await _take_down(desk, event.story)
    await desk.owner.execute("UPDATE publisher.public_objects SET deleting = true")
    other = await desk.approve("Dua", data=b"sama")
    await desk.start(other.story)
    assert await desk.work() == 0
    assert await desk.delivery(other.story) == "waiting"
    await desk.clear()
    await desk.work(later=2)
    assert await desk.delivery(other.story) == "live"
    assert len(await desk.public_keys()) == 1


async def test_a_take_down_does_not_delete_under_the_hands_of_a_worker_that_still_copies(desk: Office) -> None:
    event = await desk.approve()
    await desk.start(event.story)
    (task,) = (await desk.deliveries.take(10)).tasks
    await _take_down(desk, event.story)
    await desk.clear()
    assert "story.taken-down" not in await desk.told()
    await desk.deliveries.deliver(task)
    await desk.clear()
    assert await desk.public_keys() == []
    assert await desk.told() == ["story.taken-down"]


async def test_the_sweep_deletes_strays_and_brings_back_what_a_page_misses(desk: Office) -> None:
    event = await desk.approve()
    await desk.publish(event)
    (key,) = await desk.public_keys()
    bucket = desk.stack.buckets.public
    await desk.store.remove(bucket, key)
    await desk.store.put(bucket, "tersesat.jpg", b"x", "image/jpeg")
    await desk.sweep.round()
    await desk.clear()
    assert await desk.public_keys() == [key]


async def _take(desk: Office, *, later: float) -> list[Task]:
    desk.at += timedelta(seconds=later)
    return (await desk.deliveries.take(10)).tasks


async def _take_down(desk: Office, story: object) -> None:
    answer = await desk.call("tono", "POST", f"/api/v1/publications/{story}/take-down", json={"reason": "Salah foto."})
    assert answer.status_code == 202, answer.text
