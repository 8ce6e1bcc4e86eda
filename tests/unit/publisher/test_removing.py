"""What has to be gone from a channel: every post of a Story that comes down, each with its own truth."""

from dataclasses import replace
from datetime import datetime

import pytest

from services.publisher import assisting, consequences, crossings, delivery, removing, starting, taking_down
from services.publisher.consequences import Change
from services.publisher.crossings import Erased
from services.publisher.domain import SITE, Removal, Story
from services.publisher.refusals import NotPossible
from services.publisher.removing import PATIENT
from services.publisher.standing import Reach, standing
from shared.events import StoryTakenDown
from tests.unit.publisher.samples import (
    BAMBANG,
    LEASE,
    MORNING,
    PHOTO,
    TONO,
    Everywhere,
    approved,
    content,
    hear,
    minutes,
    of,
    ready,
    revoked,
    the,
)

MEDSOS = "medsos"
BOTH = (SITE, MEDSOS)
REACH = Reach("api", looks_up=True)
EVERYWHERE = Everywhere()


def begun(story: Story, version: int, at: datetime = MORNING) -> Story:
    return starting.publish(story, version, by=TONO, at=at, channels=BOTH, required=(SITE,))


def live_on_both(story: Story | None = None, version: int = 1, *, at: datetime = MORNING, name: str = "") -> Story:
    story = begun(ready(content=content(channels=BOTH)) if story is None else story, version, at)
    for channel in BOTH:
        story = delivery.take(story, version, channel, at=at, until=at + LEASE)
        tries = of(story, version, channel).tries
        if channel == SITE:
            story = delivery.show(story, version, tries=tries, at=at)
        else:
            story = delivery.submit(story, version, channel, tries=tries)
        story = delivery.confirm(
            story, version, channel, tries=tries, url=f"https://x.test/{version}", way="api", at=at,
            external_id=name or f"post-{version}",
        )  # fmt: skip
    return story


def corrected(*, name: str = "") -> Story:
    """Version 2 is public, on a channel that posted it anew, or edited one post where they have one `name`."""
    first = live_on_both(name=name)
    first = hear(first, revoked(first.id, 1, "superseded"), approved(first.id, 2, content=content(channels=BOTH)))
    return live_on_both(first, 2, at=minutes(5), name=name)


def down(story: Story, at: datetime = MORNING) -> Story:
    return removing.needed(taking_down.take_down(story, by=BAMBANG, reason="Salah foto.", at=at), at)


def asked(story: Story, version: int = 1, channel: str = MEDSOS) -> Removal:
    found = of(story, version, channel).removal
    assert found is not None
    return found


def told(before: Story, after: Story) -> dict[str, str]:
    (event,) = [e for _, e in consequences.events(Change(before, after, minutes(9))) if isinstance(e, StoryTakenDown)]
    return dict(event.channels)


def gone(story: Story, version: int = 1) -> Story:
    story = removing.take(story, version, MEDSOS, until=minutes(2))
    return removing.done(story, version, MEDSOS, tries=asked(story, version).tries, at=minutes(1))


def test_a_take_down_asks_each_other_channel_to_remove_its_post_and_tells_of_it_when_that_is_done() -> None:
    story = down(live_on_both())
    assert (asked(story).cause, asked(story).state, asked(story).at) == ("taken-down", "due", MORNING)
    assert of(story).removal is None
    assert taking_down.clear(story, 1, at=minutes(9)) is story
    story = gone(story)
    after = taking_down.clear(story, 1, at=minutes(9))
    assert (of(after, 1, MEDSOS).state, the(after).state) == ("taken-down", "taken-down")
    assert told(story, after) == {SITE: "done", MEDSOS: "done"}


def test_the_posts_of_older_versions_come_down_with_the_story() -> None:
    story = down(corrected())
    assert [asked(story, version).state for version in (1, 2)] == ["due", "due"]
    story = gone(story, 2)
    assert taking_down.clear(story, 2, at=minutes(9)) is story
    story = gone(story, 1)
    after = taking_down.clear(story, 2, at=minutes(9))
    assert of(after, 1, MEDSOS).state == "taken-down"
    assert told(story, after)[MEDSOS] == "done"


