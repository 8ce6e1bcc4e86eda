"""What an attempt writes down: before it is submitted nothing is public, and after it nobody knows."""

import pytest

from services.publisher import delivery, starting, taking_down
from services.publisher.domain import SITE, UNKNOWN_CHANNEL, Story
from services.publisher.refusals import NotPossible
from shared.content import Official
from tests.unit.publisher.samples import BAMBANG, LEASE, MORNING, TONO, content, hear, minutes, of, ready, revoked, the

MEDSOS = "medsos"
BOTH = {SITE, MEDSOS}


def taken(*, by: Official = TONO) -> Story:
    """A delivery to a second channel that a worker has taken up for the first time."""
    story = ready(content=content(channels=(SITE, MEDSOS)))
    story = starting.publish(story, 1, by=by, at=MORNING, channels=BOTH, required=BOTH)
    return delivery.take(story, 1, MEDSOS, at=MORNING, until=MORNING + LEASE, looks_up=False)


def test_what_was_made_at_the_channel_is_kept_for_the_next_attempt() -> None:
    story = delivery.keep(taken(), 1, MEDSOS, tries=1, facts={"container": "17"})
    story = delivery.keep(story, 1, MEDSOS, tries=1, facts={"photo": "18"})
    story = delivery.put_back(story, 1, MEDSOS, tries=1, reason="", at=minutes(1))
    assert of(story, 1, MEDSOS).made.facts == {"container": "17", "photo": "18"}


def test_a_crash_before_it_was_submitted_is_unconfirmed_and_then_known_not_to_be_there() -> None:
    story = delivery.take(taken(), 1, MEDSOS, at=minutes(2), until=minutes(3), looks_up=False)
    found = of(story, 1, MEDSOS)
    assert (found.state, found.made.submitted, found.next_at) == ("unconfirmed", False, minutes(3))
    story = delivery.put_back(story, 1, MEDSOS, tries=found.tries, reason="", at=minutes(2))
    assert of(story, 1, MEDSOS).state == "waiting"


def test_a_crash_after_it_was_submitted_waits_for_a_person_where_nobody_can_look() -> None:
    story = delivery.submit(taken(), 1, MEDSOS, tries=1)
    assert delivery.is_submitted(the(story), MEDSOS, tries=1)
    story = delivery.take(story, 1, MEDSOS, at=minutes(2), until=minutes(3), looks_up=False)
    assert (of(story, 1, MEDSOS).state, of(story, 1, MEDSOS).next_at) == ("unconfirmed", None)


def test_what_is_to_be_sent_again_is_submitted_anew() -> None:
    story = delivery.submit(taken(), 1, MEDSOS, tries=1)
    story = delivery.put_back(story, 1, MEDSOS, tries=1, reason="", at=minutes(1))
    assert not of(story, 1, MEDSOS).made.submitted


@pytest.mark.parametrize("what", ["revoked", "taken down", "taken up again"])
def test_nothing_is_submitted_any_more(what: str) -> None:
    story = taken()
    if what == "revoked":
        story = hear(story, revoked(story.id))
    elif what == "taken down":
        story = taking_down.take_down(story, by=BAMBANG, reason="Salah foto.", at=minutes(1))
    else:
        story = delivery.take(story, 1, MEDSOS, at=minutes(2), until=minutes(3))
    assert not delivery.is_submitted(the(delivery.submit(story, 1, MEDSOS, tries=1)), MEDSOS, tries=1)


def test_a_channel_that_names_a_time_is_left_alone_until_then() -> None:
    story = delivery.put_back(taken(), 1, MEDSOS, tries=1, reason="Jeda.", at=MORNING, until=minutes(40))
    assert of(story, 1, MEDSOS).next_at == minutes(40)


def test_a_failed_delivery_that_is_sent_again_begins_anew() -> None:
    story = delivery.keep(taken(), 1, MEDSOS, tries=1, facts={"container": "17"})
    story = delivery.fail(story, 1, MEDSOS, tries=1, reason="Wadah ditolak.")
    again = of(delivery.retry(story, MEDSOS, at=minutes(1)), 1, MEDSOS)
    assert (again.state, again.made.facts) == ("waiting", {})


def test_what_the_channel_took_is_looked_up_also_where_the_attempt_did_not_submit_it_anew() -> None:
    story = delivery.doubt(taken(), 1, MEDSOS, tries=1, reason="", at=MORNING, external_id="17", received=True)
    assert (of(story, 1, MEDSOS).made.submitted, of(story, 1, MEDSOS).made.external_id) == (True, "17")


def test_what_is_sent_again_is_not_looked_up_under_the_name_of_the_post_before() -> None:
    story = delivery.doubt(taken(), 1, MEDSOS, tries=1, reason="", at=MORNING, external_id="17", received=True)
    story = delivery.put_back(story, 1, MEDSOS, tries=1, reason="", at=minutes(1))
    assert of(story, 1, MEDSOS).made.external_id == ""


def test_what_may_be_there_after_a_take_down_stays_so_until_a_person_removed_it() -> None:
    story = delivery.doubt(taken(), 1, MEDSOS, tries=1, reason="", at=MORNING, received=True)
    story = taking_down.take_down(story, by=BAMBANG, reason="Salah foto.", at=minutes(1))
    story = delivery.take(story, 1, SITE, at=minutes(1), until=minutes(2))
    story = taking_down.clear(story, 1, at=minutes(9))
    found = of(story, 1, MEDSOS)
    assert (found.state, found.next_at) == ("unconfirmed", None)
    found_out = delivery.put_back(story, 1, MEDSOS, tries=found.tries, reason="", at=minutes(3))
    assert of(found_out, 1, MEDSOS).state == "void"


def test_a_channel_that_was_connected_since_takes_what_failed_for_want_of_it() -> None:
    story = delivery.fail(taken(), 1, MEDSOS, tries=1, reason=UNKNOWN_CHANNEL)
    with pytest.raises(NotPossible):
        delivery.retry(story, MEDSOS, at=minutes(1))
    assert of(delivery.retry(story, MEDSOS, at=minutes(1), reached=True), 1, MEDSOS).state == "waiting"
