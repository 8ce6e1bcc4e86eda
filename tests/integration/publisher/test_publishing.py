"""An approved Version becomes a page that a stranger can read, and its clock closes."""

from datetime import timedelta
from uuid import uuid4

from shared.events import DeliveryLive, StoryCorrected, StoryPublished
from tests.integration.publisher.office import PUBLIC, Office
from tests.unit.publisher.samples import MORNING, approved, minutes


async def test_an_approved_story_is_published_and_readable_by_the_public(desk: Office) -> None:
    event = await desk.approve("40 Rumah Selesai <Diperbaiki> & Dihuni")
    assert await desk.clocks(event.story) == {1: None}
    path = await desk.publish(event)
    page = await desk.call(None, "GET", path)
    assert page.status_code == 200
    assert "40 Rumah Selesai &lt;Diperbaiki&gt; &amp; Dihuni" in page.text
    assert await desk.states(event.story) == {1: ("published", "valid", True)}
    assert await desk.told() == ["delivery.live", "story.published"]
    assert await desk.clocks(event.story) == {1: "completed"}


async def test_the_event_carries_the_clock_the_address_and_the_original_request(desk: Office) -> None:
    event = await desk.approve()
    desk.at = minutes(10)
    path = await desk.publish(event)
    published = (await desk.bodies(StoryPublished))[0]
    assert published["urls"] == {"site": PUBLIC + path}
    assert published["published_by"]["account"] == "tono"
    (clock,) = published["clocks"]
    assert (clock["stage"], clock["outcome"], clock["punctuality"]) == ("publisher", "completed", "in_time")
    assert (clock["working_seconds"], clock["target_seconds"]) == (600, 1800)
    assert (await desk.bodies(DeliveryLive))[0]["way"] == "fetched"
    headers = await desk.rows("SELECT headers ->> 'ce_requestid' AS id FROM publisher.outbox")
    assert {row["id"] for row in headers} == {"r-1"}


async def test_exactly_the_approved_renditions_become_public(desk: Office) -> None:
    event = await desk.approve()
    await desk.photo(b"gambar lain yang tidak disetujui")
    (rendition,) = event.content.media[0].renditions
    assert await desk.public_keys() == []
    await desk.publish(event)
    assert await desk.public_keys() == [f"{rendition.sha256}.jpg"]
    stat = await desk.store.stat(desk.stack.buckets.public, f"{rendition.sha256}.jpg")
    assert (stat.size, stat.content_type) == (rendition.size, "image/jpeg")


async def test_the_leaders_embargo_opens_the_clock_later_and_is_kept(desk: Office) -> None:
    event = await desk.approve(not_before=minutes(60))
    opened = await desk.rows("SELECT opened_at FROM publisher.clocks")
    assert opened[0]["opened_at"] == minutes(60)
    refused = await desk.start(event.story)
    assert (refused.status_code, refused.json()["title"]) == (422, "too-early")
    desk.at = minutes(61)
    await desk.publish(event)
    assert (await desk.states(event.story))[1][0] == "published"


async def test_a_correction_replaces_the_page_at_the_same_address(desk: Office) -> None:
    event = await desk.approve("Judul lama", data=b"foto lama")
    path = await desk.publish(event)
    await desk.approve("Judul baru", data=b"foto baru", story=event.story, version=2, correction=True)
    assert "Judul lama" in (await desk.call(None, "GET", path)).text
    desk.at += timedelta(minutes=5)
    again = await desk.start(event.story, 2)
    assert again.json()["url"] == PUBLIC + path
    assert "Judul lama" in (await desk.call(None, "GET", path)).text
    await desk.work()
    page = await desk.call(None, "GET", path)
    assert "Judul baru" in page.text
    assert "Diperbarui" in page.text
    assert (await desk.bodies(StoryCorrected))[0]["previous_version"] == 1
    kinds = await desk.rows("SELECT cycle, kind FROM publisher.clocks ORDER BY cycle")
    assert [row["kind"] for row in kinds] == ["regular", "correction"]
    await desk.clear()
    assert len(await desk.public_keys()) == 1


async def test_a_story_is_published_once_however_often_it_is_looked_at(desk: Office) -> None:
    event = await desk.approve()
    await desk.publish(event)
    for _ in range(3):
        assert await desk.work(later=600) == 0
    assert (await desk.told()).count("story.published") == 1


async def test_many_stories_are_heard_in_one_batch_and_published(desk: Office) -> None:
    events = [approved(uuid4(), content=await desk.content(f"Berita {n}", b"sama")) for n in range(20)]
    await desk.hear(*events)
    for event in events:
        assert (await desk.start(event.story)).status_code == 202
    assert await desk.work() == 20
    assert (await desk.told()).count("story.published") == 20
    assert len(await desk.public_keys()) == 1


async def test_the_same_events_again_change_nothing(desk: Office) -> None:
    event = approved(uuid4(), content=await desk.content("Berita"))
    record = desk.numbered(event)
    await desk.consumers["decisions"].handle([record])
    await desk.consumers["decisions"].handle([record, record])
    assert await desk.states(event.story) == {1: ("ready", "valid", False)}
    assert len(await desk.rows("SELECT FROM publisher.clocks")) == 1


async def test_every_change_of_state_is_in_the_audit_with_who_did_it(desk: Office) -> None:
    event = await desk.approve()
    await desk.publish(event)
    rows = await desk.rows("SELECT actor, action FROM publisher.audit WHERE item = $1 ORDER BY id", str(event.story))
    assert [(row["actor"], row["action"]) for row in rows] == [
        ("bambang", "approval.valid"),
        ("bambang", "publication.ready"),
        ("tono", "delivery.site.waiting"),
        ("tono", "publication.publishing"),
        ("sistem", "delivery.site.sending"),
        ("sistem", "page.shown"),
        ("sistem", "delivery.site.live"),
        ("sistem", "publication.published"),
    ]
    assert desk.at == MORNING