def test_what_one_version_could_not_lose_is_told_though_the_other_lost_it() -> None:
    story = removing.leave_to_person(gone(down(corrected()), 2), 1, MEDSOS)
    assert told(story, taking_down.clear(story, 2, at=minutes(9)))[MEDSOS] == "impossible"


def test_a_post_that_a_correction_took_over_is_removed_once() -> None:
    story = down(corrected(name="one post"))
    assert of(story, 1, MEDSOS).removal is None
    assert asked(story, 2).state == "due"


def test_a_correction_alone_removes_nothing() -> None:
    story = removing.needed(corrected(), minutes(6))
    assert all(d.removal is None for p in story.publications for d in p.deliveries)


def test_what_a_channel_refuses_for_good_is_told_as_failed_and_left_to_a_person() -> None:
    story = removing.take(down(live_on_both()), 1, MEDSOS, until=minutes(2))
    story = removing.refuse(story, 1, MEDSOS, tries=1, reason="Izin menghapus dicabut.")
    after = taking_down.clear(story, 1, at=minutes(9))
    assert told(story, after)[MEDSOS] == "failed"
    shown = standing(the(after), of(after, 1, MEDSOS), reach=REACH, since=None)
    assert "Izin menghapus dicabut." in shown.advice
    assert shown.doable == ("removed", "remove-again")
    again = removing.ask_again(after, 1, MEDSOS, at=minutes(9))
    assert (asked(again).state, asked(again).at, asked(again).tries) == ("due", minutes(9), 0)
    assert of(gone(again), 1, MEDSOS).state == "taken-down"


def test_what_does_not_answer_is_told_as_failed_after_a_while_and_tried_on() -> None:
    story = down(live_on_both())
    for tries in range(1, PATIENT + 1):
        assert taking_down.clear(story, 1, at=minutes(9)) is story
        story = removing.take(story, 1, MEDSOS, until=minutes(1))
        story = removing.again(story, 1, MEDSOS, tries=tries, at=minutes(tries), reason="Tidak menjawab.")
    after = taking_down.clear(story, 1, at=minutes(9))
    assert told(story, after)[MEDSOS] == "failed"
    assert asked(after).at is not None
    assert of(gone(after), 1, MEDSOS).state == "taken-down"


def test_each_attempt_comes_later_than_the_one_before_and_not_before_the_channel_said() -> None:
    story = removing.take(down(live_on_both()), 1, MEDSOS, until=minutes(2))
    later = removing.again(story, 1, MEDSOS, tries=1, at=minutes(1), reason="")
    assert (asked(later).at or MORNING) > minutes(1)
    limited = removing.again(story, 1, MEDSOS, tries=1, at=minutes(1), reason="", until=minutes(40))
    assert asked(limited).at == minutes(40)


def test_a_worker_that_comes_late_changes_nothing() -> None:
    story = removing.take(down(live_on_both()), 1, MEDSOS, until=minutes(2))
    story = removing.take(story, 1, MEDSOS, until=minutes(4))
    assert removing.done(story, 1, MEDSOS, tries=1, at=minutes(3)) is story
    assert removing.refuse(story, 1, MEDSOS, tries=1, reason="") is story


def test_what_was_sent_while_the_story_came_down_is_removed_too() -> None:
    story = begun(ready(content=content(channels=BOTH)), 1)
    story = delivery.take(story, 1, MEDSOS, at=MORNING, until=MORNING + LEASE)
    story = delivery.submit(story, 1, MEDSOS, tries=1)
    hidden = down(story)
    assert of(hidden, 1, MEDSOS).removal is None
    late = delivery.confirm(
        hidden, 1, MEDSOS, tries=1, url="https://x.test/1", way="api", at=minutes(1), external_id="17"
    )
    late = removing.needed(late, minutes(1))
    assert (of(late, 1, MEDSOS).state, asked(late).state) == ("unconfirmed", "due")
    assert (of(late, 1, MEDSOS).url, of(late, 1, MEDSOS).made.external_id) == ("https://x.test/1", "17")


