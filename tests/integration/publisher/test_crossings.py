"""The crossings of the contract, each in both orders, on the real database: none is a dead letter."""

from collections.abc import Sequence
from uuid import uuid4

import pytest

from shared.content import Official
from shared.events import ApprovalRevoked, Event, MediaErased, StoryApproved, StoryTakenDown
from tests.integration.publisher.office import Office
from tests.unit.publisher.samples import BAMBANG, MORNING, TONO, Why, approved, minutes, revoked

RATIH = Official(account="ratih", name="Ratih", capacity="PPID")


def erased(event: StoryApproved) -> MediaErased:
    media = event.content.media[0]
    return MediaErased(
        report=media.report, media=media.id, sha256="c" * 64, renditions=(media.renditions[0].sha256,),
        reason="Permintaan pemilik data", erased_by=TONO, approved_by=RATIH, at=MORNING,
    )  # fmt: skip


async def no_dead_letter(desk: Office) -> None:
    assert not await desk.rows("SELECT reason FROM publisher.dead_letters")


async def hear_apart_or_together(desk: Office, events: Sequence[Event], *, together: bool) -> None:
    if together:
        await desk.hear(*events)
    else:
        for event in events:
            await desk.hear(event)


@pytest.mark.parametrize("together", [True, False], ids=["one-batch", "apart"])
@pytest.mark.parametrize("reason", ["superseded", "abandoned", "official"])
@pytest.mark.parametrize("approval_first", [True, False], ids=["approval-first", "revocation-first"])
async def test_an_approval_and_its_revocation(desk: Office, reason: Why, approval_first: bool, together: bool) -> None:
    story = uuid4()
    events: list[StoryApproved | ApprovalRevoked] = [approved(story), revoked(story, 1, reason)]
    await hear_apart_or_together(desk, events if approval_first else events[::-1], together=together)
    assert await desk.states(story) == {1: ("void", "void", False)}
    assert await desk.clocks(story) == ({1: "revoked"} if approval_first else {})
    assert await desk.told() == []
    await no_dead_letter(desk)


@pytest.mark.parametrize("together", [True, False], ids=["one-batch", "apart"])
@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (1, 2, 0), (2, 1, 0), (0, 2, 1), (2, 0, 1)])
async def test_two_versions_and_the_supersession_of_the_older_one(
    desk: Office, order: tuple[int, int, int], together: bool
) -> None:
    story = uuid4()
    events = [approved(story, 1), revoked(story, 1, "superseded"), approved(story, 2, at=minutes(1))]
    await hear_apart_or_together(desk, [events[n] for n in order], together=together)
    assert await desk.states(story) == {1: ("void", "void", False), 2: ("ready", "valid", False)}
    clocks = await desk.clocks(story)
    assert clocks[2] is None
    assert clocks.get(1, "revoked") == "revoked"
    await no_dead_letter(desk)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["supersession-first", "approval-first"])
async def test_a_live_page_that_is_superseded_stays_until_the_newer_version_is_live(
    desk: Office, order: tuple[int, int]
) -> None:
    event = await desk.approve("Versi satu")
    path = await desk.publish(event)
    newer = approved(event.story, 2, content=await desk.content("Versi dua"), correction=True)
    crossing = [revoked(event.story, 1, "superseded"), newer]
    await desk.hear(*(crossing[n] for n in order))
    assert await desk.states(event.story) == {1: ("published", "superseded", True), 2: ("ready", "valid", False)}
    assert "Versi satu" in (await desk.call(None, "GET", path)).text
    await desk.publish(newer)
    assert "Versi dua" in (await desk.call(None, "GET", path)).text
    assert await desk.states(event.story) == {
        1: ("superseded", "superseded", False),
        2: ("published", "valid", True),
    }
    await no_dead_letter(desk)


