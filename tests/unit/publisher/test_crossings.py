"""Decisions that cross the publishing, each in both orders."""

from uuid import uuid4

import pytest

from services.publisher import crossings, delivery, taking_down
from services.publisher.consequences import Change, closed, events
from services.publisher.domain import SITE, Story
from services.publisher.refusals import OtherContent
from tests.unit.publisher.samples import (
    PHOTO,
    Everywhere,
    approved,
    content,
    hear,
    live,
    minutes,
    of,
    photo,
    ready,
    revoked,
    sending,
    shown,
    started,
    states,
    the,
)


def test_an_approved_version_is_ready_and_nothing_of_it_is_public() -> None:
    assert states(ready()) == {1: ("ready", "valid", False)}


@pytest.mark.parametrize("reason", ["official", "abandoned", "superseded"])
def test_a_revocation_of_what_is_not_yet_sent_voids_it(reason: str) -> None:
    story = ready()
    assert states(hear(story, revoked(story.id, 1, reason)))[1] == ("void", "void", False)  # pyright: ignore
    begun = started(story)
    after = hear(begun, revoked(story.id, 1, reason))  # pyright: ignore
    assert states(after)[1] == ("void", "void", False)
    assert of(after).state == "void"
    assert of(after).next_at is None


@pytest.mark.parametrize("reason", ["official", "abandoned", "superseded"])
def test_a_revocation_that_comes_before_its_approval_voids_it_on_arrival(reason: str) -> None:
    id_ = uuid4()
    story = hear(Story(id_), revoked(id_, 1, reason), approved(id_, 1))  # pyright: ignore
    assert states(story) == {1: ("void", "void", False)}


@pytest.mark.parametrize("out", [sending, shown, live])
def test_what_is_sending_or_live_and_superseded_stays(out: object) -> None:
    story = out(ready())  # pyright: ignore
    before = states(story)[1]
    after = hear(story, revoked(story.id, 1, "superseded"))
    assert states(after)[1] == (before[0], "superseded", before[2])


@pytest.mark.parametrize("reason", ["official", "abandoned"])
@pytest.mark.parametrize("out", [sending, shown, live])
def test_what_is_sending_or_live_and_revoked_or_abandoned_is_taken_down(out: object, reason: str) -> None:
    story = out(ready())  # pyright: ignore
    after = hear(story, revoked(story.id, 1, reason))  # pyright: ignore
    assert states(after)[1] == ("taking-down", "revoked", False)
    assert (after.gone is not None) == the(story).visible


def test_a_superseded_version_that_was_revoked_later_still_comes_down() -> None:
    story = live(ready())
    after = hear(story, revoked(story.id, 1, "superseded"), revoked(story.id, 1, "official"))
    assert states(after)[1] == ("taking-down", "revoked", False)


def test_a_superseded_page_stays_until_the_newer_version_is_shown_in_its_place() -> None:
    story = live(ready())
    story = hear(story, revoked(story.id, 1, "superseded"), approved(story.id, 2, correction=True))
    assert states(story) == {1: ("published", "superseded", True), 2: ("ready", "valid", False)}
    story = sending(story, 2, at=minutes(9))
    assert the(story, 1).visible
    story = delivery.show(story, 2, tries=of(story, 2).tries, at=minutes(9))
    assert states(story) == {1: ("superseded", "superseded", False), 2: ("publishing", "valid", True)}
    assert of(story, 1).state == "superseded"


def test_a_newer_approval_and_the_supersession_of_the_older_one_cross_to_the_same_end() -> None:
    story = live(ready())
    supersession, newer = revoked(story.id, 1, "superseded"), approved(story.id, 2)
    assert states(hear(story, supersession, newer)) == states(hear(story, newer, supersession))
    fresh = ready()
    supersession, newer = revoked(fresh.id, 1, "superseded"), approved(fresh.id, 2)
    one, other = hear(fresh, supersession, newer), hear(fresh, newer, supersession)
    assert states(one) == states(other) == {1: ("void", "void", False), 2: ("ready", "valid", False)}


def test_a_decision_on_a_version_that_is_no_longer_the_newest_changes_nothing() -> None:
    story = live(ready(2), 2)
    after = hear(story, approved(story.id, 1))
    assert states(after) == {1: ("void", "void", False), 2: ("published", "valid", True)}


