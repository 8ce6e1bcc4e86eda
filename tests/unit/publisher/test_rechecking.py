"""What is live is looked at again after an hour, a day and a week; a post that vanished is told of."""

from dataclasses import replace
from datetime import timedelta

from services.publisher import rechecking, taking_down
from services.publisher.consequences import Change, events
from services.publisher.domain import SITE
from shared.events import DeliveryFailed
from tests.unit.publisher.samples import BAMBANG, live, minutes, of, ready, the


def test_it_is_looked_at_after_an_hour_a_day_and_a_week() -> None:
    story = live(ready())
    due = of(story).check_at
    asked = list[timedelta]()
    while due is not None:
        asked.append(due - minutes(0))
        story = rechecking.still_there(story, 1, SITE, at=due)
        due = of(story).check_at
    assert asked == [timedelta(hours=1), timedelta(days=1), timedelta(days=7)]
    assert of(story).checks == 3


def test_a_channel_without_an_answer_is_asked_again_soon() -> None:
    story = rechecking.not_seen(live(ready()), 1, SITE, at=minutes(60))
    assert (of(story).state, of(story).check_at, of(story).checks) == ("live", minutes(70), 0)


def test_what_vanished_is_told_as_failed_and_waits_for_a_person() -> None:
    before = live(ready())
    story = rechecking.vanish(before, 1, SITE)
    found = of(story)
    assert (found.state, found.way, found.url, found.next_at, found.check_at) == ("failed", None, "", None, None)
    (told,) = [event for _, event in events(Change(before, story, minutes(60)))]
    assert isinstance(told, DeliveryFailed)
    assert told.reason.startswith("Kiriman yang sudah tayang ini tidak ada lagi")
    assert the(story).state == "published"


def test_what_is_not_live_any_more_is_left_alone() -> None:
    story = rechecking.vanish(live(ready()), 1, SITE)
    assert rechecking.vanish(story, 1, SITE) is story
    assert rechecking.still_there(story, 1, SITE, at=minutes(60)) is story


def test_nothing_that_comes_down_is_looked_at_again() -> None:
    story = taking_down.take_down(live(ready()), by=BAMBANG, reason="Salah foto.", at=minutes(9))
    assert of(story).check_at is None
    left = replace(of(story), check_at=minutes(60))
    story = story.put(the(story).with_delivery(left))
    assert of(rechecking.not_seen(story, 1, SITE, at=minutes(60))).check_at is None
