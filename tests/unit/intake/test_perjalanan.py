"""What became of a Report: the same for any interleaving of the three topics, and what its sender is told."""

from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain_progress import Progress, follow, outcome, stage_of
from shared.content import RequestRef
from shared.events import Event, IntakeDeclined, IntakePublished, IntakeTakenDown
from tests.unit.intake.samples import (
    BLURRED,
    URLS,
    abandoned,
    approved,
    declined,
    published,
    revoked,
    submitted,
    taken_down,
    withheld,
)

STORY, REPORT = uuid4(), uuid4()
REF = RequestRef(source="sim", id="r-1")


def after(*events: Event) -> Progress:
    progress = Progress(STORY)
    for event in events:
        progress = follow(progress, event)
    return progress


LIVES: list[tuple[str, tuple[list[Event], list[Event], list[Event]]]] = [
    ("submitted", ([submitted(STORY, REPORT)], [], [])),
    ("approved", ([submitted(STORY, REPORT)], [approved(STORY, REPORT)], [])),
    ("declined", ([submitted(STORY, REPORT)], [declined(STORY, REPORT)], [])),
    ("withheld", ([submitted(STORY, REPORT)], [withheld(STORY, REPORT)], [])),
    ("revoked", ([submitted(STORY, REPORT)], [approved(STORY, REPORT), revoked(STORY)], [])),
    ("submitted", ([submitted(STORY), submitted(STORY, version=2)], [declined(STORY)], [])),
    ("abandoned", ([submitted(STORY), abandoned(STORY)], [], [])),
    ("published", ([submitted(STORY)], [approved(STORY)], [published(STORY)])),
    ("published", ([submitted(STORY), submitted(STORY, version=2)], [approved(STORY)], [published(STORY)])),
    ("taken-down", ([submitted(STORY)], [approved(STORY)], [published(STORY), taken_down(STORY)])),
    (
        "published",
        (
            [submitted(STORY)],
            [approved(STORY), approved(STORY, version=2)],
            [published(STORY), taken_down(STORY), published(STORY, version=2)],
        ),
    ),
]


def interleavings(topics: tuple[list[Event], ...]) -> list[list[Event]]:
    labels = [n for n, events in enumerate(topics) for _ in events]
    orders: list[list[Event]] = []
    for order in set(permutations(labels)):
        left = [list(events) for events in topics]
        orders.append([left[n].pop(0) for n in order])
    return orders


@pytest.mark.parametrize(("fate", "topics"), LIVES, ids=[f"{n}-{fate}" for n, (fate, _) in enumerate(LIVES)])
def test_a_storys_fate_is_the_same_for_any_interleaving_of_the_topics(fate: str, topics: Any) -> None:
    for order in interleavings(topics):
        assert after(*order).fate == fate


@pytest.mark.parametrize("event", [declined(STORY, REPORT), withheld(STORY, REPORT)])
def test_a_sender_is_told_that_its_report_is_not_published(event: Event) -> None:
    told = outcome(Progress(STORY), event, report=REPORT, request=REF)
    assert isinstance(told, IntakeDeclined)
    assert (told.request_id, told.report, told.story) == ("r-1", REPORT, STORY)


def test_a_declined_story_tells_its_reasons() -> None:
    told = outcome(Progress(STORY), declined(STORY, REPORT), report=REPORT, request=REF)
    assert isinstance(told, IntakeDeclined)
    assert told.reasons == (BLURRED,)


def test_a_sender_is_told_the_addresses_once_and_again_only_when_something_changed() -> None:
    first = published(STORY, REPORT)
    told = outcome(Progress(STORY), first, report=REPORT, request=REF)
    assert isinstance(told, IntakePublished)
    assert told.urls == URLS
    known = after(first)
    assert outcome(known, published(STORY, REPORT, version=2), report=REPORT, request=REF) is None
    retitled = published(STORY, REPORT, version=2, title="Judul yang benar")
    assert isinstance(outcome(known, retitled, report=REPORT, request=REF), IntakePublished)
    again = after(first, taken_down(STORY, REPORT))
    assert isinstance(outcome(again, published(STORY, REPORT, version=2), report=REPORT, request=REF), IntakePublished)


def test_a_sender_is_told_that_its_story_was_taken_down() -> None:
    told = outcome(after(published(STORY)), taken_down(STORY, REPORT), report=REPORT, request=REF)
    assert isinstance(told, IntakeTakenDown)


@pytest.mark.parametrize("event", [submitted(STORY), abandoned(STORY), approved(STORY), revoked(STORY)])
def test_a_sender_is_not_told_what_is_on_its_way(event: Event) -> None:
    assert outcome(Progress(STORY), event, report=REPORT, request=REF) is None


def test_the_stage_of_a_report_is_that_of_the_story_that_still_moves() -> None:
    assert stage_of("sent-back", []) == "intake"
    assert stage_of("withdrawn", []) is None
    assert stage_of("received", []) == "editing"
    assert stage_of("received", [after(submitted(STORY))]) == "review"
    assert stage_of("received", [after(submitted(STORY), approved(STORY))]) == "publisher"
    assert stage_of("received", [after(published(STORY))]) is None


@given(st.permutations([submitted(STORY), submitted(STORY, version=2), approved(STORY, version=2), published(STORY)]))
def test_no_order_of_events_is_an_error(order: list[Event]) -> None:
    assert after(*order).fate in ("submitted", "approved", "published")


def test_an_older_version_cleared_away_late_takes_nothing_from_the_public() -> None:
    known = after(published(STORY), published(STORY, version=2))
    assert outcome(known, taken_down(STORY, REPORT), report=REPORT, request=REF) is None
    assert follow(known, taken_down(STORY)).fate == "published"
    assert follow(known, taken_down(STORY, version=2)).fate == "taken-down"