def test_an_older_approval_after_a_newer_revocation_is_void() -> None:
    id_ = uuid4()
    story = hear(Story(id_), revoked(id_, 2, "official"), approved(id_, 1))
    assert states(story) == {1: ("void", "void", False)}


def test_two_versions_approved_in_either_order_leave_the_newer_one_ready() -> None:
    id_ = uuid4()
    first, second = approved(id_, 1), approved(id_, 2)
    for order in ((first, second), (second, first)):
        assert states(hear(Story(id_), *order)) == {1: ("void", "void", False), 2: ("ready", "valid", False)}


def test_an_approval_told_twice_changes_nothing_and_one_of_other_content_is_refused() -> None:
    story = ready()
    assert hear(story, approved(story.id, 1)) is story
    with pytest.raises(OtherContent):
        hear(story, approved(story.id, 1, content=content("Isi lain")))


def test_a_revocation_while_the_worker_sends_stops_the_page_at_the_last_moment() -> None:
    story = sending(ready())
    after = hear(story, revoked(story.id, 1, "official"))
    assert delivery.show(after, 1, tries=of(after).tries, at=minutes(1)) is after
    assert not the(after).visible
    stopped = delivery.put_back(after, 1, SITE, tries=of(after).tries, reason="", at=minutes(1))
    assert of(stopped).state == "void"
    assert states(taking_down.clear(stopped, 1, at=minutes(9)))[1] == ("taken-down", "revoked", False)


def test_an_older_version_still_being_sent_cannot_replace_a_newer_page() -> None:
    story = sending(ready())
    story = shown(hear(story, revoked(story.id, 1, "superseded"), approved(story.id, 2)), 2)
    assert states(story)[1] == ("superseded", "superseded", False)
    assert delivery.show(story, 1, tries=of(story, 1).tries, at=minutes(1)) is story


def test_the_revocation_of_a_newer_version_not_yet_sent_leaves_the_older_page_standing() -> None:
    story = hear(live(ready()), *[])
    story = hear(story, revoked(story.id, 1, "superseded"), approved(story.id, 2), revoked(story.id, 2, "official"))
    assert states(story) == {1: ("published", "superseded", True), 2: ("void", "void", False)}


def test_an_erased_file_leaves_every_version_in_whichever_order_it_comes() -> None:
    story = live(ready())
    erased = crossings.Erased(frozenset({PHOTO}))
    after = crossings.erase(story, erased, Everywhere(), at=minutes(1))
    assert the(after).approval.content.media == ()
    assert len(the(after).approval.content.body) == 1
    assert the(after).approval.content_sha256 == the(story).approval.content_sha256
    arrived = crossings.approve(Story(story.id), approved(story.id, 1), event_id="e", traceparent=None, erased=erased)
    assert the(arrived).approval.content == the(after).approval.content


def test_an_erasure_of_another_file_changes_nothing() -> None:
    story = ready(content=content(media=(photo(),)))
    assert (
        crossings.erase(
            story, crossings.Erased(frozenset({uuid4()}), frozenset({"a" * 64})), Everywhere(), at=minutes(1)
        )
        is story
    )


def test_a_correction_revoked_before_it_was_shown_leaves_the_story_public_and_says_nothing_of_a_take_down() -> None:
    story = live(ready())
    story = sending(hear(story, revoked(story.id, 1, "superseded"), approved(story.id, 2)), 2, at=minutes(1))
    before = hear(story, revoked(story.id, 2, "abandoned"))
    tries = of(before, 2).tries
    before = delivery.put_back(before, 2, SITE, tries=tries, reason="", at=minutes(2))
    after = taking_down.clear(before, 2, at=minutes(9))
    assert states(after) == {1: ("published", "superseded", True), 2: ("void", "revoked", False)}
    change = Change(before, after, minutes(3))
    assert events(change) == []
    assert closed(change) == [(2, "revoked")]


def test_a_correction_revoked_after_it_was_shown_is_taken_down_with_the_story() -> None:
    story = live(ready())
    story = shown(hear(story, revoked(story.id, 1, "superseded"), approved(story.id, 2)), 2, at=minutes(1))
    before = hear(story, revoked(story.id, 2, "abandoned"))
    before = delivery.put_back(before, 2, SITE, tries=of(before, 2).tries, reason="", at=minutes(2))
    assert states(taking_down.clear(before, 2, at=minutes(9)))[2] == ("taken-down", "revoked", False)
