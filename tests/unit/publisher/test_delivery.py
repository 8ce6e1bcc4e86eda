"""From the Admin's word to a page that a stranger has read, and down again."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from services.publisher import delivery, taking_down
from services.publisher.domain import SITE, Removal, Schedule, Story, slug_of
from services.publisher.objects import objects_of
from services.publisher.refusals import (
    ApprovalFell,
    NeverPublic,
    NotApproved,
    NothingToTakeDown,
    NotPossible,
    TooEarly,
)
from services.publisher.transitions import TRANSITIONS, move_approval, move_delivery, move_publication, move_schedule
from shared.refusal import Refused
from tests.unit.publisher.samples import (
    BAMBANG,
    LEASE,
    MORNING,
    TONO,
    URL,
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

MOVES = {
    "approval": move_approval,
    "publication": move_publication,
    "delivery": move_delivery,
    "schedule": move_schedule,
}


def _things(story: Story) -> dict[str, object]:
    publication = the(story)
    schedule = Schedule(MORNING, TONO, MORNING)
    return {
        "approval": publication.approval, "publication": publication, "delivery": of(story), "schedule": schedule,
    }  # fmt: skip


@pytest.mark.parametrize("t", TRANSITIONS, ids=lambda t: f"{t.item}-{t.before}-{t.action}")
def test_each_declared_transition_leads_where_it_says(t: object) -> None:
    item, before, action, after, _ = t  # pyright: ignore
    thing = replace(_things(started(ready()))[item], state=before)  # pyright: ignore
    assert MOVES[item](thing, action).state == after  # pyright: ignore


def test_every_transition_that_is_not_declared_is_refused() -> None:
    declared = {(t.item, t.before, t.action) for t in TRANSITIONS}
    for item, thing in _things(started(ready())).items():
        befores = {t.before for t in TRANSITIONS if t.item == item} | {t.after for t in TRANSITIONS if t.item == item}
        actions = {t.action for t in TRANSITIONS}
        for before in befores:
            for action in actions:
                if (item, before, action) not in declared:
                    with pytest.raises(NotPossible):
                        MOVES[item](replace(thing, state=before), action)  # pyright: ignore


def test_a_version_without_approval_is_not_published() -> None:
    with pytest.raises(NotApproved):
        started(ready(), 2)
    with pytest.raises(NotApproved):
        started(Story(uuid4()), 1)


def test_a_version_whose_approval_fell_is_not_published() -> None:
    story = ready()
    with pytest.raises(ApprovalFell):
        started(hear(story, revoked(story.id)))
    with pytest.raises(ApprovalFell):
        started(hear(story, approved(story.id, 2)), 1)


def test_practice_is_never_public() -> None:
    with pytest.raises(NeverPublic):
        started(ready(practice=True))


def test_the_leaders_embargo_holds_and_the_refusal_tells_the_time() -> None:
    story = ready(not_before=minutes(60))
    with pytest.raises(TooEarly) as refused:
        started(story, at=minutes(59))
    assert "pukul 09.00" in refused.value.sentence
    assert the(started(story, at=minutes(60))).state == "publishing"


def test_publishing_twice_has_one_effect() -> None:
    once = started(ready())
    assert started(once) is once
    out = live(ready())
    assert started(out) is out


def test_a_channel_that_is_not_connected_fails_alone_and_does_not_hold_the_site_back() -> None:
    story = ready(content=content(channels=("site", "instagram")))
    story = live(story)
    assert of(story, 1, "instagram").state == "failed"
    assert the(story).state == "published"
    with pytest.raises(NotPossible):
        delivery.retry(story, "instagram", at=minutes(1))


def test_the_public_reads_it_then_it_is_published() -> None:
    story = live(ready(), at=minutes(5))
    assert states(story)[1] == ("published", "valid", True)
    assert (of(story).state, of(story).way, of(story).url) == ("live", "fetched", URL)
    assert the(story).published_at == minutes(5)


def test_a_time_out_is_not_a_failure_but_unconfirmed_and_is_looked_up_not_sent_again() -> None:
    story = shown(ready())
    doubted = delivery.doubt(story, 1, SITE, tries=of(story).tries, reason="", at=MORNING)
    assert of(doubted).state == "unconfirmed"
    due = of(doubted).next_at
    assert due is not None
    taken = delivery.take(doubted, 1, SITE, at=due, until=due + LEASE)
    assert of(taken).state == "unconfirmed"
    assert of(taken).tries == of(story).tries + 1
    found = delivery.confirm(taken, 1, SITE, tries=of(taken).tries, url=URL, way="fetched", at=due)
    assert the(found).state == "published"


def test_the_pause_between_look_ups_grows_and_is_bounded() -> None:
    pauses = [delivery.pause(n) for n in range(1, 30)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == delivery.LONGEST_PAUSE


def test_a_crash_found_in_sending_becomes_unconfirmed() -> None:
    story = sending(ready())
    later = MORNING + LEASE
    taken = delivery.take(story, 1, SITE, at=later, until=later + LEASE)
    assert of(taken).state == "unconfirmed"


def test_what_the_look_up_certainly_does_not_find_may_be_sent_again() -> None:
    story = sending(ready())
    taken = delivery.take(story, 1, SITE, at=minutes(2), until=minutes(3))
    absent = delivery.put_back(taken, 1, SITE, tries=of(taken).tries, reason="", at=minutes(2))
    assert of(absent).state == "waiting"


def test_what_is_not_there_and_was_superseded_meanwhile_is_not_sent_again_but_void() -> None:
    story = sending(ready())
    story = hear(story, revoked(story.id, 1, "superseded"))
    taken = delivery.take(story, 1, SITE, at=minutes(2), until=minutes(3))
    absent = delivery.put_back(taken, 1, SITE, tries=of(taken).tries, reason="", at=minutes(2))
    assert states(absent)[1] == ("void", "superseded", False)


def test_a_worker_at_its_work_prolongs_its_own_lease_and_no_other() -> None:
    story = sending(ready())
    tries = of(story).tries
    assert of(delivery.prolong(story, 1, SITE, tries=tries, until=minutes(9))).next_at == minutes(9)
    assert delivery.prolong(story, 1, SITE, tries=tries - 1, until=minutes(9)) is story
    looked_up = delivery.take(story, 1, SITE, at=minutes(2), until=minutes(3))
    tries = of(looked_up).tries
    assert of(delivery.prolong(looked_up, 1, SITE, tries=tries, until=minutes(9))).next_at == minutes(3)


def test_a_worker_whose_lease_ended_changes_nothing_any_more() -> None:
    story = sending(ready())
    old = of(story).tries
    taken = delivery.take(story, 1, SITE, at=minutes(2), until=minutes(3))
    assert delivery.show(taken, 1, tries=old, at=minutes(2)) is taken
    assert delivery.confirm(taken, 1, SITE, tries=old, url=URL, way="fetched", at=minutes(2)) is taken
    assert delivery.fail(taken, 1, SITE, tries=old, reason="x") is taken


def test_a_failed_delivery_is_sent_again_when_the_admin_says_so() -> None:
    story = sending(ready())
    failed = delivery.fail(story, 1, SITE, tries=of(story).tries, reason="Gambar hilang.")
    assert (of(failed).state, of(failed).reason, of(failed).next_at) == ("failed", "Gambar hilang.", None)
    again = delivery.retry(failed, SITE, at=minutes(3))
    assert (of(again).state, of(again).next_at) == ("waiting", minutes(3))


@pytest.mark.parametrize("state", [started, sending, live])
def test_what_is_on_its_way_or_live_is_not_tried_again(state: Callable[[Story], Story]) -> None:
    story = state(ready())
    assert delivery.retry(story, SITE, at=MORNING) is story


def test_a_take_down_hides_the_page_first_and_is_done_when_all_is_gone() -> None:
    story = taking_down.take_down(live(ready()), by=BAMBANG, reason="Salah foto.", at=minutes(9))
    assert states(story)[1] == ("taking-down", "valid", False)
    assert story.gone is not None
    assert story.gone.reason == "Salah foto."
    done = taking_down.clear(story, 1, at=minutes(9))
    assert (the(done).state, of(done).state) == ("taken-down", "taken-down")


def test_a_channel_that_cannot_remove_its_post_keeps_it_in_the_record() -> None:
    story = live(ready())
    kept = replace(of(story), channel="medsos", removal=Removal("taken-down", "by-hand"))
    story = story.put(replace(the(story), deliveries=(*the(story).deliveries, kept)))
    done = taking_down.clear(taking_down.take_down(story, by=TONO, reason="x", at=MORNING), 1, at=minutes(9))
    assert (the(done).state, of(done, 1, "medsos").state) == ("taken-down", "live")


def test_a_take_down_waits_for_the_worker_that_is_still_sending() -> None:
    story = taking_down.take_down(sending(ready()), by=TONO, reason="Salah foto.", at=minutes(1))
    assert taking_down.clear(story, 1, at=minutes(9)) is story
    crashed = delivery.take(story, 1, SITE, at=minutes(2), until=minutes(3))
    assert of(crashed).state == "void"
    assert the(taking_down.clear(crashed, 1, at=minutes(9))).state == "taken-down"


def test_nothing_public_means_nothing_to_take_down() -> None:
    with pytest.raises(NothingToTakeDown):
        taking_down.take_down(ready(), by=TONO, reason="x", at=MORNING)


def test_a_story_taken_down_is_public_again_only_by_a_new_approval() -> None:
    story = taking_down.clear(taking_down.take_down(live(ready()), by=TONO, reason="x", at=MORNING), 1, at=minutes(9))
    with pytest.raises(Refused):
        started(story)
    again = live(hear(story, approved(story.id, 2)), 2)
    assert states(again)[2] == ("published", "valid", True)
    assert again.gone is None


def test_the_address_of_a_story_never_changes() -> None:
    story = started(ready(content=content("Rumah Layak, Warga Sehat!")))
    assert story.slug == slug_of("Rumah Layak, Warga Sehat!", story.id)
    assert story.slug is not None
    assert story.slug.startswith("rumah-layak-warga-sehat-")
    after = started(hear(story, approved(story.id, 2, content=content("Judul lain"))), 2)
    assert after.slug == story.slug


def test_two_stories_of_one_title_have_two_addresses() -> None:
    assert slug_of("Berita", uuid4()) != slug_of("Berita", uuid4())
    assert slug_of("???", uuid4())


def test_exactly_the_renditions_of_the_content_become_public_each_once() -> None:
    twice = content(media=(photo("a" * 64), photo("b" * 64, id_=uuid4()), photo("a" * 64, id_=uuid4())))
    assert [o.key for o in objects_of(twice)] == [f"{'a' * 64}.jpg", f"{'b' * 64}.jpg"]
