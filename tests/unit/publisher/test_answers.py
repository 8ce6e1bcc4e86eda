"""What a person says of a channel: there, with its link; not there; not waited for; removed by hand."""

from datetime import timedelta
from typing import Any

import pytest

from services.publisher import answers, delivery, removing, starting, taking_down
from services.publisher.consequences import Change, closed, entries, events
from services.publisher.domain import SITE, Story
from services.publisher.refusals import (
    NoLookUp,
    NotALink,
    NotAsked,
    NothingReadable,
    NotPossible,
    NotWaivable,
)
from shared.events import DeliveryLive, StoryPublished
from tests.unit.publisher.samples import (
    BAMBANG,
    LEASE,
    MORNING,
    TONO,
    URL,
    content,
    hear,
    minutes,
    of,
    ready,
    revoked,
    the,
)

MEDSOS = "medsos"
LINK = "https://medsos.test/p/1"
BOTH = {SITE, MEDSOS}
SETTLE = timedelta(seconds=60)


def sent(*, looks_up: bool = False, site_live: bool = True, **more: Any) -> Story:
    """A Version sent to the site and to a second, required channel, of which nobody knows whether it arrived."""
    story = ready(content=content(channels=(SITE, MEDSOS)), **more)
    story = starting.publish(story, 1, by=TONO, at=MORNING, channels=BOTH, required=BOTH)
    if site_live:
        story = delivery.take(story, 1, SITE, at=MORNING, until=MORNING + LEASE)
        story = delivery.show(story, 1, tries=1, at=MORNING)
        story = delivery.confirm(story, 1, SITE, tries=1, url=URL, way="fetched", at=MORNING)
    story = delivery.take(story, 1, MEDSOS, at=MORNING, until=MORNING + LEASE, looks_up=looks_up)
    return delivery.doubt(story, 1, MEDSOS, tries=1, reason="x", at=MORNING, looks_up=looks_up)


def looked(story: Story, times: int) -> Story:
    for _ in range(times):
        at = of(story, 1, MEDSOS).next_at
        assert at is not None
        story = delivery.take(story, 1, MEDSOS, at=at, until=at + LEASE)
        tries = of(story, 1, MEDSOS).tries
        story = delivery.doubt(story, 1, MEDSOS, tries=tries, reason="x", at=at)
    return story


def attest(story: Story, **more: Any) -> Story:
    told: dict[str, Any] = {"url": LINK, "by": TONO, "at": minutes(5), "way": "api", "looks_up": False}
    return answers.attest(story, 1, MEDSOS, **told | more)


def deny(story: Story, **more: Any) -> Story:
    told: dict[str, Any] = {"by": TONO, "at": minutes(5), "settle": SETTLE, "way": "api", "looks_up": False}
    return answers.deny(story, 1, MEDSOS, **told | more)


def waive(story: Story, channel: str = MEDSOS, *, reason: str = "Akun terkunci.") -> Story:
    return answers.waive(story, 1, channel, by=BAMBANG, reason=reason, at=minutes(6))


def test_what_is_unclear_on_a_channel_without_look_up_waits_for_a_person_and_is_not_tried_by_the_system() -> None:
    story = sent()
    assert (of(story, 1, MEDSOS).state, of(story, 1, MEDSOS).next_at) == ("unconfirmed", None)
    with pytest.raises(NoLookUp):
        delivery.retry(story, MEDSOS, at=minutes(1), looks_up=False)


def test_a_crash_on_a_channel_without_look_up_waits_for_a_person() -> None:
    story = ready(content=content(channels=(SITE, MEDSOS)))
    story = starting.publish(story, 1, by=TONO, at=MORNING, channels=BOTH, required=BOTH)
    story = delivery.take(story, 1, MEDSOS, at=MORNING, until=MORNING + LEASE, looks_up=False)
    story = delivery.submit(story, 1, MEDSOS, tries=1)
    found = delivery.take(story, 1, MEDSOS, at=minutes(2), until=minutes(3), looks_up=False)
    assert (of(found, 1, MEDSOS).state, of(found, 1, MEDSOS).next_at) == ("unconfirmed", None)
    late = delivery.confirm(found, 1, MEDSOS, tries=1, url=LINK, way="api", at=minutes(3))
    assert late is found


