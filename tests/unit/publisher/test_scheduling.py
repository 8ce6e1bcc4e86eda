"""A time that the Admin sets for publishing: kept by the system, never before the embargo, asked about when missed."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from services.publisher import scheduling, starting
from services.publisher.consequences import Change, closed, entries
from services.publisher.domain import SITE, Schedule, Story
from services.publisher.refusals import (
    ApprovalFell,
    NeverPublic,
    NotApproved,
    NothingScheduled,
    NotPossible,
    PastTime,
    TooEarly,
    TooFarAhead,
)
from shared.audit import SYSTEM
from tests.unit.publisher.samples import MORNING, TONO, approved, hear, live, minutes, ready, revoked, started, the

GRACE = timedelta(hours=1)


def scheduled(story: Story, at: datetime, *, now: datetime = MORNING, version: int = 1) -> Story:
    return scheduling.set_time(story, version, publish_at=at, by=TONO, at=now, zone="Asia/Jakarta")


def keep(story: Story, at: datetime, **more: Any) -> Story:
    terms: dict[str, Any] = {"missed": "ask", "grace": GRACE, "channels": {SITE}, "required": {SITE}} | more
    return scheduling.keep(story, 1, at=at, **terms)


def schedule_of(story: Story, version: int = 1) -> Schedule:
    found = the(story, version).schedule
    assert found is not None
    return found


def test_what_is_scheduled_waits_and_is_started_by_the_system_at_its_time() -> None:
    story = scheduled(ready(), minutes(60))
    assert keep(story, minutes(59)) is story
    begun = keep(story, minutes(60))
    assert (the(begun).state, schedule_of(begun).state) == ("publishing", "started")
    assert (the(begun).started_by, schedule_of(begun).by) == (SYSTEM, TONO)


def test_a_schedule_moves_no_clock() -> None:
    before = ready()
    after = scheduled(before, minutes(600))
    assert closed(Change(before, after, MORNING)) == []
    assert the(after).approval.opens_at == MORNING


def test_a_time_that_has_passed_or_is_far_beyond_a_year_is_refused() -> None:
    for past in (MORNING, minutes(-1)):
        with pytest.raises(PastTime):
            scheduled(ready(), past)
    with pytest.raises(TooFarAhead) as refused:
        scheduled(ready(), MORNING + timedelta(days=367))
    assert "24 November 2027" in refused.value.sentence


def test_a_schedule_never_goes_before_the_leaders_embargo() -> None:
    story = ready(not_before=minutes(60))
    with pytest.raises(TooEarly):
        scheduled(story, minutes(59))
    assert schedule_of(scheduled(story, minutes(60))).state == "waiting"


def test_only_an_approved_version_that_waits_is_scheduled_and_no_practice() -> None:
    with pytest.raises(NotApproved):
        scheduled(ready(), minutes(60), version=2)
    with pytest.raises(NeverPublic):
        scheduled(ready(practice=True), minutes(60))
    story = ready()
    with pytest.raises(ApprovalFell):
        scheduled(hear(story, revoked(story.id)), minutes(60))
    for under_way in (started(ready()), live(ready())):
        with pytest.raises(NotPossible):
            scheduled(under_way, minutes(60))


def test_a_schedule_is_changed_cancelled_and_set_again() -> None:
    story = scheduled(ready(), minutes(60))
    assert scheduled(story, minutes(60), now=minutes(5)) is story
    later = scheduled(story, minutes(90), now=minutes(5))
    assert (schedule_of(later).at, schedule_of(later).set_at) == (minutes(90), minutes(5))
    off = scheduling.cancel(later, 1)
    assert schedule_of(off).state == "cancelled"
    assert keep(off, minutes(91)) is off
    with pytest.raises(NothingScheduled):
        scheduling.cancel(off, 1)
    assert schedule_of(scheduled(off, minutes(99))).state == "waiting"


@pytest.mark.parametrize("other", [0, 2])
def test_nothing_to_cancel_where_nothing_is_scheduled(other: int) -> None:
    with pytest.raises(NothingScheduled):
        scheduling.cancel(ready(), 1 + other)


@pytest.mark.parametrize(
    ("late", "missed", "schedule", "publication"),
    [
        (0, "ask", "started", "publishing"),
        (60, "ask", "started", "publishing"),
        (61, "ask", "missed", "ready"),
        (60 * 24 * 30, "ask", "missed", "ready"),
        (61, "publish", "started", "publishing"),
        (60 * 24 * 30, "publish", "started", "publishing"),
    ],
)
def test_a_schedule_missed_while_the_system_stood_is_published_late_or_asked_about(
    late: int, missed: str, schedule: str, publication: str
) -> None:
    story = scheduled(ready(), minutes(60))
    after = keep(story, minutes(60 + late), missed=missed)
    assert (schedule_of(after).state, the(after).state) == (schedule, publication)


def test_a_missed_schedule_waits_for_a_person_who_publishes_or_sets_another_time() -> None:
    story = keep(scheduled(ready(), minutes(60)), minutes(200))
    assert keep(story, minutes(300)) is story
    now = starting.publish(story, 1, by=TONO, at=minutes(201), channels={SITE}, required={SITE})
    assert (schedule_of(now).state, the(now).started_by) == ("started", TONO)
    again = scheduled(story, minutes(400), now=minutes(201))
    assert the(keep(again, minutes(400))).state == "publishing"
    assert schedule_of(scheduling.cancel(story, 1)).state == "cancelled"


def test_the_approval_is_checked_again_at_the_very_moment_of_the_start() -> None:
    story = scheduled(ready(), minutes(60))
    fell = hear(story, revoked(story.id, at=minutes(30)))
    assert (schedule_of(fell).state, the(fell).state) == ("void", "void")
    assert keep(fell, minutes(60)) is fell
    newer = hear(story, approved(story.id, 2))
    assert schedule_of(newer).state == "void"


def test_a_schedule_that_was_started_is_not_started_again_whatever_the_clock_says() -> None:
    begun = keep(scheduled(ready(), minutes(60)), minutes(60))
    for at in (minutes(0), minutes(60), minutes(600)):
        assert keep(begun, at) is begun


def test_publishing_by_hand_ends_the_schedule() -> None:
    now = started(scheduled(ready(), minutes(60)))
    assert schedule_of(now).state == "started"
    assert keep(now, minutes(60)) is now


def test_each_change_of_a_schedule_is_in_the_audit() -> None:
    story = ready()
    steps = [story, scheduled(story, minutes(60))]
    steps.append(scheduled(steps[-1], minutes(90)))
    steps.append(scheduling.cancel(steps[-1], 1))
    told = [entries(Change(a, b, MORNING, TONO)) for a, b in pairwise(steps)]
    assert [[e.action for e in found] for found in told] == [
        ["schedule.waiting"], ["schedule.waiting"], ["schedule.cancelled"],
    ]  # fmt: skip
