"""A time set for publishing, on the real database: kept once by many, crossed by people and by revocations."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from shared.events import StoryPublished
from tests.integration.publisher.office import Office, another_scheduler
from tests.unit.publisher.samples import minutes, revoked


def local(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(timespec="minutes")


async def scheduled(desk: Office, *, at: datetime | None = None) -> UUID:
    event = await desk.approve("Rumah Selesai")
    answer = await desk.post("tono", f"/terbit/{event.story}/jadwal", version="1", waktu=local(at or minutes(60)))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/terbit/{event.story}?pesan=jadwal")
    return event.story


async def schedule(desk: Office, story: UUID) -> str:
    rows = await desk.rows("SELECT state FROM publisher.schedules WHERE story = $1", story)
    return rows[0]["state"]


async def test_the_system_publishes_at_the_set_time_and_cites_the_approval(desk: Office) -> None:
    story = await scheduled(desk)
    page = await desk.page("tono", f"/terbit/{story}")
    assert "Dijadwalkan terbit <strong>Senin, 23 November 2026 pukul 09.00 WIB</strong> oleh <bdi>Tono</bdi>" in page
    desk.at = minutes(59)
    assert await desk.schedules.round() == 0
    desk.at = minutes(60)
    assert await desk.schedules.round() == 1
    assert await desk.work() == 1
    assert (await desk.states(story))[1] == ("published", "valid", True)
    rows = await desk.rows(
        "SELECT actor, event_id FROM publisher.audit WHERE action = 'publication.publishing' AND item = $1", str(story)
    )
    approval = await desk.rows("SELECT event_id FROM publisher.approvals")
    assert (rows[0]["actor"], rows[0]["event_id"]) == ("sistem", approval[0]["event_id"])
    assert (await desk.bodies(StoryPublished))[0]["published_by"]["account"] == "sistem"


async def test_a_schedule_does_not_move_the_publishing_clock(desk: Office) -> None:
    before = await desk.rows("SELECT opened_at, due_at FROM publisher.clocks")
    story = await scheduled(desk)
    opened = await desk.rows("SELECT opened_at, due_at FROM publisher.clocks")
    assert [r["opened_at"] for r in opened] == [minutes(0)]
    desk.at = minutes(60)
    await desk.schedules.round()
    await desk.work()
    (clock,) = (await desk.bodies(StoryPublished))[0]["clocks"]
    assert (clock["punctuality"], clock["working_seconds"]) == ("late", 3600)
    assert (before, await desk.clocks(story)) == ([], {1: "completed"})


async def test_the_time_is_meant_in_the_offices_own_zone_and_is_told_so_by_the_api(desk: Office) -> None:
    story = await scheduled(desk)
    told = (await desk.call("tono", "GET", f"/api/v1/publications/{story}")).json()["publications"][0]
    assert datetime.fromisoformat(told["publish_at"]) == minutes(60)
    assert (told["schedule"], told["scheduled_by"]) == ("waiting", "Tono")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Tanggal dan jamnya belum terbaca"),
        ("besok pagi", "Tanggal dan jamnya belum terbaca"),
        ("2026-11-23T07:00", "sudah lewat"),
        ("2029-01-01T08:00", "paling jauh setahun"),
    ],
)
async def test_a_refused_time_shows_the_form_again_as_it_was_typed(desk: Office, typed: str, says: str) -> None:
    event = await desk.approve()
    answer = await desk.post("tono", f"/terbit/{event.story}/jadwal", version="1", waktu=typed)
    assert answer.status_code == 422
    assert says in answer.text
    assert f'value="{typed}"' in answer.text
    assert not await desk.rows("SELECT FROM publisher.schedules")


async def test_the_leaders_embargo_holds_for_the_schedule_too(desk: Office) -> None:
    event = await desk.approve(not_before=minutes(90))
    path = f"/api/v1/publications/{event.story}/schedule"
    refused = await desk.call("tono", "POST", path, json={"version": 1, "at": minutes(60).isoformat()})
    assert (refused.status_code, refused.json()["title"]) == (422, "too-early")
    taken = await desk.call("tono", "POST", path, json={"version": 1, "at": minutes(90).isoformat()})
    assert taken.status_code == 200


async def test_a_schedule_is_changed_and_cancelled_with_plain_forms(desk: Office) -> None:
    story = await scheduled(desk)
    form = await desk.page("tono", f"/terbit/{story}/jadwal?version=1")
    assert 'value="2026-11-23T09:00"' in form
    await desk.post("tono", f"/terbit/{story}/jadwal", version="1", waktu=local(minutes(120)))
    desk.at = minutes(60)
    assert await desk.schedules.round() == 0
    off = await desk.post("tono", f"/terbit/{story}/jadwal/batal", version="1")
    assert off.status_code == 303
    desk.at = minutes(121)
    assert await desk.schedules.round() == 0
    assert await schedule(desk, story) == "cancelled"
    rows = await desk.rows("SELECT action FROM publisher.audit WHERE action LIKE 'schedule.%' ORDER BY id")
    assert [r["action"] for r in rows] == ["schedule.waiting", "schedule.waiting", "schedule.cancelled"]


async def test_one_that_is_an_hour_late_is_published_and_a_later_one_is_asked_about(desk: Office) -> None:
    soon, late = await scheduled(desk, at=minutes(120)), await scheduled(desk, at=minutes(60))
    desk.at = minutes(180)
    assert await desk.schedules.round() == 2
    assert (await schedule(desk, soon), await schedule(desk, late)) == ("started", "missed")
    assert (await desk.states(late))[1][0] == "ready"
    assert await desk.schedules.round() == 0
    page = await desk.page("tono", "/terbit?bagian=perlu")
    assert "Jadwalnya terlewat saat sistem berhenti" in page
    await desk.post("tono", f"/terbit/{late}/terbitkan", version="1")
    assert (await desk.states(late))[1][0] == "publishing"


async def test_an_office_may_have_missed_ones_published_late(desk: Office) -> None:
    story = await scheduled(desk)
    desk.at = minutes(60 * 24 * 3)
    assert await another_scheduler(desk.desk, desk.board, missed="publish").round() == 1
    assert (await desk.states(story))[1][0] == "publishing"


async def test_a_clock_that_leaps_ahead_asks_and_one_that_falls_back_starts_nothing_twice(desk: Office) -> None:
    story, other = await scheduled(desk), await scheduled(desk)
    desk.at = minutes(60)
    await desk.schedules.round()
    for leap in (minutes(-600), minutes(60), datetime(2031, 1, 1, tzinfo=UTC)):
        desk.at = leap
        assert await desk.schedules.round() == 0
    assert await schedule(desk, story) == await schedule(desk, other) == "started"
    desk.at = minutes(61)
    third = await scheduled(desk, at=minutes(90))
    desk.at = minutes(60 * 24 * 300)
    await desk.schedules.round()
    assert await schedule(desk, third) == "missed"


async def test_many_schedulers_at_once_start_each_version_once(desk: Office) -> None:
    stories = [await scheduled(desk) for _ in range(8)]
    desk.at = minutes(60)
    many = [another_scheduler(desk.desk, desk.board) for _ in range(4)]
    for _ in range(3):
        await asyncio.gather(*(one.round() for one in many))
    assert [await schedule(desk, s) for s in stories] == ["started"] * 8
    rows = await desk.rows("SELECT item FROM publisher.audit WHERE action = 'publication.publishing'")
    assert sorted(r["item"] for r in rows) == sorted(str(s) for s in stories)


async def test_cancelling_and_the_start_at_the_same_moment_have_one_outcome(desk: Office) -> None:
    for _ in range(6):
        story = await scheduled(desk, at=desk.at + timedelta(minutes=5))
        desk.at += timedelta(minutes=5)
        cancelled, _ = await asyncio.gather(
            desk.post("tono", f"/terbit/{story}/jadwal/batal", version="1"), desk.schedules.round()
        )
        await desk.schedules.round()
        state, publication = await schedule(desk, story), (await desk.states(story))[1][0]
        assert (cancelled.status_code, state, publication) in (
            (303, "cancelled", "ready"), (409, "started", "publishing"),
        )  # fmt: skip


async def test_publishing_by_hand_and_the_start_at_the_same_moment_have_one_effect(desk: Office) -> None:
    story = await scheduled(desk)
    desk.at = minutes(60)
    sent, _, _ = await asyncio.gather(
        desk.post("tono", f"/terbit/{story}/terbitkan", version="1"), desk.schedules.round(), desk.schedules.round()
    )
    assert sent.status_code == 303
    rows = await desk.rows("SELECT FROM publisher.audit WHERE action = 'publication.publishing'")
    assert len(rows) == 1


@pytest.mark.parametrize("revoked_first", [True, False], ids=["revoked-then-due", "due-then-revoked"])
async def test_a_revocation_and_the_set_time_in_both_orders(desk: Office, revoked_first: bool) -> None:
    story = await scheduled(desk)
    desk.at = minutes(60)
    if revoked_first:
        await desk.hear(revoked(story, at=minutes(60)))
        assert await desk.schedules.round() == 0
    else:
        await desk.schedules.round()
        await desk.hear(revoked(story, at=minutes(60)))
    assert await schedule(desk, story) == ("void" if revoked_first else "started")
    assert (await desk.states(story))[1] == ("void", "void", False)
    assert await desk.work() == 0
    assert not await desk.rows("SELECT reason FROM publisher.dead_letters")


async def test_a_revocation_and_the_set_time_at_the_same_moment(desk: Office) -> None:
    for _ in range(6):
        story = await scheduled(desk, at=desk.at + timedelta(minutes=5))
        desk.at += timedelta(minutes=5)
        await asyncio.gather(desk.hear(revoked(story, at=desk.at)), desk.schedules.round())
        await desk.work()
        await desk.clear()
        assert (await desk.states(story))[1][2] is False
        assert (await desk.states(story))[1][0] in ("void", "taken-down")


async def test_practice_is_shown_and_neither_published_nor_scheduled(desk: Office) -> None:
    event = await desk.approve("Latihan Admin", practice=True)
    page = await desk.page("tono", f"/terbit/{event.story}")
    assert "LATIHAN" in page
    assert "/jadwal" not in page
    assert "/terbitkan" not in page
    for path, told in (("publish", {}), ("schedule", {"at": minutes(60).isoformat()})):
        refused = await desk.call(
            "tono", "POST", f"/api/v1/publications/{event.story}/{path}", json={"version": 1} | told
        )
        assert (refused.status_code, refused.json()["title"]) == (422, "practice")