def test_who_has_seen_it_attests_with_the_link_and_the_last_required_channel_publishes_the_version() -> None:
    before = sent()
    after = attest(before)
    found = of(after, 1, MEDSOS)
    assert (found.state, found.way, found.url, found.confirmed_by) == ("live", "attested", LINK, TONO)
    assert the(after).state == "published"
    live, published = (event for _, event in events(Change(before, after, minutes(5), TONO)))
    assert isinstance(live, DeliveryLive)
    assert (live.way, live.confirmed_by, live.url) == ("attested", TONO, LINK)
    assert isinstance(published, StoryPublished)
    assert published.urls == {SITE: URL, MEDSOS: LINK}
    assert [e.by for e in entries(Change(before, after, minutes(5), TONO))] == [TONO, TONO]


def test_the_system_looks_itself_before_it_asks_a_person() -> None:
    story = sent(looks_up=True)
    for times in range(answers.LOOKS):
        with pytest.raises(NotAsked):
            attest(looked(story, times), looks_up=True)
        with pytest.raises(NotAsked):
            deny(looked(story, times), looks_up=True)
    assert of(attest(looked(story, answers.LOOKS), looks_up=True), 1, MEDSOS).state == "live"


def test_what_a_stranger_could_read_is_never_taken_on_anybodys_word() -> None:
    for way in ("fetched", None):
        with pytest.raises(NotAsked):
            attest(looked(sent(looks_up=True), 9), way=way)


def test_what_is_clear_is_not_asked_again() -> None:
    live = attest(sent())
    for again in (attest, deny):
        with pytest.raises(NotAsked):
            again(live)
    gone = sent()
    gone = hear(gone, revoked(gone.id))
    with pytest.raises(NotAsked):
        attest(gone)


def test_what_a_person_did_not_find_is_sent_again() -> None:
    story = deny(sent())
    found = of(story, 1, MEDSOS)
    assert (found.state, found.next_at) == ("waiting", minutes(5))
    assert "Tono memeriksa" in found.reason
    again = delivery.take(story, 1, MEDSOS, at=minutes(5), until=minutes(6))
    assert of(again, 1, MEDSOS).state == "sending"


def test_what_a_person_did_not_find_is_sent_after_the_look_up_under_way_which_may_still_find_it() -> None:
    story = looked(sent(looks_up=True), answers.LOOKS)
    at = of(story, 1, MEDSOS).next_at
    assert at is not None
    looking = delivery.take(story, 1, MEDSOS, at=at, until=at + LEASE)
    denied = deny(looking, at=at, looks_up=True)
    assert of(denied, 1, MEDSOS).next_at == at + SETTLE
    tries = of(looking, 1, MEDSOS).tries
    found = delivery.confirm(denied, 1, MEDSOS, tries=tries, url=LINK, way="api", at=at)
    assert (of(found, 1, MEDSOS).state, of(found, 1, MEDSOS).way) == ("live", "api")
    assert delivery.put_back(denied, 1, MEDSOS, tries=tries, reason="", at=at) is denied


def test_an_overtaken_version_is_not_sent_again() -> None:
    story = sent()
    with pytest.raises(NotPossible):
        deny(hear(story, revoked(story.id, 1, "superseded")))


def test_a_required_channel_that_an_official_waives_closes_the_clock_as_waived() -> None:
    before = sent()
    after = waive(before)
    assert the(after).state == "published"
    assert of(after, 1, MEDSOS).state == "unconfirmed"
    change = Change(before, after, minutes(6), BAMBANG)
    assert closed(change) == [(1, "waived")]
    (published,) = (event for _, event in events(change))
    assert isinstance(published, StoryPublished)
    assert (published.urls, published.waived) == ({SITE: URL}, {MEDSOS: "Akun terkunci."})
    assert [e.action for e in entries(change)] == ["delivery.medsos.waived", "publication.published"]
    assert waive(after) is after


