"""What is told of a change: events, clocks, audit, objects that nobody needs any more."""

from services.publisher import consequences, delivery, taking_down
from services.publisher.consequences import Change
from services.publisher.domain import SITE, Story
from services.publisher.objects import objects_of
from services.publisher.render import article
from shared.content import Heading, ItemList, Quote, Span
from shared.events import DeliveryLive, StoryCorrected, StoryPublished, StoryTakenDown
from tests.unit.publisher.samples import (
    BAMBANG,
    TONO,
    URL,
    approved,
    content,
    hear,
    live,
    minutes,
    of,
    ready,
    revoked,
    shown,
    started,
    the,
)


def _confirmed(story: Story, version: int = 1) -> Story:
    tries = of(story, version).tries
    return delivery.confirm(story, version, SITE, tries=tries, url=URL, way="fetched", at=minutes(9))


def test_a_story_is_published_once_per_version_and_names_who_published_it() -> None:
    story = shown(ready())
    change = Change(story, _confirmed(story), minutes(9))
    told = [event for _, event in consequences.events(change)]
    assert [type(e) for e in told] == [DeliveryLive, StoryPublished]
    published = told[1]
    assert isinstance(published, StoryPublished)
    assert published.published_by == TONO
    assert published.urls == {"site": URL}
    assert consequences.closed(change) == [(1, "completed")]
    assert consequences.events(Change(change.after, change.after, minutes(10))) == []


def test_a_correction_tells_which_version_it_replaced_and_ends_the_older_clock() -> None:
    story = live(ready())
    story = shown(hear(story, approved(story.id, 2, correction=True)), 2)
    change = Change(story, _confirmed(story, 2), minutes(9))
    told = [event for _, event in consequences.events(change)]
    assert [type(e) for e in told] == [DeliveryLive, StoryPublished, StoryCorrected]
    assert isinstance(told[2], StoryCorrected)
    assert told[2].previous_version == 1
    assert consequences.closed(change) == [(2, "completed"), (1, "revoked")]


def test_a_void_version_ends_its_clock_and_tells_no_event() -> None:
    story = started(ready())
    change = Change(story, hear(story, revoked(story.id)), minutes(2), BAMBANG)
    assert consequences.closed(change) == [(1, "revoked")]
    assert consequences.events(change) == []
    actions = [e.action for e in consequences.entries(change)]
    assert actions == ["approval.void", "delivery.site.void", "publication.void"]


def test_a_take_down_is_told_when_all_is_gone_with_the_truth_per_channel() -> None:
    story = taking_down.take_down(live(ready()), by=BAMBANG, reason="Salah foto.", at=minutes(9))
    change = Change(story, taking_down.clear(story, 1, at=minutes(9)), minutes(10), BAMBANG)
    (_, told), *rest = consequences.events(change)
    assert not rest
    assert isinstance(told, StoryTakenDown)
    assert (told.reason, told.by, told.channels) == ("Salah foto.", BAMBANG, {"site": "done"})


def test_objects_are_let_go_when_the_page_no_longer_shows_them() -> None:
    story = live(ready())
    keys = [o.key for o in objects_of(the(story).approval.content)]
    hidden = taking_down.take_down(story, by=TONO, reason="x", at=minutes(9))
    assert consequences.dropped(Change(story, hidden, minutes(9))) == [(1, keys)]
    assert consequences.dropped(Change(hidden, taking_down.clear(hidden, 1, at=minutes(9)), minutes(9))) == []


def test_practice_has_no_clock_and_a_void_arrival_none_either() -> None:
    practice = ready(practice=True)
    assert consequences.opened(Change(Story(practice.id), practice, minutes(0))) == []
    early = hear(Story(practice.id), revoked(practice.id), approved(practice.id))
    assert consequences.opened(Change(Story(practice.id), early, minutes(0))) == []


def test_a_revocation_kept_for_later_is_audited() -> None:
    story = ready()
    after = hear(story, revoked(story.id, 3))
    assert [e.action for e in consequences.entries(Change(story, after, minutes(0)))] == ["revocation.kept"]


def test_a_page_shows_blocks_in_order_then_the_pictures_that_no_block_places() -> None:
    blocks = (
        Heading(text="Latar"),
        ItemList(items=((Span(text="satu"),),)),
        Quote(spans=(Span(text="Terima kasih"),), cite="Warga"),
    )
    view = article(content(body=blocks), "http://media/t-public")
    assert [b["kind"] for b in view["blocks"]] == ["heading", "list", "quote"]
    assert [p.url for p in view["gallery"]] == [f"http://media/t-public/{'a' * 64}.jpg"]
    placed = article(content(), "http://media/t-public")
    assert [b["kind"] for b in placed["blocks"]] == ["paragraph", "figure"]
    assert placed["gallery"] == []