def test_what_arrived_while_a_newer_page_took_the_place_is_known_and_comes_down_with_it() -> None:
    story = begun(ready(content=content(channels=BOTH)), 1)
    story = delivery.take(story, 1, MEDSOS, at=MORNING, until=MORNING + LEASE)
    story = delivery.submit(story, 1, MEDSOS, tries=1)
    story = hear(story, revoked(story.id, 1, "superseded"), approved(story.id, 2, content=content(channels=BOTH)))
    assert delivery.is_under_way_before(begun(story, 2), 2, MEDSOS)
    story = delivery.take(begun(story, 2), 2, SITE, at=MORNING, until=MORNING + LEASE)
    story = delivery.show(story, 2, tries=1, at=minutes(1))
    story = delivery.confirm(
        story, 1, MEDSOS, tries=1, url="https://x.test/1", way="api", at=minutes(2), external_id="17"
    )
    found = of(story, 1, MEDSOS)
    assert (found.state, found.url, found.made.external_id) == ("superseded", "https://x.test/1", "17")
    assert asked(down(story, minutes(3)), 1).state == "due"


def test_what_an_attempt_left_unfinished_is_cleaned_up_and_is_no_work_for_a_person() -> None:
    story = begun(ready(content=content(channels=BOTH)), 1)
    story = delivery.take(story, 1, MEDSOS, at=MORNING, until=MORNING + LEASE)
    story = delivery.keep(story, 1, MEDSOS, tries=1, facts={"draft": "17"})
    story = removing.needed(down(delivery.put_back(story, 1, MEDSOS, tries=1, reason="", at=MORNING)), MORNING)
    story = delivery.take(story, 1, MEDSOS, at=minutes(1), until=minutes(2))
    story = removing.needed(story, minutes(1))
    assert asked(story).cause == "left-over"
    assert of(gone(story), 1, MEDSOS).made.facts == {}
    cannot = removing.leave_to_person(story, 1, MEDSOS)
    assert asked(cannot).state == "done"


def test_a_story_that_is_published_again_waits_until_the_old_post_is_gone() -> None:
    story = down(live_on_both())
    again = begun(
        hear(taking_down.clear(gone(story), 1, at=minutes(9)), approved(story.id, 2, content=content(channels=BOTH))), 2
    )
    assert not removing.holds(again, the(again, 2), MEDSOS, minutes(1))
    early = begun(hear(story, approved(story.id, 2, content=content(channels=BOTH))), 2)
    assert removing.holds(early, the(early, 2), MEDSOS, minutes(1))
    left = removing.leave_to_person(early, 1, MEDSOS)
    assert not removing.holds(left, the(left, 2), MEDSOS, minutes(1))


def test_what_a_newer_version_edited_need_not_be_removed_any_more() -> None:
    story = removing.leave_to_person(down(live_on_both()), 1, MEDSOS)
    story = begun(hear(story, approved(story.id, 2, content=content(channels=BOTH))), 2)
    story = delivery.take(story, 2, MEDSOS, at=MORNING, until=minutes(1))
    assert removing.is_in_use(story, 1, MEDSOS)
    story = delivery.submit(story, 2, MEDSOS, tries=1)
    same = confirmed(story, 2, name="post-1")
    assert asked(removing.taken_over(same, 2, MEDSOS, keeps_files=False, at=minutes(2))).state == "done"
    other = confirmed(story, 2, name="post-2")
    assert asked(removing.taken_over(other, 2, MEDSOS, keeps_files=False, at=minutes(2))).state == "by-hand"


def confirmed(story: Story, version: int, *, name: str) -> Story:
    tries = of(story, version, MEDSOS).tries
    return delivery.confirm(
        story, version, MEDSOS, tries=tries, url=f"https://x.test/{name}", way="api", at=minutes(1), external_id=name
    )


def erased(story: Story, reach: Everywhere = EVERYWHERE) -> Story:
    return crossings.erase(story, Erased(frozenset({PHOTO})), reach, at=minutes(3))


def test_an_erased_file_leaves_the_channels_that_got_it_and_the_post_is_sent_anew_without_it() -> None:
    story = erased(live_on_both())
    assert (asked(story).cause, of(story, 1, MEDSOS).state) == ("erased", "live")
    after = gone(story)
    found = of(after, 1, MEDSOS)
    assert (found.state, found.next_at, found.removal, found.made.external_id) == ("waiting", minutes(1), None, "")
    assert found.made.facts == {"round": "1"}
    assert the(after).state == "published"


