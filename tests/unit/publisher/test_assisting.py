"""Where the system does not post, a person does: one at a time, with the link of what they posted."""

from typing import Any

import pytest

from services.publisher import answers, assisting, delivery, removing, starting, taking_down
from services.publisher.domain import SITE, Story
from services.publisher.refusals import ApprovalFell, HeldByOther, NotByHand, NotPossible
from services.publisher.standing import Reach, standing
from shared.content import Official
from tests.unit.publisher.samples import (
    BAMBANG,
    LEASE,
    MORNING,
    TONO,
    approved,
    content,
    hear,
    minutes,
    of,
    ready,
    revoked,
    the,
)

MEDSOS = "instagram"
LINK = "https://www.instagram.com/p/abc/"
SARI = Official(account="sari", name="Sari", capacity="Admin Publikasi")
REACH = Reach(None, looks_up=True, by_hand=True)


def begun(**more: Any) -> Story:
    """Started, the site live, the second channel waiting for a person."""
    story = ready(content=content(channels=(SITE, MEDSOS)), **more)
    story = starting.publish(story, 1, by=TONO, at=MORNING, channels={SITE}, by_hand={MEDSOS}, required={MEDSOS})
    story = delivery.take(story, 1, SITE, at=MORNING, until=MORNING + LEASE)
    story = delivery.show(story, 1, tries=1, at=MORNING)
    return delivery.confirm(story, 1, SITE, tries=1, url="http://warta/berita/x", way="fetched", at=MORNING)


def posted(story: Story, *, by: Official = TONO) -> Story:
    return answers.attest(story, 1, MEDSOS, url=LINK, by=by, at=minutes(9), way=None, looks_up=True)


def test_it_waits_for_a_person_and_holds_the_clock_where_the_channel_is_required() -> None:
    story = begun()
    found = of(story, 1, MEDSOS)
    assert (found.state, found.mode, found.next_at, found.required) == ("waiting", "assisted", None, True)
    assert the(story).state == "publishing"
    assert standing(the(story), found, reach=REACH, since=None).doable == ("post", "waive")


def test_who_posted_it_comes_back_with_the_link_and_the_version_is_published() -> None:
    story = posted(assisting.take_on(begun(), 1, MEDSOS, by=TONO))
    found = of(story, 1, MEDSOS)
    assert (found.state, found.way, found.url, found.confirmed_by) == ("live", "attested", LINK, TONO)
    assert (found.held_by, found.check_at) == (None, minutes(69))
    assert the(story).state == "published"


def test_a_link_is_taken_also_from_who_did_not_say_so_before() -> None:
    assert of(posted(begun()), 1, MEDSOS).state == "live"
    assert of(posted(assisting.take_on(begun(), 1, MEDSOS, by=TONO), by=SARI), 1, MEDSOS).confirmed_by == SARI


def test_two_do_not_post_the_same_unless_one_takes_over_knowingly() -> None:
    story = assisting.take_on(begun(), 1, MEDSOS, by=TONO)
    assert assisting.take_on(story, 1, MEDSOS, by=TONO) is story
    with pytest.raises(HeldByOther, match="Tono sedang memposting"):
        assisting.take_on(story, 1, MEDSOS, by=SARI)
    assert of(assisting.take_on(story, 1, MEDSOS, by=SARI, anyway=True), 1, MEDSOS).held_by == SARI


def test_what_was_not_posted_waits_again() -> None:
    story = assisting.give_back(assisting.take_on(begun(), 1, MEDSOS, by=TONO), 1, MEDSOS)
    assert (of(story, 1, MEDSOS).state, of(story, 1, MEDSOS).held_by) == ("waiting", None)
    assert assisting.give_back(story, 1, MEDSOS) is story


def test_nobody_begins_to_post_what_is_not_approved_any_more() -> None:
    with pytest.raises(ApprovalFell):
        assisting.take_on(hear(begun(), revoked(begun().id)), 1, MEDSOS, by=TONO)
    story = begun()
    with pytest.raises(ApprovalFell):
        assisting.take_on(hear(story, revoked(story.id)), 1, MEDSOS, by=TONO)


def test_what_a_person_had_in_hand_when_it_was_revoked_may_be_there_and_is_to_be_removed_by_hand() -> None:
    story = assisting.take_on(begun(), 1, MEDSOS, by=TONO)
    hidden = removing.needed(hear(story, revoked(story.id)), MORNING)
    down = taking_down.clear(removing.leave_to_person(hidden, 1, MEDSOS), 1, at=minutes(9))
    found = of(down, 1, MEDSOS)
    assert (the(down).state, found.state, found.held_by) == ("taken-down", "unconfirmed", None)
    assert standing(the(down), found, reach=REACH, since=None).doable == ("removed",)
    assert of(removing.removed(down, 1, MEDSOS), 1, MEDSOS).state == "taken-down"


def test_what_a_person_has_in_hand_holds_up_no_take_down() -> None:
    story = assisting.take_on(begun(), 1, MEDSOS, by=TONO)
    hidden = hear(story, revoked(story.id))
    assert (of(hidden, 1, MEDSOS).state, of(hidden, 1, MEDSOS).held_by) == ("unconfirmed", None)
    assert the(taking_down.clear(hidden, 1, at=minutes(9))).state == "taken-down"


def test_what_waits_for_a_person_is_void_when_a_newer_version_takes_its_place() -> None:
    story = begun()
    story = hear(story, approved(story.id, 2, content=content(channels=(SITE, MEDSOS))))
    story = starting.publish(story, 2, by=TONO, at=minutes(5), channels={SITE}, by_hand={MEDSOS}, required={SITE})
    story = delivery.take(story, 2, SITE, at=minutes(5), until=minutes(6))
    story = delivery.show(story, 2, tries=1, at=minutes(5))
    assert (of(story, 1, MEDSOS).state, of(story, 2, MEDSOS).state) == ("void", "waiting")


def test_what_the_system_sends_is_not_for_a_person_to_take_on() -> None:
    story = ready(content=content(channels=(SITE, MEDSOS)))
    story = starting.publish(story, 1, by=TONO, at=MORNING, channels={SITE, MEDSOS}, required={SITE})
    with pytest.raises(NotByHand):
        assisting.take_on(story, 1, MEDSOS, by=TONO)


def test_a_person_may_post_what_the_system_could_not_send() -> None:
    story = ready(content=content(channels=(SITE, MEDSOS)))
    story = starting.publish(story, 1, by=TONO, at=MORNING, channels={SITE, MEDSOS}, required={SITE})
    story = delivery.take(story, 1, MEDSOS, at=MORNING, until=MORNING + LEASE)
    with pytest.raises(NotPossible):
        assisting.by_hand(story, 1, MEDSOS)
    failed = delivery.fail(story, 1, MEDSOS, tries=1, reason="Token kedaluwarsa.")
    assert "by-hand" in standing(the(failed), of(failed, 1, MEDSOS), reach=REACH, since=None).doable
    handed = assisting.by_hand(failed, 1, MEDSOS)
    assert (of(handed, 1, MEDSOS).state, of(handed, 1, MEDSOS).mode) == ("waiting", "assisted")
    assert of(posted(handed, by=BAMBANG), 1, MEDSOS).state == "live"


def test_nobody_says_of_a_post_by_hand_that_it_is_to_be_sent_again() -> None:
    with pytest.raises(NotPossible):
        answers.deny(
            begun(), 1, MEDSOS, by=TONO, at=minutes(1), settle=LEASE, way=None, looks_up=True
        )  # fmt: skip
