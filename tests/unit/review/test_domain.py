"""What can happen to a submitted Version, and what cannot."""

from itertools import product
from typing import get_args
from uuid import uuid4

import pytest

from services.review import domain
from services.review.domain import LEADERS, TRANSITIONS, Action, NotOpen, OutOfOrder, State
from tests.unit.review.samples import MORNING, RINA, case_of, hours, submitted

STORY = uuid4()
LISTED = {(before, action): after for before, action, after, _ in TRANSITIONS}


@pytest.mark.parametrize(("state", "action"), list(product(get_args(State), get_args(Action))))
def test_only_the_listed_transitions_are_possible(state: State, action: Action) -> None:
    (review,) = case_of(submitted(STORY)).reviews
    before = domain.replace(review, state=state)
    if (state, action) in LISTED:
        assert domain.move(before, action).state == LISTED[state, action]
    else:
        with pytest.raises(NotOpen) as refused:
            domain.move(before, action)
        assert "Muat ulang" in refused.value.sentence


def test_only_leaders_decide_and_revoke() -> None:
    for _, action, _, roles in TRANSITIONS:
        assert roles == (() if action in ("supersede", "abandon") else LEADERS)


def test_a_newer_version_supersedes_the_one_that_waits() -> None:
    first, second = submitted(STORY, 1), submitted(STORY, 2, at=hours(1))
    case, ended = domain.submit(case_of(first), case_of(second).reviews[0])
    assert [r.state for r in case.reviews] == ["superseded", "open"]
    (end,) = ended
    assert (end.review.version, end.was, end.why, end.at, end.outcome) == (1, "open", "superseded", hours(1), "revoked")


@pytest.mark.parametrize("state", ["returned", "declined", "withheld", "revoked", "superseded"])
def test_a_version_that_is_answered_already_is_not_ended_again(state: State) -> None:
    case = case_of(submitted(STORY, 1))
    case = case.having([domain.replace(case.reviews[0], state=state)])
    after, ended = domain.submit(case, case_of(submitted(STORY, 2)).reviews[0])
    assert [r.state for r in after.reviews] == [state, "open"]
    assert not ended
    after, ended = domain.abandon(case, by=RINA, at=MORNING, note="")
    assert (after.reviews[0].state, after.abandoned_at, ended) == (state, MORNING, ())


@pytest.mark.parametrize("state", ["open", "approved"])
def test_giving_a_story_up_ends_what_waits_or_is_approved(state: State) -> None:
    case = case_of(submitted(STORY, 1))
    case = case.having([domain.replace(case.reviews[0], state=state)])
    after, (end,) = domain.abandon(case, by=RINA, at=hours(2), note="Keliru.")
    assert after.reviews[0].state == "abandoned"
    assert (end.was, end.why, end.note, end.outcome) == (state, "abandoned", "Keliru.", "abandoned")


def test_a_submission_after_giving_up_opens_the_story_again() -> None:
    case, _ = domain.abandon(case_of(submitted(STORY, 1)), by=RINA, at=hours(1), note="")
    case, ended = domain.submit(case, case_of(submitted(STORY, 2)).reviews[0])
    assert case.abandoned_at is None
    assert [r.state for r in case.reviews] == ["abandoned", "open"]
    assert not ended


@pytest.mark.parametrize(("version", "cycle"), [(2, 3), (1, 3), (3, 2)])
def test_versions_and_cycles_only_rise(version: int, cycle: int) -> None:
    (new,) = case_of(submitted(STORY, version, cycle=cycle)).reviews
    with pytest.raises(OutOfOrder):
        domain.submit(case_of(submitted(STORY, 2)), new)