def test_a_post_that_never_had_the_file_stays() -> None:
    story = live_on_both()
    after = erased(story, Everywhere(got=False))
    assert of(after, 1, MEDSOS).removal is None


def test_a_person_who_removed_a_post_with_an_erased_file_decides_whether_it_is_sent_again() -> None:
    story = removing.leave_to_person(erased(live_on_both()), 1, MEDSOS)
    shown = standing(the(story), of(story, 1, MEDSOS), reach=REACH, since=None)
    assert "berkas yang harus dihapus" in shown.advice
    after = removing.removed(story, 1, MEDSOS)
    found = of(after, 1, MEDSOS)
    assert (found.state, found.reason) == ("failed", removing.WITHDRAWN)
    assert standing(the(after), found, reach=REACH, since=None).doable == ("retry",)


def test_the_erased_file_of_an_older_post_is_removed_with_it_and_not_sent_again() -> None:
    story = erased(corrected())
    assert [asked(story, v).cause for v in (1, 2)] == ["erased", "erased"]
    after = gone(gone(story, 1), 2)
    assert (of(after, 1, MEDSOS).state, of(after, 2, MEDSOS).state) == ("taken-down", "waiting")


def sending() -> Story:
    story = begun(ready(content=content(channels=BOTH)), 1)
    return delivery.take(story, 1, MEDSOS, at=MORNING, until=MORNING + LEASE)


def test_a_file_erased_after_it_was_submitted_is_removed_when_that_ended() -> None:
    story = erased(delivery.submit(sending(), 1, MEDSOS, tries=1))
    assert asked(story).cause == "erased"
    assert of(gone(confirmed(story, 1, name="17")), 1, MEDSOS).state == "waiting"


def test_what_is_under_way_with_a_file_that_was_erased_is_not_submitted_any_more() -> None:
    story = delivery.submit(erased(sending()), 1, MEDSOS, tries=1)
    assert not delivery.is_sent_by(the(story), MEDSOS, tries=1)
    assert not of(story, 1, MEDSOS).made.submitted


def test_what_turns_out_not_to_be_there_has_nothing_to_remove_and_is_sent_without_the_file() -> None:
    story = delivery.doubt(delivery.submit(sending(), 1, MEDSOS, tries=1), 1, MEDSOS, tries=1, reason="", at=MORNING)
    story = removing.leave_to_person(erased(story), 1, MEDSOS)
    story = delivery.put_back(story, 1, MEDSOS, tries=1, reason="", at=minutes(4))
    assert (of(story, 1, MEDSOS).state, of(story, 1, MEDSOS).removal) == ("waiting", None)


def test_an_erased_file_in_a_post_whose_words_were_edited_since_takes_the_newer_version_down_too() -> None:
    story = erased(corrected(name="one post"), Everywhere(keeps=True))
    assert of(story, 1, MEDSOS).removal is None
    assert asked(story, 2).cause == "erased"


def test_an_edit_that_keeps_the_files_does_not_end_the_removal_of_an_erased_one() -> None:
    story = removing.leave_to_person(erased(live_on_both(name="one post")), 1, MEDSOS)
    story = hear(story, revoked(story.id, 1, "superseded"), approved(story.id, 2, content=content(channels=BOTH)))
    story = live_on_both(story, 2, at=minutes(5), name="one post")
    after = removing.taken_over(story, 2, MEDSOS, keeps_files=True, at=minutes(6))
    assert (asked(after, 1).state, asked(after, 2).cause) == ("done", "erased")


def test_what_a_person_has_in_hand_may_have_the_file_and_they_are_told() -> None:
    story = begun(ready(content=content(channels=BOTH)), 1)
    story = assisting.take_on(assisting.hand_over(story, 1, MEDSOS), 1, MEDSOS, by=TONO)
    story = removing.leave_to_person(erased(story), 1, MEDSOS)
    assert (of(story, 1, MEDSOS).state, asked(story).state) == ("sending", "by-hand")
    shown = standing(the(story), of(story, 1, MEDSOS), reach=REACH, since=None)
    assert "berkas yang harus dihapus" in shown.advice


def test_the_posts_of_an_older_version_that_an_official_revokes_come_down_though_a_newer_one_stands() -> None:
    story = corrected()
    story = removing.needed(hear(story, revoked(story.id)), minutes(6))
    assert (asked(story, 1).cause, of(story, 2, MEDSOS).removal) == ("taken-down", None)