@pytest.mark.parametrize("revoked_first", [True, False], ids=["revoked-then-shown", "shown-then-revoked"])
@pytest.mark.parametrize("reason", ["official", "abandoned"])
async def test_a_revocation_and_the_sending_of_its_version(desk: Office, reason: Why, revoked_first: bool) -> None:
    event = await desk.approve("Dicabut")
    slug = (await desk.start(event.story)).json()["url"].rpartition("/")[2]
    (task,) = (await desk.deliveries.take(10)).tasks
    if revoked_first:
        await desk.hear(revoked(event.story, 1, reason))
        await desk.deliveries.deliver(task)
    else:
        await desk.deliveries.deliver(task)
        await desk.hear(revoked(event.story, 1, reason))
    assert (await desk.call(None, "GET", f"/berita/{slug}")).status_code == (404 if revoked_first else 410)
    await desk.clear()
    assert await desk.states(event.story) == {1: ("taken-down", "revoked", False)}
    assert await desk.public_keys() == []
    (told,) = await desk.bodies(StoryTakenDown)
    assert told["by"]["account"] == BAMBANG.account
    assert told["channels"] == ({} if revoked_first else {"site": "done"})
    assert [c["outcome"] for c in told["clocks"]] == (["revoked"] if revoked_first else [])
    await no_dead_letter(desk)


@pytest.mark.parametrize("superseded_first", [True, False], ids=["superseded-then-shown", "shown-then-superseded"])
async def test_a_supersession_while_sending_lets_the_page_stand(desk: Office, superseded_first: bool) -> None:
    event = await desk.approve()
    await desk.start(event.story)
    (task,) = (await desk.deliveries.take(10)).tasks
    if superseded_first:
        await desk.hear(revoked(event.story, 1, "superseded"))
        await desk.deliveries.deliver(task)
    else:
        await desk.deliveries.deliver(task)
        await desk.hear(revoked(event.story, 1, "superseded"))
    assert await desk.states(event.story) == {1: ("published", "superseded", True)}
    assert await desk.told() == ["delivery.live", "story.published"]
    await no_dead_letter(desk)


async def test_an_older_version_still_being_sent_does_not_replace_the_newer_page(desk: Office) -> None:
    event = await desk.approve("Versi satu", data=b"satu")
    await desk.start(event.story)
    (late,) = (await desk.deliveries.take(10)).tasks
    newer = approved(event.story, 2, content=await desk.content("Versi dua", b"dua"))
    await desk.hear(newer)
    path = await desk.publish(newer)
    await desk.deliveries.deliver(late)
    assert "Versi dua" in (await desk.call(None, "GET", path)).text
    assert await desk.states(event.story) == {
        1: ("superseded", "superseded", False),
        2: ("published", "valid", True),
    }
    await desk.clear()
    assert await desk.public_keys() == [f"{newer.content.media[0].renditions[0].sha256}.jpg"]
    assert await desk.clocks(event.story) == {1: "revoked", 2: "completed"}


@pytest.mark.parametrize("approval_first", [True, False], ids=["approval-first", "erasure-first"])
async def test_an_erased_file_and_the_approval_that_shows_it(desk: Office, approval_first: bool) -> None:
    event = approved(uuid4(), content=await desk.content("Tanpa foto"))
    events: list[Event] = [event, erased(event)]
    for one in events if approval_first else events[::-1]:
        await desk.hear(one)
    path = await desk.publish(event)
    page = await desk.call(None, "GET", path)
    assert page.status_code == 200
    assert "<img" not in page.text
    assert await desk.public_keys() == []
    hashes = await desk.rows("SELECT content_sha256 FROM publisher.approvals")
    assert hashes[0]["content_sha256"] == event.content_sha256
    await no_dead_letter(desk)


async def test_an_erased_file_leaves_a_live_page_and_the_public_bucket(desk: Office) -> None:
    event = await desk.approve("Berita")
    path = await desk.publish(event)
    assert "<img" in (await desk.call(None, "GET", path)).text
    await desk.hear(erased(event))
    assert "<img" not in (await desk.call(None, "GET", path)).text
    await desk.clear()
    assert await desk.public_keys() == []
    assert await desk.states(event.story) == {1: ("published", "valid", True)}
