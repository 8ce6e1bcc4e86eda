"""Penghapusan dari kanal: whatever has to be gone from a channel is asked of it until its end, and told as it is."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.publisher.removing import PATIENT
from services.publisher.store_rests import BROKEN
from shared import metrics
from shared.content import Official, StoryMedia
from shared.events import MediaErased, StoryTakenDown
from tests.integration.publisher.medsos import Medsos
from tests.integration.publisher.office import Office
from tests.unit.publisher.samples import approved, content, revoked

CHANNELS = ("site", "medsos")
WATI = Official(name="Wati", capacity="PPID", account="wati")


@pytest.fixture
def medsos(desk: Office) -> Medsos:
    found = Medsos(can_remove=True, lookup_there=True)
    desk.connect(found, required=False)
    return found


async def published(desk: Office, *, story: UUID | None = None, version: int = 1, **more: Any) -> UUID:
    whole = content(f"Berita {version}", body=(), channels=CHANNELS, **({"media": ()} | more))
    event = approved(story or uuid4(), version, content=whole, at=desk.at)
    await desk.hear(event)
    await desk.start(event.story, version)
    await desk.work()
    return event.story


async def corrected(desk: Office, story: UUID, *, after: float = 300) -> None:
    await desk.hear(revoked(story, 1, "superseded", at=desk.at))
    desk.at += timedelta(seconds=after)
    await published(desk, story=story, version=2)


async def take_down(desk: Office, story: UUID) -> None:
    answer = await desk.call("tono", "POST", f"/api/v1/publications/{story}/take-down", json={"reason": "Salah foto."})
    assert answer.status_code == 202, answer.text


async def erase(desk: Office, picture: StoryMedia) -> None:
    await desk.hear(
        MediaErased(
            report=uuid4(), media=picture.id, sha256="a" * 64, renditions=(), reason="Permintaan subjek data.",
            erased_by=WATI, approved_by=WATI, at=desk.at,
        )
    )  # fmt: skip


async def told(desk: Office) -> dict[str, str]:
    (event,) = await desk.bodies(StoryTakenDown)
    return event["channels"]


async def of_medsos(desk: Office, story: UUID, version: int = 1) -> dict[str, Any]:
    rows = (await desk.call("tono", "GET", f"/api/v1/publications/{story}")).json()["publications"]
    (row,) = [r for r in rows if r["version"] == version]
    return next(d for d in row["deliveries"] if d["channel"] == "medsos")


async def test_a_take_down_reaches_the_post_of_the_version_before_the_correction(desk: Office, medsos: Medsos) -> None:
    story = await published(desk)
    await corrected(desk, story)
    assert len(medsos.posts) == 2
    await take_down(desk, story)
    await desk.clear()
    assert medsos.posts == []
    assert await desk.delivery(story, 1, "medsos") == "taken-down"
    assert await told(desk) == {"site": "done", "medsos": "done"}


async def test_a_refused_removal_is_told_as_failed_is_asked_of_a_person_and_can_be_tried_again(
    desk: Office, medsos: Medsos
) -> None:
    story = await published(desk)
    medsos.refuses = True
    await take_down(desk, story)
    await desk.clear()
    assert await told(desk) == {"site": "done", "medsos": "failed"}
    found = await of_medsos(desk, story)
    assert (found["state"], found["can"]) == ("live", ["removed", "remove-again"])
    assert "Izin menghapus dicabut." in found["advice"]
    assert "Hapus lagi" in await desk.page("tono", f"/terbit/{story}")
    asking = (await desk.call("tono", "GET", "/api/v1/publications?group=asking")).json()["publications"]
    assert [row["story"] for row in asking] == [str(story)]
    medsos.refuses = False
    await desk.post("tono", f"/terbit/{story}/kanal/medsos/hapus-lagi", version="1")
    await desk.clear()
    assert (medsos.posts, await desk.delivery(story, channel="medsos")) == ([], "taken-down")
    assert len(await desk.bodies(StoryTakenDown)) == 1


async def test_a_channel_that_stays_silent_is_told_as_failed_after_a_while_and_tried_on(
    desk: Office, medsos: Medsos
) -> None:
    story = await published(desk)
    medsos.holds = True
    await take_down(desk, story)
    for _ in range(PATIENT * 3):
        desk.at += timedelta(minutes=11)
        await desk.clear()
    assert await told(desk) == {"site": "done", "medsos": "failed"}
    medsos.holds = False
    desk.at += timedelta(minutes=11)
    await desk.clear()
    assert (medsos.posts, await desk.delivery(story, channel="medsos")) == ([], "taken-down")


async def test_a_channel_that_asks_for_rest_gets_it_and_the_removal_follows(desk: Office, medsos: Medsos) -> None:
    story = await published(desk)
    medsos.mood, medsos.rested = "limited", desk.at + timedelta(minutes=20)
    await take_down(desk, story)
    await desk.clear()
    medsos.mood = "well"
    desk.at += timedelta(minutes=5)
    await desk.clear()
    assert len(medsos.posts) == 1
    desk.at += timedelta(minutes=16)
    await desk.clear()
    assert await told(desk) == {"site": "done", "medsos": "done"}


async def test_removals_rest_with_a_channel_that_fails_again_and_again(desk: Office, medsos: Medsos) -> None:
    stories = [await published(desk) for _ in range(BROKEN + 1)]
    medsos.holds = True
    for story in stories:
        await take_down(desk, story)
    for _ in range(BROKEN):
        await desk.clear()
    medsos.holds = False
    await desk.clear()
    assert len(medsos.posts) == len(stories)
    for _ in range(len(stories) + 2):
        desk.at += timedelta(minutes=11)
        await desk.clear()
    assert medsos.posts == []


async def test_where_the_system_cannot_remove_a_person_is_asked_and_it_is_told_as_impossible(desk: Office) -> None:
    medsos = Medsos()
    desk.connect(medsos, required=False)
    story = await published(desk)
    await take_down(desk, story)
    await desk.clear()
    assert await told(desk) == {"site": "done", "medsos": "impossible"}
    found = await of_medsos(desk, story)
    assert (found["state"], found["can"]) == ("live", ["removed"])
    assert "https://medsos.test/p/1" in await desk.page("tono", f"/terbit/{story}")
    await desk.post("tono", f"/terbit/{story}/kanal/medsos/dihapus", version="1")
    assert await desk.delivery(story, channel="medsos") == "taken-down"


async def test_an_erased_photograph_leaves_the_channel_and_the_story_is_posted_anew_without_it(
    desk: Office, medsos: Medsos
) -> None:
    medsos.types = ("image/jpeg",)
    picture = await desk.photo()
    story = await published(desk, media=(picture,))
    assert len(medsos.posts) == 1
    await erase(desk, picture)
    found = await of_medsos(desk, story)
    assert "memuat berkas yang harus dihapus" in found["advice"]
    await desk.clear()
    assert medsos.posts == []
    await desk.work(later=1)
    assert (len(medsos.posts), await desk.delivery(story, channel="medsos")) == (1, "live")


async def test_an_erased_photograph_that_a_channel_never_got_changes_nothing_there(
    desk: Office, medsos: Medsos
) -> None:
    picture = await desk.photo()
    story = await published(desk, media=(picture,))
    await erase(desk, picture)
    await desk.clear()
    assert (len(medsos.posts), await desk.delivery(story, channel="medsos")) == (1, "live")


async def test_a_story_published_again_is_not_sent_to_a_channel_before_its_old_post_is_gone(
    desk: Office, medsos: Medsos
) -> None:
    story = await published(desk)
    medsos.holds = True
    await take_down(desk, story)
    await desk.clear()
    desk.at += timedelta(seconds=1)
    await published(desk, story=story, version=2)
    assert await desk.delivery(story, 2, "site") == "live"
    assert await desk.delivery(story, 2, "medsos") == "waiting"
    medsos.holds = False
    desk.at += timedelta(seconds=3)
    await desk.clear()
    await desk.work(later=2)
    assert medsos.posts == [f"{story}/2/medsos"]


async def test_a_correction_waits_while_the_version_before_it_is_being_sent_to_that_channel(
    desk: Office, medsos: Medsos
) -> None:
    whole = content("Berita 1", body=(), media=(), channels=CHANNELS)
    event = approved(uuid4(), content=whole, at=desk.at)
    await desk.hear(event)
    await desk.start(event.story)
    tasks = (await desk.deliveries.take(10)).tasks
    (late,) = [t for t in tasks if t.post.channel == "medsos"]
    await desk.deliveries.deliver(next(t for t in tasks if t.post.channel == "site"))
    await corrected(desk, event.story, after=5)
    assert await desk.delivery(event.story, 2, "medsos") == "waiting"
    await desk.deliveries.deliver(late)
    assert await desk.delivery(event.story, 1, "medsos") == "void"
    await desk.clear()  # of the draft that it had made
    await desk.work(later=2)
    assert medsos.posts == [f"{event.story}/2/medsos"]


async def test_how_long_a_post_that_has_to_be_gone_stands_is_measured(desk: Office, medsos: Medsos) -> None:
    story = await published(desk)
    medsos.refuses = True
    await take_down(desk, story)
    await desk.clear()
    desk.at += timedelta(minutes=30)
    await desk.removals.measure()
    assert metrics.CHANNEL_REMOVAL_SECONDS.labels("medsos")._value.get() == pytest.approx(1800, abs=5)
    await desk.post("tono", f"/terbit/{story}/kanal/medsos/dihapus", version="1")
    await desk.removals.measure()
    assert metrics.CHANNEL_REMOVAL_SECONDS.labels("medsos")._value.get() == 0


async def test_one_delivery_that_ends_its_version_leaves_its_neighbours_and_other_stories_in_order(
    desk: Office, medsos: Medsos
) -> None:
    other = Medsos(name="arsip")
    desk.board.fixed = {desk.site.name: desk.site, "medsos": medsos, "arsip": other}
    medsos.mood = other.mood = "limited"
    medsos.rested = other.rested = desk.at + timedelta(minutes=10)
    lost = await desk.photo(b"akan hilang")
    whole = content("Berita 1", body=(), media=(lost,), channels=("site", "medsos", "arsip"))
    event = approved(uuid4(), content=whole, at=desk.at)
    await desk.hear(event)
    await desk.store.remove(desk.stack.buckets.renditions, lost.renditions[0].key)
    await desk.start(event.story)
    tasks = (await desk.deliveries.take(10)).tasks
    for task in (t for t in tasks if t.post.channel != "site"):
        await desk.deliveries.deliver(task)
    await desk.hear(revoked(event.story, 1, "superseded", at=desk.at))
    await desk.deliveries.deliver(next(t for t in tasks if t.post.channel == "site"))
    medsos.mood = other.mood = "well"
    desk.at += timedelta(minutes=11)
    story = await published(desk)
    assert await desk.delivery(story) == "live"
    assert (await desk.states(event.story))[1][0] == "void"
    assert await desk.delivery(event.story, 1, "medsos") == "void"


async def test_what_waits_for_something_else_does_not_use_up_the_trial_of_a_channel(
    desk: Office, medsos: Medsos
) -> None:
    medsos.mood = "silent-after"
    first = await published(desk)
    medsos.mood = "not-sent"
    stories = [await published(desk) for _ in range(BROKEN)]
    await desk.hear(revoked(first, 1, "superseded", at=desk.at))
    await published(desk, story=first, version=2)
    medsos.mood = "well"
    for _ in range(30):
        await desk.work(later=60)
        await desk.clear()
    states = [await desk.delivery(s, channel="medsos") for s in stories]
    assert states == ["live"] * BROKEN


async def test_a_correction_is_found_under_the_link_that_it_was_sent_with_though_the_older_post_is_gone(
    desk: Office, medsos: Medsos
) -> None:
    story = await published(desk)
    medsos.mood = "silent-after"
    await corrected(desk, story)
    assert await desk.delivery(story, 2, "medsos") == "unconfirmed"
    medsos.mood = "well"
    sent = medsos.links[f"{story}/2/medsos"]
    assert sent.endswith("?versi=2")
    await take_down(desk, story)
    await desk.clear()
    assert medsos.removed_links == {f"{story}/1/medsos": medsos.links[f"{story}/1/medsos"], f"{story}/2/medsos": sent}


async def test_a_post_at_the_account_of_before_is_left_to_a_person(desk: Office, medsos: Medsos) -> None:
    desk.accounts["medsos"] = "dinas_uji"
    story = await published(desk)
    desk.accounts["medsos"] = "dinas_baru"
    await take_down(desk, story)
    await desk.clear()
    assert len(medsos.posts) == 1
    assert await told(desk) == {"site": "done", "medsos": "impossible"}


async def test_what_was_sent_to_the_account_of_before_is_not_looked_for_at_the_new_one(
    desk: Office, medsos: Medsos
) -> None:
    desk.accounts["medsos"] = "dinas_uji"
    medsos.mood = "silent-after"
    story = await published(desk)
    medsos.mood, medsos.posts = "well", []
    desk.accounts["medsos"] = "dinas_baru"
    await desk.work(later=30)
    assert (await desk.delivery(story, channel="medsos"), medsos.looks) == ("unconfirmed", 0)


async def test_one_channel_that_hangs_keeps_the_removals_of_no_other_waiting(desk: Office, medsos: Medsos) -> None:
    for _ in range(3):
        await take_down(desk, await published(desk))
    tasks = await desk.removals.take({"medsos": 4})
    assert [t.post.channel for t in tasks] == ["medsos"]