def test_a_take_down_is_told_after_a_while_also_where_the_channel_was_never_asked() -> None:
    story = down(live_on_both())
    story = removing.wait(story, 1, MEDSOS, until=minutes(60), reason="Kanal meminta jeda.")
    assert taking_down.clear(story, 1, at=minutes(14)) is story
    after = taking_down.clear(story, 1, at=minutes(15))
    assert told(story, after)[MEDSOS] == "failed"
    shown = standing(the(after), of(after, 1, MEDSOS), reach=REACH, since=None)
    assert shown.doable == ("removed",)


def test_an_older_version_that_shared_the_post_which_is_gone_is_looked_at_again() -> None:
    story = live_on_both(name="one post")
    story = hear(story, revoked(story.id, 1, "superseded"), approved(story.id, 2, content=content(channels=BOTH)))
    story = delivery.take(begun(story, 2), 2, MEDSOS, at=MORNING, until=minutes(1))
    story = confirmed(delivery.submit(story, 2, MEDSOS, tries=1), 2, name="one post")
    story = gone(removing.needed(hear(story, revoked(story.id, 2)), minutes(2)), 2)
    assert (the(story, 1).state, of(story, 1, MEDSOS).check_at) == ("published", minutes(1))


def test_what_nobody_saw_is_given_up_and_asks_nobody() -> None:
    story = delivery.keep(sending(), 1, MEDSOS, tries=1, facts={"draft": "17"})
    story = removing.needed(delivery.put_back(down(story), 1, MEDSOS, tries=1, reason="", at=MORNING), MORNING)
    taken = removing.take(story, 1, MEDSOS, until=minutes(1))
    assert asked(removing.refuse(taken, 1, MEDSOS, tries=1, reason="Akses berakhir.")).state == "done"
    for tries in range(1, PATIENT + 1):
        story = removing.take(story, 1, MEDSOS, until=minutes(1))
        story = removing.again(story, 1, MEDSOS, tries=tries, at=minutes(tries), reason="")
    assert asked(story).state == "done"


def test_nobody_removes_what_nobody_asked_to_remove() -> None:
    with pytest.raises(NotPossible):
        removing.removed(live_on_both(), 1, MEDSOS)
    story = live_on_both()
    assert removing.ask_again(story, 1, MEDSOS, at=MORNING) is story


def test_a_person_may_remove_what_the_system_is_still_trying_to() -> None:
    story = removing.removed(down(live_on_both()), 1, MEDSOS)
    assert of(story, 1, MEDSOS).state == "taken-down"
    assert replace(asked(story), at=None).state == "done"


def test_what_was_sent_in_part_stays_known_when_the_story_comes_down() -> None:
    story = begun(ready(content=content(channels=BOTH)), 1)
    story = delivery.take(story, 1, MEDSOS, at=MORNING, until=MORNING + LEASE)
    story = delivery.submit(story, 1, MEDSOS, tries=1)
    story = delivery.keep(story, 1, MEDSOS, tries=1, facts={"done:warga@kota.test": "1"})
    failed = delivery.fail(story, 1, MEDSOS, tries=1, reason="Satu daftar menolak.")
    again = of(delivery.retry(failed, MEDSOS, at=minutes(1)), 1, MEDSOS)
    assert dict(again.made.facts) == {"done:warga@kota.test": "1"}
    left = removing.leave_to_person(
        removing.needed(taking_down.clear(down(failed), 1, at=minutes(9)), MORNING), 1, MEDSOS
    )
    assert (asked(left).cause, asked(left).state) == ("taken-down", "by-hand")


def test_the_approval_is_asked_before_each_part() -> None:
    story = begun(ready(content=content(channels=BOTH)), 1)
    story = delivery.take(story, 1, MEDSOS, at=MORNING, until=MORNING + LEASE)
    story = delivery.submit(story, 1, MEDSOS, tries=1)
    assert delivery.is_submitted(the(delivery.submit(story, 1, MEDSOS, tries=1)), MEDSOS, tries=1)
    fallen = delivery.submit(down(story), 1, MEDSOS, tries=1)
    assert not delivery.is_submitted(the(fallen), MEDSOS, tries=1)
