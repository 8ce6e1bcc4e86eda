"""A channel that asks for rest, or fails again and again, is left alone by every process, and then tried with one."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.publisher import store_rests
from services.publisher.store_rests import BROKEN
from tests.integration.publisher.medsos import Medsos
from tests.integration.publisher.office import Office
from tests.unit.publisher.samples import approved, content


@pytest.fixture
def medsos(desk: Office) -> Medsos:
    channel = Medsos()
    desk.connect(channel, required=False)
    return channel


async def begun(desk: Office) -> UUID:
    whole = content(f"Berita {uuid4()}", body=(), media=(), channels=("site", "medsos"))
    event = approved(uuid4(), content=whole, at=desk.at)
    await desk.hear(event)
    assert (await desk.start(event.story)).status_code == 202
    return event.story


async def test_a_channel_that_asks_for_rest_gets_no_call_before_the_time_that_it_named(
    desk: Office, medsos: Medsos
) -> None:
    medsos.mood, medsos.rested = "limited", desk.at + timedelta(minutes=20)
    first = await begun(desk)
    await desk.work()
    medsos.mood = "well"
    second = await begun(desk)
    await desk.work(later=60)
    assert medsos.posts == []
    assert {await desk.delivery(s, channel="medsos") for s in (first, second)} == {"waiting"}
    (row,) = await desk.rows("SELECT reason FROM publisher.deliveries WHERE story = $1 AND channel = 'medsos'", second)
    assert row["reason"].startswith("Kanal meminta jeda sampai ")
    await desk.work(later=20 * 60)
    await desk.work(later=30)
    assert len(medsos.posts) == 2


async def test_the_site_goes_on_while_another_channel_rests(desk: Office, medsos: Medsos) -> None:
    medsos.mood, medsos.rested = "limited", desk.at + timedelta(minutes=20)
    await begun(desk)
    await desk.work()
    story = await begun(desk)
    await desk.work()
    assert await desk.delivery(story) == "live"


async def test_a_channel_that_fails_again_and_again_is_left_alone_and_then_tried_with_one_delivery(
    desk: Office, medsos: Medsos
) -> None:
    medsos.mood = "not-sent"
    stories = [await begun(desk) for _ in range(BROKEN)]
    await desk.work()
    medsos.mood = "well"
    assert await desk.work(later=10) == 0
    assert medsos.posts == []
    await desk.work(later=20)
    assert len(medsos.posts) == 1
    for _ in range(4):
        await desk.work(later=30)
    assert [await desk.delivery(s, channel="medsos") for s in stories] == ["live"] * BROKEN
    assert len(set(medsos.posts)) == len(medsos.posts) == BROKEN


async def test_a_delivery_that_fails_by_its_own_fault_keeps_a_channel_from_no_other(
    desk: Office, medsos: Medsos
) -> None:
    medsos.mood = "not-sent"
    stories = [await begun(desk) for _ in range(BROKEN + 3)]
    for _ in range(3):
        await desk.work(later=60)
    medsos.mood, medsos.fails = "well", f"{stories[0]}/1/medsos"
    for _ in range(40):
        await desk.work(later=200)
    states = [await desk.delivery(s, channel="medsos") for s in stories]
    assert states == ["waiting", *["live"] * (len(stories) - 1)]


async def test_what_waits_for_one_channel_takes_no_places_of_another(desk: Office, medsos: Medsos) -> None:
    for _ in range(6):
        await begun(desk)
    tasks = (await desk.deliveries.take(2, {"medsos": 1})).tasks
    assert sorted(t.post.channel for t in tasks) == ["medsos", "site", "site"]
    assert medsos.posts == []


async def test_a_channel_that_is_tried_in_vain_rests_longer_each_time(desk: Office) -> None:
    async def until() -> timedelta:
        (row,) = await desk.rows("SELECT until FROM publisher.channel_rests WHERE name = 'medsos'")
        return row["until"] - desk.at

    rests = list[timedelta]()
    for count in range(BROKEN + 8):
        async with desk.desk.db.transaction() as conn:
            await store_rests.failing(conn, "medsos", at=desk.at)
        if count >= BROKEN - 1:
            rests.append(await until())
    assert rests[:4] == [timedelta(seconds=s) for s in (15, 30, 60, 120)]
    assert max(rests) == timedelta(minutes=10)


async def test_what_several_channels_share_holds_them_all(desk: Office) -> None:
    async with desk.desk.db.transaction() as conn:
        await store_rests.rest(conn, {"meta-app": desk.at + timedelta(minutes=5)}, reason="facebook", at=desk.at)
        found = await store_rests.resting(
            conn, {"instagram": ("instagram", "meta-app"), "x": ("x",)}, at=desk.at, lease=timedelta(seconds=60)
        )
    assert found.take("instagram") == desk.at + timedelta(minutes=5)
    assert found.take("x") is None


async def test_what_was_prepared_before_the_connection_broke_is_sent_again_and_known_to_the_next_attempt(
    desk: Office, medsos: Medsos
) -> None:
    medsos.mood = "cut-before"
    story = await begun(desk)
    await desk.work()
    assert await desk.delivery(story, channel="medsos") == "waiting"
    assert medsos.posts == []
    medsos.mood = "well"
    await desk.work(later=60)
    assert (len(medsos.posts), medsos.seen_facts) == (1, {"draft": "d1"})


async def test_a_process_that_dies_while_it_prepares_leaves_nothing_to_ask_a_person_about(
    desk: Office, medsos: Medsos
) -> None:
    story = await begun(desk)
    await desk.deliveries.take(10)  # and the process is gone
    await desk.work(later=61)
    assert await desk.delivery(story, channel="medsos") == "waiting"
    await desk.work(later=60)
    assert await desk.delivery(story, channel="medsos") == "live"
    assert len(medsos.posts) == 1


async def test_a_limit_that_a_look_up_runs_into_says_nothing_of_the_post(desk: Office) -> None:
    medsos = Medsos(lookup_there=True, mood="silent-after")
    desk.connect(medsos, required=False)
    story = await begun(desk)
    await desk.work()
    assert await desk.delivery(story, channel="medsos") == "unconfirmed"
    medsos.mood, medsos.rested = "look-limited", desk.at + timedelta(minutes=5)
    await desk.work(later=10)
    assert await desk.delivery(story, channel="medsos") == "unconfirmed"
    medsos.mood = "well"
    await desk.work(later=400)
    assert await desk.delivery(story, channel="medsos") == "live"
    assert len(medsos.posts) == 1


async def test_what_may_be_public_on_a_channel_that_was_disconnected_is_asked_about_and_not_called_unsent(
    desk: Office,
) -> None:
    medsos = Medsos(lookup_there=True, mood="silent-after")
    desk.connect(medsos, required=False)
    story = await begun(desk)
    await desk.work()
    assert await desk.delivery(story, channel="medsos") == "unconfirmed"
    desk.leave_to_people("medsos")
    await desk.work(later=600)
    assert await desk.delivery(story, channel="medsos") == "unconfirmed"
    path = f"/api/v1/publications/{story}"
    (row,) = (await desk.call("tono", "GET", path)).json()["publications"]
    assert next(d for d in row["deliveries"] if d["channel"] == "medsos")["can"] == ["confirm"]
    answer = await desk.call(
        "tono", "POST", f"{path}/channels/medsos/confirm", json={"version": 1, "url": "https://medsos.test/p/1"}
    )
    assert answer.status_code == 200
    assert await desk.delivery(story, channel="medsos") == "live"


async def test_one_channel_that_does_not_let_go_keeps_no_other_public(desk: Office) -> None:
    medsos, other = Medsos(can_remove=True), Medsos(can_remove=True, name="arsip")
    desk.board.fixed = {desk.site.name: desk.site, "medsos": medsos, "arsip": other}
    whole = content("Berita", body=(), media=(), channels=("site", "arsip", "medsos"))
    event = approved(uuid4(), content=whole, at=desk.at)
    await desk.hear(event)
    await desk.start(event.story)
    await desk.work()
    assert (len(medsos.posts), len(other.posts)) == (1, 1)
    other.holds = True
    await desk.call("tono", "POST", f"/api/v1/publications/{event.story}/take-down", json={"reason": "Salah."})
    await desk.clear()
    assert (medsos.posts, len(other.posts)) == ([], 1)
    assert (await desk.states(event.story))[1][0] == "taking-down"
    other.holds = False
    desk.at += timedelta(seconds=3)
    await desk.clear()
    assert (await desk.states(event.story))[1][0] == "taken-down"