def test_a_channel_waived_before_the_site_is_live_waits_for_the_site_alone() -> None:
    story = waive(sent(site_live=False))
    assert the(story).state == "publishing"
    story = delivery.take(story, 1, SITE, at=MORNING, until=MORNING + LEASE)
    before = delivery.show(story, 1, tries=1, at=MORNING)
    after = delivery.confirm(before, 1, SITE, tries=1, url=URL, way="fetched", at=MORNING)
    assert the(after).state == "published"
    assert closed(Change(before, after, minutes(6))) == [(1, "waived")]


def test_a_waived_channel_may_still_become_live_and_then_says_so() -> None:
    story = attest(waive(sent()))
    assert of(story, 1, MEDSOS).state == "live"
    assert not of(story, 1, MEDSOS).is_waived
    assert the(story).state == "published"


def test_not_everything_can_be_waived_while_nobody_can_read_it() -> None:
    story = waive(sent(site_live=False))
    with pytest.raises(NothingReadable):
        waive(story, SITE)


def test_only_a_required_channel_that_is_not_live_is_waived_while_publishing_goes_on() -> None:
    for story, channel in ((sent(), SITE), (attest(sent()), MEDSOS), (sent(), "lain"), (ready(), SITE)):
        with pytest.raises(NotWaivable):
            waive(story, channel)


def test_what_the_system_cannot_remove_a_person_removes_and_says_so() -> None:
    with pytest.raises(NotPossible):
        removing.removed(attest(sent()), 1, MEDSOS)
    story = taking_down.take_down(attest(sent()), by=BAMBANG, reason="x", at=minutes(7))
    story = removing.leave_to_person(removing.needed(story, minutes(7)), 1, MEDSOS)
    down = taking_down.clear(story, 1, at=minutes(9))
    assert of(down, 1, MEDSOS).state == "live"
    done = removing.removed(down, 1, MEDSOS)
    assert of(done, 1, MEDSOS).state == "taken-down"
    assert removing.removed(done, 1, MEDSOS) is done


@pytest.mark.parametrize(
    "link",
    [
        "https://medsos.test/p/1",
        "  https://www.medsos.test/p/1?x=%20#a ",
        "https://MEDSOS.test/?story=1",
        "https://medsos.test/" + "a" * 1900,
    ],
)
def test_a_link_of_that_channel_is_taken(link: str) -> None:
    assert answers.link_of(link, ("medsos.test",)) == link.strip()


@pytest.mark.parametrize(
    "link",
    [
        "", "http://medsos.test/p/1", "medsos.test/p/1", "javascript:alert(1)", "https://lain.test/p/1",
        "https://medsos.test.jahat.test/p", "https://jahatmedsos.test/p", "https://medsos.test@jahat.test/p",
        "https://medsos.test", "https://medsos.test/", "https://medsos.test:8443/p/1", "https://medsos.test:x/p",
        "https://medsos.test/p 1", "https://medsos.test/p\n", "https://medsos.test/\u202epdf", "https://[::1]/p",
        "https://<script>/p", "https://medsos.test/" + "a" * 2000, "https://medsos.test\\@jahat.test/p",
    ],
)  # fmt: skip
def test_another_address_is_refused_with_what_to_do(link: str) -> None:
    if link.endswith("\n"):
        link = f"x{link}x"
    with pytest.raises(NotALink) as refused:
        answers.link_of(link, ("medsos.test",))
    assert "https://" in refused.value.sentence


def test_where_the_channels_host_is_not_known_any_https_link_is_taken_but_no_bare_number_or_name() -> None:
    assert answers.link_of("https://lain.test/p/1", ())
    for odd in ("https://localhost/p", "https://p/1"):
        with pytest.raises(NotALink):
            answers.link_of(odd, ())
